#!/bin/sh
# PIV tokens in use: unwrapping, signing, PIN counters, touch, faults, several tokens.
READERS=2
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
authority ca || exit 3
SEAL=$BUILD/tests/interop_seal_age
R1="Virtual PCD 1 00 00"
R2="Virtual PCD 2 00 00"
wrong=999999

enrol() { works "$pin $puk" --device "$1" --serial "$2" enrol "$3" "$d/$3.card"; } # enrol READER SERIAL NAME
recipient() { sed -n 's/.*"recipient": "\(.*\)",/\1/p' "$d/$1.card"; }
seal() { echo "hello $1" | "$SEAL" "$(recipient "$1")" >"$d/$1.age"; }
opens() { # opens NAME "ANSWERS" [OPTION...]
    _n=$1 _a=$2
    shift 2
    works "$_a" "$@" unwrap "$d/$_n.card" <"$d/$_n.age" && [ "$(cat "$d/out")" = "hello $_n" ]
}
stays() { # stays STATUS TEXT NAME "ANSWERS" [OPTION...]
    _s=$1 _t=$2 _n=$3 _a=$4
    shift 4
    refused "$_s" "$_t" "$_a" "$@" unwrap "$d/$_n.card" <"$d/$_n.age" && [ ! -s "$d/out" ]
}
tries() { works "" --piv "piv:$R1" list && said "tries=$1 "; }
signed() { # the signature is under the key that the card names, of the text that was given
    works "$pin" sign "$d/alice.card" "$1" || return 1
    cp "$d/out" "$d/signature"
    printf %s "$1" >"$d/text"
    { printf 3059301306072A8648CE3D020106082A8648CE3D030107034200 | basenc --base16 -d
        sed -n 's/.*"signing": "\(.*\)",/\1/p' "$d/alice.card" | base64 -d; } |
        openssl pkey -pubin -inform DER -out "$d/spki.pem" || return 1
    openssl dgst -sha256 -verify "$d/spki.pem" -signature "$d/signature" "$d/text"
}

ok "a token" fresh one 1 --ca "$d/ca" --factory --serial 111
ok "enrolled" enrol "$R1" 111 alice
ok "a file sealed to its card" seal alice
ok "opens" opens alice "$pin"
ok "VERIFY was the command before" piv_verify_was_last one
ok "the token asked for a touch" said "touch 1 token=YubiKey 111"
ok "and the applet, serial and tries were named" said "ask PIN applet=PIV token=YubiKey 111, firmware 5.7.1 holder=alice tries=3"
ok "signs what it is given" signed "a text"
ok "VERIFY was the command before" piv_verify_was_last one
ok "for two signatures the PIN was asked for once" asked 1
ok "a PIN from a file with lines of another system is not sent" stays 4 "a byte 0D in a PIV PIN" alice "$(printf '%s\r' "$pin")" --once
ok "and costs no try" tries 3
age-keygen -o "$d/stranger" 2>/dev/null
echo hi | age -r "$(age-keygen -y "$d/stranger")" -o "$d/other.age"
cp "$d/alice.card" "$d/other.card"
ok "a file for others is not for it" stays 4 "" other "$pin"
ok "and no question is asked" asked 0

ok "the PIN is nowhere in memory afterwards" sh -c "echo $pin | '$BUILD/tests/interop_piv_scan' '$d/alice.card' 3<&0"

# --- an ephemeral key that is no point of the curve never reaches the token
"$DRIVER" yubikey "$d/alice.card" >"$d/old"
echo "hello bad" | "$SEAL" "$(cat "$d/old")" >"$d/bad.age"
cp "$d/alice.card" "$d/bad.card"
ok "a file in the older form opens" opens bad "$pin"
sed -i 's/^\(-> piv-p256 [^ ]*\) .*/\1 AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB/' "$d/bad.age"
uses=$(grep -c '^00 87 11 82' "$d/one.log")
ok "a point off the curve" stays 1 "" bad "$pin"
is "is not sent" "$(grep -c '^00 87 11 82' "$d/one.log")" "$uses"

