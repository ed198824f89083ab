#!/bin/sh
# seal-enroll and seal-open with virtual YubiKeys under the real pcscd: what is listed, made, proved, opened, refused.
# shellcheck disable=SC2016 # expanded by the inner shell
READERS=2
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
authority ca || exit 3
authority other || exit 3
e=$BUILD/bin/seal-enroll
o=$BUILD/bin/seal-open
cd "$d" || exit 3
printf '%s\n' $pin >pin
printf '%s\n' $puk >puk
echo 111222 >wrong
echo 123456 >factory
printf '%s\n' $pin >new

list() { "$e" --list --json | jq -e "$1"; }
enroll() { # CARD OPTION...: of alice, into CARD.card
    _n=$1
    shift
    "$e" --piv --virtual -n alice -o "$_n.card" --roots "$d/${roots:-ca}.roots" --new-pin-fd 3 --new-puk-fd 4 --pin-fd 5 \
        --non-interactive "$@" 3<pin 4<puk 5<pin >out 2>err
    _rc=$?
    cat err
    return $_rc
}
no_enroll() { # STATUS SAYS NAME OPTION...: no card, one line
    _want=$1 _says=$2 _rc=0
    shift 2
    enroll "$@" || _rc=$?
    [ "$_rc" -eq "$_want" ] && [ "$(wc -l <err)" -eq 1 ] && grep -qF -- "$_says" err && ! [ -e "$1.card" ]
}
check() { "$e" --check "$1" --roots ca.roots --pin-fd 3 --non-interactive 3<"${2:-pin}"; }
open() { # PINFILE ARG...
    _pin=$1
    shift
    "$o" --non-interactive --pin-fd 3 "$@" 3<"$_pin" >text
}
says() { # TEXT STATUS COMMAND...: ends with STATUS, one line that has TEXT
    _says=$1 _want=$2 _rc=0
    shift 2
    "$@" 2>err || _rc=$?
    cat err
    [ "$_rc" -eq "$_want" ] && [ "$(wc -l <err)" -eq 1 ] && grep -qF -- "$_says" err
}

exits "nothing is there" 4 "$e" --list
ok "a factory YubiKey" fresh one 1 --ca "$d/ca" --factory --serial 4000000001
ok "is listed, with all that is the factory's" list '.tokens | length == 1 and (.[0] | .kind == "piv" and
    .serial == 4000000001 and .firmware == "5.7.1" and .tries_left == 3 and .puk_tries_left == 3 and
    .factory_pin and .factory_puk and .factory_key and (.firmware_leaks | not) and (.where | startswith("Virtual PCD 1")))'
ok "and for people" sh -c '"$1" --list | grep -q "serial 4000000001, firmware 5.7.1, PIN: 3 tries left, PUK: 3 tries left, factory PIN, factory PUK, factory management key, at Virtual"' sh "$e"
ok "no PIN was sent for that" sh -c '! grep -q "^00 20 00 80 lc=8" one.log'
ok "too old" no_enroll 1 "5.8.0" alice --min-firmware 5.8.0
ok "another serial" no_enroll 4 "22" alice --serial 22
ok "no such reader" no_enroll 4 "no PIV token" alice --device piv:nowhere
cp factory pin
ok "the factory PIN as the new one" no_enroll 4 "factory PIN" alice
printf '%s\n' $pin >pin
ok "nothing has changed on the token" list '.tokens[0].factory_pin and .tokens[0].factory_puk'
ok "enrolled" enroll alice --json
ok "as the page says" jq -e '.result == "OK" and .card == "alice.card" and .did == "enrolled" and .kind == "piv" and .serial == 4000000001 and
    .firmware == "5.7.1" and .attested and .virtual and (.firmware_leaks | not) and (.recipient | startswith("age1tag1"))' out
