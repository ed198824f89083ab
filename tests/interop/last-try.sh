#!/bin/sh
# --last-try and --replugged at the tools that open shares: without them no PIN is sent, with them the share opens.
# shellcheck disable=SC2016 # expanded by the inner shell
READERS=1
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
SEALD_DIR=$d
# shellcheck source=tests/lib/seald.sh
. "$here/lib/seald.sh"
trap 'seald_stop; tokens_stop; fido_stop_all; rm -rf "$TOKENS_DIR"' EXIT
authorities && mkdir "$d/cards" || exit 3
fido_pin=135790
echo $pin >"$d/pin"
echo $puk >"$d/puk"
echo $fido_pin >"$d/fido-pin"
echo 111222 >"$d/wrong"
piv_start alice 1 --ca "$d/ca" --factory --serial 11111111 || exit 3
fido_start chloe --ca "$d/fca" --pin "$fido_pin" || exit 3
dev=$(cat "$d/chloe.dev")
enroll() { # NAME PIN OPTION...
    _name=$1 _pin=$2
    shift 2
    "$BUILD/bin/seal-enroll" --roots "$d/roots" -n "$_name" -o "$d/cards/$_name.card" --non-interactive --json "$@" 3<"$d/$_pin" 4<"$d/puk" |
        jq -r '"\(.name) \(.fingerprint)"' >>"$d/prints"
}
enroll alice pin --piv --virtual --new-pin-fd 3 --new-puk-fd 4
enroll chloe fido-pin --fido2 --device "$dev" --pin-fd 3
"$BUILD/tests/interop_make_card" "$d/cards" emma -p >>"$d/prints"
is "three cards" "$(wc -l <"$d/prints")" 3
echo "emma opens it" >"$d/words"
printf 'planted secret' >"$d/secret"
exits "a set of 2 of 3" 0 sh -c '"$0" -k 2 --rehearsal --roots "$1/roots" --cards "$1/cards" --fingerprints "$1/prints" -o "$1/set" <"$1/secret"' \
    "$BUILD/bin/seal-split" "$d"
seald_start 'rehearsal = true;' || exit 3
: "${SEALD_PIN:?}" "${SEALD_CORE:?}"
to() { # TOOL ARG...: at the daemon
    _tool=$1
    shift
    "$BUILD/bin/$_tool" -a "$SEALD_URL" --pin "$SEALD_PIN" --core "$SEALD_CORE" "$@"
}
exits "a daemon's set of 2 of 3" 0 to seal-init -k 2 --cards "$d/cards" --fingerprints "$d/prints" --roots "$d/roots" \
    --bootstrap-token "$d/state/bootstrap-token" -o "$d/unseal"
progress() { to seal-status --json 2>/dev/null | jq -c '[.sealed, .progress]'; }

# Each: WHO OPTION...; the PIN is in file $with.
at() { [ "$1" = alice ] && echo "piv:Virtual PCD 1 00 00" || echo "$dev"; }
open() {
    _who=$1
    shift
    "$BUILD/bin/seal-open" --cards "$d/cards" --device "$(at "$_who")" --non-interactive --pin-fd 3 "$@" "$d/set/$_who.share" \
        3<"$d/$with" >"$d/got" || return $?
    grep -qx "custodian: $_who" "$d/got"
}
combine() { # with emma's identity file
    _who=$1
    shift
    "$BUILD/bin/seal-combine" --signer "$(sed -n 's/^signer: //p' "$d/set/manifest")" --device "$(at "$_who")" -i "$d/cards/emma.identity" \
        --passphrase-fd 4 --non-interactive --pin-fd 3 "$@" "$d/set" 3<"$d/$with" 4<"$d/words" >"$d/got" || return $?
    cmp "$d/got" "$d/secret"
}
unseal() {
    _who=$1
    shift
    to seal-unseal --device "$(at "$_who")" -n "$_who" --non-interactive --pin-fd 3 "$@" "$d/unseal" 3<"$d/$with"
}
prove() { unseal "$@" --prove; }

# --- one try is left
one_left() { piv_ctl alice pin-left 1 >/dev/null; }
for tool in open combine prove unseal; do
    with=pin
    one_left || exit 3
    before=$(sent alice)
    exits "$tool: one try left: 4" 4 "$tool" alice
    ok "$tool: says with what it goes on" sh -c 'printf "%s" "$1" | grep -qF -e --last-try' sh "$tap_out"
    is "$tool: and no PIN was sent" "$(sent alice)" "$before"
    exits "$tool --replugged: is not it: 4" 4 "$tool" alice --replugged
    is "$tool: nor then" "$(sent alice)" "$before"
    exits "$tool --last-try: the right one" 0 "$tool" alice --last-try
done
is "her share is given" "$(progress)" "[true,1]"
with=wrong
one_left
exits "open --last-try: a wrong one blocks the token: 5" 5 open alice --last-try
exits "blocked, whatever is said: 5" 5 combine alice --last-try
piv_stop alice

# --- two wrong ones at a FIDO2 token
tries() { fido_ctl chloe stat | tr ' ' '\n' | grep -A 1 -x retries | tail -n 1; }
two_wrong() {
    with=wrong
    open chloe
    open chloe
    with=fido-pin
} >/dev/null 2>&1
for tool in open combine prove unseal; do
    two_wrong
    before=$(tries)
    exits "$tool: two were wrong: 4" 4 "$tool" chloe
    ok "$tool: says with what it goes on" sh -c 'printf "%s" "$1" | grep -qF -e --replugged' sh "$tap_out"
    exits "$tool --last-try: is not it: 4" 4 "$tool" chloe --last-try
    is "$tool: no try was spent" "$(tries)" "$before"
    fido_ctl chloe plug >/dev/null
    exits "$tool --replugged: the right one" 0 "$tool" chloe --replugged
done
is "it is open" "$(progress)" "[false,0]"
done_testing
