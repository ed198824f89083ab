#!/bin/sh
# The FIDO2 driver against virtual tokens: enrolment, unwrapping, signing, and everything
# that a token or its holder can do wrong.
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BUILD:=$here/../build}"
BUILD=$(cd "$BUILD" && pwd)
export BUILD
TOKENS_DIR=$(mktemp -d)
export TOKENS_DIR
# shellcheck source=tests/lib/tap.sh
. "$here/lib/tap.sh"
# shellcheck source=tests/lib/tokens.sh
. "$here/lib/tokens.sh"
trap 'fido_stop_all; rm -rf "$TOKENS_DIR"' EXIT
d=$TOKENS_DIR
driver=$BUILD/tests/interop_fido2_driver
seal=$BUILD/tests/interop_seal_age
"$VIRT_FIDO2" make-ca "$d/ca" || exit 3
mkdir "$d/roots" && cp "$d/ca/root.pem" "$d/roots"

PIN=864209
# drive PINS ARG...: with these answers (a word each); what it said is left in $d/said.
drive() {
    # shellcheck disable=SC2086 # words
    [ -z "$1" ] && : >"$d/answers" || printf '%s\n' $1 >"$d/answers"
    shift
    timeout 60 "$driver" -r "$d/roots" -p "$d/answers" "$@" >"$d/out" 2>"$d/said"
    _rc=$?
    cat "$d/out" "$d/said"
    return $_rc
}
# on NAME: the token that is meant from here on
on() {
    [ -e "$d/$1.fpid" ] || { echo "no token $1"; exit 3; }
    DEV=$(cat "$d/$1.dev")
}
d1() { # PINS ARG...: with the token that is meant
    _pins=$1
    shift
    drive "$_pins" -d "$DEV" "$@"
}
fails() { # ERROR COMMAND...
    _error=$1
    shift
    "$@" && return 1
    grep -q "^error $_error:" "$d/said"
}
says() { grep -q -- "$1" "$d/out" "$d/said"; }
count() { grep -c "^$1" "$d/said"; }
no() { ! "$@"; }
stat_has() { fido_ctl "$1" stat | grep -q "$2"; }
field() { sed -n "s/^ *\"$2\": \"\(.*\)\",\{0,1\}$/\1/p" "$1"; }
wrapped() { printf '%b' "$(field "$1" wrapped)"; }
seal_to() { printf 'a share\n' | "$seal" -a "$(field "$1" recipient)" >"$2"; }
opens() { # CARD PINS [ARG...]
    _card=$1 _p=$2
    shift 2
    d1 "$_p" "$@" unwrap "$d/$_card.card" "$d/$_card.age" && [ "$(cat "$d/out")" = "a share" ]
}
enrols() { # CARD PINS [ARG...]
    _card=$1 _p=$2
    shift 2
    rm -f "$d/$_card.card"
    d1 "$_p" "$@" enrol "$d/$_card.card" && seal_to "$d/$_card.card" "$d/$_card.age"
}

echo "# tokens of every kind"
for kind in both 2 1 ctap20 ctap20-protect always-uv; do
    case $kind in
    ctap20) set -- --ctap20 --no-cred-protect ;;
    ctap20-protect) set -- --ctap20 ;;
    always-uv) set -- --always-uv ;;
    *) set -- --pin-protocols "$kind" ;;
    esac
    fido_start "t$kind" --ca "$d/ca" --pin $PIN "$@"
    on "t$kind"
    ok "$kind: enrols" enrols "$kind" $PIN
    is "$kind: five touches" "$(count touch)" 5
    is "$kind: one PIN" "$(count ask)" 1
    ok "$kind: attested, virtual" says "^attested 1 virtual 1 rp sealkit.invalid sign.sealkit.invalid"
    ok "$kind: opens without PIN and touch" d1 "" open "$d/$kind.card"
    is "$kind: none asked for" "$(count "ask\|touch")" 0
    ok "$kind: unwraps" opens "$kind" $PIN
    ok "$kind: signs" d1 $PIN sign "$d/$kind.card" "a checkpoint"
    ok "$kind: secret" d1 $PIN secret "$d/$kind.card"
    cp "$d/out" "$d/secret.$kind"
    ok "$kind: and again" d1 $PIN secret "$d/$kind.card"
    ok "$kind: stable" cmp "$d/out" "$d/secret.$kind"
