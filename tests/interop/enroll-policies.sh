#!/bin/sh
# seal-enroll --slot, --pin-policy and --touch-policy: what Yubico's own library then reads from the token, that the
# card's share opens under it, and what is refused.
READERS=1
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
authority ca || exit 3
e=$BUILD/bin/seal-enroll
cd "$d" || exit 3
printf '%s\n' $pin >pin
printf '%s\n' $puk >puk
mkdir cards
"$BUILD/tests/interop_make_card" cards bruno chloe >others || exit 3
printf 'planted secret' >secret

# The system's own Python, which Debian's yubikey-manager is installed for.
cat >metadata.py <<'P'
import sys
from ykman.pcsc import list_devices
from yubikit.core.smartcard import SmartCardConnection
from yubikit.piv import SLOT, PivSession
names = {"9c": SLOT.SIGNATURE, "9d": SLOT.KEY_MANAGEMENT}
with list_devices("Virtual PCD 1 00 00")[0].open_connection(SmartCardConnection) as connection:
    piv = PivSession(connection)
    for name in sys.argv[1:]:
        told = piv.get_slot_metadata(names.get(name) or SLOT(int(name, 16)))
        print(name, told.key_type.name, told.pin_policy.name, told.touch_policy.name, "made" if told.generated else "imported")
P
metadata() { timeout 60 /usr/bin/python3 metadata.py "$@" 2>&1 | tr '\n' ' '; }

enroll() { # CARD OPTION...: of alice
    _card=$1
    shift
    "$e" --piv --virtual -n alice -o "$_card" --roots ca.roots --new-pin-fd 3 --new-puk-fd 4 --pin-fd 5 --non-interactive \
        "$@" 3<pin 4<puk 5<pin 2>err || { _rc=$? && cat err && return $_rc; }
}
check() { "$e" --check "$1" --roots ca.roots --pin-fd 3 --non-interactive 3<pin 2>&1; }
share() { # NAME: a set for NAME.card, whose folder is NAME
    rm -rf "cards/alice.card" && cp "$1.card" cards/alice.card
    { cat others && "$e" --check "$1.card" --roots ca.roots --json --pin-fd 3 --non-interactive 3<pin 2>/dev/null |
        jq -r '"alice \(.fingerprint)"'; } >prints
    "$BUILD/bin/seal-split" -k 2 --rehearsal --roots ca.roots --cards cards --fingerprints prints -o "$1" <secret
}
opened() { # NAME: alice's share of that set
    "$BUILD/bin/seal-open" --non-interactive --pin-fd 3 "$1/alice.share" 3<pin >text 2>err || { _rc=$? && cat err && return $_rc; }
    grep -qx "custodian: alice" text
}

ok "a factory token" fresh one 1 --ca "$d/ca" --factory
ok "slot 9d, and policies as left out" enroll plain.card --slot 9d
is "PIN and touch at every use" "$(metadata 9c 9d)" "9c ECCP256 ALWAYS ALWAYS made 9d ECCP256 ALWAYS ALWAYS made "
is "the card names the slot" "$(jq -r .piv.slot plain.card)" 9d
is "and no identity for age-plugin-yubikey" "$(jq -r '.piv.identity // "none"' plain.card)" none
ok "it is proved" check plain.card
ok "a set for it" share plain
ok "its share opens" opened plain
ok "VERIFY was the command before" piv_verify_was_last one

for policies in "once cached ONCE CACHED" "always never ALWAYS NEVER" "once never ONCE NEVER" "always cached ALWAYS CACHED"; do
    # shellcheck disable=SC2086 # four words
    set -- $policies
    name=$1-$2
    ok "$name: a factory token" fresh one 1 --ca "$d/ca" --factory
    ok "$name: enrolled in 9d" enroll "$name.card" --slot 9d --pin-policy "$1" --touch-policy "$2"
    is "$name: what the token says" "$(metadata 9c 9d)" "9c ECCP256 $3 $4 made 9d ECCP256 $3 $4 made "
    ok "$name: proved, attestation and all" check "$name.card"
    ok "$name: a set for it" share "$name"
    [ "$2" != never ] || ok "$name: nobody touches it" piv_ctl one touch-mode refuse
    ok "$name: its share opens" opened "$name"
    # The next enrolment is to have the same policies, or else is none.
    piv_ctl one touch-mode auto >/dev/null
    exits "$name: other policies for the key that is there: 1" 1 enroll other.card --slot 9d
    tells "$name: other policies for the key that is there" "policies"
    ok "$name: no card was made of that" test ! -e other.card
done

ok "a factory token" fresh one 1 --ca "$d/ca" --factory
ok "the last retired slot" enroll last.card --slot 95
cp one.log last.log
is "has the key" "$(metadata 95)" "95 ECCP256 ALWAYS ALWAYS made "
is "and the card an identity for age-plugin-yubikey" "$(jq -r '.piv.identity | .[:20]' last.card)" AGE-PLUGIN-YUBIKEY-1

# --- refused before the token is changed
ok "a factory token" fresh one 1 --ca "$d/ca" --factory --mgmt-alg 3des
for slot in 81 96 9a 9c 9e 9d0 9 0x82 82x '' -1 f9; do
    exits "slot <$slot>: 2" 2 enroll no.card "--slot=$slot"
    tells "slot <$slot>" "--slot: $slot: 82 to 95 or 9d"
done
for when in never ALWAYS default 1 ''; do
    exits "PIN policy <$when>: 2" 2 enroll no.card "--pin-policy=$when"
    tells "PIN policy <$when>" "--pin-policy: $when: not one of always, once"
done
for when in Never once 3 ''; do
    exits "touch policy <$when>: 2" 2 enroll no.card "--touch-policy=$when"
    tells "touch policy <$when>" "--touch-policy: $when: not one of always, cached, never"
done
ok "no card" test ! -e no.card
ok "the log would show a key made" sh -c 'grep -q "^00 47 00 95" last.log && grep -q "^00 87 .. 9B" last.log && grep -q "^00 20 00 80 lc=8" last.log'
ok "no key, no PIN and no command with the management key" sh -c '! grep -q -e "^00 47 " -e "^00 20 00 80 lc=8" -e "^00 87 .. 9B" one.log'
ok "a key that others made in 9d" sh -c 'yubico-piv-tool -r "Virtual PCD 1 00 00" -a generate -s 9d -A ECCP256 >pub 2>&1'
exits "is not written over: 1" 1 enroll no.card --slot 9d
tells "is not written over" "slot 9d: holds a key"
ok "no card of it" test ! -e no.card
done_testing
