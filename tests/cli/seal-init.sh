#!/bin/sh
# seal-init against a real daemon, for holders of passphrase tokens: what it asks for and writes, what is refused and by
# what name, and what it does when it was broken off.
# shellcheck disable=SC2016 # expanded by the inner shell
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
trap 'seald_stop; rm -rf "$SEALD_DIR"' EXIT
d=$SEALD_DIR
bin=$BUILD/bin
# shellcheck source=tests/lib/custodians.sh
. tests/lib/custodians.sh

custodian ann ann --group ops
custodian ben ben --group ops
custodian cat cat --group security
custodian dora dora --group security
cp "$d/prints" "$d/four-prints"
# The administrator is no custodian: the card is elsewhere, and confirmed with the root token's.
mkdir "$d/admin"
custodian admin
mv "$d/cards/admin.card" "$d/admin"
mv "$d/prints" "$d/root-prints"
mv "$d/four-prints" "$d/prints"
is "four cards, and the administrator's" "$(wc -l <"$d/prints") $(wc -l <"$d/root-prints")" "4 5"
seald_start 'half_open = "1h";'
ok "seald starts" kill -0 "$SEALD_PID"
token=$d/state/bootstrap-token
with() { connected seal-init -k 2 --cards "$d/cards" -o "$d/set" "$@"; }
without() { # OPTION WITH WHAT: all that is needed but that
	"$bin/seal-init" -a "$SEALD_URL" --pin "$SEALD_PIN" --bootstrap-token "$token" --fingerprints "$d/prints" "$@"
}
with_root() { # ARG...: a root token for the administrator
	connected seal-init --cards "$d/cards" --fingerprints "$d/root-prints" --bootstrap-token "$token" \
		--root-token-card "$d/admin/admin.card" "$@"
}
untouched() { # NAME: neither a folder nor an initialised daemon came of it
	ok "$1: no folder" [ ! -e "$d/set" ]
	is "$1: not initialised" "$(connected seal-status --json 2>/dev/null | jq .initialized)" false
}

# --- what is asked for in vain
exits "no threshold: 2" 2 without --core "$SEALD_CORE" --cards "$d/cards" -o "$d/set"
tells "no threshold" "--threshold"
exits "no cards: 2" 2 without --core "$SEALD_CORE" -k 2 -o "$d/set"
tells "no cards" "--cards"
exits "no folder: 2" 2 without --core "$SEALD_CORE" -k 2 --cards "$d/cards"
tells "no folder" "--output"
exits "no core: 2" 2 without -k 2 --cards "$d/cards" -o "$d/set"
tells "no core" "--core"
exits "a core that is no key: 2" 2 without --core AAAA -k 2 --cards "$d/cards" -o "$d/set"
tells "a core that is no key" "--core"
exits "an unknown option: 2" 2 init -k 2 -o "$d/set" --cardz x
tells "an unknown option" "--cardz"
exits "a repeated option: 2" 2 init -k 2 -k 3 -o "$d/set"
exits "both threshold and groups: 2" 2 init -k 2 --groups a=1 -o "$d/set"
exits "groups that are none: 2" 2 init --groups ops -o "$d/set"
exits "a purpose of 300 bytes: 2" 2 init -k 2 --purpose "$(head -c 300 /dev/zero | tr '\0' x)" -o "$d/set"
tells "a purpose of 300 bytes" "--purpose"
untouched "wrong usage"

