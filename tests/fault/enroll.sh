#!/bin/sh
# seal-enroll killed at each step of writing, and each step failing: a card is there whole and with its
# identity file, or not at all; there is never a part of either.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo "correct horse" >"$dir/words"
e=$BUILD/bin/seal-enroll

enroll() { # INJECTION
	strace -f -qq -o "$dir/trace" -e "trace=${1%%:*}" -e "inject=$1" \
		"$e" --passphrase -n alice -o "$dir/out/alice.card" --passphrase-fd 3 3<"$dir/words" >/dev/null 2>"$dir/err"
}
left() { # nothing but the two files
	[ -z "$(find "$dir/out" -mindepth 1 ! -name alice.card ! -name alice.identity)" ]
}
whole() { "$e" --check "$dir/out/alice.card" --passphrase-fd 3 3<"$dir/words" >/dev/null; }
# each SYSCALL HOW LEAST: at its first, second... call, until none is left to be hit.
each() {
	n=0
	rc=1
	while [ "$rc" -ne 0 ]; do
		n=$((n + 1))
		rm -rf "$dir/out"
		mkdir "$dir/out"
		rc=0
		enroll "$1:$2:when=$n" || rc=$?
		left || { echo "call $n: left behind"; ls -A "$dir/out"; return 1; }
		if [ -e "$dir/out/alice.card" ]; then
			whole || { echo "call $n: not whole"; return 1; }
		elif [ -e "$dir/out/alice.identity" ]; then
			[ "$(wc -l <"$dir/out/alice.identity")" -eq 5 ] || { echo "call $n: half an identity"; return 1; }
		fi
		case $2 in
		error=*)
			[ "$rc" -eq 0 ] || [ "$rc" -eq 3 ] || { echo "call $n: exit $rc"; return 1; }
			[ "$rc" -eq 0 ] || [ "$(wc -l <"$dir/err")" -eq 1 ] || { echo "call $n: not one line"; cat "$dir/err"; return 1; }
			;;
		esac
		[ "$n" -lt 60 ] || { echo "no end"; return 1; }
	done
	[ -e "$dir/out/alice.card" ] || return 1
	[ "$n" -gt "$3" ] || { echo "only $n calls"; return 1; }
}
for call in linkat fsync write; do
	ok "killed at each $call" each "$call" signal=KILL 2
	ok "each $call fails" each "$call" error=ENOSPC 2
done
done_testing
