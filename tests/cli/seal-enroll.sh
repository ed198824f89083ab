#!/bin/sh
# seal-enroll with passphrase tokens: cards made and proved, options, bad input, exit codes.
# shellcheck disable=SC2016 # expanded by the inner shell
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
e=$(realpath "$BUILD/bin/seal-enroll")
top=$PWD
cd "$dir" || exit 3
echo 'correct horse' >words
echo 'correct house' >other

one_line() { is "$1: one line" "$(printf '%s\n' "$tap_out" | grep -c .)" 1; }
refused() { # NAME STATUS COMMAND...
	exits "$@"
	one_line "$1"
}
says() { ok "says: $1" grep -qF -- "$1" out; }
enroll() { sh -c '"$0" --passphrase --passphrase-fd 3 "$@" 3<words' "$e" "$@"; }
check() { sh -c '"$0" --passphrase-fd 3 --check "$@" 3<words' "$e" "$@"; }
same() { [ "$(cat "$1")" = "$2" ]; }

exits "--help" 0 "$e" --help
exits "--version" 0 "$e" --version
ok "enrols" sh -c "'$e' --passphrase -n alice -g ops -o alice.card --passphrase-fd 3 3<words >out 2>err"
says "fingerprint"
ok "twelve words are read aloud" sh -c "[ \$(sed -n 's/^read aloud *//p' out | wc -w) -eq 12 ]"
ok "nothing on stderr" sh -c '! [ -s err ]'
is "the identity file is its owner's alone" "$(stat -c %a alice.identity)" 600
is "the card is for all" "$(stat -c %a alice.card)" 644
ok "no passphrase in what was written" sh -c "! grep -rF 'correct horse' alice.card alice.identity out"
ok "stock JSON tools read the card" jq -e '.name == "alice" and .group == "ops" and .attested == false' alice.card
ok "is proved" sh -c "'$e' --check alice.card --passphrase-fd 3 3<words >out2"
is "with the same words" "$(grep aloud out2)" "$(grep aloud out)"
exits "the wrong passphrase" 4 sh -c "'$e' --check alice.card --passphrase-fd 3 3<other"
one_line "the wrong passphrase"
# Number 4 would be the new card's own, which is empty yet.
refused "a descriptor that is not open" 3 sh -c '"$0" --passphrase -n zoe -o zoe.card --passphrase-fd 4 3<&- 4<&-' "$e"
for option in pin passphrase new-pin new-puk puk; do
	refused "--$option-fd: not open" 3 sh -c '"$0" --piv -n zoe -o zoe.card "--$1-fd" 9 9<&-' "$e" $option
	ok "is said" sh -c 'printf "%s\n" "$1" | grep -q -- "--$2-fd: descriptor 9: "' sh "$tap_out" $option
done
exits "the terminal as a descriptor, which shows what is typed" 2 timeout 20 python3 -c '
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$e" --passphrase -n zoe -o zoe.card --passphrase-fd 0
ok "none of them left anything" sh -c '! ls zoe* 2>/dev/null'
ok "a second token, its identity file named" enroll -n alice -o spare.card -i box.identity
ok "is where it was said" test -f box.identity
refused "another's identity file" 4 check alice.card -i box.identity
ok "one of several" check alice.card -i box.identity -i alice.identity
ok "JSON" sh -c "'$e' --json --passphrase -n bruno -o b.card --passphrase-fd 3 3<words >out"
ok "has what the page says" jq -e '.result == "OK" and .exit == 0 and .card == "b.card" and .did == "enrolled" and
	.name == "bruno" and .group == "" and .kind == "passphrase" and (.recipient | startswith("age1")) and
	(.fingerprint | length) == 64 and (.words | split(" ") | length) == 12 and .attested == false and
	.virtual == false and .firmware_leaks == false and (has("serial") | not)' out
ok "the same fingerprint when proved" sh -c "'$e' --json --passphrase-fd 3 --check b.card 3<words |
	jq -e --arg f \"\$(jq -r .fingerprint out)\" '.fingerprint == \$f and .did == \"true\"'"
