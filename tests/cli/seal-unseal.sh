#!/bin/sh
# seal-unseal against a real daemon, with passphrase tokens: what is refused, and by what name; races of
# custodians; reset.
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
turn() { # NAME [OPTION...]
	_name=$1
	shift
	as_holder "$_name" -n "$_name" "$@"
}
for name in ann ben cat; do custodian "$name"; done
is "three cards" "$(wc -l <"$d/prints")" 3

seald_start 'half_open = "1h";'
ok "seald starts" kill -0 "$SEALD_PID"
exits "before init there is no folder: 1" 1 turn ann "$d/set"

exits "2 of 3" 0 init -k 2 -o "$d/set"
# Before the first quorum another set may be made; the first one is then old.
exits "again, before any quorum" 0 init -k 2 --again -o "$d/new"
exits "a share of the set before: 1" 1 turn ann "$d/set"
tells "a share of the set before" "share set"

exits "a wrong passphrase: 4" 4 connected seal-unseal -n ann -i "$d/ann.identity" --passphrase-fd 3 --non-interactive "$d/new" \
	3<"$d/ben.phrase"
tells "a wrong passphrase" "ann"
exits "no token of the person: 4" 4 connected seal-unseal -n ben -i "$d/ann.identity" --passphrase-fd 3 --non-interactive \
	"$d/new" 3<"$d/ann.phrase"
tells "no token of the person" "ben"
cp -r "$d/new" "$d/bad"
cp "$d/new/ben.share" "$d/bad/ann.share"
exits "another person's share in the file: 1" 1 turn ann "$d/bad"
tells "another person's share in the file" "ann"
cp "$d/set/ann.share" "$d/bad/ann.share"
exits "an old share in the file: 1" 1 turn ann "$d/bad"
tells "an old share in the file" "ann"
head -c 300 "$d/new/ann.share" >"$d/bad/ann.share"
exits "a truncated share: 1" 1 turn ann "$d/bad"
tells "a truncated share" "ann"
awk 'NR == 6 { if (sub(/A/, "B") == 0) sub(/./, "A") } { print }' "$d/new/ann.share" >"$d/bad/ann.share"
exits "a damaged share: 1" 1 turn ann "$d/bad"
tells "a damaged share" "ann"
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