# --- PIN
ok "a wrong PIN is asked for again" opens alice "$wrong $pin"
ok "with the tries left" said "tries=2 wrong=1"
is "and no touch before the right one" "$(grep -c '^touch 1' "$d/err")" 1
before=$(sent one)
ok "from a descriptor it is sent once" stays 4 "wrong PIV PIN; 2 tries are left" alice "$wrong $pin" --once
is "once" "$(sent one)" $((before + 1))
ok "the right one resets the counter" opens alice "$pin"
ok "two wrong ones" stays 4 "one try of the PIV PIN is left" alice "$wrong $wrong $pin"
before=$(sent one)
ok "one try left: not sent" stays 4 "one try of the PIV PIN is left" alice "$pin"
ok "not even asked" asked 0
is "nothing was sent" "$(sent one)" "$before"
ok "but by --last-try" opens alice "$pin" --last-try
ok "a factory PIN is never sent" stays 4 "factory PIN; not sent" alice "123456" --once
ok "nor a PIN of another form" stays 4 "6 to 8 bytes; not sent" alice "123456789" --once
ok "no try was spent" tries 3
ok "three wrong ones, the last by --last-try" stays 5 "blocked now" alice "$wrong $wrong $wrong" --last-try
ok "is blocked" stays 5 "blocked" alice "$pin" --last-try
ok "and nothing asked" asked 0
ok "the PUK unblocks it" yubico-piv-tool -r "$R1" -a unblock-pin -P $puk -N $pin
ok "opens again" opens alice "$pin"
ok "a PIN left verified by another program" sh -c "yubico-piv-tool -r '$R1' -a verify-pin -P $pin"
ok "changes nothing" tries 3

# --- touch
ok "no touch" piv_ctl one touch-mode refuse
ok "is said" stays 4 "not touched" alice "$pin"
ok "a late touch" piv_ctl one touch-mode wait
piv_drive "$pin" unwrap "$d/alice.card" <"$d/alice.age" &
job=$!
ok "is waited for, and the prompt is there" wait_for 10 grep -q '^touch 1' "$d/err"
ok "it comes" piv_ctl one touch
rc=0
wait $job || rc=$?
is "and opens" "$rc $(cat "$d/out")" "0 hello alice"
ok "auto again" piv_ctl one clear

# --- faults
for ins in 20 87; do
    ok "pulled out before $ins" piv_ctl one pull-before $ins 1
    ok "$ins: is said" stays 4 "pulled out" alice "$pin"
    ok "$ins: and while it is away" stays 4 "111 of alice: not plugged in" alice "$pin"
    ok "$ins: put in again" reinsert one
    ok "$ins: opens" opens alice "$pin"
done
ok "pulled out after the key was used" piv_ctl one pull-after 87 1
ok "is said" stays 4 "pulled out" alice "$pin"
ok "put in again" reinsert one
for ins in 87 F7; do
    ok "garbage for $ins" piv_ctl one garbage $ins 1
    ok "$ins: is refused" stays 4 "" alice "$pin"
done
ok "half an answer" piv_ctl one cut 87 1
ok "is refused" stays 4 "malformed" alice "$pin"
ok "another status" piv_ctl one status 87 6F00 1
ok "is refused with it" stays 4 "6f00" alice "$pin"
ok "a status after VERIFY" piv_ctl one status 20 6F00 1
ok "is refused with it" stays 4 "6f00" alice "$pin"
ok "slow answers" piv_ctl one slow 60
ok "open" opens alice "$pin"
ok "fast again" piv_ctl one clear
ok "garbage as a signature" piv_ctl one garbage 87 1
ok "is refused" refused 4 "" "$pin" sign "$d/alice.card" text

# --- another program
mkfifo "$d/hand"
"$DRIVER" hold "$R1" <"$d/hand" 2>"$d/held" &
job=$!
exec 8>"$d/hand"
ok "another program holds the token for itself" wait_for 10 grep -q held "$d/held"
ok "which is said" stays 4 "another program keeps the token for itself" alice "$pin"
ok "by the list, too" refused 4 "another program keeps" "" list
ok "and by enrolment" refused 4 "another program keeps" "$pin" enrol emma "$d/emma.card"
exec 8>&-
wait $job
ok "it lets go" opens alice "$pin"

