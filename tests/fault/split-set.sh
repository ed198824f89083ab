#!/bin/sh
# seal-split killed at each step of writing, and each step failing: the folder is there
# whole or not at all, and after a failure nothing is left beside it.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/cards" "$dir/out"
"$BUILD/tests/interop_make_card" "$dir/cards" alice bruno chloe >"$dir/fp"
echo "planted secret" >"$dir/secret"
files="./alice.share ./bruno.share ./cards/alice.card ./cards/bruno.card ./cards/chloe.card ./chloe.share ./manifest ./secret.sealed "

split() { # INJECTION: under strace, which then also ends by the signal
	strace -f -qq -o "$dir/trace" -e "trace=${1%%:*}" -e "inject=$1" \
		"$BUILD/bin/seal-split" -k 2 --cards "$dir/cards" --fingerprints "$dir/fp" \
		-o "$dir/out/set" <"$dir/secret" >/dev/null 2>"$dir/err"
}
whole() {
	[ "$(cd "$dir/out/set" && find . -type f | sort | tr '\n' ' ')" = "$files" ] &&
		for name in alice chloe; do
			age -d -i "$dir/cards/$name.key" "$dir/out/set/$name.share" || return 1
		done | sed -n 's/^key: //p' | "$BUILD/bin/seal-combine" --plain >/dev/null
}
# each SYSCALL HOW LEAST: at its first, second... call, until none is left to be hit.
each() {
	n=0
	rc=1
	while [ "$rc" -ne 0 ]; do
		n=$((n + 1))
		rm -rf "$dir/out"
		mkdir "$dir/out"
		rc=0
		split "$1:$2:when=$n" || rc=$?
		if [ -e "$dir/out/set" ]; then
			whole || { echo "call $n: half a folder"; return 1; }
		fi
		case $2 in
		error=*)
			[ -z "$(find "$dir/out" -mindepth 1 -maxdepth 1 ! -name set)" ] ||
				{ echo "call $n: left behind"; ls -A "$dir/out"; return 1; }
			[ "$rc" -eq 0 ] || [ "$rc" -eq 3 ] || { echo "call $n: exit $rc"; return 1; }
			[ "$rc" -eq 0 ] || [ "$(wc -l <"$dir/err")" -eq 1 ] ||
				{ echo "call $n: not one line"; cat "$dir/err"; return 1; }
			;;
		esac
		[ "$n" -lt 200 ] || { echo "no end"; return 1; }
	done
	[ -e "$dir/out/set" ] || return 1
	[ "$n" -gt "$3" ] || { echo "only $n calls"; return 1; }
}
for call in linkat fsync write; do
	ok "killed at each $call" each "$call" signal=KILL 8
	ok "each $call fails" each "$call" error=ENOSPC 8
done
for call in mkdir rename; do
	ok "killed at each $call" each "$call" signal=KILL 1
	ok "each $call fails" each "$call" error=EROFS 1
done
# Ctrl-C in the middle of writing: it ends by the signal, when all is taken away again.
interrupted() {
	for n in 1 4 8; do
		rm -rf "$dir/out"
		mkdir "$dir/out"
		split "linkat:signal=INT:when=$n" && return 1
		[ -z "$(ls -A "$dir/out")" ] || { ls -A "$dir/out"; return 1; }
	done
}
ok "Ctrl-C while it writes leaves nothing" interrupted
done_testing