ok "the factory's values are gone" list '.tokens[0] | (.factory_pin or .factory_puk or .factory_key) | not'
cp alice.card before
ok "its card is not written over" sh -c '! "$1" --piv -n alice -o alice.card --pin-fd 3 3<pin && cmp alice.card before' sh "$e"
ok "proved by the token" check alice.card
mkdir -p installed/bin installed/share/sealkit && cp "$e" installed/bin && cp -r "$here/../data/attestation" installed/share/sealkit || exit 3
ok "not by the installed roots, which a card cannot choose" says "no pinned root" 1 installed/bin/seal-enroll --check alice.card --non-interactive
ok "nor where none are" says "nowhere" 3 "$e" --check alice.card --roots nowhere --non-interactive
text="sealkit-card/1
$(jq -cS 'del(.signature) | .piv.firmware = "5.7.9"' alice.card)
"
ok "a card that its own token signed, with newer firmware than it has" works "$pin" sign alice.card "$text"
jq --arg s "$(base64 -w 0 <out)" '.piv.firmware = "5.7.9" | .signature = $s' alice.card >newer.card
ok "is not what the token's maker attested" says "another firmware" 1 "$e" --check newer.card --roots ca.roots --non-interactive
ok "not by another root, and no PIN is asked for" says "opening key" 1 "$e" --check alice.card --roots other.roots --non-interactive
exits "not by a wrong PIN" 4 check alice.card wrong
ok "which costs one try, not more" list '.tokens[0].tries_left == 2'
ok "and is asked for once" test "$(grep -c '^00 20 00 80 lc=8.*sw=63' one.log)" -eq 1
ok "then the right one" check alice.card
ok "all tries again" list '.tokens[0].tries_left == 3'
ok "touch refused" piv_ctl one touch-mode refuse
exits "is said" 4 check alice.card
ok "touch again by itself" piv_ctl one touch-mode auto
ok "two left" piv_ctl one pin-left 1
ok "the last try is kept" says "--last-try" 4 check alice.card
ok "until it is asked for" sh -c '"$1" --check alice.card --roots ca.roots --last-try --pin-fd 3 3<pin' sh "$e"

# --- a share for a main and a spare token of alice, and for two others
ok "an old YubiKey" fresh two 2 --ca "$d/ca" --factory --serial 22 --firmware 5.4.3
ok "two are there: which is meant?" no_enroll 4 "serial" spare
mkdir cards
"$BUILD/tests/interop_make_card" cards chloe -p david -p >fp || exit 3
"$e" --check alice.card --roots ca.roots --json --pin-fd 3 3<pin 2>/dev/null | jq -r '"alice \(.fingerprint)"' >>fp
ok "the serial says; its firmware is refused" no_enroll 1 "--allow-leaking-firmware" spare --serial 22
ok "unless that is allowed" enroll spare --serial 22 --json --allow-leaking-firmware
ok "which the card records" jq -e .firmware_leaks spare.card
ok "and one of new firmware does not" jq -e 'has("firmware_leaks") | not' alice.card
ok "it can leak its signing key" jq -e '.firmware_leaks and .serial == 22' out
ok "said in words, too" grep -q "YSA-2024-03" err
jq -r '"alice \(.fingerprint)"' out >>fp
cp alice.card spare.card cards
printf 'planted secret' >secret
ok "split for them" sh -c '"$1/bin/seal-split" -k 2 --rehearsal --roots ca.roots --cards cards --fingerprints fp -o set <secret 2>err' sh "$BUILD"
ok "where nobody confirms, old firmware is told of by name" grep -q "OLD FIRMWARE, .*: the cards of alice$" err
s=set/alice.share
ok "both tokens fit: said, and nothing asked" says "may both open it" 4 open pin $s
ok "one by its serial" open pin --serial 22 $s
ok "is the holder's" grep -qx "custodian: alice" text
cp text first
ok "the other by its reader" open pin --device "piv:Virtual PCD 1 00 00" $s
ok "the same share" cmp text first
ok "VERIFY was the command before the key agreement" piv_verify_was_last one
cat >choose.py <<'P'
import os, sys
import pexpect
child = pexpect.spawn("sh", ["-c", sys.argv[1]], timeout=60, encoding="utf-8")
child.expect("Several tokens that are here fit:")
child.expect(r"1  alice: [^\n]*serial (\d+)\r")
first = child.match.group(1)
child.expect(r"2  alice: [^\n]*serial (\d+)\r")
child.expect(r"Which one\? ")
child.sendline("2" if first == "4000000001" else "1")
child.expect(r"alice: PIV PIN of (.*22.*) \(3 tries left\): ")
child.sendline(os.environ["PIN"])
child.expect("alice: touch .* now")
child.expect(pexpect.EOF)
child.close()
sys.exit(child.exitstatus or os.environ["PIN"] in (child.before or ""))
P
ok "or a person chooses, and is asked for that token's PIN" env PIN=$pin python3 choose.py "exec $o $s >text"
ok "the same share" cmp text first
piv_stop two
cat >unsent.py <<'P'
import os, sys
import pexpect
child = pexpect.spawn("sh", ["-c", sys.argv[1]], timeout=60, encoding="utf-8")
def asked(before, left):
    child.expect(r"alice: PIV PIN of [^\n]* \((\d) tries left\): ")
    if (before not in child.before if before else "PIN" in child.before) or child.match.group(1) != left:
        sys.exit(f"not {before!r}, {left} left, but {child.before!r}, {child.match.group(1)} left")
    if "wrong" in child.before and "wrong" not in before:
        sys.exit(f"wrong, though not sent: {child.before!r}")
