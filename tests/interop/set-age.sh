#!/bin/sh
# When sealkit is gone: stock age opens the shares, a person types the keys, and openssl
# decrypts the secret by what sealkit-share(5) says.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
run() { sh -c "$1"; }
mkdir "$dir/cards"
"$BUILD/tests/interop_make_card" "$dir/cards" alice bruno chloe >"$dir/fp"
seq 1 5000 >"$dir/secret"
ok "a set, 2 of 3" run "$BUILD/bin/seal-split -k 2 --purpose 'key of the CA' --cards $dir/cards --fingerprints $dir/fp -o $dir/set <$dir/secret"

text() { # NAME: what stock age prints
	age -d -i "$dir/cards/$1.key" "$dir/set/$1.share"
}
set_id=$(sed -n 's/^set: //p' "$dir/set/manifest")
signer=$(sed -n 's/^signer: //p' "$dir/set/manifest")
n=0
for name in alice bruno chloe; do
	n=$((n + 1))
	text "$name" >"$dir/$name"
	is "age prints the share of $name" "$(grep -v '^key: ' "$dir/$name")" "sealkit-share/1
purpose: key of the CA
set: $set_id
epoch: 1
index: $n of 3
threshold: 2
custodian: $name
signer: $signer"
	ok "its key is 33 bytes, and ends in its x" run "
		grep -q '^share: $n x='\$(sed -n 's/^key: //p' $dir/$name | base64 -d | tail -c 1 | od -An -tu1 | tr -d ' ')' ' $dir/set/manifest &&
		sed -n 's/^key: //p' $dir/$name | base64 -d | wc -c | grep -qx 33"
done
ok "nobody else's key opens it" run "! age -d -i $dir/cards/bruno.key $dir/set/alice.share"

cat >"$dir/open.py" <<'P'
import subprocess
import sys

key = bytes.fromhex(sys.argv[1])
sealed = open(sys.argv[2], "rb").read()
line = b"sealkit-secret/1\n"
assert sealed.startswith(line)
nonce, box = sealed[len(line):len(line) + 24], sealed[len(line) + 24:]


def openssl(cipher, key, data, *more):
    return subprocess.run(["openssl", "enc", "-e", cipher, "-K", key.hex(), *more],
                          input=data, stdout=subprocess.PIPE, check=True).stdout


def block(data):
    return openssl("-aes-256-ecb", key, data, "-nopad")


double = int.from_bytes(block(bytes(16)), "big") << 1
if double >> 128:
    double = (double ^ 0x87) & (1 << 128) - 1


def derive(n):
    message = bytes([0, n, 0x58, 0]) + nonce[:12]
    return block((int.from_bytes(message, "big") ^ double).to_bytes(16, "big"))


inner = derive(1) + derive(2)
counter = nonce[12:] + (2).to_bytes(4, "big")
sys.stdout.buffer.write(openssl("-aes-256-ctr", inner, box[:-16], "-iv", counter.hex()))
P
by_hand() { # KEYS SET SECRET NAME NAME
	keys=$1 set=$2 secret=$3
	shift 3
	for name; do age -d -i "$keys/$name.key" "$set/$name.share"; done |
		sed -n 's/^key: //p' | "$BUILD/bin/seal-combine" --plain >"$dir/key" &&
		python3 "$dir/open.py" "$(od -An -v -tx1 "$dir/key" | tr -d ' \n')" "$set/secret.sealed" |
		cmp - "$secret"
}
ok "by hand: alice and bruno" by_hand "$dir/cards" "$dir/set" "$dir/secret" alice bruno
ok "by hand: chloe and alice" by_hand "$dir/cards" "$dir/set" "$dir/secret" chloe alice

# Sets of an earlier day.
old=tests/vectors/set
combined() { # SET NAME...
	set=$1
	shift
	for name; do printf '%s opens it\n' "$name"; done >"$dir/words"
	for name; do
		set -- "$@" -i "$old/keys/$name.identity"
		shift
	done
	"$BUILD/bin/seal-combine" "$@" --non-interactive --passphrase-fd 3 "$old/$set" 3<"$dir/words" |
		cmp - "$old/secret"
}
ok "a recorded set, by hand" by_hand "$old/keys" "$old/flat" "$old/secret" emma bruno
ok "a recorded set" combined flat alice emma
ok "a recorded set with groups" combined groups alice bruno emma
ok "their cards are taken to new sets" run "$BUILD/bin/seal-split -k 2 --cards $old/flat/cards --fingerprints $old/fingerprints -o $dir/again <$old/secret"
done_testing
