#!/bin/sh
# Bad shares, cards, thresholds and options at the tools that a person uses: one line that says what, where and what to
# do, the exit status of the page, and nothing changed; neither on disk nor in the daemon.
# shellcheck disable=SC2016 # expanded by the inner shell
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
d=$SEALD_DIR
BAD_DIR=$d/bad
mkdir "$BAD_DIR" "$d/cards" "$d/in"
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
# shellcheck source=tests/lib/bad.sh
. tests/lib/bad.sh
trap 'seald_stop; rm -rf "$d"' EXIT
bin=$BUILD/bin
make=$BUILD/tests/interop_make_card

# The passphrase of each is `NAME opens it`.
"$make" "$d/cards" alice,ops -p bruno,ops -p chloe,sec -p >"$d/fp" || exit 3
for n in alice bruno chloe; do
	echo "$n opens it" >"$d/$n.words"
	mv "$d/cards/$n.identity" "$d/cards/$n.key" "$d"
done
printf 'planted secret' >"$d/secret"
split() { "$bin/seal-split" --cards "$d/cards" --fingerprints "$d/fp" "$@" <"$d/secret"; }
ok "a set split" split -k 2 -o "$d/split"
ok "and another one" split -k 2 -o "$d/split-other"
seald_start 'half_open = "1h";'
ok "a daemon" kill -0 "$SEALD_PID"
connected() { # TOOL ARG...
	_connected=$1
	shift
	"$bin/$_connected" -a "$SEALD_URL" --pin "$SEALD_PIN" --core "$SEALD_CORE" "$@"
}
init() {
	connected seal-init --fingerprints "$d/fp" --bootstrap-token "$d/state/bootstrap-token" "$@"
}
open() { # NAME FILE OPTION...
	_who=$1 _file=$2
	shift 2
	"$bin/seal-open" --non-interactive --cards "$d/cards" -i "$d/$_who.identity" --passphrase-fd 3 "$@" "$_file" 3<"$d/$_who.words"
}
combine() { # DIR NAME...: with the tokens of these
	_dir=$1
	shift
	: >"$d/words"
	for _who; do
		cat "$d/$_who.words" >>"$d/words"
		set -- "$@" -i "$d/$_who.identity"
		shift
	done
	"$bin/seal-combine" --signer "$(sed -n 's/^signer: //p' "$_dir/manifest")" --non-interactive "$@" --passphrase-fd 3 "$_dir" 3<"$d/words"
}
turn() { # NAME DIR OPTION...
	_who=$1 _dir=$2
	shift 2
	connected seal-unseal --non-interactive -n "$_who" -i "$d/$_who.identity" --passphrase-fd 3 "$@" "$_dir" 3<"$d/$_who.words"
}
# What the daemon says of itself is part of what may not change.
bad_more() {
	"$bin/seal-status" -a "$SEALD_URL" --pin "$SEALD_PIN" --json 2>/dev/null | jq -c '[.initialized, .sealed, .set, .progress, .given]'
}
BAD_WATCH="$d/cards $d/in"

# --- seal-init: before there is a set
cp -r "$d/cards" "$d/in/cards"
bad seal-init 1 "is above the 3 persons" "threshold above the number of cards" init -k 4 --cards "$d/cards" -o "$d/in/set"
bad seal-init 1 "--allow-no-spare" "n of n" init -k 3 --cards "$d/cards" -o "$d/in/set"
bad seal-init 1 "--allow-single" "threshold of one" init -k 1 --cards "$d/cards" -o "$d/in/set"
bad seal-init 1 "of group sec: 2 is above the 1 person" "threshold above the group's cards" \
	init -g ops=1,sec=2 --cards "$d/cards" -o "$d/in/set"
bad seal-init 1 "of group sec: one lost share" "n of n of a group" init -g ops=1,sec=1 --cards "$d/cards" -o "$d/in/set"
bad seal-init 2 "--threshold: give it or --groups" "neither threshold nor groups" init --cards "$d/cards" -o "$d/in/set"
echo wrong >"$d/wrong-token"
chmod 600 "$d/wrong-token"
bad seal-init 6 "bootstrap token" "a wrong bootstrap token" connected seal-init -k 2 --cards "$d/cards" --fingerprints "$d/fp" \
	--bootstrap-token "$d/wrong-token" -o "$d/in/set"
