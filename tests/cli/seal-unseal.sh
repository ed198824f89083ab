#!/bin/sh
# seal-init and seal-unseal against a real daemon, with passphrase tokens: what is refused, and by what
# name; resume; races of custodians; reset.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
trap 'seald_stop; rm -rf "$SEALD_DIR"' EXIT
d=$SEALD_DIR
bin=$BUILD/bin
unset VAULT_ADDR BAO_ADDR VAULT_CACERT BAO_CACERT

# says NAME TEXT: the last exits was told in one line that has TEXT.
says() {
	is "$1: one line" "$(printf '%s\n' "$tap_out" | wc -l)" 1
	case $tap_out in *"$2"*) ok "$1: says \"$2\"" true ;; *) ok "$1: says \"$2\", not: $tap_out" false ;; esac
}

enroll() { # NAME
	echo "phrase of $1" >"$d/$1.phrase"
	"$bin/seal-enroll" --passphrase --name "$1" --identity "$d/$1.identity" -o "$d/cards/$1.card" \
		--passphrase-fd 3 --non-interactive --json 3<"$d/$1.phrase" | jq -r '"\(.name) \(.fingerprint)"' >>"$d/prints"
}
mkdir "$d/cards"
for name in ann ben cat; do enroll "$name"; done
is "three cards" "$(wc -l <"$d/prints")" 3

seald_start 'half_open = "1h";'
ok "seald starts" kill -0 "$SEALD_PID"
connected() {
	_tool=$1
	shift
	"$bin/$_tool" -a "$SEALD_URL" --pin "$SEALD_PIN" --core "$SEALD_CORE" "$@"
}
init() {
	connected seal-init --cards "$d/cards" --fingerprints "$d/prints" --bootstrap-token "$d/state/bootstrap-token" "$@"
}
turn() { # NAME [OPTION...]
	_name=$1
	shift
	connected seal-unseal -n "$_name" -i "$d/$_name.identity" --passphrase-fd 3 --non-interactive "$@" 3<"$d/$_name.phrase"
}

exits "threshold above the number of cards: 1" 1 init -k 4 -o "$d/set"
ok "no folder was made" [ ! -e "$d/set" ]
exits "n of n" 1 init -k 3 -o "$d/set"
exits "no bootstrap token: 3" 3 connected seal-init -k 2 --cards "$d/cards" --fingerprints "$d/prints" \
	--bootstrap-token "$d/none" -o "$d/set"
says "no bootstrap token" "$d/none"
echo wrong >"$d/wrong-token"
chmod 600 "$d/wrong-token"
exits "a wrong bootstrap token: 6" 6 connected seal-init -k 2 --cards "$d/cards" --fingerprints "$d/prints" \
	--bootstrap-token "$d/wrong-token" -o "$d/set"
says "a wrong bootstrap token" "does not take it"
sed 's/^ann .*/ann 0000000000000000000000000000000000000000000000000000000000000000/' "$d/prints" >"$d/forged"
exits "another fingerprint: 1" 1 connected seal-init -k 2 --cards "$d/cards" --fingerprints "$d/forged" \
	--bootstrap-token "$d/state/bootstrap-token" -o "$d/set"
says "another fingerprint" "ann"
grep -v '^ben' "$d/prints" >"$d/missing"
exits "a card that is not in the file: 1" 1 connected seal-init -k 2 --cards "$d/cards" --fingerprints "$d/missing" \
	--bootstrap-token "$d/state/bootstrap-token" -o "$d/set"
says "a card that is not in the file" "ben"
exits "both threshold and groups: 2" 2 init -k 2 --groups a=1 -o "$d/set"
exits "an output that cannot be made: 3" 3 init -k 2 -o "$d/none/set"
exits "before init there is no folder: 1" 1 turn ann "$d/set"

exits "2 of 3" 0 init -k 2 -o "$d/set" --json
is "cards of passphrases are told of" "$(printf '%s\n' "$tap_out" | grep NOT)" \
	"seal-init: NOT ATTESTED, may be keys in software: the cards of ann, ben, cat"
tap_out=$(printf '%s\n' "$tap_out" | grep '^{')
is "JSON of seal-init" "$(printf '%s' "$tap_out" | jq -c '[.result, .exit, .threshold, .total, .custodians, .root_token, .resumed]')" \
	'["OK",0,2,3,["ann","ben","cat"],false,false]'
for member in $(printf '%s' "$tap_out" | jq -r 'keys[]'); do
	ok "the page of seal-init names $member" grep -qw -- "$member" man/seal-init.1
done
is "all files" "$(cd "$d/set" && find . -type f | sort | tr '\n' ' ')" \
	"./ann.share ./ben.share ./cards/ann.card ./cards/ben.card ./cards/cat.card ./cat.share ./manifest "
is "nothing is beside them" "$(find "$d" -maxdepth 1 -name '.*' | wc -l)" 0
exits "the same folder again: 1" 1 init -k 2 -o "$d/set"
says "the same folder again" "finished init"
exits "initialised already: 1" 1 init -k 2 -o "$d/set-2"
says "initialised already" "is initialised already"
ok "and no folder was made" [ ! -e "$d/set-2" ]

