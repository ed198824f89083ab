#!/bin/sh
# seal-combine: bad lines are named, nothing is written for them.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
c=$BUILD/bin/seal-combine
head -c 32 /dev/urandom | "$BUILD/bin/seal-split" --plain 5 -k 3 >"$dir/lines"

refused() { # NAME STATUS COMMAND...
	exits "$@"
	is "$1: one line" "$(printf '%s\n' "$tap_out" | grep -c .)" 1
}
run() { sh -c "$1"; }

refused "unknown option" 2 "$c" --frobnicate
refused "repeated option" 2 "$c" --plain --plain
refused "no lines" 1 run "$c --plain </dev/null"
refused "one line" 1 run "head -n 1 $dir/lines | $c --plain"
refused "the same line twice" 1 run "sed -n '1p;1p;2p' $dir/lines | $c --plain"
is "both lines named" "$(printf '%s' "$tap_out" | grep -c 'lines 1 and 2')" 1
refused "not base64" 1 run "{ head -n 1 $dir/lines; echo 'no!!'; } | $c --plain"
is "the line named" "$(printf '%s' "$tap_out" | grep -c 'line 2')" 1
refused "another length" 1 run "{ head -n 2 $dir/lines; echo AAAA; } | $c --plain"
refused "full disk" 3 run "head -n 3 $dir/lines | $c --plain >/dev/full"
exits "--help" 0 "$c" --help
done_testing
