#!/bin/sh
# Bad tokens at the tools that a person uses, with virtual YubiKeys under the real pcscd and virtual FIDO2 tokens: one line
# that says what and what to do, the exit status of the page, no card, and no try spent.
# shellcheck disable=SC2016 # expanded by the inner shell
READERS=2
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
cd "$here/.." || exit 3
trap 'tokens_stop; fido_stop_all; rm -rf "$d"' EXIT
BAD_DIR=$d/bad
mkdir "$BAD_DIR" "$d/cards" "$d/fido.roots"
# shellcheck source=tests/lib/bad.sh
. tests/lib/bad.sh
authority ca || exit 3
authority other || exit 3
"$VIRT_FIDO2" make-ca "$d/ca-fido" && cp "$d/ca-fido/root.pem" "$d/fido.roots" || exit 3
bin=$BUILD/bin
echo "$pin" >"$d/pin"
echo "$puk" >"$d/puk"
echo 123456 >"$d/factory"

BAD_WATCH=$d/cards
# The tries of tokens are part of what may not change; and before a key was made, their factory values.
kept='[.serial, .tries_left, .puk_tries_left, .factory_pin]'
bad_more() { "$bin/seal-enroll" --list --json 2>/dev/null | jq -c ".tokens | map($kept)"; }
enroll() { # ROOTS OPTION...
	_roots=$d/$1.roots
	shift
	"$bin/seal-enroll" --piv --virtual -n alice -o "$d/cards/alice.card" --roots "$_roots" --new-pin-fd 3 --new-puk-fd 4 --pin-fd 5 \
		--non-interactive "$@" 3<"$new_pin" 4<"$d/puk" 5<"$d/pin"
}
new_pin=$d/pin

# --- refused at enrolment, before anything is asked or made
ok "a factory YubiKey" fresh one 1 --ca "$d/ca" --factory --serial 11
bad seal-enroll 1 "alice: firmware 5.7.1 is older than 5.8.0" "firmware under the minimum" enroll ca --min-firmware 5.8.0
bad seal-enroll 1 "no pinned root" "attestation from another root" enroll other
new_pin=$d/factory
bad seal-enroll 4 "factory PIN; not sent" "the factory PIN as the new one" enroll ca
new_pin=$d/pin
ok "a second one" fresh two 2 --ca "$d/ca" --factory --serial 22
bad seal-enroll 4 "--serial" "two tokens that both fit" enroll ca
bad seal-enroll 4 "33" "a serial that is not here" enroll ca --serial 33
piv_stop two
ok "expired" fresh one 1 --ca "$d/ca" --factory --serial 11 --attest-expired
bad seal-enroll 1 "expired" "attestation that has expired" enroll ca
tries=$kept
kept='[.serial, .tries_left, .puk_tries_left]'
ok "for another key" fresh one 1 --ca "$d/ca" --factory --serial 11 --attest-wrong-key
bad seal-enroll 1 "for another key" "attestation for another key" enroll ca
kept=$tries
ok "that cannot attest" fresh one 1 --ca "$d/ca" --factory --serial 11 --no-attestation
bad seal-enroll 4 "cannot attest" "no attestation" enroll ca
ok "blocked" fresh one 1 --ca "$d/ca" --pin "$pin" --serial 11
ok "blocked" piv_ctl one block-pin
bad seal-enroll 5 "blocked" "a blocked PIN" enroll ca
piv_stop one
bad seal-enroll 4 "no PIV token is plugged in" "no token" enroll ca
bad seal-enroll 4 "no token" "no token listed" "$bin/seal-enroll" --list

# --- FIDO2
fido() { # ROOTS TOKEN OPTION...
	_roots=$d/$1.roots _dev=$(cat "$d/$2.dev")
	shift 2
	"$bin/seal-enroll" --fido2 -n chloe -o "$d/cards/chloe.card" --roots "$_roots" --device "$_dev" --new-pin-fd 3 --non-interactive \
		"$@" 3<"$d/pin"
}
ok "a FIDO2 token" fido_start four --ca "$d/ca-fido" --factory
bad seal-enroll 1 "root" "FIDO2: attestation from another root" fido other four
ok "one with self attestation" fido_start self --attestation self --factory
bad seal-enroll 1 "attestation" "FIDO2: self attestation" fido fido self
ok "one without hmac-secret" fido_start bare --ca "$d/ca-fido" --no-hmac-secret --factory
bad seal-enroll 4 "hmac-secret" "FIDO2: no hmac-secret" fido fido bare
fido_stop_all

