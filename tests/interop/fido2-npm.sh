#!/bin/sh
# fido2prf both ways with npm's age-encryption, whose browser is played from a virtual
# token's own secret: they open the identity in our card, we open what they seal. Recorded
# files are in tests/vectors/fido2prf (tests/unit/test_fido2prf.c). The live part needs the
# package in NPM_HOME (default build/npm: `npm install --prefix build/npm age-encryption@0.3.1`).
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BUILD:=$here/../build}"
BUILD=$(cd "$BUILD" && pwd)
export BUILD
TOKENS_DIR=$(mktemp -d)
export TOKENS_DIR
# shellcheck source=tests/lib/tap.sh
. "$here/lib/tap.sh"
# shellcheck source=tests/lib/tokens.sh
. "$here/lib/tokens.sh"
trap 'fido_stop_all; rm -rf "$TOKENS_DIR"' EXIT
d=$TOKENS_DIR
NPM_HOME=$(realpath -m "${NPM_HOME:-$BUILD/npm}")
export NPM_HOME
missing=$(npm_missing)
live() { # NAME COMMAND...
    if [ -z "$missing" ]; then ok "$@"; else skip "$1" "$missing"; fi
}
kept=$here/vectors/fido2prf
npm() { node "$here/interop/fido2_npm.mjs" "$@"; }
field() { sed -n "s/^ *\"$2\": \"\(.*\)\",\{0,1\}$/\1/p" "$1"; }
drive() { timeout 60 "$BUILD/tests/interop_fido2_driver" -d "$DEV" -p "$d/pin" "$@" 2>/dev/null; }

npm_opens() { npm open secret "$kept/secret" "$kept/identity" <"$kept/sealed-100" >"$d/got" && seq 1 20000 | head -c 100 | cmp - "$d/got"; }
live "what is recorded opens there too" npm_opens

echo 864209 >"$d/pin"
"$VIRT_FIDO2" make-ca "$d/ca" || exit 3
mkdir "$d/roots" && cp "$d/ca/root.pem" "$d/roots"
for kind in both ctap20; do
    case $kind in
    ctap20) set -- --ctap20 --no-cred-protect ;;
    *) set -- ;;
    esac
    fido_start $kind --ca "$d/ca" --pin 864209 "$@"
    DEV=$(cat "$d/$kind.dev")
    ok "$kind: enrols" drive -r "$d/roots" -i bank.example enrol "$d/card"
    field "$d/card" identity >"$d/identity"
    printf '%b' "$(field "$d/card" wrapped)" >"$d/wrapped"
    we_open() { drive raw "$d/identity" "$d/wrapped" >"$d/ours"; }
    ok "$kind: the identity in the card opens with the token" we_open
    printf 'a share\n' | "$BUILD/tests/interop_seal_age" -a "$(field "$d/card" recipient)" >"$d/share"
    stock_opens() { age -d -i "$d/ours" "$d/share" >"$d/got" && [ "$(cat "$d/got")" = "a share" ]; }
    ok "$kind: stock age opens a share with it" stock_opens
    they_open() { npm open state "$d/$kind.state" "$d/identity" armor <"$d/wrapped" >"$d/theirs"; }
    live "$kind: they open it too" they_open
    live "$kind: the same" cmp "$d/theirs" "$d/ours"
    for form in "" armor; do
        # shellcheck disable=SC2086 # a word, or nothing
        they_seal() { printf 'for a token\n' | npm seal state "$d/$kind.state" "$d/identity" $form >"$d/f"; }
        live "$kind: they seal $form" they_seal
        we_open_theirs() { drive raw "$d/identity" "$d/f" >"$d/got" && [ "$(cat "$d/got")" = "for a token" ]; }
        live "$kind: we open it $form" we_open_theirs
    done
    fido_stop $kind
done
done_testing
