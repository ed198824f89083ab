#!/bin/sh
# PIV tokens that tell nothing of factory values (YubiKeys before 5.3, bare applets): none is left by an enrolment.
READERS=1
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
authority ca || exit 3
cd "$d" || exit 3
reader="Virtual PCD 1 00 00"
factory_key=010203040506070801020304050607080102030405060708

old() { fresh one 1 --ca "$d/ca" --factory --firmware 5.2.4 --no-metadata "$@"; }
enrol() { # "ANSWERS" [OPTION...]
    _answers=$1
    shift
    rm -f alice.card
    works "$_answers" --allow-leaks "$@" enrol alice alice.card
}
no_enrol() { # STATUS TEXT "ANSWERS" [OPTION...]
    _s=$1 _t=$2 _answers=$3
    shift 3
    rm -f alice.card
    refused "$_s" "$_t" "$_answers" --allow-leaks "$@" enrol alice alice.card && [ ! -e alice.card ]
}
hex8() { printf '%s\377\377' "$1" | head -c 8 | od -An -tx1 | tr -d ' \n'; }
change() { # 80|81 OLD NEW: by another program
    works "" raw "$reader" "24 00 $1 $(hex8 "$2")$(hex8 "$3")" && said 9000
}
is_now() { change "$1" "$2" "$2"; } # 80|81 VALUE: that is the PIN or PUK in force
sent_factory() { grep -c '^00 20 00 80 lc=8.*sw=63' one.log; }

ok "an old token as the factory made it" old
ok "tells nothing" works "" list
ok "of factory values" said "tries=3 puk=-1 factory=-1,-1,-1"
ok "its factory values typed, and new ones" enrol "123456 $pin 12345678 $puk"
ok "it was said why the PIN must be changed" said "that is the factory PIN, which must be changed"
ok "and the PUK" said "that is the factory PUK, which must be changed"
is "no try was spent" "$(sent_factory)" 0
ok "the card has nothing to say of the PUK" said "puk_unknown 0"
ok "the PIN is the new one" is_now 80 $pin
ok "the PUK, too" is_now 81 $puk
ok "nor has its file" sh -c '! grep -q puk_unknown alice.card'
ok "the management key is another" works "" raw "$reader" "auth 03 $factory_key"
ok "than the factory's" said VERIFY
recipient=$(jq -r .recipient alice.card)
ok "again, with PIN and PUK as they are" enrol "$pin $puk"
is "gives the same keys" "$(jq -r .recipient alice.card)" "$recipient"
ok "and leaves the PUK as it was" is_now 81 $puk

ok "a wrong PIN" no_enrol 4 "wrong PIV PIN; 2 tries are left" "999999 $puk" --once
ok "changes nothing of the PUK" is_now 81 $puk
ok "a wrong PUK" enrol "$pin 24682468 $puk"
ok "is asked for again, with the tries left" said "ask PUK applet=PIV token=YubiKey $(field serial), firmware 5.2.4 holder=alice tries=2 wrong=1"
ok "the last try of the PUK is not spent" no_enrol 4 "one try of the PIV PUK is left" "$pin 24682468 24682468 $puk"
ok "until it is asked for" enrol "$pin $puk" --last-try

# --- a PIN that somebody changed, and a PUK that nobody did
ok "an old token" old
ok "its PIN changed by another program" change 80 123456 $pin
ok "the PUK must be known" no_enrol 7 "no answer" "$pin"
ok "it is the factory's: a new one" enrol "$pin 12345678 $puk"
ok "is in force" is_now 81 $puk
ok "an old token" old
ok "its PIN changed by another program" change 80 123456 $pin
ok "the factory PIN typed all the same" enrol "123456 975310 12345678 $puk $pin"
ok "is found out by one try" said "the token's PIN is not the factory's"
ok "an old token" old
ok "its PUK changed by another program" change 81 12345678 $puk
ok "the factory PUK typed all the same: that it is not is enough" enrol "123456 $pin 12345678 97531975"
ok "and it is what it was" is_now 81 $puk

# --- the PUK as another PIN
ok "an old token" old
ok "its PUK made its PIN by another program" change 81 12345678 $pin
ok "as its PIN" change 80 123456 $pin
ok "must have a PUK of its own" enrol "$pin $pin $pin $puk"
ok "saying so" said "the PUK must not be the PIN"
ok "is in force" is_now 81 $puk

# --- without its PUK
ok "an old token" old
ok "its PUK is not known" enrol "123456 $pin" --allow-unknown-puk
ok "which the card says" said "puk_unknown 1"
ok "in its file, too" grep -q '"puk_unknown": true' alice.card
ok "a token of which nothing is unknown" fresh one 1 --ca "$d/ca" --factory
ok "is not asked less" enrol "$pin $puk" --allow-unknown-puk
ok "nor marked" said "puk_unknown 0"
done_testing