exits "threshold above the number of cards: 1" 1 init -k 5 -o "$d/set"
exits "n of n: 1" 1 init -k 4 -o "$d/set"
tells "n of n" "--allow-no-spare"
exits "one of four: 1" 1 init -k 1 -o "$d/set"
tells "one of four" "--allow-single"
exits "more of a group than are in it: 1" 1 init --groups ops=2,security=2 -o "$d/set"
exits "a group that nobody is in: 1" 1 init --groups ops=1,audit=1 -o "$d/set"
exits "a core of another daemon: 1" 1 without --core AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= -k 2 --cards "$d/cards" -o "$d/set"
tells "a core of another daemon" "core"
exits "no bootstrap token: 3" 3 with --fingerprints "$d/prints" --bootstrap-token "$d/none"
tells "no bootstrap token" "$d/none"
echo wrong >"$d/wrong-token"
chmod 644 "$d/wrong-token"
exits "a bootstrap token that others read: 1" 1 with --fingerprints "$d/prints" --bootstrap-token "$d/wrong-token"
tells "a bootstrap token that others read" "$d/wrong-token"
chmod 600 "$d/wrong-token"
exits "a wrong bootstrap token: 6" 6 with --fingerprints "$d/prints" --bootstrap-token "$d/wrong-token"
tells "a wrong bootstrap token" "does not take it"
sed 's/^ann .*/ann 0000000000000000000000000000000000000000000000000000000000000000/' "$d/prints" >"$d/forged"
exits "another fingerprint: 1" 1 with --bootstrap-token "$token" --fingerprints "$d/forged"
tells "another fingerprint" "ann"
grep -v '^ben' "$d/prints" >"$d/missing"
exits "a card that is not in the file: 1" 1 with --bootstrap-token "$token" --fingerprints "$d/missing"
tells "a card that is not in the file" "ben"
exits "a root token's card that is not in the file: 1" 1 init -k 2 -o "$d/set" --root-token-card "$d/admin/admin.card"
tells "a root token's card that is not in the file" "admin"
exits "a line for a card that is not there: 1" 1 with --bootstrap-token "$token" --fingerprints "$d/root-prints"
tells "a line for a card that is not there" "there is no card of admin"
exits "no such card for the root token: 1" 1 init -k 2 --root-token-card "$d/none.card" -o "$d/set"
exits "an output that cannot be made: 3" 3 init -k 2 -o "$d/none/set"
mkdir "$d/filled"
touch "$d/filled/something"
exits "a folder that holds something: 1" 1 init -k 2 -o "$d/filled"
is "what it held is there, and nothing else" "$(ls -A "$d/filled")" something
# Nobody can be asked to read the words aloud.
exits "cards nobody confirms: 2" 2 setsid -w "$bin/seal-init" -a "$SEALD_URL" --pin "$SEALD_PIN" --core "$SEALD_CORE" -k 2 \
	--cards "$d/cards" --bootstrap-token "$token" -o "$d/set"
untouched "refused"

# --- what comes of it
exits "2 of 4" 0 init -k 2 -o "$d/set" --json
is "cards of passphrases are told of" "$(printf '%s\n' "$tap_out" | grep NOT)" \
	"seal-init: NOT ATTESTED, may be keys in software: the cards of ann, ben, cat, dora"
tap_out=$(printf '%s\n' "$tap_out" | grep '^{')
is "JSON" "$(printf '%s' "$tap_out" | jq -c '[.result, .exit, .threshold, .total, .custodians, .root_token, .resumed]')" \
	'["OK",0,2,4,["ann","ben","cat","dora"],false,false]'
for member in $(printf '%s' "$tap_out" | jq -r 'keys[]'); do
	ok "the page names $member" grep -qw -- "$member" man/seal-init.1
done
is "all files" "$(cd "$d/set" && find . -type f | sort | tr '\n' ' ')" \
	"./ann.share ./ben.share ./cards/ann.card ./cards/ben.card ./cards/cat.card ./cards/dora.card ./cat.share ./dora.share ./manifest "
is "others can write none" "$(find "$d/set" -perm /022)" ""
is "nothing is beside them" "$(find "$d" -maxdepth 1 -name '.*' | wc -l)" 0
line() { sed -n "s/^$1: //p" "$d/$2/manifest"; }
is "the purpose names the address" "$(line purpose set)" "unseal key of $SEALD_URL"
is "signed by the core that was named" "$(line signer set)" "$SEALD_CORE"
is "no root token was asked for, and none is named" "$(line root-token-card set)" ""
exits "the same folder again: 1" 1 init -k 2 -o "$d/set"
tells "the same folder again" "finished init"
exits "initialised already: 1" 1 init -k 2 -o "$d/set-2"
tells "initialised already" "is initialised already"
ok "and no folder was made" [ ! -e "$d/set-2" ]

