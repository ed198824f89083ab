#!/bin/sh
# The tools in a real terminal, as custodians with passphrase tokens use them (walk.py), and a real daemon.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
trap 'seald_stop; rm -rf "$SEALD_DIR"' EXIT
seald_start 'half_open = "1h";' || exit 3
: "${SEALD_PIN:?}" "${SEALD_CORE:?}" "${SEALD_PID:?}"
bin=$(cd "$BUILD/bin" && pwd)
cat >"$SEALD_DIR/rc" <<EOF
PS1='sh> '
cd '$SEALD_DIR'
export PATH='$bin':\$PATH VAULT_ADDR='$SEALD_URL' TERM=xterm
enroll() { seal-enroll --passphrase "\$@"; }
init() { seal-init --pin '$SEALD_PIN' --core '$SEALD_CORE' --bootstrap-token state/bootstrap-token "\$@"; }
unseal() { seal-unseal --pin '$SEALD_PIN' --core '$SEALD_CORE' "\$@"; }
EOF
PYTHONPATH=tests/lib PYTHONDONTWRITEBYTECODE=1 python3 tests/cli/walk.py "$SEALD_DIR" "$SEALD_PID"
