#!/bin/sh
# seal-enroll and seal-open with virtual FIDO2 tokens through the real libfido2.
# shellcheck disable=SC2016 # expanded by the inner shell
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BUILD:=$here/../build}"
BUILD=$(cd "$BUILD" && pwd)
export BUILD
TOKENS_DIR=$(mktemp -d)
# shellcheck source=tests/lib/tap.sh
. "$here/lib/tap.sh"
# shellcheck source=tests/lib/tokens.sh
. "$here/lib/tokens.sh"
trap 'fido_stop_all; rm -rf "$TOKENS_DIR"' EXIT
d=$TOKENS_DIR
e=$BUILD/bin/seal-enroll
o=$BUILD/bin/seal-open
cd "$d" || exit 3
for n in ca other; do
    "$VIRT_FIDO2" make-ca "$d/$n" || exit 3
    mkdir "$n.roots" && cp "$n/root.pem" "$n.roots" || exit 3
done
pin=864209
echo $pin >pin
echo 111222 >wrong
dev() { cat "$d/$1.dev"; }
list() { "$e" --list --json --device "$(dev "$1")" | jq -e "$2"; }
enroll() { # CARD TOKEN OPTION...: of alice, into CARD.card
    _n=$1 _t=$2
    shift 2
    "$e" --fido2 -n alice -o "$_n.card" --roots "${roots:-ca}.roots" --device "$(dev "$_t")" --new-pin-fd 3 --pin-fd 4 \
        --non-interactive "$@" 3<pin 4<pin >out 2>err
    _rc=$?
    cat err
    return $_rc
}
no_enroll() { # STATUS SAYS CARD TOKEN OPTION...: no card, one line
    _want=$1 _says=$2 _rc=0
    shift 2
    enroll "$@" || _rc=$?
    [ "$_rc" -eq "$_want" ] && [ "$(wc -l <err)" -eq 1 ] && grep -qiF -- "$_says" err && ! [ -e "$1.card" ]
}
check() { # TOKEN CARD [PINFILE [OPTION]]
    "$e" --check "$2" --roots ca.roots --device "$(dev "$1")" --pin-fd 3 --non-interactive ${4+"$4"} 3<"${3:-pin}" >out
}
says_no() { # COMMAND...: ends with 4, says what to do
    "$@" >err
    [ $? -eq 4 ] && grep -q "put it in again" err
}
open() { # TOKEN PINFILE ARG...
    _dev=$(dev "$1")
    _pin=$2
    shift 2
    "$o" --non-interactive --device "$_dev" --pin-fd 3 "$@" 3<"$_pin" >text
}
says() { # TEXT STATUS COMMAND...: ends with STATUS, one line that has TEXT
    _says=$1 _want=$2 _rc=0
    shift 2
    "$@" 2>err || _rc=$?
    cat err
    [ "$_rc" -eq "$_want" ] && [ "$(wc -l <err)" -eq 1 ] && grep -qiF -- "$_says" err
}

ok "a factory token" fido_start one --ca "$d/ca" --factory
ok "is listed" list one '.tokens | map(select(.kind == "fido2")) | length == 1 and (.[0] | .virtual and (has("serial") | not))'
roots=other
ok "another root" no_enroll 1 "root" alice one
roots=ca
ok "an rp id that is none" no_enroll 2 "rp id" alice one --rp-id 'Not A Domain'
ok "enrolled" enroll alice one --rp-id bank.example --json
ok "as the page says" jq -e '.result == "OK" and .did == "enrolled" and .kind == "fido2" and .attested and .virtual and
    (.recipient | startswith("age1")) and .card == "alice.card"' out