exits "groups, a purpose and a root token" 0 with_root --groups ops=1,security=1 --purpose "the vault of the tests" --again -o "$d/grouped"
is "the next step is told" "$(printf '%s\n' "$tap_out" | grep -c "seal-unseal --prove $d/grouped")" 1
is "the groups" "$(line group grouped | tr '\n' ' ')" "ops 1 of 2 security 1 of 2 "
is "the purpose" "$(line purpose grouped)" "the vault of the tests"
is "who holds a root token" "$(line root-token-card grouped)" "$(sed -n 's/^admin //p' "$d/root-prints")"
ok "the root token opens with that card's token alone" sh -c '"$1" --raw -i "$2/admin.identity" --passphrase-fd 3 \
	"$2/grouped/root-token.age" 3<"$2/admin.phrase" | grep -q "^hvs[.]"' sh "$bin/seal-open" "$d"
exits "not with a custodian's: 4" 4 sh -c '"$1" --raw -i "$2/ann.identity" --passphrase-fd 3 \
	"$2/grouped/root-token.age" 3<"$2/ann.phrase"' sh "$bin/seal-open" "$d"
exits "all shares needed, where that is said" 0 init -k 4 --allow-no-spare --again -o "$d/all"
is "four of four" "$(line threshold all)" "4 of 4"
exits "one alone, where that is said" 0 init -k 1 --allow-single --again -o "$d/one"
is "one of four" "$(line threshold one)" "1 of 4"

# --- broken off after the daemon had made the shares: it goes on and fetches them
broken_off() { # CALL ARG...: killed at the first of these calls
	_call=$1
	shift
	strace -f -qq -o "$d/trace" -e "trace=$_call" -e "inject=$_call:signal=KILL" "$bin/seal-init" -a "$SEALD_URL" \
		--pin "$SEALD_PIN" --core "$SEALD_CORE" --cards "$d/cards" --bootstrap-token "$token" "$@" >/dev/null 2>&1
}
broken_off rename --fingerprints "$d/prints" -k 2 --again --purpose "the first purpose" -o "$d/broken"
ok "killed at its last step: there is no folder" [ ! -e "$d/broken" ]
exits "it goes on" 0 init -k 2 -o "$d/broken" --json
is "the shares were fetched" "$(printf '%s\n' "$tap_out" | grep '^{' | jq -c .resumed)" true
is "for the purpose that was asked for then" "$(line purpose broken)" "the first purpose"
ok "the folder is whole" cmp "$d/set/cards/cat.card" "$d/broken/cards/cat.card"
exits "its shares are the daemon's" 0 as_holder ann --prove "$d/broken"
broken_off rename --fingerprints "$d/root-prints" --root-token-card "$d/admin/admin.card" -k 2 --again -o "$d/other"
exits "another root token than was asked for then: 1" 1 init -k 2 -o "$d/other"
tells "another root token than was asked for then" "root token"
exits "the same: it goes on" 0 with_root -k 2 -o "$d/other"

# --- once a quorum has opened it
for name in ann ben; do exits "$name's share" 0 as_holder "$name" "$d/other"; done
is "it is open" "$(connected seal-status --json 2>/dev/null | jq -c '[.initialized, .sealed]')" '[true,false]'
ok "the bootstrap token is gone" [ ! -e "$token" ]
(umask 077 && echo "the bootstrap token of before" >"$token")
exits "no second init: 1" 1 init -k 2 -o "$d/set-2"
exits "not with --again either" 6 init -k 2 --again -o "$d/set-2"
ok "and no folder was made" [ ! -e "$d/set-2" ]
is "no token and no passphrase in log or audit" \
	"$(cat "$d/log" "$d/audit.log" | grep -c -e 'phrase of' -e 'hvs[.]')" 0
done_testing
