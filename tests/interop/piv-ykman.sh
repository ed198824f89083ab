#!/bin/sh
# A token enrolled here is understood by Yubico's own manager, and one that it prepared can be enrolled here: the
# management key kept under the PIN is the same thing to both, whatever its algorithm.
READERS=1
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
authority ca || exit 3
factory=010203040506070801020304050607080102030405060708
yk() { timeout 60 ykman --reader "Virtual PCD 1 00 00" "$@"; }
yk_says() {
    yk piv info >"$d/info" 2>&1
    cat "$d/info"
    grep -qF "$1" "$d/info"
}

for alg in 3des:TDES aes128:AES128 aes192:AES192 aes256:AES256; do
    ours=${alg%:*} theirs=${alg#*:}
    ok "$ours: a factory token" fresh one 1 --ca "$d/ca" --factory --firmware 5.4.3 --mgmt-alg "$ours"
    ok "$ours: enrolled here" works "$pin $puk" --allow-leaks enrol alice "$d/alice.card"
    ok "$ours: ykman sees where the management key is" yk_says "Management key is stored on the YubiKey, protected by PIN."
    ok "$ours: and of which kind" yk_says "Management key algorithm: $theirs"
    ok "$ours: and uses it" yk piv keys generate -P $pin -a ECCP256 9a "$d/9a.pub"
    ok "$ours: a PIN changed by ykman" yk piv access change-pin -P $pin -n 135791
    ok "$ours: leaves it there" works 135791 --allow-leaks enrol alice "$d/alice.card"
    ok "$ours: a token of its own" fresh one 1 --ca "$d/ca" --factory --firmware 5.4.3 --mgmt-alg 3des
    ok "$ours: prepared by ykman: PIN" yk piv access change-pin -P 123456 -n $pin
    ok "$ours: PUK" yk piv access change-puk -p 12345678 -n $puk
    ok "$ours: management key" yk piv access change-management-key -m $factory --generate --protect -P $pin -a "$theirs"
    ok "$ours: is enrolled" works "$pin" --allow-leaks enrol alice "$d/alice.card"
    ok "$ours: and ykman still knows it" yk piv keys generate -P $pin -a ECCP256 9a "$d/9a.pub"
done
ok "both certificates are shown" yk_says "CN=alice,OU=made,O=age-plugin-yubikey"
ok "with whose they are" yk_says "CN=alice,OU=made,O=sealkit"
ok "a management key nobody keeps" yk piv access change-management-key -P $pin -n a1b2c3d4e5f60718293a4b5c6d7e8f901122334455667788 -a TDES
ok "is refused" refused 4 "neither the factory's nor kept" "$pin" --allow-leaks enrol alice "$d/alice.card"
done_testing
