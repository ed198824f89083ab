# inject.sh: a tool with each of its system calls of one kind killed, or failing. Source it after tap.sh; set
# INJECT_DIR (scratch). The script has `attempt COMMAND...` (runs the tool under it, writes to INJECT_DIR/out, its stderr
# to INJECT_DIR/err) and `judge HOW`, which says what is wrong with what is left ($n: which call, $rc: how it ended).
# shellcheck shell=sh

: "${INJECT_DIR:?}"

# inject SYSCALL:HOW[:when=N]: strace, which then also ends by the signal.
inject() { attempt strace -f -qq -o "$INJECT_DIR/trace" -e "trace=${1%%:*}" -e "inject=$1"; }

# inject_each SYSCALL HOW LEAST: at its first, second... call, until none is left to be hit.
inject_each() {
	n=0
	rc=1
	while [ "$rc" -ne 0 ]; do
		n=$((n + 1))
		rm -rf "$INJECT_DIR/out"
		mkdir "$INJECT_DIR/out"
		rc=0
		inject "$1:$2:when=$n" || rc=$?
		case $2 in
		error=*)
			[ "$rc" -eq 0 ] || [ "$(grep -vc 'NOT ATTESTED' "$INJECT_DIR/err")" -eq 1 ] ||
				{ echo "call $n: not one line" && cat "$INJECT_DIR/err" && return 1; }
			;;
		esac
		judge "$2" || { echo "call $n, exit $rc" && return 1; }
		[ "$n" -lt 200 ] || { echo "no end" && return 1; }
	done
	[ "$n" -gt "$3" ] || { echo "only $n calls" && return 1; }
}
