#!/bin/sh
# seal-lock against a real daemon, with passphrase tokens: any custodian's, main or spare, seals it; so does a root token;
# what is refused leaves it open, and says so.
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
BAD_DIR=$d
# shellcheck source=tests/lib/bad.sh
. tests/lib/bad.sh
for name in ann ben cat; do custodian "$name"; done
custodian ann ann-spare
seald_start 'half_open = "1h";'
lock() { # TOKEN [ARG...]
	_token=$1
	shift
	connected seal-lock -i "$d/$_token.identity" --passphrase-fd 3 --non-interactive "$@" 3<"$d/$_token.phrase"
}
open_it() {
	as_holder ann "$d/set" >"$d/opened" 2>&1 && as_holder ben "$d/set" >>"$d/opened" 2>&1
}
state() { connected seal-status --json 2>/dev/null | jq -r '"\(if .sealed then "sealed" else "open" end) \(.progress)"'; }
told() { printf '%s\n' "$tap_out" | grep '^{' | jq -c "$1"; }
locks() { grep -c '"type":"response".*"path":"sys/sealkit/lock"' "$d/audit.log"; }

bad seal-lock 1 "manifest" "before init there is no set" lock ann "$d/set"
exits "init with a root token" 0 init -k 2 -o "$d/set" --root-token-card "$d/cards/cat.card"
"$BUILD/bin/seal-open" --raw -i "$d/cat.identity" --passphrase-fd 3 "$d/set/root-token.age" 3<"$d/cat.phrase" >"$d/token" 2>/dev/null
chmod 600 "$d/token"

# --- sealed already: nobody is asked
exits "a sealed daemon" 0 connected seal-lock --non-interactive "$d/set"
is "it says so" "$tap_out" "$SEALD_URL is sealed: it was already"
exits "with JSON" 0 connected seal-lock --non-interactive --json "$d/set"
is "its members" "$(told '[.result, .exit, .sealed, .already, .custodian, .forgotten, .given]')" '["OK",0,true,true,null,0,0]'
is "nothing was asked of it" "$(locks)" 0

# --- each of them; cat has given no share
for token in cat ann-spare ann; do
	ok "opened for $token" open_it
	is "it is open" "$(state)" "open 0"
	exits "$token seals it" 0 lock "$token" "$d/set"
	is "and is told so" "$tap_out" "$SEALD_URL is SEALED, by ${token%-spare}"
	is "it is" "$(state)" "sealed 0"
done
open_it
mkdir -p "$d/home/cards"
cp "$d/set/manifest" "$d/home"
cp "$d/set/cards/ben.card" "$d/home/cards"
exits "the own card and the manifest are enough" 0 lock ben --json "$d/home"
is "JSON" "$(told '[.sealed, .already, .custodian, .forgotten]')" '[true,false,"ben",0]'
is "with the set" "$(told .set)" "\"$(sed -n 's/^set: //p' "$d/set/manifest")\""
for member in $(told '.' | jq -r 'keys[]'); do
	ok "the page names $member" grep -qw -- "$member" man/seal-lock.1
done
ok "the daemon lives" kill -0 "$SEALD_PID"

# --- in the middle of an unseal
as_holder ann "$d/set" >"$d/opened" 2>&1
is "ann has given" "$(state)" "sealed 1"
exits "cat stops it" 0 lock cat --json "$d/set"
is "ann's share is forgotten" "$(told '[.already, .custodian, .forgotten]') $(state)" '[true,"cat",1] sealed 0'
as_holder ann "$d/set" >"$d/opened" 2>&1
exits "for people" 0 lock cat "$d/set"
is "it is told" "$(printf '%s' "$tap_out" | tail -n 1)" "forgotten: 1 share that had been given"

# --- by a root token
as_holder ann "$d/set" >"$d/opened" 2>&1
exits "a root token at a sealed daemon" 0 connected seal-lock --token-file "$d/token"
is "says who can forget what was given" "$(printf '%s' "$tap_out" | tail -n 1)" "given so far: 1; a custodian's seal-lock forgets that"
is "which it has not" "$(state)" "sealed 1"
as_holder ben "$d/set" >"$d/opened" 2>&1
exits "a root token" 0 connected seal-lock --token-file "$d/token"
is "is told" "$tap_out" "$SEALD_URL is SEALED"
is "it is sealed" "$(state)" "sealed 0"
open_it
exits "by descriptor, JSON" 0 connected seal-lock --token-fd 3 --json 3<"$d/token"
is "its members again" "$(told '[.sealed, .already, .custodian, .set]') $(state)" '[true,false,null,null] sealed 0'

