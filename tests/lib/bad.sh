# bad.sh: what a bad input must do at a tool. Source it after tap.sh; set BAD_DIR (scratch) first.
# shellcheck shell=sh

: "${BAD_DIR:?}"
BAD_WATCH=

# bad_state: names, kinds, modes and contents of all that is watched; bad_more may add to it.
bad_state() {
	for _watched in $BAD_WATCH; do
		find "$_watched" -printf '%p %y %m\n' | sort
		find "$_watched" -type f -print0 | sort -z | xargs -0 -r sha256sum
	done
	bad_more
}
bad_more() { :; }

# bad TOOL STATUS SAYS NAME COMMAND...: one line `tool: what: why`, or `tool command: what: why`, on stderr that holds SAYS, nothing on stdout, STATUS,
# which the tool's page lists, and nothing changed in BAD_WATCH.
bad() {
	_tool=$1 _want=$2 _says=$3 _name=$4 _rc=0
	shift 4
	bad_state >"$BAD_DIR/.before"
	"$@" >"$BAD_DIR/.out" 2>"$BAD_DIR/.err" || _rc=$?
	bad_state >"$BAD_DIR/.after"
	tap_n=$((tap_n + 1))
	if bad_faults >"$BAD_DIR/.faults"; then
		echo "ok $tap_n - $_tool: $_name"
	else
		tap_bad=$((tap_bad + 1))
		echo "not ok $tap_n - $_tool: $_name"
		cat "$BAD_DIR/.faults" "$BAD_DIR/.err" | sed 's/^/# /'
	fi
	[ -z "${BAD_SHOW:-}" ] || sed "s/^/# $_rc /" "$BAD_DIR/.err"
}

bad_faults() {
	_good=0
	[ "$_rc" -eq "$_want" ] || { echo "exit $_rc, wanted $_want" && _good=1; }
	sed -n '/^\.Sh EXIT STATUS/,/^\.El/p' "man/$_tool."[18] | grep -q "^\.It $_rc\$" ||
		{ echo "exit $_rc is not in the page" && _good=1; }
	[ "$(grep -vc ': share opened$' "$BAD_DIR/.err")" -eq 1 ] || { echo "not one line" && _good=1; }
	grep -qE "^$_tool( [a-z]+)?: [^:]+.*: .+[^:]\$" "$BAD_DIR/.err" || { echo "not 'tool: what: why'" && _good=1; }
	grep -qF -- "$_says" "$BAD_DIR/.err" || { echo "does not say '$_says'" && _good=1; }
	# A part that begins as the one before it says the same thing twice.
	awk -F': ' '{ for (i = 2; i <= NF; i++) if (index($i, $(i - 1)) == 1) exit 1 }' "$BAD_DIR/.err" ||
		{ echo "says a thing twice" && _good=1; }
	[ ! -s "$BAD_DIR/.out" ] || { echo "something on stdout" && _good=1; }
	diff "$BAD_DIR/.before" "$BAD_DIR/.after" || { echo "something has changed" && _good=1; }
	return $_good
}
