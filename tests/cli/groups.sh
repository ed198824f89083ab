#!/bin/sh
# A set with groups at a real daemon, through the tools: each holder proves, a quorum needs enough of each group, and no
# number of one stands in for another.
# shellcheck disable=SC2016 # expanded by the inner shell
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
trap 'seald_stop; rm -rf "$SEALD_DIR"' EXIT
d=$SEALD_DIR
# shellcheck source=tests/lib/custodians.sh
. tests/lib/custodians.sh
for name in ann ben cat; do custodian "$name" "$name" --group ops; done
for name in dora eve; do custodian "$name" "$name" --group security; done
is "five cards" "$(wc -l <"$d/prints")" 5
told() { printf '%s\n' "$tap_out" | grep '^{' | jq -c "$1"; }
state() { connected seal-status --json 2>/dev/null | jq -c "$1"; }
give() { # NAME [OPTION...]
	_name=$1
	shift
	as_holder "$_name" -n "$_name" --json "$@" "$d/set"
}
again() { # the daemon starts again, sealed
	seald_stop
	seald_start 'half_open = "1h";'
	is "$1: sealed, and nothing given" "$(state '[.sealed, .progress]')" "[true,0]"
}

seald_start 'half_open = "1h";'
ok "seald starts" kill -0 "$SEALD_PID"
exits "a group that nobody asked for: 1" 1 init --groups ops=2 -o "$d/set"
tells "a group that nobody asked for" "security"
exits "2 of ops and 1 of security" 0 init --groups ops=2,security=1 -o "$d/set" --json
is "flat numbers are the sums" "$(told '[.threshold, .total]')" "[3,5]"
is "the manifest has the groups" "$(sed -n 's/^group: //p' "$d/set/manifest" | tr '\n' ',')" "ops 2 of 3,security 1 of 2,"
is "the daemon counts so, too" "$(state '[.threshold, .total, .progress]')" "[3,5,0]"

# --- each proves, with what its group has to do with it
is "nobody has proved" "$(state '.unproved | length')" 5
for name in eve ann cat dora ben; do exits "$name proves" 0 give "$name" --prove; done
is "all have" "$(told '[.proved, .unproved]')" '[["ann","ben","cat","dora","eve"],[]]'
is "and none has given" "$(state '[.sealed, .progress, .unproved]')" "[true,0,[]]"

# --- ops alone do not open it
exits "ann gives" 0 give ann
is "of either group more is wanted" "$(told '[.sealed, .progress, .given, .possible]')" '[true,1,["ann"],["ben","cat","dora","eve"]]'
exits "ben gives" 0 give ben
is "ops is full: only security is wanted" "$(told '[.sealed, .progress, .given, .possible]')" '[true,2,["ann","ben"],["dora","eve"]]'
exits "a third of ops gives" 0 give cat
is "and stands in for nobody of security" "$(told '[.sealed, .progress, .given, .possible]')" \
	'[true,2,["ann","ben","cat"],["dora","eve"]]'
exits "dora gives" 0 give dora
is "it is open" "$(told '[.sealed, .accepted]')" '[false,"dora"]'

# --- security alone does not, nor with one of ops
again "another day"
exits "eve gives" 0 give eve
is "security is full" "$(told '[.progress, .given, .possible]')" '[1,["eve"],["ann","ben","cat"]]'
exits "the other of security gives" 0 give dora
is "and stands in for nobody of ops" "$(told '[.sealed, .progress]')" "[true,1]"
exits "cat gives" 0 give cat
is "one of ops is missing" "$(told '[.sealed, .progress, .possible]')" '[true,2,["ann","ben"]]'
exits "and without him time runs out: 1" 1 give cat --reset --wait 1
exits "from the start" 0 give ben
exits "and eve" 0 give eve
is "another quorum: open" "$(state .sealed)" false

# --- a secret in a folder, likewise
exits "split by groups" 0 sh -c '"$0" --groups ops=2,security=1 --cards "$1/cards" --fingerprints "$1/prints" -o "$1/folder" \
	<"$1/prints"' "$BUILD/bin/seal-split" "$d"
combine() { # NAME...
	for _name; do cat "$d/$_name.phrase"; done >"$d/phrases"
	for _name; do
		set -- "$@" -i "$d/$_name.identity"
		shift
	done
	"$BUILD/bin/seal-combine" --signer "$(sed -n 's/^signer: //p' "$d/folder/manifest")" "$@" --non-interactive \
		--passphrase-fd 3 "$d/folder" 3<"$d/phrases" >"$d/got"
}
exits "a quorum" 0 combine ben cat eve
ok "gives it back" cmp "$d/got" "$d/prints"
exits "without security: 1" 1 combine ann ben
ok "nothing came out" test ! -s "$d/got"
exits "with one of ops: 1" 1 combine ann dora
ok "nothing came out of that" test ! -s "$d/got"
done_testing
