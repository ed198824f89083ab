#!/bin/sh
# Outputs that cannot be written, full disks, and daemons that are none, at every tool: one line, the exit status of the
# page, nothing left; and what was only half written goes on once there is room.
# shellcheck disable=SC2016 # expanded by the inner shell
cd "$(dirname "$0")/../.." || exit 3
# What is mounted here is seen here only, and goes with this script.
if [ "${IN_NS:-}" != 1 ] && unshare --mount true 2>/dev/null; then
	IN_NS=1 exec unshare --mount sh "$0"
fi
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
d=$(mktemp -d)
SEALD_DIR=$d/daemon # on a disk of its own
BAD_DIR=$d/bad
mkdir "$BAD_DIR" "$d/cards" "$d/full" "$d/shut" "$SEALD_DIR"
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
# shellcheck source=tests/lib/bad.sh
. tests/lib/bad.sh
server=
finish() {
	seald_stop
	[ -z "$server" ] || kill "$server"
	if [ "${IN_NS:-}" = 1 ]; then
		umount "$d/full" "$d/shut" "$SEALD_DIR" 2>/dev/null
	fi
	rm -rf "$d"
}
trap finish EXIT
bin=$BUILD/bin

"$BUILD/tests/interop_make_card" "$d/cards" alice -p bruno -p chloe >"$d/fp" || exit 3
for n in alice bruno; do
	echo "$n opens it" >"$d/$n.words"
	mv "$d/cards/$n.identity" "$d"
