# seald.sh: starts and stops a real seald for test scripts. Source it after tap.sh; set SEALD_DIR (scratch).
# shellcheck shell=sh

: "${BUILD:=build}"
: "${SEALD_DIR:?}"

# What the caller's shell says of daemons is not for tests.
for _v in ADDR CACERT CAPATH CLIENT_CERT CLIENT_KEY TLS_SERVER_NAME NAMESPACE CLIENT_TIMEOUT SKIP_VERIFY; do
	unset "VAULT_$_v" "BAO_$_v"
done

# seald_wait SECONDS COMMAND...
seald_wait() {
	_turns=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		_turns=$((_turns - 1))
		[ "$_turns" -gt 0 ] || return 1
		sleep 0.05
	done
}

seald_gone() {
	! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"
}

# seald_start [SETTING...]: with a state of its own in SEALD_DIR; sets SEALD_URL, SEALD_PIN, SEALD_CORE, SEALD_PID.
seald_start() {
	mkdir -p "$SEALD_DIR/state"
	chmod 700 "$SEALD_DIR/state"
	{
		printf 'listen = "127.0.0.1:%s";\n' "${SEALD_PORT:-0}"
		printf 'state = "%s";\naudit = "%s";\ngates = 2;\n' "$SEALD_DIR/state" "$SEALD_DIR/audit.log"
		for _setting in "$@"; do printf '%s\n' "$_setting"; done
	} >"$SEALD_DIR/seald.conf"
	: >"$SEALD_DIR/ready"
	"$BUILD/bin/seald" --config "$SEALD_DIR/seald.conf" --ready-fd 3 3>"$SEALD_DIR/ready" \
		2>>"$SEALD_DIR/log" &
	SEALD_PID=$!
	seald_wait 10 grep -q '^ready' "$SEALD_DIR/ready" || return 1
	# shellcheck disable=SC2034 # read by the tests
	read -r _ SEALD_HOST SEALD_PIN _ SEALD_CORE <"$SEALD_DIR/ready"
	# shellcheck disable=SC2034
	SEALD_URL=https://$SEALD_HOST
}

seald_stop() {
	[ -n "${SEALD_PID:-}" ] || return 0
	kill "$SEALD_PID" 2>/dev/null
	seald_wait 10 seald_gone "$SEALD_PID" || kill -9 "$SEALD_PID"
	SEALD_PID=
}
