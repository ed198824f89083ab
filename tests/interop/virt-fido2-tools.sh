#!/bin/sh
# The virtual FIDO2 token under stock fido2-tools and the installed libfido2, with tests/virtual/fido2-udp-preload
# as a stand-in for a hidraw device.
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
pre=$BUILD/tests/fido2-udp-preload.so
gcc -shared -fPIC -D_GNU_SOURCE -o "$pre" "$here/virtual/fido2-udp-preload/preload.c" -lfido2 || exit 3

no() { ! "$@"; }
# As all shell functions here: DEV is set by `use NAME`. setsid: the PIN comes from stdin, not from a terminal.
use() { DEV=$(cat "$d/$1.dev"); }
tool() { # tool NAME ARG... with stdin passed on
    _t=$1
    shift
    LD_PRELOAD=$pre timeout "${LIMIT:-30}" setsid -w "$_t" "$@"
}
info() { tool fido2-token -I "$DEV"; }
says() { # says TEXT COMMAND...: COMMAND's output has TEXT, whatever its exit code
    _text=$1
    shift
    _all=$("$@" 2>&1 </dev/null)
    printf '%s\n' "$_all"
    case $_all in *"$_text"*) return 0 ;; esac
    return 1
}
set_pin() { printf '%s\n%s\n' "$1" "$1" | tool fido2-token -S "$DEV"; }
change_pin() { printf '%s\n%s\n%s\n' "$1" "$2" "$2" | tool fido2-token -C "$DEV"; }
b64() { openssl rand -base64 32; }
challenge=$(b64)
# make FILE PIN [OPTION...]: a credential for seal.example
make() {
    _f=$1 _pin=$2
    shift 2
    printf '%s\n%s\n%s\n%s\n' "$challenge" seal.example alice "$(b64)" >"$d/make.in"
    rm -f "$d/$_f.out" "$d/$_f.cred" # fido2-tools do not truncate
    printf '%s\n' "$_pin" | tool fido2-cred -M -i "$d/make.in" -o "$d/$_f.out" "$@" "$DEV" || return 1
    # shellcheck disable=SC2086 # an option with its value, or nothing
    fido2-cred -V -h ${PROT:-} -i "$d/$_f.out" -o "$d/$_f.cred"
}
# secret FILE CRED SALT PIN [OPTION...]: hmac-secret output in FILE; the assertion is verified
secret() {
    _f=$1 _c=$2 _salt=$3 _pin=$4
    shift 4
    printf '%s\n%s\n%s\n%s\n' "$challenge" seal.example "$(head -n 1 "$d/$_c.cred")" "$_salt" >"$d/get.in"
    rm -f "$d/get.out"
    printf '%s\n' "$_pin" | tool fido2-assert -G -h -i "$d/get.in" -o "$d/get.out" "$@" "$DEV" || return 1
    tail -n +2 "$d/$_c.cred" >"$d/get.pub"
    # shellcheck disable=SC2086 # an option, or nothing
    fido2-assert -V -h ${UV:-} -i "$d/get.out" "$d/get.pub" es256 || return 1
    tail -n 1 "$d/get.out" >"$d/$_f"
}
differ() { ! cmp -s "$1" "$2"; }
salt=$(b64) salt2=$(b64)

"$VIRT_FIDO2" make-ca "$d/ca" || exit 3
for kind in both 2 1 ctap20; do
    case $kind in
    ctap20) fido_start "t$kind" --ca "$d/ca" --ctap20 --no-cred-protect ;;
    *) fido_start "t$kind" --ca "$d/ca" --pin-protocols $kind ;;
    esac
    use "t$kind"
    ok "$kind: getInfo names hmac-secret" says hmac-secret info
    ok "$kind: eight tries" says "pin retries: 8" info
    ok "$kind: no PIN at first" says noclientPin info
    ok "$kind: set a PIN" set_pin 864209
    ok "$kind: it is set" no says noclientPin info
    ok "$kind: change it" change_pin 864209 975310
    ok "$kind: credential with hmac-secret" make a 975310 -h
    ok "$kind: another one" make b 975310 -h
    ok "$kind: resident credential" make r 975310 -h -r
    ok "$kind: evaluate with PIN" secret s1 a "$salt" 975310 -t pin=true
    ok "$kind: and again" secret s2 a "$salt" 975310 -t pin=true
    ok "$kind: stable" cmp "$d/s1" "$d/s2"
    ok "$kind: another salt" secret s3 a "$salt2" 975310 -t pin=true
    ok "$kind: gives another secret" differ "$d/s1" "$d/s3"
    ok "$kind: another credential" secret s4 b "$salt" 975310 -t pin=true
    ok "$kind: gives another secret" differ "$d/s1" "$d/s4"
    ok "$kind: resident evaluates" secret s5 r "$salt" 975310 -t pin=true
    ok "$kind: without PIN" secret s6 a "$salt" ""
    ok "$kind: there is another secret" differ "$d/s1" "$d/s6"
    fido_stop "t$kind"
    case $kind in
    ctap20) fido_start "t$kind" --ca "$d/ca" --ctap20 --no-cred-protect ;;
    *) fido_start "t$kind" --ca "$d/ca" --pin-protocols $kind ;;
    esac
    use "t$kind"
    ok "$kind: after a restart" secret s7 a "$salt" 975310 -t pin=true
    ok "$kind: the same secret" cmp "$d/s1" "$d/s7"
    fido_stop "t$kind"