bad seal-init 3 "no-token" "no bootstrap token" connected seal-init -k 2 --cards "$d/cards" --fingerprints "$d/fp" \
	--bootstrap-token "$d/no-token" -o "$d/in/set"
cards() { # a copy to be spoilt
	rm -rf "$d/in/cards" && cp -r "$d/cards" "$d/in/cards"
}
# Each bad folder of cards, at both tools that take one.
bad_cards() { # SAYS NAME
	bad seal-init 1 "$1" "$2" init -k 2 --cards "$d/in/cards" -o "$d/in/set"
	bad seal-split 1 "$1" "$2" sh -c 'exec "$0" --cards "$1/in/cards" --fingerprints "$1/fp" -k 2 -o "$1/in/set" <"$1/secret"' \
		"$bin/seal-split" "$d"
}
cp "$d/in/cards/alice.card" "$d/in/cards/alice-again.card"
bad_cards "the token of" "a card twice"
cards && sed -i 's/"name": "bruno"/"name": "mallory"/' "$d/in/cards/bruno.card"
bad_cards "bruno.card" "a forged card"
cards && sed -i 's/sealkit-card\/1/sealkit-card\/9/' "$d/in/cards/bruno.card"
bad_cards "bruno.card" "a card of another version"
cards && head -c 300 "$d/cards/bruno.card" >"$d/in/cards/bruno.card"
bad_cards "bruno.card" "a card cut short"
cards && { cat "$d/cards/bruno.card" && head -c 70000 /dev/zero | tr '\0' ' '; } >"$d/in/cards/bruno.card"
bad_cards "bruno.card" "an over-long card"
cards && "$make" "$d/in/cards" bruno,ops >/dev/null
bad_cards "bruno" "a card made by another under the same name"
cards && "$make" "$d/in/cards" david,ops >/dev/null
bad_cards "david" "a card that nobody confirmed"
rm -rf "$d/in/cards"
bad seal-enroll 1 "forged.card" "a forged card proved" sh -c 'sed s/ops/sec/ "$1/cards/alice.card" >"$1/forged.card"
	exec "$0" --check "$1/forged.card" -i "$1/alice.identity" --non-interactive --passphrase-fd 3 3<"$1/alice.words"' \
	"$bin/seal-enroll" "$d"
ok "2 of 3" init -k 2 --cards "$d/cards" -o "$d/old"
bad seal-init 1 "initialised already" "already initialised" init -k 2 --cards "$d/cards" -o "$d/in/set"
bad seal-init 1 "$d/old" "the folder of an init again" init -k 2 --cards "$d/cards" -o "$d/old"
ok "again, before any quorum: the set is another one" init -k 2 --again --cards "$d/cards" -o "$d/set"

# --- bad shares of alice, at the three tools that open one; file by file
cat >"$d/spoil.py" <<'P'
import base64
import sys
share, out = sys.argv[1:]
text = open(share, encoding="ascii").read()
lines = text.split("\n")
head, tail = lines[0], lines[-2]
body = base64.b64decode("".join(lines[1:-2]))
def armor(raw, width=64, end="\n"):
    code = base64.b64encode(raw).decode()
    return end.join([head] + [code[i:i + width] for i in range(0, len(code), width)] + [tail, ""])
def flip(at):
    spoilt = bytearray(body)
    spoilt[at] ^= 1
    return bytes(spoilt)
def other_letter(at):
    # Still base64: else it would be told as damage, as it is.
    spoilt = bytearray(body)
    spoilt[at] = ord("B") if spoilt[at] == ord("A") else ord("A")
    return bytes(spoilt)
