#!/bin/sh
# seal-lock with a YubiKey, its spare and a FIDO2 token: each signs with its signing key, the PIN is asked for once, nothing is
# unwrapped, and the core seals.
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
exits "init" 0 tool seal-init -k 1 --allow-single --cards "$d/cards" --fingerprints "$d/prints" --roots "$d/roots" \
    --bootstrap-token "$d/state/bootstrap-token" -o "$d/set"
open_it() {
    tool seal-unseal -i "$d/emma.identity" -n emma --non-interactive --passphrase-fd 3 "$d/set" 3<"$d/puk" >"$d/opened" 2>&1
}
lock() { # PIN OPTION...
    printf '%s\n' "$1" >"$d/pin"
    shift
    tool seal-lock --non-interactive --pin-fd 3 --json "$@" "$d/set" 3<"$d/pin"
}
told() { printf '%s\n' "$tap_out" | grep '^{' | jq -c '[.sealed, .already, .custodian]'; }
sealed() { tool seal-status --json 2>/dev/null | jq -c .sealed; }

ok "emma opens it" open_it
rm "$d"/set/*.share
before=$(sent alice)
exits "alice seals it with her YubiKey" 0 lock "$pin" --device "piv:Virtual PCD 1 00 00"
is "and is told so" "$(told) $(sealed)" '[true,false,"alice"] true'
is "VERIFY came once" "$(sent alice)" "$((before + 1))"
ok "right before the key was used" piv_verify_was_last alice
exits "her PIN is not asked for again: it is sealed" 0 lock 999999 --device "piv:Virtual PCD 1 00 00"
is "which is said" "$(told)" '[true,true,null]'
is "and no PIN was sent" "$(sent alice)" "$((before + 1))"

open_share() { # emma's, fetched anew
    tool seal-unseal --prove -i "$d/emma.identity" -n emma --non-interactive --passphrase-fd 3 "$d/set" 3<"$d/puk" >"$d/opened" 2>&1
    open_it
}
ok "opened again" open_share
exits "by her spare" 0 lock "$pin" --device "piv:Virtual PCD 1 00 00" --device "piv:Virtual PCD 2 00 00" --serial 22222222
is "which is hers" "$(told) $(sealed)" '[true,false,"alice"] true'
ok "opened again" open_it
exits "both of her tokens and no word which: 4" 4 lock "$pin" --device "piv:Virtual PCD 1 00 00" --device "piv:Virtual PCD 2 00 00"
before=$(sent alice)
exits "a wrong PIN: 4" 4 lock 999999 --device "piv:Virtual PCD 1 00 00"
is "is sent once" "$(sent alice)" "$((before + 1))"
is "and it is open" "$(sealed)" false
exits "chloe with her FIDO2 token" 0 lock "$fido_pin" --device "$(cat "$d/chloe.dev")" -n chloe
is "is told so" "$(told) $(sealed)" '[true,false,"chloe"] true'
done_testing
