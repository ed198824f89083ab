# piv.sh: what the tests of the PIV driver have in common. Set READERS, then source it as the first thing: it runs
# the script again beside a pcscd of its own.
# shellcheck shell=sh
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BUILD:=$here/../build}"
BUILD=$(cd "$BUILD" && pwd)
export BUILD
if [ "${IN_NS:-}" != 1 ]; then
    IN_NS=1 exec "$here/virtual/ns-run" -n "${READERS:-2}" "$0" "$@"
fi
TOKENS_DIR=$(mktemp -d)
# shellcheck source=tests/lib/tap.sh
. "$here/lib/tap.sh"
# shellcheck source=tests/lib/tokens.sh
. "$here/lib/tokens.sh"
trap 'tokens_stop; rm -rf "$TOKENS_DIR"' EXIT
d=$TOKENS_DIR
# shellcheck disable=SC2034 # for the scripts
pin=246802 puk=13579135
DRIVER=$BUILD/tests/interop_piv_driver

# authority NAME: a test root with one intermediate; its folder of roots is then NAME.roots.
authority() {
    "$VIRT_PIV" make-ca "$d/$1" 1 && mkdir "$d/$1.roots" && cp "$d/$1/root.pem" "$d/$1/int1.pem" "$d/$1.roots"
}

# authorities: test roots of both kinds, in $d/ca and $d/fca; the folder of roots for the tools is $d/roots.
authorities() {
    authority ca && "$VIRT_FIDO2" make-ca "$d/fca" && mkdir -p "$d/roots/piv" "$d/roots/fido2" &&
        cp "$d/ca.roots"/* "$d/roots/piv" && cp "$d/fca/root.pem" "$d/roots/fido2"
}

# piv_selected NAME...: how often PIV was selected on each card.
piv_selected() {
    for _name in "$@"; do grep -c '^00 A4 .*lc=5' "$d/$_name.log"; done | tr '\n' ' '
}

# piv_drive "ANSWER ANSWER..." OPTION... VERB...: runs the driver; stderr is in err, stdout in out.
piv_drive() {
    printf '%s\n' "$1" | tr ' ' '\n' >"$d/answers"
    shift
    timeout 60 "$DRIVER" --answers "$d/answers" --roots "$d/ca.roots" "$@" >"$d/out" 2>"$d/err"
}

# refused STATUS TEXT "ANSWERS" ARG...: the driver ends with STATUS and says TEXT.
refused() {
    _status=$1 _text=$2 _rc=0
    shift 2
    piv_drive "$@" || _rc=$?
    cat "$d/err"
    [ "$_rc" -eq "$_status" ] && grep -qF "$_text" "$d/err"
}

# works "ANSWERS" ARG...
works() {
    piv_drive "$@" || { cat "$d/err" && return 1; }
}

# said TEXT, asked N: of the last run.
said() { grep -qF -- "$1" "$d/out" "$d/err"; }
asked() { [ "$(grep -c '^ask' "$d/err")" -eq "$1" ]; }

# sent NAME: how many PINs the card NAME was sent in all.
sent() { grep -c '^00 20 00 80 lc=8' "$d/$1.log"; }

# fresh NAME READER OPTION...: a new card, of another serial unless told.
fresh() {
    _fresh=$1
    piv_stop "$_fresh"
    rm -f "$d/$_fresh.state" "$d/$_fresh.log"
    shift
    piv_start "$_fresh" "$@"
}

# back NAME OPTION...: the same card, put in again with other options.
back() {
    _back=$1 _at=$2
    piv_stop "$_back"
    shift 2
    piv_start "$_back" "$_at" "$@"
}

# reinsert NAME
reinsert() { piv_ctl "$1" insert && wait_for 10 piv_ctl "$1" ready; }

field() { sed -n "s/^$1 //p" "$d/out"; }
