#!/bin/sh
# Switches and commands of the virtual FIDO2 token that stock fido2-tools do not reach.
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
pre=$d/preload.so
gcc -shared -fPIC -D_GNU_SOURCE -o "$pre" "$here/virtual/fido2-udp-preload/preload.c" -lfido2 || exit 3
PIN=864209
"$VIRT_FIDO2" make-ca "$d/ca" || exit 3

probe() { # TOKEN PROBE ARGUMENT
    LD_PRELOAD=$pre timeout 30 "$BUILD/tests/interop_virt_fido2_probe" "$(cat "$d/$1.dev")" "$2" "$3"
}
tool() { LD_PRELOAD=$pre timeout 30 setsid -w fido2-token "$@"; }
says() { # TEXT COMMAND...
    _text=$1
    shift
    _all=$("$@" 2>&1 </dev/null)
    printf '%s\n' "$_all"
    case $_all in *"$_text"*) return 0 ;; esac
    return 1
}
set_pin() { printf '%s\n%s\n' "$2" "$2" | tool -S "$(cat "$d/$1.dev")"; }
change_pin() { printf '%s\n%s\n%s\n' "$2" "$3" "$3" | tool -C "$(cat "$d/$1.dev")"; }
reset() { tool -R "$(cat "$d/$1.dev")"; }

for kind in both 1 2 ctap20; do
    case $kind in
    ctap20) set -- --ctap20 ;;
    *) set -- --pin-protocols $kind ;;
    esac
    fido_start t$kind --ca "$d/ca" --pin $PIN "$@"
    ok "$kind: two salts in one touch" probe t$kind salts $PIN
    ok "$kind: several credentials are allowed" probe t$kind allow $PIN
    ok "$kind: getNextAssertion" probe t$kind next $PIN
    fido_stop t$kind
    fido_start t$kind --factory --ca "$d/ca" --pin $PIN "$@"
    ok "$kind: credProtect 2 and 3" probe t$kind protect $PIN
    ok "$kind: a PIN that is set is wanted" probe t$kind uv-required $PIN
    fido_stop t$kind
done
fido_start lax --ca "$d/ca" --pin $PIN --make-cred-uv-not-rqd
ok "makeCredUvNotRqd" probe lax uv-not-required $PIN
ok "getInfo says so" says makeCredUvNotRqd tool -I "$(cat "$d/lax.dev")"

fido_start open --ca "$d/ca"
ok "reports by hand" python3 "$here/interop/virt_fido2_raw.py" "$(cat "$d/open.dev")" "$VIRT_FIDO2" ctl "$d/open.fctl"
fido_ctl open touch wait >/dev/null
ok "CANCEL from another thread" probe open cancel "'$VIRT_FIDO2' ctl '$d/open.fctl' stat | grep -q 'waiting 1'"
ok "nothing waits any more" says "waiting 0" fido_ctl open stat
fido_ctl open touch auto >/dev/null

fido_start strict --ca "$d/ca" --pin-complexity
for bad in 111111 123456; do
    ok "$bad is too simple a PIN" says FIDO_ERR_PIN_POLICY_VIOLATION set_pin strict $bad
done
ok "$PIN is not" set_pin strict $PIN
ok "a change to 111111" says FIDO_ERR_PIN_POLICY_VIOLATION change_pin strict $PIN 111111
ok "leaves the old one" change_pin strict $PIN 975310

fido_start late --ca "$d/ca" --reset-window 1 --pin $PIN
ok "a reset comes too late" wait_for 10 says FIDO_ERR_NOT_ALLOWED reset late
ok "put in again" fido_ctl late plug
ok "in time" reset late
ok "the PIN is gone" says noclientPin tool -I "$(cat "$d/late.dev")"
done_testing
