#!/bin/sh
# seal-reshare killed, or with one call failing, SEAL_KILLS times (12), each at a step chosen from SEAL_SEED: the former
# folder is as it was, the new one is there whole or not at all, and the same command then makes it, with nothing left
# beside it. Replay: SEAL_SEED=N SEAL_LIFE=N tests/fault/reshare-kill.sh.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
seed=${SEAL_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
echo "# SEAL_SEED=$seed SEAL_KILLS=${SEAL_KILLS:-12}"
mkdir "$d/cards" "$d/next" "$d/out"
"$BUILD/tests/interop_make_card" "$d/cards" alice -p bruno chloe >"$d/fp" || exit 3
"$BUILD/tests/interop_make_card" "$d/next" david -p emma >"$d/fp-next" || exit 3
printf 'planted secret' >"$d/secret"
echo 'alice opens it' >"$d/alice"
echo 'david opens it' >"$d/david"
"$BUILD/bin/seal-split" -k 1 --allow-single --cards "$d/cards" --fingerprints "$d/fp" -o "$d/set" <"$d/secret" >/dev/null 2>&1 || exit 3
signer=$(sed -n 's/^signer: //p' "$d/set/manifest")
files="./cards/david.card ./cards/emma.card ./david.share ./emma.share ./manifest ./minutes ./secret.sealed "
calls=write,fsync,linkat,mkdir,rename,unlink,ftruncate

attempt() { # COMMAND...: run under it
	"$@" "$BUILD/bin/seal-reshare" -k 1 --allow-single --cards "$d/next" --fingerprints "$d/fp-next" --signer "$signer" \
		-o "$d/out/set" -i "$d/cards/alice.identity" --passphrase-fd 3 --non-interactive "$d/set" \
		>"$d/said" 2>"$d/err" 3<"$d/alice"
}
state() { (cd "$d/set" && find . -type f -exec sha256sum {} + | sort); }
beside() { find "$d/out" -mindepth 1 -maxdepth 1 ! -name set -printf '%f\n'; }
whole() {
	[ "$(cd "$d/out/set" && find . -type f | sort | tr '\n' ' ')" = "$files" ] || { ls -R "$d/out" && return 1; }
	"$BUILD/bin/seal-reshare" --check --signer "$signer" -o "$d/out/set" "$d/set" >/dev/null
}
opens() {
	"$BUILD/bin/seal-combine" --non-interactive -i "$d/next/david.identity" --passphrase-fd 3 "$d/out/set" 3<"$d/david" \
		>"$d/got" 2>"$d/err" && cmp "$d/got" "$d/secret"
}
tells_one() { [ "$(grep -vc -e 'NOT ATTESTED' -e 'share opened$' "$d/err")" -eq 1 ] || { cat "$d/err" && return 1; }; }

before=$(state)
whole_run() {
	attempt strace -f -qq -s 100000 -o "$d/trace" -e "trace=$calls,writev,pwrite64,sendto,sendmsg" || { cat "$d/err" && return 1; }
	whole && opens
}
ok "a run that nothing befalls" whole_run
ok "writes the secret nowhere" sh -c "grep -q sealkit-secret '$d/trace' && ! grep -q 'planted secret' '$d/trace'"
# One line CALL NUMBER for each step of it.
sed -n 's/^[0-9]* *\([a-z0-9]*\)(.*/\1/p' "$d/trace" | grep -xF "$(echo "$calls" | tr ',' '\n')" |
	awk '{ print $1, ++n[$1] }' >"$d/steps"
ok "it has steps to be killed at" [ "$(wc -l <"$d/steps")" -gt 40 ]

life() { # N
	step=$(awk -v seed="$seed" -v life="$1" 'BEGIN { srand(seed + 7919 * life); while ((getline line < ARGV[1]) > 0) s[n++] = line
		print s[int(rand() * n)] }' "$d/steps")
	how=signal=KILL
	[ "$(($1 % 3))" -ne 0 ] || how=error=ENOSPC
	echo "life $1: $how at $step"
	rm -rf "$d/out" && mkdir "$d/out"
	rc=0
	attempt strace -f -qq -o /dev/null -e "trace=${step% *}" -e "inject=${step% *}:$how:when=${step#* }" 2>/dev/null || rc=$?
	[ "$how" != signal=KILL ] || [ "$rc" -ne 137 ] || echo killed >>"$d/killed"
	[ "$(state)" = "$before" ] || { echo "the former folder has changed" && return 1; }
	[ ! -e "$d/out/set" ] || whole || return 1
	[ "$rc" -ne 0 ] || [ -e "$d/out/set" ] || { echo "done, and nothing there" && return 1; }
	case $how in
	error=*)
		[ "$rc" -eq 0 ] || { [ "$rc" -eq 3 ] && tells_one; } || { echo "exit $rc" && return 1; }
		# Where the new folder is there and that could not be told, the journal stays to tell it.
		[ -z "$(beside)" ] || { [ -e "$d/out/set" ] && [ "$(beside)" = .set.reshare ]; } || { beside && return 1; }
		;;
	esac
	if [ ! -e "$d/out/set" ] || [ -e "$d/out/.set.reshare" ]; then
		attempt env || { echo "it does not go on" && cat "$d/err" && return 1; }
		grep -q '^signer  ' "$d/said" || { echo "it does not tell" && return 1; }
	fi
	whole && opens || return 1
	[ -z "$(beside)" ] || { beside && return 1; }
}
if [ -n "${SEAL_LIFE:-}" ]; then
	ok "life $SEAL_LIFE" life "$SEAL_LIFE"
else
	n=0
	while [ "$n" -lt "${SEAL_KILLS:-12}" ]; do
		n=$((n + 1))
		ok "life $n" life "$n"
	done
	ok "half of them were killed indeed" [ "$(wc -l <"$d/killed")" -ge "$((n / 2))" ]
fi
done_testing
