#!/bin/sh
# The virtual PIV card's switches and rarer commands, by raw commands and stock tools.
READERS=1
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
authority ca || exit 3
R="Virtual PCD 1 00 00"
factory=010203040506070801020304050607080102030405060708
token() { fresh one 1 --ca "$d/ca" "$@"; }
raw() { timeout 60 "$DRIVER" raw "$R" "$@" >"$d/out" 2>"$d/err" || { cat "$d/err" && return 1; }; }
last() { tail -n 1 "$d/out"; }
# sw WANTED COMMAND...: the last command is answered by this status.
sw() {
    _want=$1
    shift
    raw "$@" || return 1
    cat "$d/out"
    [ "$(last | cut -d ' ' -f 1)" = "$_want" ]
}
pt() { timeout 30 yubico-piv-tool -r "$R" "$@"; }
verify="20 00 80 313233343536FFFF"
# A key for slot 82: P-256, PIN policy $1, touch policy $2.
gen() { echo "47 00 82 AC09800111AA01${1}AB01${2}"; }
base=046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
off=04000000000000000000000000000000000000000000000000000000000000000100000000000000000000000000000000000000000000000000000000000000FF
agree() { echo "87 11 82 7C4582008541$1"; }

ok "3DES" token --factory --mgmt-alg 3des
ok "the factory key" sw OK "auth 03 $factory"
ok "another key" sw VERIFY "auth 03 $(echo $factory | tr 1 3)"
for a in "08 aes128 ${factory%0102030405060708}" "0a aes192 $factory" "0c aes256 ${factory}0102030405060708"; do
    # shellcheck disable=SC2086 # three words
    set -- $a
    ok "$2" token --factory --mgmt-alg "$2"
    ok "$2: the factory key" sw OK "auth $1 $3"
    ok "$2: another key" sw VERIFY "auth $1 $(echo "$3" | tr 1 3)"
    ok "$2: 3DES is refused" sw TOKENREFUSED "auth 03 $factory"
    ok "$2: nothing works without it" sw 6982 "$(gen 02 01)"
    ok "$2: a key is made after it" sw 9000 "auth $1 $3" "$(gen 02 01)"
done

ok "firmware 5.7" token --factory --firmware 5.7.2
ok "PIN policy always" sw 9000 "auth 0a $factory" "$(gen 03 01)"
ok "is used right after VERIFY" sw 9000 "$verify" "$(agree $base)"
ok "once" sw 6982 "$verify" "$(agree $base)" "$(agree $base)"
ok "not after another command" sw 6982 "$verify" "F7 00 80" "$(agree $base)"
ok "not without" sw 6982 "$(agree $base)"
ok "a point off the curve is refused" sw 6F00 "$verify" "$(agree $off)"
ok "moved to 83" sw 9000 "auth 0a $factory" "F6 83 82"
ok "82 is empty" sw 6A88 "F7 00 82"
ok "its attestation names the new slot" sw 9000 "F9 83 00"
last | cut -d ' ' -f 2 | basenc --base16 -d | openssl x509 -inform DER -noout -subject >"$d/subject"
ok "which is 83" grep -q "Attestation 83" "$d/subject"
ok "not moved without the management key" sw 6982 "F6 84 83"
ok "nor onto another key" sw 6A80 "auth 0a $factory" "$(gen 02 01)" "F6 83 82"
ok "deleted" sw 9000 "auth 0a $factory" "F6 FF 83"
ok "83 is empty" sw 6A88 "F9 83 00"
ok "an object of 600 bytes goes in by chaining" sw 9000 "auth 0a $factory" \
    "DB 3F FF 5C035FC10153820258$(printf %01200d 0)"
ok "and comes out in pieces" sw 9000 "CB 3F FF 5C035FC101"
is "all of it" "$(last | cut -d ' ' -f 2 | wc -c)" 1209
ok "pieces were seen" grep -q 'sw=61' "$d/one.log"
ok "it is kept" grep -q '^obj 5fc101 ' "$d/one.state"

