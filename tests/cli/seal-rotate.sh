#!/bin/sh
# seal-rotate against a real daemon: the term before and after, where the token may come from, and what is refused before it
# is sent.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
trap 'seald_stop; rm -rf "$SEALD_DIR"' EXIT
d=$SEALD_DIR
# shellcheck source=tests/lib/custodians.sh
. tests/lib/custodians.sh
# shellcheck source=tests/lib/bad.sh
BAD_DIR=$d
. tests/lib/bad.sh
for name in ann ben cat; do custodian "$name"; done
seald_start 'half_open = "1h";'
exits "init with a root token" 0 init -k 2 -o "$d/set" --root-token-card "$d/cards/cat.card"
"$BUILD/bin/seal-open" --raw -i "$d/cat.identity" --passphrase-fd 3 "$d/set/root-token.age" 3<"$d/cat.phrase" >"$d/token" 2>/dev/null
chmod 600 "$d/token"
is "there is a token" "$(cut -c1-4 "$d/token")" hvs.
rotate() { connected seal-rotate --token-file "$d/token" "$@"; }
term() { # as Vault's clients see it
	curl -sk -H "X-Vault-Token: $(cat "$d/token")" "$SEALD_URL/v1/sys/key-status" | jq -r .data.term
}
asked() { grep -c "\"path\":\"sys/$1\"" "$d/audit.log"; }

bad seal-rotate 6 "sealed" "a sealed daemon" rotate
is "which got no token" "$(asked rotate) $(asked key-status)" "0 0"
for name in ann ben; do as_holder "$name" "$d/set" >"$d/opened" 2>&1; done
is "open" "$(term)" 1

# --- rotated
exits "rotate" 0 rotate
is "what it says" "$(printf '%s\n' "$tap_out" | sed 's/since [-0-9T:.]*Z, [0-9]* encryptions*$/SINCE/')" \
	"before  term 1, SINCE
now     term 2, SINCE"
is "the daemon says the same" "$(term)" 2
exits "JSON" 0 rotate --json
is "its members" "$(printf '%s' "$tap_out" | jq -c '[.result, .exit, .before.term, .after.term, (.after.encryptions | type), (.before.installed | length > 19)]')" \
	'["OK",0,2,3,"number",true]'
for member in $(printf '%s' "$tap_out" | jq -r '(keys + (.after | keys))[]'); do
	ok "the page names $member" grep -qw -- "$member" man/seal-rotate.1
done
exits "a token by descriptor" 0 connected seal-rotate --token-fd 3 3<"$d/token"
is "four terms" "$(term)" 4
is "each is in the audit log" "$(grep -c '"type":"response".*"path":"sys/rotate"' "$d/audit.log")" 3
rotations=$(asked rotate)

# --- refused: nothing is asked of the daemon
link() { ln -sf token "$d/link"; connected seal-rotate --token-file "$d/link"; }
bad seal-rotate 2 "--token-file: missing" "no token" connected seal-rotate
bad seal-rotate 2 "--token-file: not with --token-fd" "two tokens" rotate --token-fd 0
bad seal-rotate 2 "--core: missing" "no core" "$BUILD/bin/seal-rotate" -a "$SEALD_URL" --pin "$SEALD_PIN" --token-file "$d/token"
bad seal-rotate 2 "--core: not 32 bytes" "half a core" "$BUILD/bin/seal-rotate" -a "$SEALD_URL" --core AAAA --token-file "$d/token"
bad seal-rotate 3 "--token-fd: descriptor 9" "a descriptor that is not open" connected seal-rotate --token-fd 9
bad seal-rotate 3 "root token" "no such file" connected seal-rotate --token-file "$d/none"
bad seal-rotate 1 "root token" "a link to it" link
: >"$d/empty" && chmod 600 "$d/empty"
bad seal-rotate 1 "root token" "an empty file" connected seal-rotate --token-file "$d/empty"
chmod 640 "$d/token"
bad seal-rotate 1 "root token" "a file that others can read" rotate
chmod 600 "$d/token"
env_token() { env VAULT_TOKEN="$(cat "$d/token")" "$BUILD/bin/seal-rotate" -a "$SEALD_URL" --pin "$SEALD_PIN" --core "$SEALD_CORE"; }
bad seal-rotate 2 "--token-file: missing" "a token in the environment" env_token
other=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
bad seal-rotate 6 "not the daemon with the core given" "another core" "$BUILD/bin/seal-rotate" -a "$SEALD_URL" --pin "$SEALD_PIN" \
	--core "$other" --token-file "$d/token"
bad seal-rotate 6 "another key than the one pinned" "another pin" "$BUILD/bin/seal-rotate" -a "$SEALD_URL" --pin "sha256//$other" \
	--core "$SEALD_CORE" --token-file "$d/token"
echo hvs.AAAAAAAAAAAAAAAAAAAAAAAA >"$d/wrong" && chmod 600 "$d/wrong"
bad seal-rotate 6 "permission denied" "a token that is none" connected seal-rotate --token-file "$d/wrong"
is "nothing of this has rotated" "$(term) $(asked rotate)" "4 $rotations"
seald_stop
bad seal-rotate 6 "no daemon answers" "no daemon" rotate
is "no token in log or audit" "$(cat "$d/log" "$d/audit.log" | grep -cF "$(cat "$d/token")")" 0
done_testing