# --- the right token, and nobody else's
ok "another serial" piv_ctl one serial 112
ok "is another token" stays 4 "token 111 of alice: not plugged in" alice "$pin"
ok "not asked" asked 0
ok "its own again" piv_ctl one serial 111
mkfifo "$d/pipe"
"$DRIVER" --answers "$d/pipe" unwrap "$d/alice.card" <"$d/alice.age" >"$d/out" 2>"$d/err" &
job=$!
exec 9>"$d/pipe"
ok "while a person thinks" wait_for 10 grep -q '^ask' "$d/err"
ok "others may use the reader" timeout 20 "$DRIVER" list
before=$(sent one)
ok "the token is swapped" piv_ctl one serial 113
echo $pin >&9
exec 9>&-
rc=0
wait $job || rc=$?
is "which is found out" "$rc" 4
ok "by name" said "token 113 is in the reader, not 111"
is "no PIN was sent to it" "$(sent one)" "$before"
ok "its own again" piv_ctl one serial 111
ok "a second token" fresh two 2 --ca "$d/ca" --factory --serial 222
ok "which one to enrol must be said" refused 4 "2 tokens fit (" "$pin $puk" enrol bruno "$d/bruno.card"
ok "both are named" said "YubiKey 111, firmware 5.7.1"
ok "the other too" said "YubiKey 222, firmware 5.7.1"
ok "not asked" asked 0
ok "by serial and reader" enrol "piv:$R2" 222 bruno
ok "a file for it" seal bruno
ok "alice's opens with both in" opens alice "$pin"
ok "bruno's too" opens bruno "$pin"
is "their keys differ" "$([ "$(recipient alice)" = "$(recipient bruno)" ] && echo same)" ""
ok "looked for in one reader only" stays 4 "not plugged in" bruno "$pin" --piv "piv:$R1"
ok "a lost key" works "" list
piv_stop two
sed -i '/^key 130 /d' "$d/two.state"
ok "in the same token" back two 2
ok "is the wrong token" stays 4 "holds another key than the card of bruno names" bruno "$pin"
piv_stop two

# --- tokens other than ours
ok "a bare token: no serial, no metadata, minimal attestation" fresh two 2 --ca "$d/ca" --factory --no-serial --no-metadata --minimal-attestation --no-management --mgmt-alg 3des
ok "has an unknown state" sh -c "'$DRIVER' --piv 'piv:$R2' list | grep -q 'serial=- firmware=5.7.1 tries=3 puk=-1 factory=-1,-1,-1'"
ok "its factory PIN is not tried" refused 7 "factory PIN, which must be changed" "123456" --once --device "$R2" enrol chloe "$d/chloe.card"
yubico-piv-tool -r "$R2" -a change-pin -P 123456 -N $pin >/dev/null 2>&1
ok "with a PIN of its own it is enrolled" works "$pin 12345678 $puk" --device "$R2" enrol chloe "$d/chloe.card"
ok "a file for it" seal chloe
ok "opens: found by its key" opens chloe "$pin"
ok "VERIFY was the command before" piv_verify_was_last two
ok "a token with the same key" cp "$d/two.state" "$d/three.state"
piv_stop one
ok "is put in" piv_start three 1 --no-serial --no-metadata --no-management
ok "two that fit: refused" stays 4 "2 tokens hold the key of chloe" chloe "$pin"
ok "not asked" asked 0
ok "one reader is named" opens chloe "$pin" --piv "piv:$R1"
piv_stop three
ok "no attestation at all" fresh two 2 --factory --no-serial --no-metadata --no-attestation --no-management --mgmt-alg 3des
yubico-piv-tool -r "$R2" -a change-pin -P 123456 -N $pin >/dev/null 2>&1
ok "is enrolled where the plan says so" works "$pin 12345678 $puk" --no-attestation enrol david "$d/david.card"
ok "a file for it" seal david
ok "opens: by its certificate" opens david "$pin"
ok "a second enrolment finds both slots held" refused 1 "slot 9c" "$pin $puk" --no-attestation enrol emma "$d/emma.card"
ok "no pcscd" env PCSCLITE_CSOCK_NAME="$d/none" sh -c "'$DRIVER' list; [ \$? = 4 ]"
done_testing