done
is "no two tokens have the same secret" "$(sort -u "$d"/secret.* | wc -l)" 6
fido_stop_all
rm -f "$d"/*.dev

echo "# attestation"
for att in other-root expired self none; do
    case $att in
    expired) error=EXPIRED ;;
    *) error=VERIFY ;;
    esac
    fido_start "t$att" --ca "$d/ca" --attestation $att --pin $PIN
    on "t$att"
    ok "$att: refused" fails $error enrols "$att" $PIN
    ok "$att: no card" no test -e "$d/$att.card"
    is "$att: after the first touch" "$(count touch)" 1
    ok "$att: taken where no attestation is wanted" enrols "$att" $PIN -n
    ok "$att: and recorded so" says "^attested 0"
    ok "$att: unwraps" opens "$att" $PIN
    for fault in wrong-rp no-up wrong-uv bad-signature; do
        [ "$att $fault" = "none bad-signature" ] && continue # there is no signature
        fido_ctl "t$att" $fault on >/dev/null
        ok "$att: $fault is found all the same" fails VERIFY enrols "x" $PIN -n
        fido_ctl "t$att" $fault off >/dev/null
    done
done
fido_stop_all
rm -f "$d"/*.dev

fido_start one --ca "$d/ca" --pin $PIN
on one
ok "enrols" enrols one $PIN
for fault in wrong-rp no-up wrong-uv bad-signature ignore-extension; do
    fido_ctl one $fault on >/dev/null
    ok "enrolment with $fault" fails VERIFY enrols x $PIN
    is "stops at the first touch" "$(count touch)" 1
    fido_ctl one $fault off >/dev/null
done
fido_ctl one wrong-aaguid on >/dev/null
ok "a certificate for another model" fails MISMATCH enrols x $PIN
fido_ctl one wrong-aaguid off >/dev/null
fido_ctl one long-key on >/dev/null
ok "a key that only some readers take" fails FORMAT enrols x $PIN
ok "named as such" says "attestation of the opening key: not a statement of a FIDO2 token"
ok "leaves no card" no test -e "$d/x.card"
ok "without attestation nobody reads it again" enrols x $PIN -n
fido_ctl one long-key off >/dev/null
ok "a secret that changes after the first evaluation" fails TOKENREFUSED enrols x $PIN \
    -t "4=$VIRT_FIDO2 ctl $d/one.fctl flip-secret on"
ok "named as such" says "proving that the token unwraps"
fido_ctl one flip-secret off >/dev/null
mkdir "$d/empty"
ok "no roots at all" fails NOTFOUND enrols x $PIN -r "$d/empty"
is "before any question" "$(count "ask\|touch")" 0
ok "firmware as wanted" enrols x $PIN -m 5.7.1
ok "firmware too old" fails POLICY enrols x $PIN -m 5.7.2
ok "in its first number too" fails POLICY enrols x $PIN -m 6.0.0
ok "newer than wanted" enrols x $PIN -m 4.9.9
ok "an organisation's rp id" enrols x $PIN -i bank.example
ok "in the card" says "rp bank.example sign.bank.example"
ok "not a domain" fails USAGE enrols x $PIN -i "Bank.example"
is "before any question" "$(count "ask\|touch")" 0
ok "a file, not a card" fails FORMAT d1 $PIN open "$d/one.age"

echo "# which token"
fido_start two --ca "$d/ca" --pin 135790
both="-d $(cat "$d/one.dev") -d $(cat "$d/two.dev")"
# shellcheck disable=SC2086 # options
two() {
    _pins=$1
    shift
    drive "$_pins" $both "$@"
}
ok "two tokens: which?" fails TOKENWRONG two $PIN enrol "$d/x.card"
is "nobody is asked" "$(count "ask\|touch")" 0
ok "the one that is named" two 135790 -D "$(cat "$d/two.dev")" enrol "$d/two.card"
seal_to "$d/two.card" "$d/two.age"
ok "one that is not there" fails TOKENABSENT two $PIN -D udp:127.0.0.1:9 enrol "$d/x.card"
ok "both are listed" two "" list
is "two lines" "$(grep -c "virtual firmware 5.7.1 tries 8" "$d/out")" 2
ok "each card finds its token: one" two $PIN unwrap "$d/one.card" "$d/one.age"
ok "each card finds its token: two" two 135790 unwrap "$d/two.card" "$d/two.age"
on two
ok "another token is there" fails TOKENWRONG d1 $PIN open "$d/one.card"
ok "nothing is there" fails TOKENABSENT drive "" -d udp:127.0.0.1:9 open "$d/one.card"
ok "a device that is none" fails TOKENABSENT drive "" -d /dev/null open "$d/one.card"
ok "a device of another applet alone" no drive "" -d piv:reader open "$d/one.card"
ok "is an absence" says "^error TOKENABSENT"
fido_stop two
fido_start two --factory --ca "$d/ca" --pin 135790
on two
ok "a token that was reset" fails TOKENWRONG d1 135790 open "$d/two.card"
fido_stop two

echo "# unwrapping"
on one
ok "two files" d1 $PIN unwrap "$d/one.card" "$d/one.age" "$d/one.age"
is "one PIN" "$(count ask)" 1
is "two touches" "$(count touch)" 2
wrapped "$d/one.card" >"$d/wrapped.age"
ok "a file of another kind" fails NOIDENTITY d1 $PIN unwrap "$d/one.card" "$here/vectors/p256tag-typage.age"
is "asks for nothing" "$(count "ask\|touch")" 0
ok "a file of the token itself" d1 $PIN unwrap "$d/one.card" "$d/wrapped.age"
is "takes one touch" "$(count touch)" 1
ok "a file for somebody else" fails NOIDENTITY d1 $PIN unwrap "$d/one.card" "$d/both.age"
for fault in wrong-rp no-up wrong-uv bad-signature ignore-extension; do
    ok "$fault in an evaluation" fails VERIFY opens one $PIN -t "1=$VIRT_FIDO2 ctl $d/one.fctl $fault on"
    fido_ctl one $fault off >/dev/null
done
ok "another secret" fails TOKENREFUSED opens one $PIN -t "1=$VIRT_FIDO2 ctl $d/one.fctl flip-secret on"
fido_ctl one flip-secret off >/dev/null
for fault in wrong-rp no-up wrong-uv bad-signature; do
    ok "$fault in a signature" fails VERIFY d1 $PIN -t "1=$VIRT_FIDO2 ctl $d/one.fctl $fault on" sign "$d/one.card" text
    ok "$fault when it is to show that it is the one" fido_ctl one $fault on
    case $fault in
    no-up | wrong-uv) ok "is none: there is no touch and no PIN" d1 "" open "$d/one.card" ;;
    *) ok "is another token" fails TOKENWRONG d1 "" open "$d/one.card" ;;
    esac
    fido_ctl one $fault off >/dev/null
done
field "$d/one.card" identity >"$d/one.identity"
ok "the identity in the card, without the card" d1 $PIN raw "$d/one.identity" "$d/wrapped.age"
ok "is an age identity" grep -q '^AGE-SECRET-KEY-1' "$d/out"
cp "$d/out" "$d/one.key"
ok "with which stock age opens the share" age -d -i "$d/one.key" -o "$d/plain" "$d/one.age"
is "all of it" "$(cat "$d/plain")" "a share"
by_tool() { "$BUILD/bin/seal-open" --raw -i "$d/one.identity" --device "$DEV" --pin-fd 3 3<"$d/pin" <"$d/wrapped.age" >"$d/out"; }
printf '%s\n' $PIN >"$d/pin"
ok "by seal-open too" by_tool
ok "the same" cmp "$d/out" "$d/one.key"
ok "a file without such a stanza" fails NOIDENTITY d1 $PIN raw "$d/one.identity" "$d/one.age"
is "asks for nothing" "$(count "ask\|touch")" 0
fido_start other --ca "$d/ca" --pin $PIN
both="-d $(cat "$d/one.dev") -d $(cat "$d/other.dev")"
ok "two tokens, and none may show itself" fails TOKENWRONG two $PIN raw "$d/one.identity" "$d/wrapped.age"
on other
ok "the wrong one" fails TOKENWRONG d1 $PIN raw "$d/one.identity" "$d/wrapped.age"

echo "# tokens that answer nothing without a touch, or without a PIN"
fido_ctl one refuse-silent on >/dev/null
fido_ctl other refuse-silent on >/dev/null
on one
ok "a token of the model, alone" opens one $PIN
on other
ok "is not known to be another before the PIN" d1 "" open "$d/one.card"
ok "but then" fails TOKENWRONG opens one $PIN
ok "two of the model: which?" fails TOKENWRONG two $PIN open "$d/one.card"
fido_ctl other refuse-silent off >/dev/null
ok "one of them says that it is not" two "" open "$d/one.card"
on one
ok "such a token enrols" enrols silent $PIN
fido_ctl one refuse-silent off >/dev/null
fido_start foreign --ca "$d/ca" --pin $PIN --aaguid 000102030405060708090a0b0c0d0e0f
fido_ctl foreign refuse-silent on >/dev/null
on foreign
ok "one of another model is not taken" fails TOKENWRONG d1 "" open "$d/one.card"
fido_stop foreign
on other
fido_ctl other protect-all on >/dev/null
ok "a token that always wants the PIN is not taken" fails TOKENREFUSED enrols x $PIN
ok "and why" says "could not be found again"
fido_stop other

echo "# PIN"
on one
ok "wrong, then right" opens one "000000 $PIN"
is "asked twice" "$(count ask)" 2
ok "the second time as wrong, with seven left" says "ask PIN tries 7 wrong 1"
ok "eight again" stat_has one "retries 8 in-row 0"
ok "no PIN at all is not sent" opens one "1 $PIN"
ok "nothing was lost" says "ask PIN tries 8 wrong 1"
ok "wrong twice" fails PINWRONG opens one "000000 000001 $PIN"
is "is not asked a third time" "$(count ask)" 2
ok "and says why" says "put it in again (6 tries left)"
ok "the token is not blocked" stat_has one "retries 6 in-row 2"
ok "a third, by another program: not asked for" fails TOKENREFUSED opens one "000000"
is "nobody is asked" "$(count ask)" 0
ok "says what to do" says "the last 2 PINs were wrong (6 tries left): take the token out, put it in again, and say so"
ok "one who says so against the truth" fails BLOCKED opens one "000000" -g
ok "was asked" says "replugged? lost 2 tries 6"
ok "the token says what to do" says "three wrong PINs in a row: take the token out and put it in again"
fido_ctl one plug >/dev/null
ok "put in again, which the token does not show" fails TOKENREFUSED opens one $PIN
ok "put in again, and said so" opens one $PIN -g
ok "eight again" stat_has one "retries 8 in-row 0"
ok "one wrong, by one program" fails INTERRUPTED opens one "000000"
ok "one wrong, by another" fails PINWRONG opens one "000000 $PIN"
is "is not asked a second time" "$(count ask)" 1
ok "and says why" says "two wrong PINs in a row.* (6 tries left)"
fido_ctl one plug >/dev/null
ok "put in again: two more" fails PINWRONG opens one "000000 000001 $PIN" -g
is "are asked for" "$(count ask)" 2
ok "and are not held back by the token" stat_has one "retries 4 in-row 2"
fido_ctl one plug >/dev/null
ok "the right one" opens one $PIN -g
ok "one wrong" fails INTERRUPTED opens one "000000"
ok "one lost: asked without more ado" opens one $PIN
ok "from a descriptor, wrong" fails PINWRONG opens one "000000 $PIN" -1
is "is sent once" "$(count ask)" 1
ok "seven left" says "wrong PIN (7 tries left)"
ok "given up" fails INTERRUPTED opens one ""
fido_ctl one plug >/dev/null
fido_ctl one retries 1 >/dev/null
ok "one try left" fails TOKENREFUSED opens one $PIN
is "nobody is asked" "$(count ask)" 0
ok "but by will" opens one $PIN -lg
fido_ctl one retries 2 >/dev/null
ok "two left, wrong" fails PINWRONG opens one "000000 $PIN" -g
ok "the last is not spent" stat_has one "retries 1"
ok "by will, wrong" fails BLOCKED opens one 000001 -lg
ok "blocked" fails BLOCKED opens one $PIN -lg
is "nobody is asked" "$(count ask)" 0
fido_ctl one retries 8 >/dev/null
fido_ctl one plug >/dev/null
mkfifo "$d/pipe"
thinks() { # ARG...: while a person thinks the token loses tries; then the PIN comes
    "$driver" -r "$d/roots" -p "$d/pipe" -d "$DEV" "$@" unwrap "$d/one.card" "$d/one.age" >"$d/out" 2>"$d/said" &
    _job=$!
    exec 9>"$d/pipe"
    wait_for 10 grep -q "^ask PIN" "$d/said" && fido_ctl one retries "$_lost" >/dev/null && echo $PIN >&9
    exec 9>&-
    wait $_job
}
_lost=1
ok "all but one lost while a person thinks" no thinks
ok "which is found out" says "the last 7 PINs were wrong (1 tries left)"
ok "and not spent" stat_has one "retries 1"
fido_ctl one retries 8 >/dev/null
ok "by one who says that it was put in again" no thinks -g
is "was asked" "$(count "ask PIN tries 8")" 1
ok "neither" says "one PIN try is left: not used without --last-try"
ok "no touch was asked for" no says "^touch"
fido_ctl one retries 8 >/dev/null
_lost=7
ok "one lost: the PIN is sent" thinks
ok "eight again" stat_has one "retries 8 in-row 0"
ok "forcePINChange" fido_ctl one force-pin-change on
ok "in use" fails TOKENREFUSED opens one $PIN
is "nobody is asked" "$(count ask)" 0
ok "in enrolment" fails TOKENREFUSED enrols x $PIN
fido_ctl one force-pin-change off >/dev/null

fido_start new --ca "$d/ca"
on new
ok "no PIN yet: one is set" enrols new 246802
ok "asked as a new one" says "ask NEW_PIN"
is "and not again" "$(count "ask PIN")" 0
ok "it holds" opens new 246802
fido_stop new
fido_start strict --ca "$d/ca" --min-pin 8
on strict
ok "a new PIN that is too short" enrols strict "1234 24680246"
is "is asked for again" "$(count "ask NEW_PIN.*min 8")" 2
fido_stop strict
fido_start trivial --ca "$d/ca" --pin-complexity
on trivial
ok "a new PIN against the policy" fails TOKENREFUSED enrols trivial "123456 111111 222222"
is "three times" "$(count "ask NEW_PIN")" 3
ok "says so" says "policy refuses this PIN"
fido_stop trivial
fido_start plain --ca "$d/ca" --no-hmac-secret --pin $PIN
on plain
ok "without hmac-secret" fails TOKENREFUSED enrols x $PIN
is "nobody is asked" "$(count "ask\|touch")" 0
fido_stop plain
fido_start bare --ca "$d/ca" --ctap20 --attestation none --pin $PIN
on bare
ok "firmware of a token that says none" fails POLICY enrols x $PIN -n -m 1.0.0
fido_stop bare

echo "# touch, absence, noise"
on one
ok "touch refused" fido_ctl one touch refuse
ok "is said" fails TOUCH opens one $PIN
ok "touch too late" fido_ctl one touch timeout
ok "is said" fails TOUCH opens one $PIN
ok "touch waits" fido_ctl one touch wait
(drive $PIN -d "$DEV" unwrap "$d/one.card" "$d/one.age" >"$d/w.out"; echo $? >"$d/w.rc") &
ok "it waits for a finger" wait_for 10 stat_has one "waiting 1"
ok "a finger" fido_ctl one touch
ok "and it opens" wait_for 10 grep -qx 0 "$d/w.rc"
printf '%s\n' $PIN >"$d/answers"
"$driver" -p "$d/answers" -d "$DEV" -s unwrap "$d/one.card" "$d/one.age" >"$d/out" 2>"$d/said" &
waits=$!
# Between two reads a signal is lost, as the driver only counts those that end one.
signal() { gone $waits || { kill -ALRM $waits; false; }; }
ok "it waits for a finger again" wait_for 60 stat_has one "waiting 1"
ok "interrupted while it waits" wait_for 60 signal
gone $waits || kill $waits
ok "is said" fails INTERRUPTED wait $waits
ok "the token is told to stop" wait_for 10 stat_has one "waiting 0"
ok "which it did" no stat_has one "waiting 1"
ok "touch again by itself" fido_ctl one touch auto
ok "then it works" opens one $PIN
ok "slow" fido_ctl one slow 300
ok "still works" opens one $PIN
fido_ctl one slow 0 >/dev/null
ok "garbage for an answer" fails TOKENREFUSED opens one $PIN -t "1=$VIRT_FIDO2 ctl $d/one.fctl garbage cbor 1"
fido_ctl one garbage cbor 0 >/dev/null
ok "frames of nobody" fails TOKENREFUSED opens one $PIN -t "1=$VIRT_FIDO2 ctl $d/one.fctl garbage frames 1"
fido_ctl one garbage cbor 0 >/dev/null
ok "garbage from the first answer on" fido_ctl one garbage cbor 9
ok "is no token" fails TOKENREFUSED d1 "" open "$d/one.card"
fido_ctl one garbage cbor 0 >/dev/null
for at in "assert 3" "pin 2" "assert 9"; do
    ok "pulled at $at" fails TOKENABSENT opens one $PIN -t "1=$VIRT_FIDO2 ctl $d/one.fctl pull-at $at"
    ok "it is out" stat_has one "pulled 1"
    ok "put in" fido_ctl one plug
    ok "opens" opens one $PIN
done
ok "pulled in an enrolment" fails TOKENABSENT enrols x $PIN -t "2=$VIRT_FIDO2 ctl $d/one.fctl pull-at make 3"
ok "leaves no card" no test -e "$d/x.card"
fido_ctl one plug >/dev/null
ok "and the old one works" opens one $PIN
echo "# programs that were killed"
cut_short() { # a first frame of a long message, and its sender is gone
    python3 - "$DEV" <<'P'
import socket, sys
_, host, port = sys.argv[1].split(":")
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
s.connect((host, int(port)))
s.send((b"\xff" * 4 + b"\x86\x00\x08" + b"12345678").ljust(64, b"\0"))
channel = s.recv(64)[15:19]
s.send((channel + b"\x90\x01\x00" + b"\x02" * 57).ljust(64, b"\0"))
P
}
ok "in the middle of a message" cut_short
ok "the token is waited for" opens one $PIN
ok "touch waits" fido_ctl one touch wait
printf '%s\n' $PIN >"$d/answers"
"$driver" -r "$d/roots" -p "$d/answers" -d "$DEV" unwrap "$d/one.card" "$d/one.age" >"$d/w.out" 2>&1 &
killed=$!
ok "one waits for a finger" wait_for 10 stat_has one "waiting 1"
kill -9 $killed
wait $killed 2>/dev/null
ok "and is killed: the token waits still, which is said" fails TOKENREFUSED d1 "" open "$d/one.card"
ok "with what to do" says "waiting for the touch of one that was stopped: touch it, or put it in again"
ok "a finger" fido_ctl one touch
ok "then it opens" d1 "" open "$d/one.card"
fido_ctl one touch auto >/dev/null
(export FIDO_DEBUG=1 && opens one $PIN >/dev/null)
is "libfido2's own log stays off" "$(grep -cv "^ask\|^touch" "$d/said")" 0
done_testing
