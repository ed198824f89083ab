#!/bin/sh
# seal-unseal --prove with a YubiKey, its spare and a FIDO2 token: each signs, the PIN is asked for once, and the core
# takes it.
READERS=2
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
SEALD_DIR=$d
# shellcheck source=tests/lib/seald.sh
. "$here/lib/seald.sh"
trap 'seald_stop; tokens_stop; fido_stop_all; rm -rf "$TOKENS_DIR"' EXIT
authorities && mkdir "$d/cards" || exit 3
fido_pin=135790
: >"$d/prints"
enroll() { # CARD PIN OPTION...
    _card=$1
    printf '%s\n' "$2" >"$d/pin"
    shift 2
    "$BUILD/bin/seal-enroll" --roots "$d/roots" -o "$d/cards/$_card.card" --non-interactive --json "$@" 3<"$d/pin" 4<"$d/puk" |
        jq -r '"\(.name) \(.fingerprint)"' >>"$d/prints"
}
echo "$puk" >"$d/puk"
piv_start alice 1 --ca "$d/ca" --factory --serial 11111111 || exit 3
piv_start spare 2 --ca "$d/ca" --factory --serial 22222222 || exit 3
fido_start chloe --ca "$d/fca" --pin "$fido_pin" || exit 3
enroll alice "$pin" --piv --virtual -n alice --serial 11111111 --new-pin-fd 3 --new-puk-fd 4
enroll spare "$pin" --piv --virtual -n alice --serial 22222222 --new-pin-fd 3 --new-puk-fd 4
enroll chloe "$fido_pin" --fido2 -n chloe --device "$(cat "$d/chloe.dev")" --pin-fd 3
"$BUILD/bin/seal-enroll" --passphrase -n emma --identity "$d/emma.identity" -o "$d/cards/emma.card" --non-interactive --json \
    --passphrase-fd 3 3<"$d/puk" | jq -r '"\(.name) \(.fingerprint)"' >>"$d/prints"
is "four cards" "$(wc -l <"$d/prints")" 4
seald_start 'rehearsal = true;' || exit 3
: "${SEALD_PIN:?}" "${SEALD_CORE:?}"
tool() {
    _tool=$1
    shift
    "$BUILD/bin/$_tool" -a "$SEALD_URL" --pin "$SEALD_PIN" --core "$SEALD_CORE" "$@"
}
exits "init" 0 tool seal-init -k 2 --cards "$d/cards" --fingerprints "$d/prints" --roots "$d/roots" \
    --bootstrap-token "$d/state/bootstrap-token" -o "$d/set"
prove() { # PIN OPTION...
    printf '%s\n' "$1" >"$d/pin"
    shift
    tool seal-unseal --prove --non-interactive --pin-fd 3 --json "$@" "$d/set" 3<"$d/pin"
}
told() { printf '%s\n' "$tap_out" | grep '^{' | jq -c "$1"; }

before=$(sent alice)
exits "alice proves with her YubiKey" 0 prove "$pin" --device "piv:Virtual PCD 1 00 00"
is "and is told so" "$(told '[.accepted, .repeated, .unproved]')" '["alice",false,["chloe","emma"]]'
is "VERIFY came twice, for two keys that each want it" "$(sent alice)" "$((before + 2))"
ok "right before each use" piv_verify_was_last alice
exits "and with her spare" 0 prove "$pin" --device "piv:Virtual PCD 2 00 00"
is "which was known" "$(told '[.accepted, .repeated]')" '["alice",true]'
rm "$d/set/chloe.share"
exits "chloe with her FIDO2 token" 0 prove "$fido_pin" --device "$(cat "$d/chloe.dev")" -n chloe
is "whose share was fetched" "$(told '[.accepted, .repeated, .fetched, .unproved]')" '["chloe",false,true,["emma"]]'
mv "$d/set/alice.share" "$d/alice.share"
before=$(piv_selected alice spare)
exits "none of her tokens has that serial: 4" 4 prove "" --device "piv:Virtual PCD 1 00 00" --device "piv:Virtual PCD 2 00 00" \
    -n alice --serial 999
is "each was opened once, however many cards there are" "$(piv_selected alice spare)" \
    "$(for _n in $before; do printf '%s ' $((_n + 1)); done)"
ok "and nothing was fetched" test ! -e "$d/set/alice.share"
exits "her spare fetches it" 0 prove "$pin" --device "piv:Virtual PCD 1 00 00" --device "piv:Virtual PCD 2 00 00" --serial 22222222
is "which is told" "$(told '[.accepted, .repeated, .fetched]')" '["alice",true,true]'
ok "and it is the same" cmp "$d/set/alice.share" "$d/alice.share"
before=$(sent alice)
exits "a wrong PIN: 4" 4 prove 999999 --device "piv:Virtual PCD 1 00 00"
is "is sent once" "$(sent alice)" "$((before + 1))"
is "who has not" "$(tool seal-status --json 2>/dev/null | jq '.unproved | length')" 1
done_testing
