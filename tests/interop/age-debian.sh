#!/bin/sh
# What Debian's age seals, seal-open opens: X25519 and passphrase, armored or not,
# at sizes around the 64 KiB chunks.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
open_=$BUILD/bin/seal-open
age-keygen -o "$dir/id" 2>/dev/null
age-keygen -o "$dir/other" 2>/dev/null
to=$(age-keygen -y "$dir/id")

same() { # SIZE FLAGS
	head -c "$1" /dev/urandom >"$dir/plain"
	# shellcheck disable=SC2086 # no or one flag
	age -e $2 -r "$(age-keygen -y "$dir/other")" -r "$to" -o "$dir/sealed" "$dir/plain" &&
		"$open_" --raw -i "$dir/id" "$dir/sealed" >"$dir/got" &&
		cmp "$dir/plain" "$dir/got"
}
for size in 0 1 47 48 49 65535 65536 65537 131072 1000000; do
	ok "X25519, $size bytes" same "$size" ""
	ok "X25519, armored, $size bytes" same "$size" -a
done

cat >"$dir/seal.py" <<'P'
import sys
import pexpect
child = pexpect.spawn("age", ["-p", "-o", sys.argv[1], sys.argv[2]], timeout=60)
for _ in range(2):
    child.expect("passphrase")
    child.sendline("planted phrase")
child.expect(pexpect.EOF)
child.close()
sys.exit(child.exitstatus)
P
echo hello >"$dir/plain"
passphrase() {
	python3 "$dir/seal.py" "$dir/pw" "$dir/plain" &&
		printf 'planted phrase\n' | "$open_" --raw --passphrase-fd 0 "$dir/pw" | cmp - "$dir/plain"
}
ok "passphrase" passphrase
wrong() { printf 'another phrase\n' | "$open_" --raw --passphrase-fd 0 "$dir/pw"; }
exits "wrong passphrase" 4 wrong
done_testing
