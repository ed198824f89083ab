# roster.sh: a bank's people with passphrase tokens, and its roster. Source it after tap.sh; all is in ROSTER_DIR.
# shellcheck shell=sh

: "${BUILD:=build}"
: "${ROSTER_DIR:?}"

# staff NAME [TOKEN]: cards/TOKEN.card, TOKEN.identity, its passphrase in TOKEN.phrase, a line in prints.
staff() {
	_token=${2:-$1}
	mkdir -p "$ROSTER_DIR/cards" "$ROSTER_DIR/in"
	echo "phrase of $_token" >"$ROSTER_DIR/$_token.phrase"
	"$BUILD/bin/seal-enroll" --passphrase --name "$1" --identity "$ROSTER_DIR/$_token.identity" -o "$ROSTER_DIR/cards/$_token.card" \
		--passphrase-fd 3 --non-interactive --json 3<"$ROSTER_DIR/$_token.phrase" | jq -r '"\(.name) \(.fingerprint)"' \
		>>"$ROSTER_DIR/prints"
}

# as TOKEN COMMAND [ARG...]: seal-roster with this token and its passphrase.
as() {
	_token=$1 _command=$2
	shift 2
	"$BUILD/bin/seal-roster" "$_command" -i "$ROSTER_DIR/$_token.identity" --passphrase-fd 3 --non-interactive "$@" \
		3<"$ROSTER_DIR/$_token.phrase"
}

# accepts TOKEN [ARG...]: in/TOKEN.accepted, of the text in duty.txt.
accepts() {
	_token=$1
	shift
	as "$_token" accept --organisation "Example Bank" --duty "$ROSTER_DIR/duty.txt" --duty-version 1 \
		--card "$ROSTER_DIR/cards/$_token.card" -o "$ROSTER_DIR/in/$_token.accepted" "$@"
}

# draft [ARG...]: from people, duty.txt and cards.
draft() {
	"$BUILD/bin/seal-roster" draft -p "$ROSTER_DIR/people" --duty "$ROSTER_DIR/duty.txt" -c "$ROSTER_DIR/cards" "$@"
}

# example_people: the list of the page's example.
example_people() {
	sed -n '/^\.Sh EXAMPLES/,$p' man/seal-roster.1 | sed -n '/^organisation = /,/^);/p'
}
