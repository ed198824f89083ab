#!/bin/sh
# seal-drill with a YubiKey, its spare and a FIDO2 token: each signs a statement, the PIN is asked for once, and what a
# virtual token proves counts in rehearsals only.
READERS=2
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
authorities && mkdir "$d/cards" || exit 3
trap 'tokens_stop; fido_stop_all; rm -rf "$TOKENS_DIR"' EXIT
fido_pin=135790
: >"$d/prints"
echo "$puk" >"$d/puk"
enroll() { # CARD PIN OPTION...
    _card=$1
    printf '%s\n' "$2" >"$d/pin"
    shift 2
    "$BUILD/bin/seal-enroll" --roots "$d/roots" -o "$d/cards/$_card.card" --non-interactive --json "$@" 3<"$d/pin" 4<"$d/puk" |
        jq -r '"\(.name) \(.fingerprint)"' >>"$d/prints"
}
piv_start alice 1 --ca "$d/ca" --factory --serial 11111111 || exit 3
piv_start spare 2 --ca "$d/ca" --factory --serial 22222222 || exit 3
fido_start chloe --ca "$d/fca" --pin "$fido_pin" || exit 3
enroll alice "$pin" --piv --virtual -n alice --serial 11111111 --new-pin-fd 3 --new-puk-fd 4
enroll spare "$pin" --piv -n alice --serial 22222222 --new-pin-fd 3 --new-puk-fd 4
enroll chloe "$fido_pin" --fido2 -n chloe --device "$(cat "$d/chloe.dev")" --pin-fd 3
"$BUILD/bin/seal-enroll" --passphrase -n emma --identity "$d/emma.identity" -o "$d/cards/emma.card" --non-interactive --json \
    --passphrase-fd 3 3<"$d/puk" | jq -r '"\(.name) \(.fingerprint)"' >>"$d/prints"
is "four cards" "$(wc -l <"$d/prints")" 4
split() {
    echo "a secret" | "$BUILD/bin/seal-split" -k 2 --rehearsal --roots "$d/roots" --cards "$d/cards" --fingerprints "$d/prints" -o "$d/set"
}
exits "a set" 0 split
reader() { echo "piv:Virtual PCD $1 00 00"; }
prove() { # PIN OPTION...
    printf '%s\n' "$1" >"$d/pin"
    shift
    "$BUILD/bin/seal-drill" prove --non-interactive --pin-fd 3 --json "$@" "$d/set" 3<"$d/pin"
}
check() { "$BUILD/bin/seal-drill" check -m "$d/set/manifest" "$@"; }
told() { printf '%s\n' "$tap_out" | grep '^{' | jq -c "$1"; }

before=$(sent alice)
exits "a virtual token, and no rehearsal: 1" 1 prove "$pin" --device "$(reader 1)" -o "$d/x.drill"
is "no PIN was sent" "$(sent alice)" "$before"
exits "in a rehearsal" 0 prove "$pin" --device "$(reader 1)" --rehearsal -o "$d/rehearsed.drill"
is "it says whose" "$(told '[.custodian, .share, .rehearsal]')" '["alice",1,true]'
is "VERIFY came twice, for two keys that each want it" "$(sent alice)" "$((before + 2))"
ok "right before each use" piv_verify_was_last alice
exits "it counts there" 0 check --rehearsal "$d/rehearsed.drill"
exits "and nowhere else: 1" 1 check "$d/rehearsed.drill"
exits "alice with her spare, which says that it is real" 0 prove "$pin" --device "$(reader 2)" -o "$d/spare.drill"
exits "which counts" 0 check "$d/spare.drill"
exits "but in no rehearsal: 1" 1 check --rehearsal "$d/spare.drill"
exits "chloe with her FIDO2 token" 0 prove "$fido_pin" --device "$(cat "$d/chloe.dev")" -n chloe --rehearsal --challenge "$(printf '%064d' 5)" -o "$d/chloe.drill"
exits "which counts in a rehearsal" 0 check --rehearsal --challenge "$(printf '%064d' 5)" "$d/chloe.drill"
# Its own signature under another's text: the assertion is over the text.
{
    sed '/^$/,$d' "$d/chloe.drill" | sed 's/^challenge: .*/challenge: none/'
    sed -n '/^$/,$p' "$d/chloe.drill"
} >"$d/forged.drill"
exits "not with another challenge: 1" 1 check --rehearsal "$d/forged.drill"
is "both signatures are named" "$(printf '%s\n' "$tap_out" | grep -c 'signature: does not verify')" 2
before=$(sent spare)
exits "a wrong PIN: 4" 4 prove 999999 --device "$(reader 2)" -o "$d/x.drill"
is "is sent once" "$(sent spare)" "$((before + 1))"
ok "and nothing was written" test ! -e "$d/x.drill"
done_testing