ok "PIN policy once" sw 9000 "auth 0a $factory" "$(gen 02 02)"
ok "with a touch" sw 9000 "$verify" "F7 00 80" "$(agree $base)"
ok "refused" piv_ctl one touch-mode refuse
ok "is seen" sw 6982 "$verify" "$(agree $base)"
ok "a touch that is waited for" piv_ctl one touch-mode wait
sw 9000 "auth 0a $factory" "$(gen 02 03)" "$verify" "$(agree $base)" "$(agree $base)" >"$d/twice" 2>&1 &
job=$!
ok "comes once" wait_for 10 grep -q '^00 20 00 80 lc=8 le=0 sw=9000' "$d/one.log"
piv_ctl one touch
rc=0
wait $job || rc=$?
is "and is cached for the second use" "$rc" 0
ok "no such policy" sw 6A80 "auth 0a $factory" "$(gen 07 01)"
ok "a management key that wants a touch" sw 9000 "auth 0a $factory" "FF FF FE 0A9B18$factory"
ok "refused" piv_ctl one touch-mode refuse
ok "is seen" sw VERIFY "auth 0a $factory"

ok "a card that looks at no point" token --factory --no-validate
ok "answers off the curve" sw 9000 "auth 0a $factory" "$(gen 01 01)" "$(agree $off)"
ok "without serial, metadata, attestation" token --factory --no-serial --no-metadata --no-attestation
ok "no serial" sw 6D00 "F8 00 00"
ok "no metadata" sw 6D00 "F7 00 80"
ok "no attestation" sw 6D00 "F9 82 00"
ok "firmware 5.2" token --factory --firmware 5.2.7
ok "has no metadata" sw 6D00 "F7 00 9B"
ok "and cannot move" sw 6D00 "F6 83 82"
ok "firmware 4.3" token --factory --firmware 4.3.5 --serial 44
ok "has its serial elsewhere" sw 6D00 "F8 00 00"
ok "where stock tools find it" sh -c "yubico-piv-tool -r '$R' -a status | grep -q 'Serial Number:	44'"
ok "and the driver" sh -c "'$DRIVER' list | grep -q 'serial=44 firmware=4.3.5 tries=3 puk=-1 factory=-1,-1,-1 leaks=1'"
ok "complexity" token --factory --pin-complexity
ok "refuses 111111" sw 6985 "24 00 80 313233343536FFFF313131313131FFFF"
ok "refuses password" sw 6985 "24 00 81 313233343536373870617373776F7264"
ok "takes another" sw 9000 "24 00 80 313233343536FFFF323436383032FFFF"

ok "minimal attestation" token --factory --minimal-attestation --mgmt-alg 3des
ok "of a key" pt -a generate -s 82 -A ECCP256
ok "is made" pt -a attest -s 82 -o "$d/82.pem"
openssl x509 -in "$d/82.pem" -noout -text >"$d/82.txt"
ok "with firmware and policies" grep -q "41482.3.8" "$d/82.txt"
is "and no serial" "$(grep -c "41482.3.7" "$d/82.txt")" 0
openssl ecparam -name prime256v1 -genkey -noout -out "$d/key.pem"
openssl ec -in "$d/key.pem" -pubout -out "$d/key.pub" 2>/dev/null
ok "an imported key" pt -a import-key -s 83 -i "$d/key.pem"
ok "is not attested" sw 6A80 "F9 83 00"
ok "its metadata says so" sw 9000 "F7 00 83"
ok "origin 2" sh -c "grep -q 030102 '$d/out'"
ok "a certificate of it" openssl req -x509 -key "$d/key.pem" -subj /CN=t -out "$d/key.crt"
ok "it agrees with stock tools" pt -a verify-pin -P 123456 -a test-decipher -s 83 -i "$d/key.crt"
for _ in 1 2 3; do pt -a verify-pin -P 000000 >/dev/null 2>&1; done
for _ in 1 2 3; do pt -a unblock-pin -P 00000000 -N 123456 >/dev/null 2>&1; done
ok "both blocked: reset" pt -a reset
ok "is empty and new" sw 6A88 "F9 82 00"
ok "attests again" sw 9000 "auth 03 $factory" "$(gen 02 01)" "F9 82 00"
done_testing