asked("", "3")
child.sendline("123456")
asked("that is the factory PIN; not sent", "3")
child.sendline("\u00ffabcdefg")
asked("too long", "3")
child.sendline("999999")
asked("wrong PIN. ", "2")
child.sendline("123456")
asked("that is the factory PIN; not sent", "2")
child.sendline(os.environ["PIN"])
child.expect(pexpect.EOF)
child.close()
sys.exit(child.exitstatus)
P
before=$(sent one)
ok "a PIN that was not sent is not called wrong" env PIN=$pin python3 unsent.py "exec $o $s >text"
ok "two were sent, and the one that opens" test "$(sent one)" -eq $((before + 2))
ok "alone, none is chosen" open pin $s
ok "a wrong PIN" says "wrong PIV PIN" 4 open wrong $s
ok "nothing came out" sh -c '! [ -s text ]'
ok "raw, with the card" open pin --raw --card alice.card $s
ok "the same share" cmp text first
jq -r .piv.identity alice.card >plugin
ok "raw, with the plugin's identity and its card" open pin --raw --card alice.card -i plugin $s
ok "not without the card" says "--card" 1 open pin --raw -i plugin $s
head -c 3000000 /dev/urandom >long
"$BUILD/tests/interop_seal_age" "$(jq -r .recipient alice.card)" <long >long.age
ok "raw: 3 MB to its recipient" open pin --raw --card alice.card long.age
ok "the same bytes" cmp text long
ok "chloe's share: not for this token" says "not here" 4 open pin set/chloe.share
ok "pulled out in mid-command" piv_ctl one pull-before 87 1
exits "is said" 4 open pin $s
ok "and nothing came out" sh -c '! [ -s text ]'
ok "put in again" reinsert one
ok "it opens" open pin $s
ok "blocked" piv_ctl one block-pin
ok "is said: exit 5" says "blocked" 5 open pin $s
ok "by --check too" says "blocked" 5 check alice.card
ok "and listed" list '.tokens[0].tries_left == 0'
piv_stop one
ok "another's YubiKey under the same serial" fresh one 1 --ca "$d/ca" --factory --serial 4000000001
before=$(sent one)
ok "is not alice's: no PIN sent" says "4000000001" 4 check alice.card
is "none" "$(sent one)" "$before"

