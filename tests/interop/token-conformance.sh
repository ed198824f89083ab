#!/bin/sh
# The suite of all tokens on a virtual PIV card under the real pcscd and on a virtual FIDO2 token.
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BUILD:=$here/../build}"
BUILD=$(cd "$BUILD" && pwd)
export BUILD
if [ "${IN_NS:-}" != 1 ]; then
    IN_NS=1 exec "$here/virtual/ns-run" -n 1 "$0" "$@"
fi
TOKENS_DIR=$(mktemp -d)
# shellcheck source=tests/lib/tokens.sh
. "$here/lib/tokens.sh"
trap 'tokens_stop; fido_stop_all; rm -rf "$TOKENS_DIR"' EXIT
d=$TOKENS_DIR
suite=$BUILD/tests/interop_token_conformance
bad=0
"$VIRT_PIV" make-ca "$d/ca" 1 || exit 3
mkdir "$d/roots"
cp "$d"/ca/*.pem "$d/roots" || exit 3
for firmware in 5.4.3 5.7.1; do
    echo "# PIV, firmware $firmware, as it leaves the factory"
    piv_start "card$firmware" 1 --ca "$d/ca" --factory --serial 4000000001 --firmware "$firmware" || exit 3
    timeout 120 "$suite" piv "piv:Virtual PCD 1 00 00" "$d/roots" || bad=1
    piv_stop "card$firmware"
done
"$VIRT_FIDO2" make-ca "$d/fca" || exit 3
mkdir "$d/froots"
cp "$d"/fca/*.pem "$d/froots" || exit 3
for protocol in 1 2; do
    echo "# FIDO2, PIN protocol $protocol"
    fido_start "t$protocol" --ca "$d/fca" --pin-protocols "$protocol" || exit 3
    timeout 120 "$suite" fido2 "$(cat "$d/t$protocol.dev")" "$d/froots" || bad=1
    fido_stop "t$protocol"
done
exit "$bad"
