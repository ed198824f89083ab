#!/bin/sh
# seal-split killed at each step of writing, and each step failing: the folder is there
# whole or not at all, and after a failure nothing is left beside it.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
INJECT_DIR=$dir
# shellcheck source=tests/lib/inject.sh
. tests/lib/inject.sh
mkdir "$dir/cards" "$dir/out"
"$BUILD/tests/interop_make_card" "$dir/cards" alice bruno chloe >"$dir/fp"
echo "planted secret" >"$dir/secret"
files="./alice.share ./bruno.share ./cards/alice.card ./cards/bruno.card ./cards/chloe.card ./chloe.share ./manifest ./secret.sealed "

attempt() { # COMMAND...: run under it
	"$@" "$BUILD/bin/seal-split" -k 2 --cards "$dir/cards" --fingerprints "$dir/fp" \
		-o "$dir/out/set" <"$dir/secret" >/dev/null 2>"$dir/err"
}
whole() {
	[ "$(cd "$dir/out/set" && find . -type f | sort | tr '\n' ' ')" = "$files" ] &&
		for name in alice chloe; do
			age -d -i "$dir/cards/$name.key" "$dir/out/set/$name.share" || return 1
		done | sed -n 's/^key: //p' | "$BUILD/bin/seal-combine" --plain >/dev/null
}
judge() { # HOW
	if [ -e "$dir/out/set" ]; then
		whole || { echo "half a folder" && return 1; }
	fi
	case $1 in
	error=*)
		[ -z "$(find "$dir/out" -mindepth 1 -maxdepth 1 ! -name set)" ] || { echo "left behind" && ls -A "$dir/out" && return 1; }
		[ "$rc" -eq 0 ] || [ "$rc" -eq 3 ] || return 1
		;;
	esac
	[ "$rc" -ne 0 ] || [ -e "$dir/out/set" ]
}
for call in linkat fsync write; do
	ok "killed at each $call" inject_each "$call" signal=KILL 8
	ok "each $call fails" inject_each "$call" error=ENOSPC 8
done
for call in mkdir rename; do
	ok "killed at each $call" inject_each "$call" signal=KILL 1
	ok "each $call fails" inject_each "$call" error=EROFS 1
done
# Ctrl-C in the middle of writing: it ends by the signal, when all is taken away again.
interrupted() {
	for n in 1 4 8; do
		rm -rf "$dir/out"
		mkdir "$dir/out"
		inject "linkat:signal=INT:when=$n" && return 1
		[ -z "$(ls -A "$dir/out")" ] || { ls -A "$dir/out"; return 1; }
	done
}
ok "Ctrl-C while it writes leaves nothing" interrupted
done_testing
