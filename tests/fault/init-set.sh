#!/bin/sh
# seal-init killed at each step, and each step failing: the folder is there whole or not at all, nothing but the
# journal and a hidden folder is beside it, and the same command then goes on to the set that the daemon has.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
INJECT_DIR=$SEALD_DIR
# shellcheck source=tests/lib/inject.sh
. tests/lib/inject.sh
trap 'seald_stop; rm -rf "$SEALD_DIR"' EXIT
d=$SEALD_DIR
mkdir "$d/cards" "$d/out"
"$BUILD/tests/interop_make_card" "$d/cards" alice bruno chloe >"$d/fp"
files="./alice.share ./bruno.share ./cards/alice.card ./cards/bruno.card ./cards/chloe.card ./chloe.share ./manifest ./root-token.age "
seald_start 'rehearsal = true;'
ok "a daemon" kill -0 "$SEALD_PID"

attempt() { # COMMAND...: run under it
	"$@" "$BUILD/bin/seal-init" -k 2 --again --cards "$d/cards" --fingerprints "$d/fp" -a "$SEALD_URL" --pin "$SEALD_PIN" \
		--core "$SEALD_CORE" --root-token-card "$d/cards/alice.card" --bootstrap-token "$d/state/bootstrap-token" \
		-o "$d/out/set" >/dev/null 2>"$d/err"
}
whole() {
	[ "$(cd "$d/out/set" && find . -type f | sort | tr '\n' ' ')" = "$files" ] || { ls -R "$d/out/set" && return 1; }
	_set=$("$BUILD/bin/seal-status" -a "$SEALD_URL" --pin "$SEALD_PIN" --json 2>/dev/null | jq -r .set)
	grep -qxF "set: $_set" "$d/out/set/manifest" || { echo "not the daemon's set $_set" && return 1; }
	age -d -i "$d/cards/alice.key" "$d/out/set/alice.share" >/dev/null
}
beside() { find "$d/out" -mindepth 1 -maxdepth 1 ! -name set -printf '%f\n' | sort; }
judge() { # HOW
	if [ -e "$d/out/set" ]; then
		whole || { echo "half a folder" && return 1; }
	fi
	case $1 in
	error=*)
		if beside | grep -vxF .set.journal; then echo "left behind" && return 1; fi
		case $rc in 0 | 3 | 6) ;; *) return 1 ;; esac
		;;
	esac
	if [ "$rc" -ne 0 ] && [ ! -e "$d/out/set" ]; then
		attempt env || { echo "it does not go on" && cat "$d/err" && return 1; }
	fi
	whole || { echo "not whole in the end" && return 1; }
	[ "$rc" -ne 0 ] || [ -z "$(beside)" ] || { beside && return 1; }
}
for call in linkat fsync write; do
	ok "killed at each $call" inject_each "$call" signal=KILL 8
	ok "each $call fails" inject_each "$call" error=ENOSPC 8
done
for call in mkdir rename fdatasync unlink; do
	ok "killed at each $call" inject_each "$call" signal=KILL 1
done
for call in mkdir rename fdatasync; do
	ok "each $call fails" inject_each "$call" error=EROFS 1
done

# Killed between the last rename and the end: it is done, and the next call says so and tidies up.
rm -rf "$d/out"
mkdir "$d/out"
inject unlink:signal=KILL:when=1
is "killed when all is done: the journal stays" "$(beside)" .set.journal
rc=0
attempt env || rc=$?
is "the same again: 1" "$rc" 1
ok "it says that all is done" grep -q "holds a finished init" "$d/err"
is "and nothing is beside it" "$(beside)" ""
done_testing
