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

# --- --json: the page's members and no others, on standard error, last; the secret alone on standard output
reported() { # NAME STATUS RESULT COMMAND
	exits "--json, $1" "$2" run "$4 2>$dir/err"
	is "--json, $1: the last line" "$(tail -n 1 "$dir/err" | jq -c .)" "{\"result\":\"$3\",\"exit\":$2}"
	is "--json, $1: before it one line where it is no success" "$(sed '$d' "$dir/err" | grep -c '^seal-combine: ') of $(sed '$d' "$dir/err" | wc -l)" \
		"$(if [ "$2" = 0 ]; then echo 0 of 0; else echo 1 of 1; fi)"
}
reported "done" 0 OK "head -n 3 $dir/lines | $c --plain --json >$dir/back"
ok "the secret is there as without it" run "head -n 3 $dir/lines | $c --plain | cmp - $dir/back"
reported "one line" 1 QUORUM "head -n 1 $dir/lines | $c --plain --json"
reported "not base64" 1 FORMAT "{ head -n 1 $dir/lines; echo 'no!!'; } | $c --plain --json"
reported "the same line twice" 1 DUPLICATE "sed -n '1p;1p;2p' $dir/lines | $c --plain --json"
reported "a folder with --plain" 2 USAGE "$c --json --plain $dir"
reported "no folder of that name" 1 NOTFOUND "$c --json --non-interactive $dir/none"
reported "full disk" 3 IO "head -n 3 $dir/lines | $c --plain --json >/dev/full"
for member in $(tail -n 1 "$dir/err" | jq -r 'keys[]'); do
	ok "the page names $member" grep -q "^\.Cm $member\b" man/seal-combine.1
done
is "and nothing else of a report" "$(sed -n '/^.It Fl Fl json/,/^.It Fl Fl help/s/^.Cm //p' man/seal-combine.1 | sort | tr '\n' ' ')" "exit result "
done_testing
