#!/bin/sh
# Paths far longer than any is in practice work at every tool; one over the system's limit is one error that says so, and
# no name is ever cut off to another file's.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
d=$(mktemp -d)
SEALD_DIR=$d/daemon
BAD_DIR=$d/bad
mkdir "$BAD_DIR" "$SEALD_DIR"
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
# shellcheck source=tests/lib/bad.sh
. tests/lib/bad.sh
trap 'seald_stop; rm -rf "$d"' EXIT
bin=$(cd "$BUILD/bin" && pwd)

part=$(printf 'folder%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30)
long=$d/$part/$part/$part/$part/$part/$part
ok "a folder of over 1,000 bytes" mkdir -p "$long/cards"
is "it is long" "$([ ${#long} -gt 1000 ] && echo yes)" yes
BAD_WATCH=$long

enroll() { # NAME CARD [--json]
	echo "phrase of $1" >"$d/$1.phrase"
	# shellcheck disable=SC2086 # no word where there is none
	"$bin/seal-enroll" --passphrase --name "$1" -o "$2" --passphrase-fd 3 --non-interactive $3 3<"$d/$1.phrase"
}
for name in ann ben cat; do
	enroll "$name" "$long/cards/$name.card" --json >"$d/out" 2>"$d/err"
	jq -r '"\(.name) \(.fingerprint)"' <"$d/out" >>"$d/prints"
done
is "three cards" "$(find "$long/cards" -type f | wc -l)" 6
mv "$long"/cards/*.identity "$long"
check() { "$bin/seal-enroll" --check "$long/cards/ann.card" -i "$long/ann.identity" --passphrase-fd 3 --non-interactive 3<"$d/ann.phrase"; }
exits "seal-enroll --check" 0 check

echo "planted secret" >"$d/secret"
split() { "$bin/seal-split" -k 2 --cards "$long/cards" --fingerprints "$d/prints" -o "$1" <"$d/secret"; }
exits "seal-split" 0 split "$long/split"
share() { "$bin/seal-open" -i "$long/ann.identity" --passphrase-fd 3 --non-interactive "$long/split/ann.share" 3<"$d/ann.phrase"; }
exits "seal-open" 0 share
back() {
	cat "$d/ann.phrase" "$d/ben.phrase" >"$d/words"
	"$bin/seal-combine" --non-interactive -i "$long/ann.identity" -i "$long/ben.identity" --passphrase-fd 3 "$1" 3<"$d/words"
}
is "seal-combine" "$(back "$long/split" 2>/dev/null)" "planted secret"
mkdir -p "$long/daemon/state"
printf 'listen = "127.0.0.1:0";\nstate = "%s/state";\naudit = "%s/audit.log";\n' "$long/daemon" "$long/daemon" >"$d/deep.conf"
exits "seald cannot have its store there: 3" 3 "$BUILD/bin/seald" --config "$d/deep.conf"
is "it says why" "$(printf '%s\n' "$tap_out" | grep -c 'the most that SQLite takes')" 1
seald_start 'rehearsal = true;'
ok "seald" kill -0 "$SEALD_PID"
init() {
	"$bin/seal-init" -k 2 --cards "$long/cards" --fingerprints "$d/prints" -a "$SEALD_URL" --pin "$SEALD_PIN" --core "$SEALD_CORE" \
		--bootstrap-token "$SEALD_DIR/state/bootstrap-token" -o "$1"
}
exits "seal-init" 0 init "$long/set"
turn() { # NAME
	"$bin/seal-unseal" -a "$SEALD_URL" --pin "$SEALD_PIN" --core "$SEALD_CORE" -n "$1" -i "$long/$1.identity" --passphrase-fd 3 \
		--non-interactive "$long/set" 3<"$d/$1.phrase"
}
exits "seal-unseal" 0 turn ann
exits "and another" 0 turn ben
exits "it is open" 0 "$bin/seal-status" -a "$SEALD_URL" --pin "$SEALD_PIN"
seald_stop
is "nothing hidden is left" "$(find "$long" -name '.*' | wc -l)" 0

# --- one byte too many: names of 255 bytes, and paths that end just under 4,096
is_cut() { find "$long" -newer "$d/before" ! -type d | grep . && return 1 || return 0; }
: >"$d/before"
over=$(printf 'n%.0s' $(seq 256))
bad seal-split 3 "File name too long" "a name of 256 bytes" split "$long/$over"
bad seal-enroll 3 "not a file name" "a name of 256 bytes" enroll eva "$long/$over"
deep=$long
while [ $((${#deep} + ${#part} + 1)) -lt 4070 ]; do deep=$deep/$part; done
here=$PWD
# What is made by a path must be reached by one: each part from the one before it.
(cd "$long" && while [ ${#PWD} -lt ${#deep} ]; do mkdir "$part" && cd "$part" || exit 1; done)
cd "$here" || exit 3
pad=$(printf 'p%.0s' $(seq $((4088 - ${#deep}))))
bad seal-split 3 "over 4095 bytes" "an output too deep" split "$deep/$pad"
bad seal-enroll 3 "over 4095 bytes" "an output too deep" enroll eva "$deep/$pad"
bad seal-split 3 "over 4095 bytes" "an output beyond the limit" split "$deep/$pad/$pad"
bad seal-combine 3 "over 4095 bytes" "a folder too deep" back "$deep/$pad"
ok "no file was made, under any name" is_cut
done_testing
