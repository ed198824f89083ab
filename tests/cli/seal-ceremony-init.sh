#!/bin/sh
# seal-ceremony run of an init at a real terminal (ceremony_init.py): a daemon that is not initialised, three passphrase tokens.
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
for name in alice bruno chloe; do custodian "$name"; done
seald_start 'half_open = "1h";' || exit 3
: "${SEALD_PIN:?}" "${SEALD_CORE:?}"
cat >"$d/plan" <<EOF
kind = "init";
purpose = "key of the vault";
created = "2026-11-24T10:00:00Z";
core = "$SEALD_CORE";
address = "$SEALD_URL";
pin = "$SEALD_PIN";
cards = "cards";
threshold = 2;
custodians = ["alice", "bruno", "chloe"];
administrators = ["zoe"];
witnesses = ["walt"];
expires = "24h";
reason = "first ceremony";
EOF
bin=$(cd "$BUILD/bin" && pwd)
cat >"$d/rc" <<EOF
PS1='sh> '
cd '$d'
export PATH='$bin':\$PATH TERM=xterm
bare() { seal-ceremony run -i alice.identity -i bruno.identity -i chloe.identity "\$@"; }
walk() { bare --bootstrap-token state/bootstrap-token "\$@"; }
EOF
PYTHONPATH=tests/lib PYTHONDONTWRITEBYTECODE=1 python3 tests/cli/ceremony_init.py "$d"