# --- what is refused
open_it
before=$(locks)
case_no=0
still_open() { case_no=$((case_no + 1)); is "still open ($case_no)" "$(state)" "open 0"; }
wrong() { connected seal-lock -i "$d/cat.identity" --passphrase-fd 3 --non-interactive "$d/set" 3<"$d/ben.phrase"; }
nobody() { connected seal-lock --non-interactive "$d/set"; }
two() { connected seal-lock -i "$d/ann.identity" -i "$d/ben.identity" --non-interactive "$d/set"; }
other_core() { "$BUILD/bin/seal-lock" -a "$SEALD_URL" --pin "$SEALD_PIN" --core AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= "$@"; }
bad seal-lock 4 "$SEALD_URL may be OPEN" "a wrong passphrase" wrong
bad seal-lock 4 "no token here is of ann, ben, cat" "no token" nobody
bad seal-lock 4 "2 tokens that are here may sign" "two tokens" two
bad seal-lock 1 "no card of dora in this folder" "nobody of that name" lock ann -n dora "$d/set"
bad seal-lock 1 "signed by" "another core than the manifest's" other_core "$d/set"
bad seal-lock 6 "not the daemon with the core given" "another core, with a token" other_core --token-file "$d/token"
bad seal-lock 2 "--core: missing" "a token without a core" "$BUILD/bin/seal-lock" -a "$SEALD_URL" --token-file "$d/token"
bad seal-lock 2 "a root token acts alone" "a token and a folder" connected seal-lock --token-file "$d/token" "$d/set"
bad seal-lock 2 "a root token acts alone" "a token and a custodian" connected seal-lock --token-file "$d/token" -n ann
bad seal-lock 2 "--token-file: not with --token-fd" "two root tokens" connected seal-lock --token-file "$d/token" --token-fd 0
chmod 644 "$d/token"
bad seal-lock 1 "root token" "a token that others can read" connected seal-lock --token-file "$d/token"
chmod 600 "$d/token"
echo hvs.AAAAAAAAAAAAAAAAAAAAAAAA >"$d/wrong" && chmod 600 "$d/wrong"
bad seal-lock 6 "it may be OPEN" "a token that is none" connected seal-lock --token-file "$d/wrong"
still_open
is "a challenge is asked for at most" "$(($(locks) - before))" 1
# A card that the manifest names not is dropped from the folder, and its token is none of the set's.
cp -r "$d/set" "$d/more"
mv "$d/cards" "$d/cards-1"
custodian eve
cp "$d/cards/eve.card" "$d/more/cards"
bad seal-lock 4 "no token here is of ann, ben, cat" "a card that is not of the set" lock eve "$d/more"
still_open

# --- over a restart, and at another daemon
seald_stop
bad seal-lock 6 "no daemon answers" "no daemon" lock ann "$d/set"
mv "$d/state" "$d/state-1"
rm -rf "$d/cards" && mv "$d/cards-1" "$d/cards" && sed -i '/^eve/d' "$d/prints"
seald_start 'half_open = "1h";'
uncored() { "$BUILD/bin/seal-lock" -a "$SEALD_URL" --pin "$SEALD_PIN" -i "$d/ann.identity" --non-interactive "$d/set"; }
bad seal-lock 1 "signed by another key" "another daemon, with its core" lock ann "$d/set"
bad seal-lock 6 "not initialised" "another daemon, not initialised" uncored
exits "its own init" 0 init -k 2 -o "$d/set-2"
bad seal-lock 1 "this folder is of" "another daemon's set" uncored
seald_stop
is "no passphrase or token in log or audit" "$(cat "$d/log" "$d/audit.log" | grep -cF -e 'phrase of' -e "$(cat "$d/token")")" 0
done_testing
