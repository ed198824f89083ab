#!/bin/sh
# The list of programs that a build cannot run names programs that are there, each with a reason; the one that is kept does.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
suite() { # LIST
	env SEAL_SKIPS="$1" tests/suite
}
exits "the list of make check-asan-tools" 0 suite tests/asan-skips.txt
echo "cli/no-such-program it was renamed" >"$d/stale"
exits "a program that is not there" 1 suite "$d/stale"
is "is named" "$(printf '%s\n' "$tap_out" | grep -c 'cli/no-such-program: no such program')" 1
printf 'cli/stdout\n' >"$d/bare"
exits "no reason" 1 suite "$d/bare"
printf 'cli/stdout a reason\ncli/no-such-program a reason' >"$d/cut"
exits "the last line without its end" 1 suite "$d/cut"
exits "no such list" 2 suite "$d/none"
done_testing
