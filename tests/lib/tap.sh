# Sourced by test scripts: each check prints one TAP line; done_testing the plan.
# shellcheck shell=sh
tap_n=0
tap_bad=0
BUILD=${BUILD:-build}
export BUILD

# ok NAME COMMAND...: passes where the command exits 0.
ok() {
	tap_name=$1
	shift
	tap_n=$((tap_n + 1))
	if tap_out=$("$@" 2>&1); then
		echo "ok $tap_n - $tap_name"
	else
		tap_bad=$((tap_bad + 1))
		echo "not ok $tap_n - $tap_name"
		printf '%s\n' "$tap_out" | sed 's/^/# /'
	fi
}

# is NAME GOT WANTED
is() {
	tap_n=$((tap_n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $tap_n - $1"
	else
		tap_bad=$((tap_bad + 1))
		echo "not ok $tap_n - $1"
		printf '# got:    %s\n# wanted: %s\n' "$2" "$3"
	fi
}

# exits NAME STATUS COMMAND...: compares the exit status; output is left in tap_out.
exits() {
	tap_name=$1
	tap_want=$2
	shift 2
	tap_rc=0
	tap_out=$("$@" 2>&1) || tap_rc=$?
	tap_n=$((tap_n + 1))
	if [ "$tap_rc" -eq "$tap_want" ]; then
		echo "ok $tap_n - $tap_name"
	else
		tap_bad=$((tap_bad + 1))
		echo "not ok $tap_n - $tap_name"
		printf '# exit %s, wanted %s: %s\n' "$tap_rc" "$tap_want" "$tap_out"
	fi
}

# skip NAME REASON: cannot be tried here; tests/suite counts it by itself.
skip() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

# npm_missing: why there is no age-encryption in NPM_HOME; nothing where it is there.
npm_missing() {
	if ! command -v node >/dev/null; then
		echo "nodejs is not installed"
	elif ! [ -d "$NPM_HOME/node_modules/age-encryption" ]; then
		echo "tests/npm.sh could not fetch age-encryption from npm's registry"
	fi
}

# tells NAME TEXT: the last exits was told in one line that has TEXT.
tells() {
	is "$1: one line" "$(printf '%s\n' "$tap_out" | wc -l)" 1
	case $tap_out in *"$2"*) ok "$1: says \"$2\"" true ;; *) ok "$1: says \"$2\", not: $tap_out" false ;; esac
}

done_testing() {
	echo "1..$tap_n"
	[ "$tap_bad" -eq 0 ]
}
