#!/bin/sh
# Enrolment of PIV tokens: factory values, management keys of each kind, attestation, slots.
READERS=1
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
authority ca || exit 3
authority other || exit 3

token() { fresh one 1 --ca "$d/ca" "$@"; } # token OPTION...
enrol() { # enrol "ANSWERS" [OPTION...]
    _answers=$1
    shift
    rm -f "$d/alice.card"
    works "$_answers" "$@" enrol alice "$d/alice.card"
}
no_enrol() { # no_enrol STATUS TEXT "ANSWERS" [OPTION...]
    _s=$1 _t=$2 _answers=$3
    shift 3
    rm -f "$d/alice.card"
    refused "$_s" "$_t" "$_answers" "$@" enrol alice "$d/alice.card" && [ ! -e "$d/alice.card" ]
}
listed() { works "" list && said "$1"; }

# --- factory values, and each kind of management key
for alg in 3des aes128 aes192 aes256; do
    ok "$alg: a factory token" token --factory --mgmt-alg $alg --serial 4000000001
    ok "$alg: is listed as such" listed "serial=4000000001 firmware=5.7.1 tries=3 puk=3 factory=1,1,1 leaks=0"
    ok "$alg: enrolled" enrol "$pin $puk"
    ok "$alg: attested, policies always" said "policies 3 2"
    recipient=$(field recipient)
    ok "$alg: nothing of the factory is left" listed "factory=0,0,0"
    ok "$alg: again with the key kept under the PIN" enrol "$pin"
    is "$alg: which gives the same keys" "$(field recipient)" "$recipient"
done
ok "the card says attested" said "attested 1"
ok "and serial and intermediate" said "serial 4000000001"
is "the identity is for age-plugin-yubikey" "$(field identity | cut -c1-20)" AGE-PLUGIN-YUBIKEY-1
ok "stock tools read its certificate" sh -c \
    "yubico-piv-tool -r 'Virtual PCD 1 00 00' -a read-certificate -s 82 | openssl x509 -noout -subject -nameopt RFC2253 >'$d/subject'"
ok "under the plugin's name" grep -q 'CN=alice,OU=.*,O=age-plugin-yubikey' "$d/subject"
ok "with the policies in it" sh -c "yubico-piv-tool -r 'Virtual PCD 1 00 00' -a read-certificate -s 82 |
    openssl x509 -noout -text | grep -A1 '1.3.6.1.4.1.41482.3.8'"
ok "a second name is refused: 9C is taken" refused 1 "slot 9c" "$pin" enrol bruno "$d/bruno.card"
ok "before a PIN is asked for" asked 0

ok "a factory token" token --factory
ok "a factory PIN as the new one is not sent" no_enrol 4 "factory PIN; not sent" "123456" --once
ok "nor a factory PUK" no_enrol 4 "factory PUK; not sent" "$pin 12345678" --once
ok "nor a short one" no_enrol 4 "has 6 to 8 bytes" "12345" --once
ok "nor the PIN as the PUK" no_enrol 4 "the PUK must not be the PIN; not sent" "$puk $puk" --once
ok "nothing was changed" listed "factory=1,1,1"
ok "giving up is obeyed" no_enrol 7 "no answer" "$pin"
ok "asked again where it may" enrol "123456 12345 $pin 12345678 $puk"
is "no PIN but the new one was sent" "$(sent one)" 2
ok "a token whose PIN is no longer the factory's" token --factory
yubico-piv-tool -r "Virtual PCD 1 00 00" -a change-pin -P 123456 -N $puk >/dev/null 2>&1
ok "is asked for a PUK that is not its PIN" enrol "$puk $puk 97531975"
ok "saying why" said "the PUK must not be the PIN"
ok "which is in force" works "" raw "Virtual PCD 1 00 00" "24 00 81 39373533313937353937353331393735"
ok "and no other" said 9000
ok "a token with rules of its own" token --factory --pin-complexity
ok "refuses a simple PIN: asked again, and for the PUK too" enrol "111111 $puk $pin password $puk"
ok "and then has what is asked for" listed "factory=0,0,0"
ok "from a descriptor: once" token --factory --pin-complexity
ok "refused by its rules" no_enrol 1 "own rules" "222222 $puk" --once

# --- no PIN and no PUK is sent where one try is left
lose() { # 80|81: two tries, by another program
    for _lost in 1 2; do
        "$DRIVER" raw "Virtual PCD 1 00 00" "$([ "$1" = 80 ] && echo 20 || echo 24) 00 $1 3939393939393939$([ "$1" = 80 ] || echo 3939393939393939)"
    done
}
ok "a factory token" token --factory
ok "that lost two tries of its PIN" lose 80
ok "gets no new one" no_enrol 4 "one try of the PIV PIN is left" "$pin $puk"
ok "and is asked for none" asked 0
ok "the try is there" listed "tries=1 puk=3 factory=1,1,1"
ok "but by will" enrol "$pin $puk" --last-try
ok "a factory token" token --factory
ok "that lost two tries of its PUK" lose 81
ok "gets no new one" no_enrol 4 "one try of the PIV PUK is left" "$pin $puk"
ok "the try is there, and the PIN as it was" listed "tries=3 puk=1 factory=1,1,1"
ok "but by will" enrol "$pin $puk" --last-try
ok "a token in use" token --pin $pin
mkfifo "$d/pipe"
"$DRIVER" --answers "$d/pipe" --roots "$d/ca.roots" enrol alice "$d/alice.card" >"$d/out" 2>"$d/err" &
job=$!
exec 9>"$d/pipe"
ok "while a person thinks" wait_for 10 grep -q '^ask' "$d/err"
ok "two tries are lost" lose 80
before=$(sent one)
echo $pin >&9
exec 9>&-
rc=0
wait $job || rc=$?
is "which is found out" "$rc" 4
ok "and said" said "one try of the PIV PIN is left"
is "no PIN was sent" "$(sent one)" "$before"

