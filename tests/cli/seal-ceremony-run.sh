#!/bin/sh
# seal-ceremony run and resume at a real terminal (ceremony_run.py): custodians with passphrase tokens, and a real daemon.
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
for name in alice bruno; do custodian "$name" "$name" --group ops; done
for name in david emma; do custodian "$name" "$name" --group security; done
seald_start 'half_open = "1h";' || exit 3
: "${SEALD_PIN:?}" "${SEALD_CORE:?}" "${SEALD_PID:?}"
init -g ops=1,security=1 --purpose "key of the vault" -o "$d/set" >/dev/null || exit 3
set_id=$(sed -n 's/^set: //p' "$d/set/manifest")
# plan KIND [LINE]
plan() {
	cat <<-EOF
		kind = "$1";
		purpose = "key of the vault";
		created = "2026-11-24T10:00:00Z";
		core = "$SEALD_CORE";
		address = "$SEALD_URL";
		pin = "$SEALD_PIN";
		set = "$set_id";
		epoch = 1;
		invited = ["alice", "david"];
		deputies = ["emma"];
		administrators = ["zoe"];
		witnesses = ["walt"];
		expires = "24h";
		reason = "réouverture à blanc";
		$2
	EOF
}
plan unseal '' >"$d/plan"
plan unseal 'rehearsal = true;' >"$d/rehearsal"
plan drill '' >"$d/drill"
plan rotate '' >"$d/rotate"
bin=$(cd "$BUILD/bin" && pwd)
cat >"$d/rc" <<EOF
PS1='sh> '
cd '$d'
export PATH='$bin':\$PATH TERM=xterm
walk() { seal-ceremony run -s set -i alice.identity -i bruno.identity -i david.identity -i emma.identity "\$@"; }
again() { seal-ceremony resume -s set -i alice.identity -i bruno.identity -i david.identity -i emma.identity "\$@"; }
EOF
PYTHONPATH=tests/lib PYTHONDONTWRITEBYTECODE=1 python3 tests/cli/ceremony_run.py "$d"