ok "the rp id is the one asked for" jq -e '.fido2.rp_id == "bank.example"' alice.card
ok "the identity is typage's" jq -e '.fido2.identity | startswith("AGE-PLUGIN-FIDO2PRF-1")' alice.card
ok "eight tries" list one '.tokens[] | select(.kind == "fido2") | .tries_left == 8'
ok "proved by the token" check one alice.card
attests() { # ROOTS CARD: proved with its token and by its certificates
    "$e" --check "$2" --roots "$1.roots" --device "$(dev one)" --pin-fd 3 --non-interactive 3<pin >out
}
ok "and attested by its own words" attests ca alice.card
ok "not under another root" says "no pinned root" 1 attests other alice.card
mkdir -p installed/bin installed/share/sealkit && cp "$e" installed/bin && cp -r "$here/../data/attestation" installed/share/sealkit || exit 3
ok "nor under the installed ones, which a card cannot choose" says "no pinned root" 1 installed/bin/seal-enroll --check alice.card --device "$(dev one)" --non-interactive
ok "a wrong PIN" says "PIN" 4 check one alice.card wrong
ok "costs one try" list one '.tokens[] | select(.kind == "fido2") | .tries_left == 7'
ok "the right one" check one alice.card
# --- never a third wrong one in a row, over however many programs
ok "wrong" says "(7 tries left)" 4 check one alice.card wrong
ok "wrong again" says "two wrong PINs in a row" 4 check one alice.card wrong
ok "the right one is not even sent" says "say so with --replugged" 4 check one alice.card
ok "nor was a try spent" list one '.tokens[] | select(.kind == "fido2") | .tries_left == 6'
cat >replug.py <<'P'
import sys
import pexpect
answer, command = sys.argv[1:]
child = pexpect.spawn("sh", ["-c", command], timeout=60, encoding="utf-8")
child.expect(r"(?s)alice:\s+the\s+last\s+2\s+FIDO2\s+PINs\s+of.*\(6\s+tries\s+left\).*since\?\s+\(yes\s+or\s+no\)\s")
child.sendline(answer)
if answer == "yes":
    child.expect(r"FIDO2\s+PIN\s+of")
    child.sendline(sys.stdin.readline().strip())
child.expect(pexpect.EOF)
print(child.before)
child.close()
sys.exit(child.exitstatus)
P
ask="exec $e --check alice.card --roots ca.roots --device $(dev one)"
ok "a person is asked" says_no python3 replug.py no "$ask"
ok "and after a yes for the PIN" sh -c 'python3 replug.py yes "$1" <pin' sh "$ask"
ok "eight again" list one '.tokens[] | select(.kind == "fido2") | .tries_left == 8'
ok "wrong" says "(7 tries left)" 4 check one alice.card wrong
ok "wrong again" says "two wrong PINs in a row" 4 check one alice.card wrong
ok "in again" fido_ctl one plug
ok "the right one, and said so" check one alice.card pin --replugged
ok "touch refused" fido_ctl one touch refuse
exits "is said" 4 check one alice.card
fido_ctl one touch auto >/dev/null

ok "another token" fido_start two --ca "$d/ca" --factory
ok "enrolled as her spare" enroll spare two --json
mkdir cards
"$BUILD/tests/interop_make_card" cards chloe -p david -p >fp || exit 3
for c in alice spare; do
    cp $c.card cards
    t=one
    [ $c = spare ] && t=two
    "$e" --check $c.card --roots ca.roots --json --device "$(dev $t)" --pin-fd 3 3<pin 2>/dev/null | jq -r '"alice \(.fingerprint)"' >>fp
done
printf 'planted secret' >secret
split() { # ROOTS FOLDER
    "$BUILD/bin/seal-split" -k 2 --rehearsal --cards cards --fingerprints fp --roots "$1.roots" -o "$2" <secret
}
ok "cards attested by another root: refused by name" says "card of alice: says it is attested, but: " 1 split other none
ok "no folder" test ! -e none
ok "split for them" sh -c '"$1/bin/seal-split" -k 2 --rehearsal --roots ca.roots --cards cards --fingerprints fp -o set <secret' sh "$BUILD"
s=set/alice.share
ok "her token opens it" open one pin $s
ok "is the holder's" grep -qx "custodian: alice" text
cp text first
ok "the spare too" open two pin $s
ok "the same share" cmp text first
ok "both are here: said, and nothing asked" says "may both open it" 4 open one pin --device "$(dev two)" $s
ok "chloe's share: not for this token" says "not here" 4 open one pin set/chloe.share
ok "a wrong PIN" says "PIN" 4 open one wrong $s
ok "nothing came out" sh -c '! [ -s text ]'
ok "raw, with the card" open one pin --raw --card alice.card $s
ok "the same share" cmp text first
jq -r .fido2.identity alice.card >plugin
jq -r .fido2.wrapped alice.card >wrapped.age
ok "raw: the identity inside the card, sealed to the token alone" open one pin --raw --card alice.card -i plugin wrapped.age
ok "is one of age's" grep -q '^AGE-SECRET-KEY-1' text
age-keygen -y text >recipient 2>/dev/null
is "of the card's recipient" "$(cat recipient)" "$(jq -r .recipient alice.card)"
ok "with it stock age opens the share" sh -c 'age -d -i text set/alice.share | cmp - first'
ok "the plugin's identity is enough for that" open one pin --raw -i plugin wrapped.age
ok "the same identity" grep -q '^AGE-SECRET-KEY-1' text
: >text
ok "out" fido_ctl one pull
exits "is said" 4 open one pin $s
ok "in again" fido_ctl one plug
ok "it opens" open one pin $s
cat >touch.py <<'P'
import os, subprocess, sys, time
import pexpect
ctl, command = sys.argv[1:]
child = pexpect.spawn("sh", ["-c", command], timeout=60, encoding="utf-8")
child.expect(r"(?s)alice: FIDO2 PIN of .*?\(8\s+tries\s+left\):\s")
child.sendline(os.environ["PIN"])
child.expect(r"(?s)touch .*?now")
# A finger counts only once the token waits for it.
for _ in range(1000):
    stat = subprocess.run(ctl.split() + ["stat"], check=True, stdout=subprocess.PIPE, encoding="utf-8")
    if "waiting 1" in stat.stdout:
        break
    time.sleep(0.02)