done

fido_start one --ca "$d/ca" --pin 864209
use one
PROT="-c 3"
ok "credProtect 3 with hmac-secret" make p 864209 -h -c 3
PROT=
ok "evaluates with PIN" secret p1 p "$salt" 864209 -t pin=true
ok "without PIN no credential" says FIDO_ERR_NO_CREDENTIALS secret p2 p "$salt" ""
ok "a wrong PIN" says FIDO_ERR_PIN_INVALID make x 000000 -h
ok "costs one try" says "pin retries: 7" info
ok "a second" says FIDO_ERR_PIN_INVALID make x 000000 -h
ok "a third stops it until power cycle" says FIDO_ERR_PIN_AUTH_BLOCKED make x 000000 -h
ok "with five left" says "pin retries: 5" info
ok "even the right one" says FIDO_ERR_PIN_AUTH_BLOCKED make x 864209 -h
ok "put in again" fido_ctl one plug
ok "the right PIN" secret p3 p "$salt" 864209 -t pin=true
ok "gives the same secret" cmp "$d/p1" "$d/p3"
ok "and all tries" says "pin retries: 8" info
ok "no try left" fido_ctl one retries 0
ok "blocked for good" says FIDO_ERR_PIN_BLOCKED make x 864209 -h
ok "tries given back" fido_ctl one retries 8
ok "touch refused" fido_ctl one touch refuse
ok "is said" says FIDO_ERR_OPERATION_DENIED make x 864209 -h
ok "touch times out" fido_ctl one touch timeout
ok "is said" says FIDO_ERR_USER_ACTION_TIMEOUT make x 864209 -h
ok "touch waits" fido_ctl one touch wait
(make w 864209 -h; echo $? >"$d/w.rc") >/dev/null 2>&1 &
ok "it waits for a finger" wait_for 10 says "waiting 1" fido_ctl one stat
ok "a finger" fido_ctl one touch
ok "and the credential is made" wait_for 10 grep -qx 0 "$d/w.rc"
ok "touch again by itself" fido_ctl one touch auto
ok "slow" fido_ctl one slow 300
ok "still works" make x 864209 -h
fido_ctl one slow 0 >/dev/null
ok "bad signatures" fido_ctl one bad-signature on
ok "are found" no make x 864209 -h
ok "in assertions too" no secret x p "$salt" 864209 -t pin=true
fido_ctl one bad-signature off >/dev/null
ok "an ignored extension" fido_ctl one ignore-extension on
ok "is found" no make x 864209 -h
fido_ctl one ignore-extension off >/dev/null
ok "a UV flag left out" fido_ctl one wrong-uv on
UV=-v
ok "is found" no secret x p "$salt" 864209 -t pin=true
fido_ctl one wrong-uv off >/dev/null
ok "and none is missing otherwise" secret x p "$salt" 864209 -t pin=true
UV=
ok "garbage" fido_ctl one garbage cbor 1
ok "is not a credential" no make x 864209 -h
fido_ctl one garbage cbor 0 >/dev/null
ok "alwaysUv" fido_ctl one always-uv on
ok "wants a PIN" no secret x p "$salt" ""
ok "and works with it" secret x p "$salt" 864209 -t pin=true
ok "forcePINChange" fido_ctl one force-pin-change on
ok "is obeyed" says FIDO_ERR_PIN_POLICY_VIOLATION secret x p "$salt" 864209 -t pin=true
ok "until it is changed" change_pin 864209 135790
ok "then the secret is as before" secret x p "$salt" 135790 -t pin=true
ok "the same" cmp "$d/p1" "$d/x"
ok "a longer PIN wanted" fido_ctl one min-pin 8
ok "a short one is refused" no change_pin 135790 1234
ok "the log has commands" says "assert status 00" fido_ctl one log
ok "and no PIN" no says 135790 fido_ctl one log
ok "pulled in mid-command" fido_ctl one pull-at make 5
LIMIT=3 # libfido2 would wait for ever
ok "the command fails" no make x 135790 -h
LIMIT=30
ok "it is out" says "pulled 1" fido_ctl one stat
ok "put in" fido_ctl one plug
ok "it works again" make x 135790 -h
ok "reset right after plugging in" tool fido2-token -R "$DEV"
ok "the credential is gone" says FIDO_ERR_NO_CREDENTIALS secret x p "$salt" ""

for att in self none; do
    fido_start $att --attestation $att --pin 864209
    use $att
done
use self
ok "self attestation verifies" make x 864209 -h
fido_start nohmac --no-hmac-secret --pin 864209
use nohmac
ok "without hmac-secret getInfo is silent" no says hmac-secret info
use one
fido_stop one
fido_start one --factory --ca "$d/ca"
fido_start two --factory --ca "$d/ca"
use one
set_pin 864209 >/dev/null 2>&1
make m1 864209 -h >/dev/null 2>&1
use two
set_pin 864209 >/dev/null 2>&1
make m2 864209 -h >/dev/null 2>&1
ok "two tokens make two keys" differ "$d/m1.cred" "$d/m2.cred"
ok "one does not know the other's credential" says FIDO_ERR_NO_CREDENTIALS secret x m1 "$salt" 864209 -t pin=true
done_testing
