#!/bin/sh
# The tools in a real terminal, as custodians with YubiKeys use them (walk-tokens.py): virtual PIV and FIDO2 tokens,
# whose touch is waited for, and a real daemon.
READERS=2
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
SEALD_DIR=$d
# shellcheck source=tests/lib/seald.sh
. "$here/lib/seald.sh"
trap 'seald_stop; tokens_stop; fido_stop_all; rm -rf "$TOKENS_DIR"' EXIT
authorities && mkdir "$d/cards" "$d/one" || exit 3
piv_start alice 1 --ca "$d/ca" --factory --serial 11111111 || exit 3
piv_start bruno 2 --ca "$d/ca" --factory --serial 22222222 || exit 3
fido_start chloe --ca "$d/fca" --factory || exit 3
seald_start 'rehearsal = true;' || exit 3
: "${SEALD_PIN:?}" "${SEALD_CORE:?}"
cat >"$d/rc" <<EOF
PS1='sh> '
cd '$d'
export PATH='$BUILD/bin':\$PATH VAULT_ADDR='$SEALD_URL' TERM=xterm
chloe=\$(cat chloe.dev)
piv() { seal-enroll --piv --virtual --roots roots "\$@"; }
fido() { seal-enroll --fido2 --roots roots --device "\$chloe" "\$@"; }
init() { seal-init --pin '$SEALD_PIN' --core '$SEALD_CORE' --bootstrap-token state/bootstrap-token --roots roots "\$@"; }
unseal() { seal-unseal --pin '$SEALD_PIN' --core '$SEALD_CORE' "\$@"; }
EOF
PYTHONPATH=$here/lib PYTHONDONTWRITEBYTECODE=1 python3 "$here/interop/walk-tokens.py" "$d" "$BUILD/tests"
