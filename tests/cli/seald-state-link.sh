#!/bin/sh
# seald: a state folder that is a link, as systemd's DynamicUser makes it, is followed once, at the start; the store in it still follows none.
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
. tests/lib/seald.sh
trap 'seald_stop; rm -rf "$SEALD_DIR"' EXIT

mkdir -m 0700 "$SEALD_DIR/private"
ln -s private "$SEALD_DIR/state"
seald_start "rehearsal = false;"
is "a linked state folder: ready" "$?" 0
ok "the store is where the link leads" test -f "$SEALD_DIR/private/sealkit.db"
ok "the certificate as well" test -d "$SEALD_DIR/private/tls"
seald_stop
mv "$SEALD_DIR/private/sealkit.db" "$SEALD_DIR/elsewhere.db"
ln -s ../elsewhere.db "$SEALD_DIR/private/sealkit.db"
seald_start "rehearsal = false;"
is "a store that is a link itself: no start" "$?" 1
ok "and it says why" grep -q 'sealkit.db' "$SEALD_DIR/log"
done_testing
