#!/bin/sh
# seal-open on sealed shares of passphrase tokens: which card, which share, what is refused.
# What only hardware tokens can show is in tests/interop/seal-enroll-*.sh.
# shellcheck disable=SC2016 # expanded by the inner shell
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
o=$BUILD/bin/seal-open
mkdir "$dir/cards"
# Each passphrase is `NAME opens it`.
"$BUILD/tests/interop_make_card" "$dir/cards" alice -p bruno -p chloe -p david >"$dir/fp" || exit 3
printf 'planted secret' >"$dir/secret"
split() { "$BUILD/bin/seal-split" --cards "$dir/cards" --fingerprints "$dir/fp" -k 2 -o "$dir/$1" <"$dir/secret"; }
split set >"$dir/out" || exit 3
split older >"$dir/out" || exit 3
for n in alice bruno chloe; do
	cp "$dir/cards/$n.identity" "$dir/$n.identity"
	echo "$n opens it" >"$dir/$n.words"
done

open() { # NAME ARG...: stdout in out; nothing of it unless 0
	_words=$dir/$1.words
	shift
	_rc=0
	"$o" --passphrase-fd 3 "$@" 3<"$_words" >"$dir/out" 2>"$dir/err" || _rc=$?
	cat "$dir/err"
	[ "$_rc" -eq 0 ] || ! [ -s "$dir/out" ] || return 99
	return "$_rc"
}
refused() { # NAME STATUS SAYS COMMAND...
	_says=$3
	_name=$1 _status=$2
	shift 3
	exits "$_name" "$_status" "$@"
	is "$_name: one line" "$(printf '%s\n' "$tap_out" | grep -c .)" 1
	ok "$_name: says why" sh -c 'printf "%s\n" "$1" | grep -qF -- "$2"' sh "$tap_out" "$_says"
}
a=$dir/alice.identity
ok "alice opens her share, cards beside it" open alice -i "$a" "$dir/set/alice.share"
is "its first line" "$(head -n 1 "$dir/out")" sealkit-share/1
ok "it says whose it is" grep -qx "custodian: alice" "$dir/out"
ok "and has the share" grep -q "^key: [A-Za-z0-9+/=]\{40,\}$" "$dir/out"
cp "$dir/out" "$dir/text"
ok "cards named" open alice --cards "$dir/cards" -i "$a" "$dir/set/alice.share"
ok "one card named" open alice --card "$dir/cards/alice.card" -i "$a" "$dir/set/alice.share"
mkdir "$dir/bare"
cp "$dir/set/alice.share" "$dir/bare/renamed"
ok "no card, another file name" open alice -i "$a" "$dir/bare/renamed"
ok "the same text" cmp "$dir/out" "$dir/text"
ok "from stdin" sh -c 'exec "$0" --passphrase-fd 3 --cards "$1/cards" -i "$1/alice.identity" <"$1/set/alice.share" 3<"$1/alice.words" | cmp - "$1/text"' "$o" "$dir"
ok "other people's identity files do not matter" open alice -i "$dir/bruno.identity" -i "$a" "$dir/set/alice.share"
ok "raw, too" open alice --raw -i "$a" "$dir/set/alice.share"
ok "raw: the same" cmp "$dir/out" "$dir/text"
ok "raw with a card" open alice --raw --card "$dir/cards/alice.card" -i "$a" "$dir/set/alice.share"
age-keygen -o "$dir/key" 2>/dev/null
age -r "$(age-keygen -y "$dir/key")" -o "$dir/other.age" "$dir/text"
ok "raw: identities of both kinds" open alice --raw -i "$dir/key" -i "$a" "$dir/other.age"
ok "JSON on stderr, the text on stdout" sh -c 'exec "$0" --json --passphrase-fd 3 -i "$1/alice.identity" "$1/set/alice.share" 3<"$1/alice.words" 2>&1 >/dev/null | jq -e ".result == \"OK\" and .exit == 0"' "$o" "$dir"

# script gives it a terminal; its own words end with CR.
on_terminal() { script -qec "$o -i $a --passphrase-fd 3 $* $dir/set/alice.share 3<$dir/alice.words" "$dir/typescript" </dev/null; }
exits "on a terminal: refused" 2 on_terminal
is "and nothing of the share is shown" "$(grep -c '^key:' "$dir/typescript")" 0
ok "it says what to do" grep -q -- "seal-unseal --prove" "$dir/typescript"
exits "on a terminal, with --show" 0 on_terminal --show
is "the share is shown" "$(grep -c '^key:' "$dir/typescript")" 1