# --- what is refused before anything is asked
ok "a token in use, its management key elsewhere" token --pin $pin
ok "is refused" no_enrol 4 "neither the factory's nor kept" "$pin"
ok "no key was made" no_enrol 4 "neither the factory's" "$pin" --slot 82
ok "its PIN is blocked" piv_ctl one block-pin
ok "says so" no_enrol 5 "blocked" "$pin"
ok "without asking" asked 0
ok "old firmware" token --factory --firmware 5.4.3
ok "is listed with a warning" listed "firmware=5.4.3 tries=3 puk=3 factory=1,1,1 leaks=1"
ok "too old for the plan" no_enrol 1 "firmware 5.4.3 is older than 5.7.0" "$pin $puk" --min-firmware 5.7.0
ok "without asking" asked 0
ok "leaks signing keys: refused" no_enrol 1 "YSA-2024-03" "$pin $puk" --min-firmware 5.4.0
ok "without asking" asked 0
ok "but where that is allowed" enrol "$pin $puk" --min-firmware 5.4.0 --allow-leaks
ok "and recorded" grep -q '"firmware_leaks": true' "$d/alice.card"
ok "no token" piv_stop one
ok "is said" no_enrol 4 "no PIV token is plugged in" "$pin"
ok "no folder of roots" token --factory
ok "is said before a question" refused 3 "nowhere (the roots of attestations" "$pin $puk" --roots "$d/nowhere" enrol alice "$d/alice.card"

# --- attestation
ok "of another root" no_enrol 1 "no pinned root" "$pin $puk" --roots "$d/other.roots"
ok "without asking" asked 0
ok "nothing was changed" listed "factory=1,1,1"
is "no PIN was sent" "$(sent one)" 0
ok "for another key" token --factory --attest-wrong-key
ok "is refused" no_enrol 1 "is for another key" "$pin $puk"
ok "expired" token --factory --attest-expired
ok "is refused" no_enrol 1 "expired" "$pin $puk"
ok "without asking" asked 0
ok "nothing was changed" listed "factory=1,1,1"
ok "a token that cannot attest" token --factory --no-attestation
ok "is refused" no_enrol 4 "cannot attest" "$pin $puk"
ok "without asking" asked 0
ok "but for a plan without attestation" enrol "$pin $puk" --no-attestation
ok "which the card says" said "attested 0"
ok "minimal attestation" token --factory --minimal-attestation
ok "works, the serial is not believed" enrol "$pin $puk"
ok "and not in the card" said "serial none"
ok "a token without a serial" token --factory --no-serial
ok "works" enrol "$pin $puk"
is "but has no identity for the plugin" "$(field identity)" ""
ok "an enrolled key" token --factory --serial 7
ok "is there" enrol "$pin $puk"
piv_stop one
sed -i 's/^key 130 17 3 2 1 /key 130 17 3 2 2 /' "$d/one.state"
ok "that was imported" back one 1 --ca "$d/ca"
ok "is not attested" no_enrol 4 "not made in the token" "$pin"

piv_stop one
sed -i 's/^mgmkey ../mgmkey 5a/; s/^key 130 17 3 2 2 /key 130 17 3 2 1 /' "$d/one.state"
ok "a management key that is not the one kept" back one 1 --ca "$d/ca"
ok "is refused" no_enrol 4 "not the one in force" "$pin"

# --- the card's own signature needs a touch
ok "no touch" token --factory
ok "no touch" piv_ctl one touch-mode refuse
ok "is said" no_enrol 4 "not touched" "$pin $puk"
ok "touched" piv_ctl one touch-mode auto
ok "the second run ends well" enrol "$pin"

# --- slots
ok "slot 9d" token --factory
ok "can be asked for" enrol "$pin $puk" --slot 9d
is "has no identity for the plugin" "$(field identity)" ""
ok "a slot that is none" no_enrol 2 "not one of" "$pin" --slot 9a
ok "other policies" token --factory
ok "as asked" enrol "$pin $puk" --slot 95 --pin-policy 2 --touch-policy 3
ok "are proved" said "policies 2 3"
ok "the same name with others" no_enrol 1 "other policies" "$pin"
ok "a token where 82 is taken" token --factory --mgmt-alg 3des
yubico-piv-tool -r "Virtual PCD 1 00 00" -a generate -s 82 -A ECCP256 >"$d/pub" 2>&1
ok "refuses it" no_enrol 1 "slot 82: holds a key" "$pin $puk" --slot 82
ok "and takes the next" enrol "$pin $puk"
is "which is 83" "$(field slot)" 83
ok "a token where 82 has data of some kind" token --factory --mgmt-alg 3des
ok "by stock tools" sh -c "printf text | yubico-piv-tool -r 'Virtual PCD 1 00 00' -a write-object --id 0x5fc10d -i - -f binary"
ok "takes the next" enrol "$pin $puk"
is "which is 83" "$(field slot)" 83
openssl ecparam -name prime256v1 -genkey -noout -out "$d/key.pem"
ok "a token where 9C has an imported key" token --factory --mgmt-alg 3des
ok "imported by stock tools" yubico-piv-tool -r "Virtual PCD 1 00 00" -a import-key -s 9c -i "$d/key.pem"
ok "refuses" no_enrol 1 "slot 9c: holds a key" "$pin $puk"
done_testing
