#!/bin/sh
# What a tool says must arrive: where stdout takes nothing, no tool ends with 0.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
trap 'seald_stop; rm -rf "$SEALD_DIR"' EXIT
full() { "$@" >/dev/full; }
seald_start 'half_open = "1h";'
ok "seald starts" kill -0 "$SEALD_PID"
for tool in cmd/*/; do
	name=$(basename "$tool")
	exits "$name --help: 3" 3 full "$BUILD/bin/$name" --help
	exits "$name --version: 3" 3 full "$BUILD/bin/$name" --version
done
echo phrase-of-ann >"$SEALD_DIR/phrase"
"$BUILD/bin/seal-enroll" --passphrase --name ann --identity "$SEALD_DIR/ann.identity" -o "$SEALD_DIR/ann.card" \
	--passphrase-fd 3 --non-interactive 3<"$SEALD_DIR/phrase" >/dev/null
check() {
	full "$BUILD/bin/seal-enroll" --check "$SEALD_DIR/ann.card" -i "$SEALD_DIR/ann.identity" --passphrase-fd 3 \
		--non-interactive "$@" 3<"$SEALD_DIR/phrase"
}
exits "seal-enroll --check: 3" 3 check
exits "seal-enroll --check --json: 3" 3 check --json
is "in one line" "$(printf '%s\n' "$tap_out" | grep -c 'stdout: No space left')" 1
# A verdict that is no success keeps its own code.
exits "seal-status of a sealed daemon: 1" 1 full "$BUILD/bin/seal-status" -a "$SEALD_URL" --pin "$SEALD_PIN"
exits "an option after the file: 2" 2 "$BUILD/bin/seal-open" some.share --json
case $tap_out in *"options come before the file"*) ok "says so" true ;; *) ok "says so: $tap_out" false ;; esac
done_testing