refused "the wrong passphrase" 4 "wrong passphrase" open bruno -i "$a" "$dir/set/alice.share"
refused "bruno's token, alice's share" 4 "alice: not here" open bruno -i "$dir/bruno.identity" "$dir/set/alice.share"
cp "$dir/set/bruno.share" "$dir/bare/alice.share"
refused "a swapped share" 4 "not sealed to the token of" open alice --cards "$dir/cards" -i "$a" "$dir/bare/alice.share"
sed 's/^custodian: alice/custodian: bruno/' "$dir/text" >"$dir/lie"
age -a -r "$(jq -r .recipient "$dir/cards/alice.card")" -o "$dir/lie.share" "$dir/lie"
refused "a share of another, sealed to her token" 1 "share of bruno" open alice --cards "$dir/cards" -i "$a" "$dir/lie.share"
age -a -r "$(jq -r .recipient "$dir/cards/alice.card")" -o "$dir/no.share" "$dir/secret"
refused "no share inside" 1 "text of a share" open alice --cards "$dir/cards" -i "$a" "$dir/no.share"
sed 's|^sealkit-share/1|sealkit-share/9|' "$dir/text" | age -a -r "$(jq -r .recipient "$dir/cards/alice.card")" -o "$dir/v9.share"
refused "a share of another version" 1 "version" open alice --cards "$dir/cards" -i "$a" "$dir/v9.share"
echo "alice opens it" >"$dir/words"
"$BUILD/tests/interop_seal_age" -a -p 3 <"$dir/text" >"$dir/phrase.age" 3<"$dir/words"
refused "an age file under a passphrase" 4 "not sealed to any of the" open alice --cards "$dir/cards" -i "$a" "$dir/phrase.age"
head -c 500 "$dir/set/alice.share" >"$dir/cut"
refused "truncated" 1 "" open alice --cards "$dir/cards" -i "$a" "$dir/cut"
python3 - "$dir" <<'P'
import base64, sys
d = sys.argv[1]
text = open(d + "/set/alice.share").read().split("\n")
head, body, tail = text[0], base64.b64decode("".join(text[1:-2])), text[-2]
def write(name, raw, wide=64):
    s = base64.b64encode(raw).decode()
    open(f"{d}/{name}", "w").write("\n".join([head] + [s[i:i + wide] for i in range(0, len(s), wide)] + [tail, ""]))
flip = bytearray(body); flip[-5] ^= 1; write("flipped", bytes(flip))
flip = bytearray(body); flip[60] = 66 if flip[60] == 65 else 65; write("flipped-head", bytes(flip))
write("rearmored", body, 72)
write("longer", body + b"\0")
open(d + "/binary", "wb").write(body)
open(d + "/huge", "w").write(head + "\n" + ("A" * 64 + "\n") * 1100 + tail + "\n")
P
refused "bit flipped" 1 "" open alice --cards "$dir/cards" -i "$a" "$dir/flipped"
exits "bit flipped in the header" 4 open alice --cards "$dir/cards" -i "$a" "$dir/flipped-head"
refused "armored anew in longer lines" 1 "" open alice --cards "$dir/cards" -i "$a" "$dir/rearmored"
refused "a byte more" 1 "" open alice --cards "$dir/cards" -i "$a" "$dir/longer"
refused "over-long" 1 "" open alice --cards "$dir/cards" -i "$a" "$dir/huge"
ok "not armored" open alice --cards "$dir/cards" -i "$a" "$dir/binary"
refused "no card anywhere" 2 "give --cards" open alice "$dir/bare/renamed"
refused "no such folder of cards" 1 "$dir/none" open alice --cards "$dir/none" "$dir/bare/renamed"
refused "a folder without cards" 1 "no *.card" open alice --cards "$dir/bare" "$dir/bare/renamed"
sed 's/"name": "alice"/"name": "mallo"/' "$dir/cards/alice.card" >"$dir/forged.card"
refused "a forged card" 1 "forged.card" open alice --card "$dir/forged.card" -i "$a" "$dir/set/alice.share"
refused "one card twice" 1 "the token of" open alice --card "$dir/cards/alice.card" --card "$dir/set/cards/alice.card" "$dir/set/alice.share"
refused "age identities without --raw" 1 "--raw" open alice -i "$dir/key" "$dir/set/alice.share"
refused "no such share" 1 "none.share" open alice --cards "$dir/cards" "$dir/none.share"
refused "no token at all" 4 "not here" open alice --cards "$dir/cards" "$dir/set/alice.share"
refused "nobody may be asked" 2 "--passphrase-fd" "$o" --non-interactive -i "$a" "$dir/set/alice.share"
exits "full disk" 3 sh -c 'exec "$0" --passphrase-fd 3 -i "$1/alice.identity" "$1/set/alice.share" 3<"$1/alice.words" >/dev/full' "$o" "$dir"
ok "no share and no passphrase on disk" sh -c '! grep -rqF "opens it" "$1/set" "$1/cards"' sh "$dir"
done_testing