# --- without attestation
roots=other
ok "another root" no_enroll 1 "root" bare
roots=ca
ok "--attestation none" enroll bare --attestation none
ok "the card says so" jq -e '.attested == false' bare.card
ok "the tool says so" grep -q "NOT ATTESTED" err
ok "and --roots finds none to verify" says "no attestation" 1 "$e" --check bare.card --roots ca.roots --non-interactive
ok "in red on a terminal, whenever the card is proved" sh -c \
    'script -qec "$1 --check bare.card --pin-fd 3 3<pin" /dev/null </dev/null | grep -q "$(printf "\033\\[1;31m").*NOT ATTESTED"' sh "$e"

# --- a token that tells nothing of factory values
ok "an old factory token" fresh one 1 --ca "$d/ca" --factory --serial 78 --firmware 5.2.4 --no-metadata
ok "is listed so" sh -c '"$1" --list | grep -q "serial 78, .*tells nothing of factory values"' sh "$e"
ok "null where it is not known" list '.tokens[0] | .factory_pin == null and .factory_puk == null and .factory_key == null'
ok "its PUK is needed" says "give --puk-fd" 2 "$e" --piv --virtual -n alice -o old.card --roots ca.roots --allow-leaking-firmware --new-pin-fd 3 --pin-fd 5 --non-interactive 3<new 5<factory
echo 12345678 >old.puk
ok "with PIN and PUK and new ones" sh -c '"$1" --piv --virtual -n alice -o old.card --roots ca.roots --allow-leaking-firmware --new-pin-fd 3 --new-puk-fd 4 --pin-fd 5 \
    --puk-fd 6 --non-interactive --json 3<new 4<puk 5<factory 6<old.puk >out' sh "$e"
ok "the PUK is proved" jq -e '.puk_unknown == false' out
ok "the same key again, without the PUK" sh -c '"$1" --piv --virtual -n alice -o old2.card --roots ca.roots --allow-leaking-firmware --pin-fd 5 \
    --allow-unknown-puk --non-interactive --json 5<new >out 2>err' sh "$e"
ok "is said" jq -e '.puk_unknown' out
ok "in words, too" grep -q "PUK NOT PROVED" err
printf '%s\n' $pin >pin
ok "whenever it is proved" sh -c '"$1" --check old2.card --roots ca.roots --pin-fd 3 3<pin 2>&1 | grep -q "PUK NOT PROVED"' sh "$e"

# --- a person at a terminal
ok "a factory YubiKey" fresh one 1 --ca "$d/ca" --factory --serial 77
cat >person.py <<'P'
import sys
import pexpect
e, roots, how = sys.argv[1:]
child = pexpect.spawn(e, ["--piv", "-n", "emma", "-o", "emma.card", "--roots", roots], timeout=60, encoding="utf-8")
child.expect(r"emma: new PIV PIN of .*77.* \(6 to 8 characters\): ")
child.sendline("975310")
child.expect("the same again: ")
if how == "give-up":
    child.sendcontrol("c")
    child.expect(pexpect.EOF)
    child.close()
    sys.exit(child.exitstatus)
child.sendline("975310")
child.expect(r"emma: new PIV PUK of .*77.* \(6 to 8 characters\): ")
child.sendline("13243546")
child.expect("the same again: ")
child.sendline("13243546")
child.expect(r"read aloud   ([A-Za-z]+ ){11}[A-Za-z]+")
child.expect(pexpect.EOF)
child.close()
sys.exit(child.exitstatus)
P
exits "Ctrl-C at the second question: exit 7" 7 python3 person.py "$e" "$d/ca.roots" give-up
ok "no card" test ! -e emma.card
ok "and a token as it was" list '.tokens[0].factory_pin and .tokens[0].factory_puk'
ok "asked for, twice each, and told the words" python3 person.py "$e" "$d/ca.roots" finish
ok "the PIN is the one typed" sh -c 'printf "975310\n" | "$1" --check emma.card --roots ca.roots --pin-fd 0' sh "$e"
ok "no PIN and no share in any file of ours" sh -c '! grep -rlF -e "$2" -e 975310 -e 13243546 *.card set cards err out | grep .' sh "$e" $pin
done_testing
