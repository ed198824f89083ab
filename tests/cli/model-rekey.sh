#!/bin/sh
# The model of the rekey protocol, tests/model/rekey.pml: each claim holds in every run that is possible, and
# fails where the daemon has the fault it is for. SIGNERS=3 takes minutes.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
model=$PWD/tests/model/rekey.pml
signers=${SIGNERS:-2}

# CLAIM FAULT...: the daemons in which it must fail.
faults='opens TWO_TRANSACTIONS
proved THRESHOLD STALE_PROOF
outsiders RETIRED_OPENS RETIRED_CANCELS RESET CANCEL OLDER_REPLACES
refused PROGRESS CLOCK
meant BAIT REPLAY
first SECOND
kept PROOFS_IN_MEMORY PENDING_IN_MEMORY
finish ONE_SLOT OLDER_STAYS'

# verifier KIND OPTIMISE DEFINE...: of the first claims, that something never is, or of the last, that something
# comes to be; built in its own folder.
verifier() {
	kind=$1
	optimise=$2
	shift 2
	rm -rf "$dir/now" && mkdir "$dir/now" && cd "$dir/now" || return 1
	if [ "$kind" = finish ]; then
		set -- "$@" -DHONEST
		options=-DNFAIR=3
	else
		options='-DSAFETY -DNOFAIR'
	fi
	spin -a -DSIGNERS="$signers" "$@" "$model" >spin.out 2>&1 || { cat spin.out && return 1; }
	# shellcheck disable=SC2086 # one or two
	gcc "$optimise" -w -DMEMLIM=1024 $options -o "$dir/pan-$kind" pan.c
}
# pan KIND CLAIM: its report is in $dir/report; nothing in it counts if the search was cut short.
pan() {
	fair=
	[ "$1" != finish ] || fair='-a -f'
	cd "$dir" || return 1
	# shellcheck disable=SC2086 # none or two
	timeout 600 "./pan-$1" $fair -w22 -m2000000 -N "$2" >report 2>&1
	! grep -e 'too small' -e 'out of memory' -e '^error' report
}
kind() { if [ "$1" = finish ]; then echo finish; else echo never; fi; }
holds() {
	pan "$(kind "$1")" "$1" || return 1
	grep -q 'errors: 0$' report || { cat report && return 1; }
}
fails() { # CLAIM FAULT
	verifier "$(kind "$1")" -O0 "-DBROKEN_$2" || return 1
	pan "$(kind "$1")" "$1" || return 1
	grep -q -e '^pan:1: assertion violated  !( !(' -e '^pan:1: acceptance cycle' report || { cat report && return 1; }
}
# All that an honest party and the world can do was done: no claim holds for want of a switch, a cancel, a crash.
reached() {
	! sed -n '/^unreached in proctype \(custodian\|holder\|world\)/,/^unreached in proctype stranger\|^unreached in init/p' "$dir/report" |
		grep ', state ' | grep -v -e '-end-'
}

ok "the model is built" verifier never -O2
ok "and that of honest holders" verifier finish -O2
for claim in $(printf '%s\n' "$faults" | cut -d ' ' -f 1); do
	ok "$claim: it holds" holds "$claim"
	[ "$claim" != opens ] || ok "$claim: every step was taken" reached
done
for claim in $(printf '%s\n' "$faults" | cut -d ' ' -f 1); do
	for fault in $(printf '%s\n' "$faults" | sed -n "s/^$claim //p"); do
		ok "$claim: it fails with $fault" fails "$claim" "$fault"
	done
done
is "every claim was tried" "$(sed -n 's/^ltl \([a-z]*\) .*/\1/p' "$model" | sort | tr '\n' ' ')" \
	"$(printf '%s\n' "$faults" | cut -d ' ' -f 1 | sort | tr '\n' ' ')"
is "so was every fault" "$(grep -o 'BROKEN_[A-Z_]\{2,\}' "$model" | sort -u | tr '\n' ' ')" \
	"$(printf '%s\n' "$faults" | cut -d ' ' -f 2- | tr ' ' '\n' | sed 's/^/BROKEN_/' | sort | tr '\n' ' ')"
done_testing
