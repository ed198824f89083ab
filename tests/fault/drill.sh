#!/bin/sh
# seal-drill prove killed at each step of writing, and each step failing: the statement is there whole or not at all,
# and the share is as it was.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
INJECT_DIR=$dir
# shellcheck source=tests/lib/inject.sh
. tests/lib/inject.sh
mkdir "$dir/cards" "$dir/out"
"$BUILD/tests/interop_make_card" "$dir/cards" alice -p bruno -p >"$dir/fp"
ok "a set" sh -c "echo secret | $BUILD/bin/seal-split -k 1 --allow-single --cards $dir/cards --fingerprints $dir/fp -o $dir/set"
sum=$(sha256sum <"$dir/set/alice.share")
printf 'alice opens it\n' >"$dir/words"

attempt() { # COMMAND...: run under it
	"$@" "$BUILD/bin/seal-drill" prove -n alice -i "$dir/cards/alice.identity" --passphrase-fd 3 --non-interactive \
		-o "$dir/out/alice.drill" "$dir/set" 3<"$dir/words" >/dev/null 2>"$dir/err"
}
judge() { # HOW
	[ "$(sha256sum <"$dir/set/alice.share")" = "$sum" ] || { echo "the share has changed" && return 1; }
	if [ -e "$dir/out/alice.drill" ]; then
		"$BUILD/bin/seal-drill" check -m "$dir/set/manifest" "$dir/out/alice.drill" >/dev/null || { echo "half a statement" && return 1; }
	fi
	case $1 in
	error=*)
		[ -z "$(find "$dir/out" -mindepth 1 ! -name alice.drill)" ] || { echo "left behind" && ls -A "$dir/out" && return 1; }
		[ "$rc" -eq 0 ] || [ "$rc" -eq 3 ] || return 1
		;;
	esac
	[ "$rc" -ne 0 ] || [ -e "$dir/out/alice.drill" ]
}
for call in linkat fsync write; do
	ok "killed at each $call" inject_each "$call" signal=KILL 1
	ok "each $call fails" inject_each "$call" error=ENOSPC 1
done
done_testing