mac = body.index(b"\n--- ")
stanza = body.index(b"-> X25519 ")
files = {
    "truncated": text[:len(text) // 2],
    "truncated-by-one-line": "\n".join(lines[:-3] + lines[-2:]),
    "empty": "",
    "flipped-in-the-payload": armor(flip(-5)),
    "flipped-in-the-header": armor(flip(mac + 8)),
    "flipped-in-a-stanza": armor(other_letter(mac - 8)),
    "rearmored-in-longer-lines": armor(body, 72),
    "rearmored-under-another-name": text.replace("AGE ENCRYPTED FILE", "PGP MESSAGE"),
    "rearmored-with-more-padding": text.replace("\n-----END", "====\n-----END"),
    "rearmored-in-base64url": "\n".join([head] + [line.replace("+", "-").replace("/", "_") for line in lines[1:-2]] + [tail, ""]),
    "text-before": "From: alice\n" + text,
    "text-after": text + "and more\n",
    "over-long": armor(body + bytes(8)),
    "over-long-file": armor(body + bytes(100000)),
    "of-another-version": armor(body.replace(b"age-encryption.org/v1", b"age-encryption.org/v9")),
}
for name, bad in files.items():
    with open(f"{out}/{name}", "w", encoding="ascii") as file:
        file.write(bad)
P
mkdir "$d/spoilt-split" "$d/spoilt-set"
cp -r "$d/set" "$d/split" "$d/in/"
# spoilt FILE-OF-SPLIT FILE-OF-SET STATUS NAME: at the three tools; two of them know whose share it must be, and end with
# 1 whatever it is. STATUS is seal-open's.
spoilt() {
	cp "$1" "$d/in/split/alice.share" && cp "$2" "$d/in/set/alice.share"
	bad seal-open "$3" "alice.share: " "$4" open alice "$d/in/split/alice.share"
	# A passphrase takes a second each time: the others meet one of each kind.
	case $4 in flipped-in-a-stanza | over-long-file | rearmored-in-longer-lines | truncated | of-another-version | another*) ;; *) return ;; esac
	bad seal-combine 1 "share of alice: " "$4" combine "$d/in/split" alice
	bad seal-unseal 1 "share of alice: " "$4" turn alice "$d/in/set"
}
for set in split set; do
	python3 "$d/spoil.py" "$d/$set/alice.share" "$d/spoilt-$set" || exit 3
done
for f in "$d/spoilt-split"/*; do
	status=1
	# Nothing tells a damaged stanza from that of somebody else.
	[ "${f##*/}" = flipped-in-a-stanza ] && status=4
	spoilt "$f" "$d/spoilt-set/${f##*/}" $status "${f##*/}"
done
spoilt "$d/split/bruno.share" "$d/set/bruno.share" 4 "another person's share in the file"
# Nobody writes to the pipe, and none of them may wait for it.
for in in split set; do
	rm "$d/in/$in/alice.share" && mkfifo "$d/in/$in/alice.share"
done
bad seal-open 3 "alice.share: not a regular file" "a pipe" timeout 60 "$bin/seal-open" --non-interactive --cards "$d/cards" \
	-i "$d/alice.identity" --passphrase-fd 3 "$d/in/split/alice.share" 3<"$d/alice.words"
bad seal-combine 3 "alice.share: not a regular file" "a pipe" timeout 60 "$bin/seal-combine" --non-interactive \
	-i "$d/alice.identity" --passphrase-fd 3 "$d/in/split" 3<"$d/alice.words"
bad seal-unseal 3 "alice.share: not a regular file" "a pipe" timeout 60 "$bin/seal-unseal" -a "$SEALD_URL" --pin "$SEALD_PIN" \
	--non-interactive -n alice -i "$d/alice.identity" --passphrase-fd 3 "$d/in/set" 3<"$d/alice.words"

# --- what the daemon's set and the folder have to do with one another
rm -rf "$d/in/set" "$d/in/split"
bad seal-unseal 1 "this folder is of" "a share of an older set" turn alice "$d/old"
bad seal-unseal 4 "--custodian" "two tokens that both fit" connected seal-unseal --non-interactive -i "$d/alice.identity" \
	-i "$d/bruno.identity" --passphrase-fd 3 "$d/set" 3<"$d/alice.words"