# A call that was killed after the daemon had made the shares goes on and fetches them.
under_strace() {
	strace -f -qq -o "$d/trace" -e trace=rename -e inject=rename:signal=KILL "$bin/seal-init" -a "$SEALD_URL" --pin "$SEALD_PIN" \
		--core "$SEALD_CORE" --cards "$d/cards" --fingerprints "$d/prints" --bootstrap-token "$d/state/bootstrap-token" "$@"
}
under_strace -k 2 --again -o "$d/broken" >/dev/null 2>&1
ok "killed at its last step: there is no folder" [ ! -e "$d/broken" ]
exits "it goes on" 0 init -k 2 -o "$d/broken" --json
is "the shares were fetched" "$(printf '%s\n' "$tap_out" | grep '^{' | jq -c .resumed)" true
ok "the folder is whole" cmp "$d/set/cards/cat.card" "$d/broken/cards/cat.card"

# Before the first quorum another set may be made; the first one is then old.
exits "again, before any quorum" 0 init -k 2 --again -o "$d/new"
exits "a share of the set before: 1" 1 turn ann "$d/set"
says "a share of the set before" "share set"

exits "a wrong passphrase: 4" 4 connected seal-unseal -n ann -i "$d/ann.identity" --passphrase-fd 3 --non-interactive "$d/new" \
	3<"$d/ben.phrase"
says "a wrong passphrase" "ann"
exits "no token of the person: 4" 4 connected seal-unseal -n ben -i "$d/ann.identity" --passphrase-fd 3 --non-interactive \
	"$d/new" 3<"$d/ann.phrase"
says "no token of the person" "ben"
cp -r "$d/new" "$d/bad"
cp "$d/new/ben.share" "$d/bad/ann.share"
exits "another person's share in the file: 1" 1 turn ann "$d/bad"
says "another person's share in the file" "ann"
cp "$d/set/ann.share" "$d/bad/ann.share"
exits "an old share in the file: 1" 1 turn ann "$d/bad"
says "an old share in the file" "ann"
head -c 300 "$d/new/ann.share" >"$d/bad/ann.share"
exits "a truncated share: 1" 1 turn ann "$d/bad"
says "a truncated share" "ann"
awk 'NR == 6 { if (sub(/A/, "B") == 0) sub(/./, "A") } { print }' "$d/new/ann.share" >"$d/bad/ann.share"
exits "a damaged share: 1" 1 turn ann "$d/bad"
says "a damaged share" "ann"
is "nothing of this was counted" "$("$bin/seal-status" -a "$SEALD_URL" --pin "$SEALD_PIN" --json 2>/dev/null | jq .progress)" 0

exits "ann's turn" 0 turn ann --json "$d/new"
is "JSON of seal-unseal" "$(printf '%s' "$tap_out" | grep '^{' | jq -c '[.sealed, .progress, .threshold, .given, .possible, .accepted, .repeated]')" \
	'[true,1,2,["ann"],["ben","cat"],"ann",false]'
for member in $(printf '%s' "$tap_out" | grep '^{' | jq -r 'keys[]'); do
	ok "the page of seal-unseal names $member" grep -qw -- "$member" man/seal-unseal.1
done
exits "ann again: nothing more is wanted of her: 4" 4 turn ann "$d/new"
exits "--wait runs out: 1" 1 turn ben --reset --wait 1 "$d/new"
is "the reset left ben's share alone" "$("$bin/seal-status" -a "$SEALD_URL" --pin "$SEALD_PIN" --json 2>/dev/null | jq .progress)" 1

# Two at once, from two processes; one waits for the other.
turn cat --wait 30 "$d/new" >"$d/cat.out" 2>&1
is "cat's share opens it" "$(tail -n 1 "$d/cat.out")" "$SEALD_URL is OPEN"
exits "open" 0 "$bin/seal-status" -a "$SEALD_URL" --pin "$SEALD_PIN"
exits "already open: 0" 0 turn ann "$d/new"
ok "the bootstrap token is gone" [ ! -e "$d/state/bootstrap-token" ]
seald_stop
seald_start 'half_open = "1h";'
exits "sealed after a restart" 1 "$bin/seal-status" -a "$SEALD_URL" --pin "$SEALD_PIN"
turn ann --wait 60 "$d/new" >"$d/ann.out" 2>&1 &
first=$!
turn ben --wait 60 "$d/new" >"$d/ben.out" 2>&1
is "both at once: ben's ends with 0" $? 0
wait "$first"
is "both at once: ann's ends with 0" $? 0
exits "and it is open" 0 "$bin/seal-status" -a "$SEALD_URL" --pin "$SEALD_PIN"
is "no passphrase in log or audit" "$(cat "$d/log" "$d/audit.log" | grep -c 'phrase of')" 0
done_testing