subprocess.run(ctl.split() + ["touch"], check=True, stdout=subprocess.DEVNULL)
child.expect(pexpect.EOF)
child.close()
sys.exit(child.exitstatus or os.environ["PIN"] in (child.before or ""))
P
ok "touch waits for a finger" fido_ctl one touch wait
ok "a person sees applet, tries and touch" env PIN=$pin python3 touch.py "$VIRT_FIDO2 ctl $d/one.fctl" "exec $o --device $(dev one) $s >text"
ok "the same share" cmp text first
fido_ctl one touch auto >/dev/null
ok "no try left" fido_ctl one retries 0
ok "is said: exit 5" says "block" 5 open one pin $s
ok "by --check too" says "block" 5 check one alice.card

# --- a YubiKey 5 NFC before firmware 5.7, by its model
ok "an old YubiKey" fido_start old --ca "$d/ca" --factory --aaguid 2fc0579f811347eab116bb5a8db9202a
ok "is listed so" list old '.tokens[] | select(.kind == "fido2") | .firmware_leaks'
ok "others are not" list one '.tokens[] | select(.kind == "fido2") | .firmware_leaks | not'
ok "leaks signing keys: refused" no_enroll 1 "YSA-2024-03" old old
ok "before its PIN is set" list old '.tokens[] | select(.kind == "fido2") | .model | endswith("no PIN")'
ok "unless that is allowed" enroll old old --allow-leaking-firmware --json
ok "which is said" jq -e .firmware_leaks out
ok "in words, too" grep -q "OLD FIRMWARE" err
ok "and recorded" jq -e .firmware_leaks old.card

# --- tokens of other kinds
ok "self attestation" fido_start self --attestation self --factory
ok "is no attestation" no_enroll 1 "attestation" self self
ok "--attestation none" enroll self self --attestation none
ok "the card says so" jq -e '.attested == false' self.card
ok "the tool says so" grep -q "NOT ATTESTED" err
ok "CTAP 2.0" fido_start ctap20 --ca "$d/ca" --ctap20 --factory
ok "is enrolled" enroll ctap20 ctap20 --json
ok "attested; it tells no firmware" jq -e '.attested and (has("firmware") | not)' out
ok "proved by the token" check ctap20 ctap20.card
"$BUILD/tests/interop_seal_age" "$(jq -r .recipient ctap20.card)" <secret >ctap20.age
ok "and opens what is sealed to it" sh -c '"$1" --raw --card ctap20.card --device "$2" --pin-fd 3 --non-interactive ctap20.age 3<pin | cmp - secret' sh "$o" "$(dev ctap20)"
ok "CTAP 2.0 without credProtect" fido_start unguarded --ca "$d/ca" --ctap20 --no-cred-protect --factory
ok "is enrolled, too" enroll unguarded unguarded
ok "CTAP 2.0 without hmac-secret" fido_start unable --ca "$d/ca" --ctap20 --no-hmac-secret --factory
ok "is refused with the reason" no_enroll 4 "hmac-secret" unable unable
ok "without hmac-secret" fido_start bare --ca "$d/ca" --no-hmac-secret --factory
ok "is refused with the reason" no_enroll 4 "hmac-secret" bare bare
ok "no PIN and no share in any file of ours" sh -c '! grep -rlF -e "$1" ./*.card set cards err out | grep .' sh $pin
done_testing