ok "list" sh -c "'$e' --list -i alice.identity -i box.identity >out"
is "one line a token" "$(grep -c '^passphrase' out)" 2
ok "list as JSON" sh -c "'$e' --list --json -i alice.identity | jq -e '.exit == 0 and (.tokens |
	map(select(.kind == \"passphrase\")) | length == 1 and .[0].where == \"alice.identity\")'"

# --- nothing is made of these
cp alice.card before
cp alice.identity before.identity
refused "no verb" 2 "$e"
refused "two verbs" 2 "$e" --piv --fido2 -n a -o x.card
refused "unknown option" 2 enroll -n a -o x.card --frobnicate
refused "repeated option" 2 enroll -n a -n b -o x.card
refused "an argument" 2 enroll -n a -o x.card more
refused "no name" 2 enroll -o x.card
refused "no output" 2 enroll -n a
refused "--check with enrolling options" 2 "$e" --check alice.card --slot 82
refused "--slot without PIV" 2 enroll -n a -o x.card --slot 82
refused "--puk-fd without PIV" 2 enroll -n a -o x.card --puk-fd 3
refused "--allow-unknown-puk without PIV" 2 enroll -n a -o x.card --allow-unknown-puk
refused "a slot that is none" 2 "$e" --piv -n a -o x.card --slot 9c
refused "a policy that is none" 2 "$e" --piv -n a -o x.card --pin-policy never
refused "a touch policy that is none" 2 "$e" --piv -n a -o x.card --touch-policy sometimes
refused "a firmware that is none" 2 "$e" --piv -n a -o x.card --min-firmware 5.7
refused "another attestation than none" 2 "$e" --piv -n a -o x.card --attestation some
refused "a serial that is none" 2 "$e" --piv -n a -o x.card --serial -5
for name in 'a b' 'a/b' 'a+b' '.a' '-a' '' "$(printf 'a\tb')" "$(printf 'a\377')" "$(printf 'x%065d' 0)"; do
	refused "name <$name>" 2 enroll --name="$name" -o x.card
done
refused "a group with a space" 2 enroll -n a -g 'x y' -o x.card
refused "the card is there already" 1 enroll -n alice -o alice.card -i new.identity
refused "the identity file is there already" 1 enroll -n alice -o x.card -i alice.identity
refused "no such folder" 3 enroll -n a -o none/x.card
mkdir shut
chmod 500 shut
if [ "$(id -u)" -eq 0 ]; then
	refused "a folder that cannot be written" 3 enroll -n a -o /proc/x.card
else
	refused "a folder that cannot be written" 3 enroll -n a -o shut/x.card
fi
echo short >short
exits "a short passphrase" 1 sh -c "'$e' --passphrase -n a -o x.card --passphrase-fd 3 3<short"
one_line "a short passphrase"
refused "nobody can be asked" 2 "$e" --passphrase -n a -o x.card --non-interactive
refused "no terminal" 2 setsid -w "$e" --passphrase -n a -o x.card
refused "a closed descriptor" 3 "$e" --passphrase -n a -o x.card --passphrase-fd 77
refused "no such card" 1 check none.card
sed 's/"name": "alice"/"name": "mallo"/' alice.card >forged.card
refused "a card with another name" 1 check forged.card -i alice.identity
head -c 200 alice.card >cut.card
refused "a card cut short" 1 check cut.card
refused "not a card" 1 check words
ok "nothing was left behind" sh -c '[ ! -e x.card ] && [ ! -e x.identity ] && [ ! -e new.identity ] && [ ! -e shut/x.card ]'
ok "and what was there is as it was" sh -c 'cmp alice.card before && cmp alice.identity before.identity'
# A file system of one page: the identity file fits, the card does not. Needs the right to mount.
if unshare -m true 2>/dev/null; then
	mkdir full
	exits "full disk" 3 unshare -m sh -c "mount -t tmpfs -o size=4k none full || exit 99
		'$e' --passphrase -n a -o full/a.card --passphrase-fd 3 3<words
		rc=\$?
		ls -A full >left
		exit \$rc"
	one_line "full disk"
	ok "full disk: nothing is left" sh -c '[ -e left ] && ! [ -s left ]'
fi
cd "$top" || exit 3
done_testing