done
rm "$d"/cards/*.key
printf 'planted secret' >"$d/secret"
BAD_WATCH="$d/cards $d/full $d/shut"
shut=$d/none
if [ "${IN_NS:-}" = 1 ]; then
	mount -t tmpfs -o size=4k none "$d/full" || exit 3
	mount -t tmpfs -o ro none "$d/shut" || exit 3
	mount -t tmpfs -o size=4m none "$SEALD_DIR" || exit 3
	shut=$d/shut
	head -c 4096 /dev/zero >"$d/full/filler"
fi
url=https://127.0.0.1:1
pin=sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
split() { "$bin/seal-split" --cards "$d/cards" --fingerprints "$d/fp" -k 2 "$@" <"$d/secret"; }
enroll() {
	"$bin/seal-enroll" --passphrase --non-interactive --passphrase-fd 3 -n david "$@" 3<"$d/alice.words"
}
init() {
	"$bin/seal-init" -k 2 --cards "$d/cards" --fingerprints "$d/fp" -a "$url" --pin "$pin" --core "${SEALD_CORE:-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}" --bootstrap-token "$SEALD_DIR/state/bootstrap-token" "$@"
}
turn() { # NAME ARG...
	_who=$1
	shift
	"$bin/seal-unseal" -a "$url" --pin "$pin" --non-interactive -n "$_who" -i "$d/$_who.identity" --passphrase-fd 3 "$@" "$d/set" \
		3<"$d/$_who.words"
}
status() { "$bin/seal-status" -a "$url" --pin "$pin" "$@"; }
back() { # DIR: with the tokens of alice and bruno
	cat "$d/alice.words" "$d/bruno.words" >"$d/words"
	"$bin/seal-combine" --signer "$(sed -n 's/^signer: //p' "$1/manifest")" --non-interactive -i "$d/alice.identity" -i "$d/bruno.identity" --passphrase-fd 3 "$1" 3<"$d/words"
}
split -o "$d/split" >/dev/null || exit 3

# --- where nobody writes
bad seal-split 3 "$shut" "an unwritable output" split -o "$shut/set"
bad seal-enroll 3 "$shut" "an unwritable output" enroll -o "$shut/david.card"
seald_start 'half_open = "1h";'
ok "a daemon" kill -0 "$SEALD_PID"
url=$SEALD_URL pin=$SEALD_PIN
bad seal-init 3 "$shut" "an unwritable output" init -o "$shut/set"
bad seal-split 1 "is not empty" "an output that is there" split -o "$d/split"
bad seal-init 1 "is not empty" "an output that is there" init -o "$d/split"
bad seal-enroll 1 "alice.card: exists already" "an output that is there" enroll -o "$d/cards/alice.card"
open_full() {
	"$bin/seal-open" --non-interactive -i "$d/alice.identity" --passphrase-fd 3 "$d/split/alice.share" 3<"$d/alice.words" >/dev/full
}
combine_full() { back "$d/split" >/dev/full; }
status_full() { "$bin/seal-status" --help >/dev/full; }
bad seal-open 3 "No space left on device" "a full disk behind stdout" open_full
bad seal-combine 3 "No space left on device" "a full disk behind stdout" combine_full
bad seal-status 3 "stdout: No space left on device" "a full disk behind stdout" status_full

# --- full disks
if [ "${IN_NS:-}" = 1 ]; then
	bad seal-split 3 "No space left on device" "a full disk" split -o "$d/full/set"
	bad seal-enroll 3 "No space left on device" "a full disk" enroll -o "$d/full/david.card"
	bad seal-init 3 "No space left on device" "a full disk" init -o "$d/full/set"
	is "the daemon was asked for nothing" "$(status --json 2>/dev/null | jq -c .initialized)" false
	mount -o remount,size=16k "$d/full"
	exits "full after the daemon made the set: 3" 3 init -o "$d/full/set"
	ok "it says what to do, in one line" [ "$(printf '%s\n' "$tap_out" | grep -c 'run the same again')" -eq "$(printf '%s\n' "$tap_out" | wc -l)" ]
	mount -o remount,size=1m "$d/full"
	ok "with room the same call goes on" init -o "$d/full/set"
	cp -r "$d/full/set" "$d/set"
else
	ok "a set" init -o "$d/set"
fi

# --- daemons that are none, or have no room
bad seal-init 1 "$url: is initialised already" "already initialised" init -o "$d/full/other"
each() { # SAYS NAME: at all three, exit 6
	bad seal-status 6 "$1" "$2" status
	bad seal-init 6 "$1" "$2" init -o "$d/full/other"
	bad seal-unseal 6 "$1" "$2" turn alice
}
good_pin=$pin
pin=sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
each "$url: has another key than the one pinned" "a wrong pin"
pin=$good_pin
if [ "${IN_NS:-}" = 1 ]; then
	head -c 8M /dev/zero >"$SEALD_DIR/filler" 2>/dev/null
	# The last page of the log has room for some lines yet.
	last_page() { status --json >"$d/last" 2>&1 || [ $? -eq 6 ]; grep -q '"exit":6' "$d/last"; }
	seald_wait 20 last_page
	each "see the daemon's log" "a daemon that cannot write its log"
	rm "$SEALD_DIR/filler"
fi
bad_status() { status >/dev/null; }
bad seal-status 1 "$url: sealed" "a sealed daemon" bad_status
ok "with room again it takes a share" turn alice
seald_stop
each "$url: no daemon answers" "a daemon that is down"
listens() { grep -q ":$(printf '%04X' "$1") 00000000:0000 0A " /proc/net/tcp; }
port=$(($$ % 10000 + 30000))
python3 -m http.server --bind 127.0.0.1 "$port" >/dev/null 2>&1 &
server=$!
seald_wait 10 listens "$port"
url=https://127.0.0.1:$port
each "does not speak TLS" "a server without TLS"
kill "$server"
PYTHONPATH=tests/seald python3 -B -c 'import sys; from daemon import make_certificate; make_certificate(sys.argv[1], "old", expired=True)' "$d"
port=$((port + 1))
openssl s_server -accept "127.0.0.1:$port" -quiet -cert "$d/old.pem" -key "$d/old.key" -WWW >/dev/null 2>&1 </dev/null &
server=$!
seald_wait 10 listens "$port"
url=https://127.0.0.1:$port
trusting() { # TOOL ARG...: by a CA file instead of a pin
	_trusting=$1
	shift
	VAULT_CACERT=$d/old.pem VAULT_ADDR=$url "$bin/$_trusting" "$@"
}
bad seal-status 6 "$url: its certificate has expired" "an expired certificate" trusting seal-status
chmod 600 "$d/alice.words"
bad seal-init 6 "$url: its certificate has expired" "an expired certificate" trusting seal-init -k 2 --core "$SEALD_CORE" --cards "$d/cards" \
	--fingerprints "$d/fp" --bootstrap-token "$d/alice.words" -o "$d/full/other"
bad seal-unseal 6 "$url: its certificate has expired" "an expired certificate" trusting seal-unseal --non-interactive "$d/set"
done_testing
