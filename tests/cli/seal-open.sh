#!/bin/sh
# Options, bad input, exit codes and one-line errors of seal-open.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
o=$BUILD/bin/seal-open
age-keygen -o "$dir/id" 2>/dev/null
age-keygen -o "$dir/other" 2>/dev/null
head -c 200000 /dev/urandom >"$dir/plain"
age -e -r "$(age-keygen -y "$dir/id")" -o "$dir/f" "$dir/plain"

one_line() { is "$1: one line" "$(printf '%s\n' "$tap_out" | grep -c .)" 1; }
refused() { # NAME STATUS COMMAND...
	exits "$@"
	one_line "$1"
}
exits "--help" 0 "$o" --help
exits "--version" 0 "$o" --version
refused "no options" 2 "$o"
refused "unknown option" 2 "$o" --raw --frobnicate
refused "repeated option" 2 "$o" --raw --raw -i "$dir/id" "$dir/f"
refused "argument missing" 2 "$o" --raw -i
refused "bad descriptor" 2 "$o" --raw --passphrase-fd 3x "$dir/f"
refused "descriptor is the input" 2 "$o" --raw --passphrase-fd 0
refused "two files" 2 "$o" --raw -i "$dir/id" "$dir/f" "$dir/f"
refused "no such file" 3 "$o" --raw -i "$dir/id" "$dir/none"
refused "no such identity file" 3 "$o" --raw -i "$dir/none" "$dir/f"
refused "descriptor not open" 3 "$o" --raw --passphrase-fd 77 "$dir/f"
refused "identity file is the sealed file" 1 "$o" --raw -i "$dir/f" "$dir/f"
refused "another's identity" 4 "$o" --raw -i "$dir/other" "$dir/f"
head -c 100000 "$dir/f" >"$dir/cut"
exits "truncated" 1 sh -c "$o --raw -i $dir/id $dir/cut >$dir/out"
one_line "truncated"
head -c 65536 "$dir/plain" >"$dir/first"
ok "truncated: only what was authenticated came out" cmp "$dir/first" "$dir/out"
{ cat "$dir/f"; echo; } >"$dir/long"
exits "data after the end" 1 sh -c "$o --raw -i $dir/id $dir/long >/dev/null"
python3 - "$dir" <<'P'
import sys
b = bytearray(open(sys.argv[1] + "/f", "rb").read())
b[30] ^= 1
open(sys.argv[1] + "/flip-head", "wb").write(b)
b[30] ^= 1
b[-9] ^= 1
open(sys.argv[1] + "/flip-tail", "wb").write(b)
P
exits "bit flipped in the header" 4 sh -c "$o --raw -i $dir/id $dir/flip-head >/dev/null"
exits "bit flipped in the payload" 1 sh -c "$o --raw -i $dir/id $dir/flip-tail >/dev/null"
printf 'age-encryption.org/v9\n' >"$dir/v9"
refused "another version" 1 "$o" --raw -i "$dir/id" "$dir/v9"
is "another version: said so" "$(printf '%s' "$tap_out" | grep -c 'another version')" 1
refused "not an age file" 1 "$o" --raw -i "$dir/id" tests/lib/tap.sh
exits "full disk" 3 sh -c "$o --raw -i $dir/id $dir/f >/dev/full"
one_line "full disk"
exits "stdin, several identity files" 0 sh -c "$o --raw -i $dir/other -i $dir/id <$dir/f >$dir/out"
ok "stdin: the same bytes" cmp "$dir/plain" "$dir/out"
exits "JSON" 0 sh -c "$o --raw --json -i $dir/id $dir/f 2>&1 >/dev/null | jq -e '.exit == 0 and .result == \"OK\"'"
done_testing
