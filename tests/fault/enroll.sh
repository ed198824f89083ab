#!/bin/sh
# seal-enroll killed at each step of writing, and each step failing: a card is there whole and with its
# identity file, or not at all; there is never a part of either.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
INJECT_DIR=$dir
# shellcheck source=tests/lib/inject.sh
. tests/lib/inject.sh
echo "correct horse" >"$dir/words"
e=$BUILD/bin/seal-enroll

attempt() { # COMMAND...: run under it
	"$@" "$e" --passphrase -n alice -o "$dir/out/alice.card" --passphrase-fd 3 3<"$dir/words" >/dev/null 2>"$dir/err"
}
left() { # nothing but the two files
	[ -z "$(find "$dir/out" -mindepth 1 ! -name alice.card ! -name alice.identity)" ]
}
whole() { "$e" --check "$dir/out/alice.card" --passphrase-fd 3 3<"$dir/words" >/dev/null; }
judge() { # HOW
	left || { echo "left behind" && ls -A "$dir/out" && return 1; }
	if [ -e "$dir/out/alice.card" ]; then
		whole || { echo "not whole" && return 1; }
	elif [ -e "$dir/out/alice.identity" ]; then
		[ "$(wc -l <"$dir/out/alice.identity")" -eq 5 ] || { echo "half an identity" && return 1; }
	fi
	case $1 in error=*) [ "$rc" -eq 0 ] || [ "$rc" -eq 3 ] || return 1 ;; esac
	[ "$rc" -ne 0 ] || [ -e "$dir/out/alice.card" ]
}
# Killed between the two files: said at the next run with what to do, and done so it works.
between() {
	rm -rf "$dir/out"
	mkdir "$dir/out"
	attempt strace -f -qq -o "$dir/trace" -e trace=linkat -e inject=linkat:signal=KILL:when=2
	[ "$(ls "$dir/out")" = alice.identity ] || { ls "$dir/out" && return 1; }
	attempt && return 1
	[ "$(wc -l <"$dir/err")" -eq 1 ] || { cat "$dir/err" && return 1; }
	grep -q "alice.identity.*broken off.*remove it and enrol again" "$dir/err" || { cat "$dir/err" && return 1; }
	rm "$dir/out/alice.identity"
	attempt && whole
}
ok "killed between identity file and card" between
for call in linkat fsync write; do
	ok "killed at each $call" inject_each "$call" signal=KILL 2
	ok "each $call fails" inject_each "$call" error=ENOSPC 2
done
done_testing
