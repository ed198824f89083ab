# custodians.sh: people with passphrase tokens at a real daemon. Source it after seald.sh; all is in SEALD_DIR.
# shellcheck shell=sh

: "${BUILD:=build}"
: "${SEALD_DIR:?}"

# custodian NAME [TOKEN [OPTION...]]: cards/TOKEN.card, TOKEN.identity under the passphrase in TOKEN.phrase, a line in prints.
custodian() {
	_custodian=$1
	_token=${2:-$1}
	if [ $# -gt 2 ]; then shift 2; else shift $#; fi
	mkdir -p "$SEALD_DIR/cards"
	echo "phrase of $_token" >"$SEALD_DIR/$_token.phrase"
	"$BUILD/bin/seal-enroll" --passphrase --name "$_custodian" "$@" --identity "$SEALD_DIR/$_token.identity" \
		-o "$SEALD_DIR/cards/$_token.card" --passphrase-fd 3 --non-interactive --json 3<"$SEALD_DIR/$_token.phrase" |
		jq -r '"\(.name) \(.fingerprint)"' >>"$SEALD_DIR/prints"
}

# connected TOOL [ARG...]: at the daemon that seald_start started.
connected() {
	_tool=$1
	shift
	"$BUILD/bin/$_tool" -a "$SEALD_URL" --pin "$SEALD_PIN" --core "$SEALD_CORE" "$@"
}

# init [ARG...]: seal-init for all who are custodians.
init() {
	connected seal-init --cards "$SEALD_DIR/cards" --fingerprints "$SEALD_DIR/prints" \
		--bootstrap-token "$SEALD_DIR/state/bootstrap-token" "$@"
}

# as_holder TOKEN [ARG...]: seal-unseal with this token and its passphrase.
as_holder() {
	_token=$1
	shift
	connected seal-unseal -i "$SEALD_DIR/$_token.identity" --passphrase-fd 3 --non-interactive "$@" \
		3<"$SEALD_DIR/$_token.phrase"
}
