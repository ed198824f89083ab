#!/bin/sh
# Each quick bench prints its lines, those and no others; one is run alone by its program's name or a line's; a name that
# is nobody's is an error, not silence.
. tests/lib/tap.sh
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
bench() { BUILD="$BUILD" ONLY="$1" tests/bench/run >"$d/out"; }
# Every line is whole: a name, what was measured in what unit, against what, and how much memory it took.
names() {
	grep -vE '^bench [a-z0-9_]+ ours=[0-9.]+ unit=[A-Za-z]+ peer=[a-z_]+ peer_value=[0-9.]+ ratio=[0-9.]+ rss_kib=[0-9]+$' "$d/out"
	sed -n 's/^bench \([a-z0-9_]*\) .*/\1/p' "$d/out" | tr '\n' ' '
}
export SEAL_BENCH_MIB=4 # of the audit log's, which is a gigabyte otherwise
while read -r program lines; do
	ok "$program runs" bench "$program"
	is "$program: its lines" "$(names)" "$lines "
done <<-'LINES'
	audit audit_verify_gb audit_verify_strict
	shamir shamir_split_32 shamir_combine_32 shamir_split_1m shamir_combine_1m
	barrier unseal_first_kv
	quorum quorum_to_kv
	seald seald_start seald_pss
LINES
# Those of a gigabyte are not run here.
is "there is no other program but age's" "$(cd tests/bench && echo bench_*.c)" \
	"bench_age.c bench_age_seal.c bench_audit.c bench_barrier.c bench_quorum.c bench_seald.c bench_shamir.c"
for line in shamir_split_32 seald_pss; do
	ok "by the name of a line: $line" bench "$line"
	is "that line" "$(names)" "$line "
done
for name in nobody shamir_split shamir_split_3 seald_ ' '; do
	exits "a name that is nobody's: <$name>" 2 bench "$name"
done
done_testing
