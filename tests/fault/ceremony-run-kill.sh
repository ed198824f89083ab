#!/bin/sh
# seal-ceremony run killed with -9 at random moments, SEAL_KILLS times (12), from SEAL_SEED, and resumed each time (ceremony_run_kill.py):
# an unseal first, then drills, until there were so many. Replay: SEAL_SEED=N sh tests/fault/ceremony-run-kill.sh.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
# shellcheck source=tests/lib/custodians.sh
. tests/lib/custodians.sh
trap 'seald_stop; rm -rf "$SEALD_DIR"' EXIT
d=$SEALD_DIR
seed=${SEAL_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
echo "# SEAL_SEED=$seed SEAL_KILLS=${SEAL_KILLS:-12}"
for name in alice bruno chloe; do custodian "$name"; done
seald_start 'half_open = "1h";' || exit 3
: "${SEALD_PIN:?}" "${SEALD_CORE:?}"
init -k 2 --purpose "key of the vault" -o "$d/set" >/dev/null 2>&1 || exit 3
set_id=$(sed -n 's/^set: //p' "$d/set/manifest")
for kind in unseal drill; do
	cat >"$d/$kind" <<-EOF
		kind = "$kind";
		purpose = "key of the vault";
		created = "2026-11-24T10:00:00Z";
		core = "$SEALD_CORE";
		address = "$SEALD_URL";
		pin = "$SEALD_PIN";
		set = "$set_id";
		epoch = 1;
		invited = ["alice", "bruno"];
		administrators = ["zoe"];
		witnesses = ["walt"];
		expires = "24h";
		reason = "a test";
	EOF
done
bin=$(cd "$BUILD/bin" && pwd)
cat >"$d/rc" <<EOF
PS1='sh> '
cd '$d'
export PATH='$bin':\$PATH TERM=xterm
walk() { seal-ceremony run -s set -i alice.identity -i bruno.identity "\$@"; }
EOF
PYTHONPATH=tests/lib PYTHONDONTWRITEBYTECODE=1 python3 tests/fault/ceremony_run_kill.py "$d" "$bin" "$seed" "${SEAL_KILLS:-12}"
