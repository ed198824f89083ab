# tokens.sh: starts, steers and stops virtual tokens. Source it; set TOKENS_DIR (scratch) and BUILD first.
# shellcheck shell=sh
# Each token NAME has NAME.state, NAME.ctl, NAME.log, NAME.pid in TOKENS_DIR.

: "${BUILD:=build}"
: "${TOKENS_DIR:?}"
VIRT_PIV=$BUILD/tests/virt-piv

# wait_for SECONDS COMMAND...: runs COMMAND until it succeeds; fails when the time is over.
wait_for() {
    _left=$(($1 * 20))
    shift
    until "$@" >/dev/null 2>&1; do
        _left=$((_left - 1))
        [ "$_left" -gt 0 ] || return 1
        sleep 0.05
    done
}

# gone PID: no such process, or only its remains.
gone() {
    ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"
}

# piv_start NAME READER [OPTION...]: plugs a card into reader 1, 2 ... and waits until pcscd has seen it.
piv_start() {
    _name=$1 _port=$((SEALKIT_TEST_PORT + 2 * ($2 - 1)))
    shift 2
    "$VIRT_PIV" --connect "127.0.0.1:$_port" --state "$TOKENS_DIR/$_name.state" --control "$TOKENS_DIR/$_name.ctl" \
        --log "$TOKENS_DIR/$_name.log" "$@" >"$TOKENS_DIR/$_name.out" 2>&1 &
    echo $! >"$TOKENS_DIR/$_name.pid"
    wait_for 10 piv_ctl "$_name" ready
}

# piv_ctl NAME COMMAND...: one command on the control line.
piv_ctl() {
    _ctl=$TOKENS_DIR/$1.ctl
    shift
    "$VIRT_PIV" ctl "$_ctl" "$@"
}

# piv_stop NAME: takes the card away; its state file stays.
piv_stop() {
    _pid=$(cat "$TOKENS_DIR/$1.pid" 2>/dev/null) || return 0
    gone "$_pid" || piv_ctl "$1" quit 2>/dev/null
    wait_for 10 gone "$_pid" || kill -9 "$_pid"
    rm -f "$TOKENS_DIR/$1.pid" "$TOKENS_DIR/$1.ctl"
}

# tokens_stop: every card still there; all leave at the same time.
tokens_stop() {
    for _f in "$TOKENS_DIR"/*.pid; do
        [ -e "$_f" ] || continue
        _f=${_f##*/}
        piv_ctl "${_f%.pid}" quit
    done
    for _f in "$TOKENS_DIR"/*.pid; do
        [ -e "$_f" ] || continue
        _f=${_f##*/}
        piv_stop "${_f%.pid}"
    done
}

# piv_verify_was_last NAME: the command right before the last key use (INS 87, not 9B) was a VERIFY with a PIN.
piv_verify_was_last() {
    awk '$2 == "87" && $4 != "9B" { seen = prev ~ /^00 20 00 80 lc=8 .*sw=9000/ } { prev = $0 } END { exit !seen }' \
        "$TOKENS_DIR/$1.log"
}

VIRT_FIDO2=$BUILD/tests/virt-fido2

# fido_start NAME [OPTION...]: starts a FIDO2 token; its device is then in NAME.dev (udp:HOST:PORT).
fido_start() {
    _name=$1
    shift
    : >"$TOKENS_DIR/$_name.dev"
    "$VIRT_FIDO2" --state "$TOKENS_DIR/$_name.state" --control "$TOKENS_DIR/$_name.fctl" "$@" \
        >"$TOKENS_DIR/$_name.dev" 2>"$TOKENS_DIR/$_name.log" &
    echo $! >"$TOKENS_DIR/$_name.fpid"
    wait_for 10 grep -q '^udp:' "$TOKENS_DIR/$_name.dev"
}

# fido_ctl NAME COMMAND...: one command on the control line.
fido_ctl() {
    _ctl=$TOKENS_DIR/$1.fctl
    shift
    "$VIRT_FIDO2" ctl "$_ctl" "$@"
}

# fido_stop NAME: takes the token away; its state file stays.
fido_stop() {
    _pid=$(cat "$TOKENS_DIR/$1.fpid" 2>/dev/null) || return 0
    fido_ctl "$1" quit >/dev/null
    wait_for 10 gone "$_pid" || kill -9 "$_pid"
    rm -f "$TOKENS_DIR/$1.fpid" "$TOKENS_DIR/$1.fctl"
}

# fido_stop_all: every FIDO2 token still there.
fido_stop_all() {
    for _f in "$TOKENS_DIR"/*.fpid; do
        [ -e "$_f" ] || continue
        _f=${_f##*/}
        fido_stop "${_f%.fpid}"
    done
}