bad seal-unseal 4 "plug in the token" "no token of that person" connected seal-unseal --non-interactive -n bruno \
	-i "$d/alice.identity" --passphrase-fd 3 "$d/set" 3<"$d/alice.words"
bad seal-unseal 4 "wrong passphrase" "a wrong passphrase" connected seal-unseal --non-interactive -n alice \
	-i "$d/alice.identity" --passphrase-fd 3 "$d/set" 3<"$d/bruno.words"
bad seal-unseal 1 "$d/none" "no such folder" turn alice "$d/none"
cp -r "$d/set" "$d/in/set"
cp "$d/old/alice.share" "$d/in/set/alice.share"
bad seal-unseal 1 "share of alice" "an older set's share in this folder" turn alice "$d/in/set"
sed -i 's/^threshold: 2/threshold: 1/' "$d/in/set/manifest"
bad seal-unseal 1 "in/set/manifest: " "a forged manifest" turn alice "$d/in/set"
sed 's/^sealkit-manifest\/1/sealkit-manifest\/9/' "$d/set/manifest" >"$d/in/set/manifest"
bad seal-unseal 1 "in/set/manifest: " "a manifest of another version" turn alice "$d/in/set"
rm -rf "$d/in/set"
cp -r "$d/split" "$d/in/split"
cp "$d/split-other/alice.share" "$d/in/split/alice.share"
bad seal-combine 1 "share of alice: " "a share of another set" combine "$d/in/split" alice
bad seal-combine 1 "split-other: is of set" "folders of two sets" "$bin/seal-combine" --non-interactive "$d/split" "$d/split-other"
rm -rf "$d/in/split"
"$bin/seal-split" --plain 3 -k 2 <"$d/secret" >"$d/lines" 2>/dev/null
bad seal-combine 1 "lines 1 and 2" "the same line twice" sh -c 'sed -n "1p;1p" "$1" | "$0" --plain' "$bin/seal-combine" "$d/lines"
bad seal-combine 1 "1 of 2 given (alice)" "one share is not a quorum" combine "$d/split" alice
# Her own age file with another text in it.
"$bin/seal-open" --cards "$d/cards" -i "$d/alice.identity" --non-interactive --passphrase-fd 3 "$d/split/alice.share" \
	3<"$d/alice.words" >"$d/text" || exit 3
sealed() { age -a -r "$(jq -r .recipient "$d/cards/alice.card")" >"$d/in/alice.share"; }
sed 's|^sealkit-share/1|sealkit-share/9|' "$d/text" | sealed
bad seal-open 1 "version" "a payload of another version" open alice "$d/in/alice.share"
sed 's/^custodian: alice/custodian: bruno/' "$d/text" | sealed
bad seal-open 1 "share of bruno" "bruno's share sealed to alice" open alice "$d/in/alice.share"
rm "$d/in/alice.share"

# --- once she has given it
ok "alice gives her share" turn alice "$d/set"
bad seal-unseal 4 "still wanted of alice" "the same share twice" turn alice "$d/set"

# --- options, at every tool
for tool in seal-enroll seal-split seal-combine seal-reshare seal-open seal-init seal-unseal seal-status seal-rotate seal-lock; do
	bad $tool 2 "--frobnicate: unknown option (see --help)" "an unknown option" "$bin/$tool" --frobnicate
	bad $tool 2 "-Z: unknown option (see --help)" "an unknown letter" "$bin/$tool" -Z
	option=--pin-fd
	case $tool in seal-split | seal-init) option=--cards ;; seal-status | seal-rotate) option=--pin ;; esac
	bad $tool 2 "$option: given twice (see --help)" "a repeated option" "$bin/$tool" $option 3 $option 3
	bad $tool 2 "$option: needs an argument" "an option without its argument" "$bin/$tool" $option
done
bad seald 2 "--frobnicate" "an unknown option" "$bin/seald" --frobnicate
bad seald 2 "--config" "a repeated option" "$bin/seald" --config "$d/a" --config "$d/b"
done_testing