# --- at the tools that open a share
ok "a factory YubiKey" fresh one 1 --ca "$d/ca" --factory --serial 11
ok "is enrolled" enroll ca
ok "and her spare" fresh two 2 --ca "$d/ca" --factory --serial 22
mv "$d/cards/alice.card" "$d/main.card"
ok "is enrolled, too" enroll ca --serial 22
mv "$d/cards/alice.card" "$d/cards/alice-2.card"
cp "$d/main.card" "$d/cards/alice.card"
"$BUILD/tests/interop_make_card" "$d/cards" bruno -p chloe >"$d/fp" || exit 3
rm "$d"/cards/*.key
mv "$d/cards/bruno.identity" "$d"
for serial in 11 22; do
	card=$d/cards/alice.card
	[ $serial = 22 ] && card=$d/cards/alice-2.card
	"$bin/seal-enroll" --check "$card" --roots "$d/ca.roots" --json --pin-fd 3 3<"$d/pin" 2>/dev/null | jq -r '"alice \(.fingerprint)"' >>"$d/fp"
done
printf 'planted secret' >"$d/secret"
mkdir "$d/all.roots"
for _roots in "$d"/*.roots; do
	[ "$_roots" = "$d/all.roots" ] || for _pem in "$_roots"/*.pem; do cp "$_pem" "$d/all.roots/$(basename "$_roots").$(basename "$_pem")"; done
done
ok "a set for them" sh -c '"$0" --rehearsal --roots "$1/all.roots" -k 2 --cards "$1/cards" --fingerprints "$1/fp" -o "$1/set" <"$1/secret"' "$bin/seal-split" "$d"
BAD_WATCH="$d/cards $d/set"
share=$d/set/alice.share
open() { # FILE-OF-PIN ARG...
	_pin=$1
	shift
	"$bin/seal-open" --non-interactive --pin-fd 3 "$@" 3<"$d/$_pin"
}
combine() { "$bin/seal-combine" --signer "$(sed -n 's/^signer: //p' "$d/set/manifest")" --non-interactive --pin-fd 3 "$@" "$d/set" 3<"$d/pin"; }
check() { "$bin/seal-enroll" --check "$d/cards/alice.card" --roots "$d/ca.roots" --non-interactive --pin-fd 3 3<"$d/$1"; }
bad seal-open 4 "--serial" "two tokens that both fit" open pin "$share"
bad seal-combine 4 "--serial" "two tokens that both fit" combine
piv_stop two
bad seal-open 4 "not here" "another person's share" open pin "$d/set/bruno.share"
bad seal-open 4 "no token 22" "a serial that is not here" open pin --serial 22 "$share"
bad seal-open 4 "factory" "the factory PIN" open factory "$share"
bad seal-enroll 4 "factory" "the factory PIN" check factory
ok "one try left" piv_ctl one pin-left 1
bad seal-open 4 "--last-try" "one try left" open pin "$share"
bad seal-combine 4 "--last-try" "one try left" combine
bad seal-enroll 4 "--last-try" "one try left" check pin
ok "none left" piv_ctl one block-pin
bad seal-open 5 "blocked" "a blocked PIN" open pin "$share"
bad seal-combine 5 "blocked" "a blocked PIN" combine
bad seal-enroll 5 "blocked" "a blocked PIN" check pin
sed -i 's/"serial": 11/"serial": 12/' "$d/cards/alice.card"
bad seal-enroll 1 "alice.card" "a forged card" check pin
piv_stop one
ok "another's YubiKey" fresh one 1 --ca "$d/ca" --factory --serial 11
cp "$d/main.card" "$d/cards/alice.card"
bad seal-enroll 4 "11" "another's YubiKey under the same serial" check pin
bad seal-open 4 "alice" "another's YubiKey under the same serial" open pin "$share"
done_testing
