#!/bin/sh
# seal-roster with YubiKeys and FIDO2 tokens: they accept and sign, and are asked for nothing where their signature would
# not count.
READERS=2
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
trap 'tokens_stop; fido_stop_all; rm -rf "$TOKENS_DIR"' EXIT
authorities && mkdir "$d/cards" "$d/in" || exit 3
fido_pin=135790
enroll() { # CARD PIN OPTION...
    _card=$1
    printf '%s\n' "$2" >"$d/pin"
    shift 2
    "$BUILD/bin/seal-enroll" --roots "$d/roots" -o "$d/cards/$_card.card" --non-interactive --json "$@" 3<"$d/pin" 4<"$d/puk" |
        jq -r '"\(.name) \(.fingerprint)"' >>"$d/prints"
}
echo "$puk" >"$d/puk"
piv_start ada 1 --ca "$d/ca" --factory --serial 11111111 || exit 3
piv_start spare 2 --ca "$d/ca" --factory --serial 22222222 || exit 3
fido_start ben --ca "$d/fca" --pin "$fido_pin" || exit 3
fido_start cat --ca "$d/fca" --pin "$fido_pin" || exit 3
enroll ada "$pin" --piv --virtual -n ada --serial 11111111 --new-pin-fd 3 --new-puk-fd 4
enroll ada-spare "$pin" --piv --virtual -n ada --serial 22222222 --new-pin-fd 3 --new-puk-fd 4
enroll ben "$fido_pin" --fido2 -n ben --device "$(cat "$d/ben.dev")" --pin-fd 3
enroll cat "$fido_pin" --fido2 -n cat --device "$(cat "$d/cat.dev")" --pin-fd 3
is "four cards" "$(wc -l <"$d/prints")" 4
cat >"$d/people" <<'END'
organisation = "Example Bank";
review = "2099-05-31";
changes = 2;
duty = 1;
people = (
  { id = "ada"; department = "security"; roles = ["administrator"]; start = "2026-01-01"; },
  { id = "ben"; department = "ops"; roles = ["administrator"]; start = "2026-01-01"; },
  { id = "cat"; department = "ops"; roles = ["custodian"]; start = "2026-01-01"; }
);
END
echo "A custodian keeps the token." >"$d/duty.txt"
by() { # PIN COMMAND [ARG...]
    printf '%s\n' "$1" >"$d/pin"
    _command=$2
    shift 2
    "$BUILD/bin/seal-roster" "$_command" --non-interactive --pin-fd 3 "$@" 3<"$d/pin"
}
draft() {
    "$BUILD/bin/seal-roster" draft -p "$d/people" --duty "$d/duty.txt" -c "$d/cards" --accepted "$d/in" --fingerprints "$d/prints" \
        --allow-no-spare -o "$d/roster" "$@"
}
told() { printf '%s\n' "$tap_out" | grep '^{' | jq -c "$1"; }
one="piv:Virtual PCD 1 00 00"
two="piv:Virtual PCD 2 00 00"

exits "cat accepts with her FIDO2 token" 0 by "$fido_pin" accept --organisation "Example Bank" --duty "$d/duty.txt" --duty-version 1 \
    --card "$d/cards/cat.card" --device "$(cat "$d/cat.dev")" -o "$d/in/cat.accepted"
exits "R14: cards of virtual tokens: 1" 1 draft --roots "$d/roots"
tells "R14: cards of virtual tokens" "--rehearsal takes it"
exits "roots that do not vouch for them: 1" 1 draft --rehearsal --roots data/attestation
exits "draft" 0 draft --rehearsal --roots "$d/roots"
is "keys of three kinds of card" "$(sed -n 's/^card: person=\([a-z]*\) .* key=\([a-z0-9]*\):.*/\1=\2/p' "$d/roster" | tr '\n' ' ')" \
    "ada=p256 ada=p256 ben=assertion cat=assertion "
ok "and the acceptance" grep -q '^accepted: person=cat ' "$d/roster"
exits "two tokens of hers are here: 4" 4 by "$pin" sign --cards "$d/cards" --device "$one" --device "$two" -o "$d/roster" "$d/roster"
tells "two tokens of hers are here" "--serial"
before=$(sent ada)
exits "ada signs with her YubiKey" 0 by "$pin" sign --cards "$d/cards" --device "$one" --device "$two" --serial 11111111 --json \
    -o "$d/roster" "$d/roster"
is "and is told so" "$(told '[.signed, .complete]')" '[["ada"],false]'
is "VERIFY came once" "$(sent ada)" "$((before + 1))"
ok "right before the use" piv_verify_was_last ada
before=$(sent spare)
exits "C21: her spare signs nothing more: 1" 1 by "$pin" sign --card "$d/cards/ada-spare.card" --device "$two" -o "$d/roster" "$d/roster"
tells "C21: her spare signs nothing more" "ada has signed already"
is "and was asked for no PIN" "$(sent spare)" "$before"
exits "a custodian's token does not count: 1" 1 by "$fido_pin" sign --card "$d/cards/cat.card" --device "$(cat "$d/cat.dev")" \
    -o "$d/roster" "$d/roster"
cp "$d/roster" "$d/before"
exits "ben with a wrong PIN: 4" 4 by 000000 sign --cards "$d/cards" --device "$(cat "$d/ben.dev")" -o "$d/roster" "$d/roster"
ok "the roster is as it was" cmp "$d/before" "$d/roster"
exits "ben with his FIDO2 token" 0 by "$fido_pin" sign --cards "$d/cards" --device "$(cat "$d/ben.dev")" --json -o "$d/roster" "$d/roster"
is "which is enough" "$(told '[.signed, .complete]')" '[["ada","ben"],true]'
exits "it holds" 0 "$BUILD/bin/seal-roster" check -c "$d/cards" --rehearsal "$d/roster"
exits "but for production: 1" 1 "$BUILD/bin/seal-roster" check -c "$d/cards" --json "$d/roster"
is "by name" "$(told '[.broken[].rule] | unique')" '["virtual"]'

# What openssl says of the YubiKey's signature: a line of a signed note is 4 bytes of id, then the signature.
sed '/^$/,$d' "$d/roster" >"$d/text"
sed -n 's/^— ada //p' "$d/roster" | base64 -d | tail -c +5 >"$d/sig"
{
    printf %s 3059301306072A8648CE3D020106082A8648CE3D030107034200 | basenc --base16 -d
    sed -n 's/^card: person=ada use=main .* key=p256://p' "$d/roster" | base64 -d
} | openssl pkey -pubin -inform DER >"$d/ada.pem"
ok "openssl verifies it with the roster alone" openssl dgst -sha256 -verify "$d/ada.pem" -signature "$d/sig" "$d/text"
is "its key id is of its SPKI" "$(sed -n 's/^— ada //p' "$d/roster" | base64 -d | head -c 4 | basenc --base16)" \
    "$(openssl pkey -pubin -in "$d/ada.pem" -outform DER | sha256sum | head -c 8 | tr a-f A-F)"
done_testing
