#!/bin/sh
# seal-split: there and back through seal-combine, Vault's own shares, bad input.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
s=$BUILD/bin/seal-split
c=$BUILD/bin/seal-combine
head -c 32 /dev/urandom >"$dir/key"

refused() { # NAME STATUS COMMAND...
	exits "$@"
	is "$1: one line" "$(printf '%s\n' "$tap_out" | grep -c .)" 1
}
run() { sh -c "$1"; }

ok "3 of 5 is written" run "$s --plain 5 -k 3 <$dir/key >$dir/lines"
is "five lines" "$(wc -l <"$dir/lines")" 5
ok "a line is 33 bytes" run "head -n 1 $dir/lines | base64 -d | wc -c | grep -qx 33"
for pick in 1,2,3 1,3,5 3,4,5 1,2,3,4,5; do
	expression=$(echo "$pick" | sed 's/,/p;/g')p
	ok "lines $pick give the key" run "sed -n '$expression' $dir/lines | $c --plain | cmp - $dir/key"
done
differs() { ! sed -n '1p;2p' "$dir/lines" | "$c" --plain | cmp -s - "$dir/key"; }
ok "two lines do not give it" differs
ok "CRLF and empty lines" run "sed 's/\$/\r/' $dir/lines | sed 'G' | $c --plain | cmp - $dir/key"
head -c 1000000 /dev/urandom >"$dir/big"
ok "a million bytes, 7 of 9" run "$s --plain 9 -k 7 <$dir/big | tail -n 7 | $c --plain | cmp - $dir/big"
head -c 16777216 /dev/zero >"$dir/longest"
ok "the longest secret, 2 of 3" run "$s --plain 3 -k 2 <$dir/longest | tail -n 2 | $c --plain | cmp - $dir/longest"
head -c 16777217 /dev/zero >"$dir/longer"
printf x >"$dir/one"
ok "one byte" run "$s --plain 2 -k 2 --allow-no-spare <$dir/one | $c --plain | cmp - $dir/one"
ok "4 of 4, where that is said" run "$s --plain 4 -k 4 --allow-no-spare <$dir/key >$dir/four"
ok "four lines give the key" run "$c --plain <$dir/four | cmp - $dir/key"
differs_three() { ! sed 1d "$dir/four" | "$c" --plain | cmp -s - "$dir/key"; }
ok "three of them do not" differs_three

python3 - "$dir" <<'P'
import base64
import json
import sys
rows = json.load(open("tests/vectors/shamir/server-splits.json"))
row = next(r for r in rows if r["n"] == 5 and r["t"] == 3)
with open(sys.argv[1] + "/vault", "w") as f:
    for i in row["unsealed_with"][0]:
        f.write(base64.b64encode(bytes.fromhex(row["shares"][i])).decode() + "\n")
open(sys.argv[1] + "/vault-key", "wb").write(bytes.fromhex(row["combined"]))
P
ok "Vault's own shares give its unseal key" run "$c --plain <$dir/vault | cmp - $dir/vault-key"

refused "n of n" 2 run "$s --plain 3 -k 3 <$dir/key"
is "what would allow it is named" "$(printf '%s' "$tap_out" | grep -c -- '--allow-no-spare')" 1
refused "above n, though a share may not be lost" 2 run "$s --plain 3 -k 4 --allow-no-spare <$dir/key"
refused "threshold of one, likewise" 2 run "$s --plain 3 -k 1 --allow-no-spare <$dir/key"
refused "threshold above the shares" 2 run "$s --plain 3 -k 4 <$dir/key"
refused "threshold of one" 2 run "$s --plain 3 -k 1 <$dir/key"
refused "256 shares" 2 run "$s --plain 256 -k 3 <$dir/key"
refused "no number" 2 run "$s --plain 5x -k 3 <$dir/key"
refused "unknown option" 2 "$s" --frobnicate
refused "repeated option" 2 run "$s --plain 5 --plain 5 -k 3 <$dir/key"
refused "the secret as an argument" 2 run "$s --plain 5 -k 3 hunter2 <$dir/key"
refused "nothing to split" 1 run "$s --plain 5 -k 3 </dev/null"
refused "one byte too long" 1 run "$s --plain 3 -k 2 <$dir/longer"
refused "full disk" 3 run "$s --plain 5 -k 3 <$dir/key >/dev/full"
exits "--help" 0 "$s" --help
exits "JSON" 0 run "$s --json --plain 5 -k 3 <$dir/key 2>&1 >/dev/null | jq -e '.exit == 0'"
exits "JSON of what is refused" 2 run "$s --json --plain 3 -k 3 <$dir/key 2>$dir/err"
is "is the last line" "$(tail -n 1 "$dir/err" | jq -c .)" '{"result":"USAGE","exit":2}'
is "behind the other" "$(wc -l <"$dir/err")" 2
done_testing
