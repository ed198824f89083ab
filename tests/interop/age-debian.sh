#!/bin/sh
# Debian's age and sealkit open what the other sealed: X25519 and passphrase,
# armored or not, at sizes around the 64 KiB chunks.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
open_=$BUILD/bin/seal-open
seal=$BUILD/tests/interop_seal_age
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
back() { # SIZE FLAGS
	head -c "$1" /dev/urandom >"$dir/plain"
	# shellcheck disable=SC2086 # no or one flag
	"$seal" $2 "$(age-keygen -y "$dir/other")" "$to" <"$dir/plain" >"$dir/sealed" &&
		age -d -i "$dir/id" -o "$dir/got" "$dir/sealed" &&
		cmp "$dir/plain" "$dir/got"
}
for size in 0 1 47 48 49 65535 65536 65537 131072 1000000; do
	ok "X25519, $size bytes" same "$size" ""
	ok "X25519, armored, $size bytes" same "$size" -a
	ok "age opens ours, $size bytes" back "$size" ""
	ok "age opens ours, armored, $size bytes" back "$size" -a
done

cat >"$dir/age.py" <<'P'
import sys
import pexpect
verb, prompts = {"seal": ("-p", 2), "open": ("-d", 1)}[sys.argv[1]]
child = pexpect.spawn("age", [verb, "-o", sys.argv[2], sys.argv[3]], timeout=60)
for _ in range(prompts):
    child.expect("passphrase")
    child.sendline("planted phrase")
child.expect(pexpect.EOF)
child.close()
sys.exit(child.exitstatus)
P
echo hello >"$dir/plain"
passphrase() {
	python3 "$dir/age.py" seal "$dir/pw" "$dir/plain" &&
		printf 'planted phrase\n' | "$open_" --raw --passphrase-fd 0 "$dir/pw" | cmp - "$dir/plain"
}
ok "passphrase" passphrase
ours() { # FLAGS
	# shellcheck disable=SC2086 # no or one flag
	printf 'planted phrase\n' | "$seal" $1 -p 3 3<&0 <"$dir/plain" >"$dir/ours" &&
		python3 "$dir/age.py" open "$dir/got" "$dir/ours" && cmp "$dir/plain" "$dir/got"
}
ok "age opens ours by passphrase" ours ""
ok "age opens ours by passphrase, armored" ours -a
wrong() { printf 'another phrase\n' | "$open_" --raw --passphrase-fd 0 "$dir/pw"; }
exits "wrong passphrase" 4 wrong
done_testing
