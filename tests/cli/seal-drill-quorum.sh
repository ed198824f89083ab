#!/bin/sh
# seal-drill quorum, with passphrase tokens: of a split secret, in groups, of a daemon's set; what is refused; and that
# nothing secret is written or shown.
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
tool=$BUILD/bin/seal-drill
for name in ann ben; do custodian "$name" "$name" --group ops; done
for name in cat dora; do custodian "$name" "$name" --group security; done
printf 'the planted secret of the CA' >"$d/secret"
split() { "$BUILD/bin/seal-split" --cards "$d/cards" --fingerprints "$d/prints" "$@" <"$d/secret"; }
exits "two of four" 0 split -k 2 -o "$d/set"
signer=$(printf '%s\n' "$tap_out" | sed -n 's/^signer  *//p')
exits "one of ops, one of security" 0 split -g ops=1,security=1 -o "$d/groups"

# drill "NAME..." ARG...: with the tokens of these.
drill() {
	_who=$1 _set=
	shift
	: >"$d/words"
	for _name in $_who; do
		_set="$_set -i $d/$_name.identity"
		cat "$d/$_name.phrase" >>"$d/words"
	done
	# shellcheck disable=SC2086 # several
	"$tool" quorum $_set --non-interactive --passphrase-fd 3 "$@" 3<"$d/words"
}
told() { printf '%s\n' "$tap_out" | grep '^{' | jq -c "$1"; }
has_text() { printf '%s' "$2" | grep -qF -- "$1"; }
says() { # NAME TEXT: in what the last drill said
	ok "$1: $2" has_text "$2" "$said"
}

exits "ann and dora" 0 drill "ann dora" --signer "$signer" --json "$d/set"
is "JSON" "$(told '[.result, .given, .others, .secret, .epoch, .set, (.seconds | type)]')" \
	"[\"OK\",[\"ann\",\"dora\"],2,true,1,\"$(sed -n 's/^set: //p' "$d/set/manifest")\",\"number\"]"
for member in $(printf '%s\n' "$tap_out" | grep '^{' | jq -r 'keys[]'); do
	ok "the page names $member" grep -qE -- "^\.Cm( .*,)? $member( |\$)" man/seal-drill.1
done
exits "for people" 0 drill "ben cat" "$d/set"
said=$tap_out
says "who" "ben, cat: 2 of 4 of set"
says "what was compared" "the 2 others follow from them"
says "the secret" "opened in memory, authentic, and wiped"
is "how long it took" "$(printf '%s\n' "$said" | grep -cE '^took +[0-9]+\.[0-9] seconds$')" 1
says "without --signer it is told" "signed by $signer"
exits "in groups" 0 drill "ben cat" --json "$d/groups"
is "the others of both" "$(told '[.given, .others, .secret]')" '[["ben","cat"],2,true]'
for name in ann cat; do
	mkdir "$d/$name"
	cp "$d/set/manifest" "$d/set/$name.share" "$d/cards/$name.card" "$d/$name"
done
exits "folders of one share each, and no secret" 0 drill "ann cat" --json "$d/ann" "$d/cat"
is "is told" "$(told '[.given, .others, .secret]')" '[["ann","cat"],2,false]'

traced() {
	printf 'phrase of ann\nphrase of dora\n' >"$d/words"
	# Under strace no sanitizer can look for leaks.
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o "$d/trace" -e trace=open,openat,creat,socket,linkat "$tool" quorum -i "$d/ann.identity" -i "$d/dora.identity" \
		--non-interactive --passphrase-fd 3 --json "$d/set" 3<"$d/words" >"$d/said" 2>&1
}
ok "under strace" traced
is "no file is opened for writing" "$(grep -v '"/dev/' "$d/trace" | grep -cE 'O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|linkat')" 0
is "no network" "$(grep -c AF_INET "$d/trace")" 0
is "the secret is not shown" "$(grep -c 'planted secret' "$d/said")" 0

exits "too few: 1" 1 drill "ann" --signer "$signer" "$d/set"
said=$tap_out
says "too few" "1 of 2 given (ann)"
exits "two of one group: 1" 1 drill "ann ben" "$d/groups"
exits "no token: 1" 1 "$tool" quorum --non-interactive "$d/set"
exits "another signer: 1" 1 drill "ann dora" --signer "$(sed -n 's/^signer: //p' "$d/groups/manifest")" "$d/set"
cp -r "$d/set" "$d/bad"
printf x | dd of="$d/bad/secret.sealed" bs=1 seek=50 conv=notrunc 2>/dev/null
exits "a damaged secret: 1" 1 drill "ann dora" --signer "$signer" "$d/bad"
said=$tap_out
says "a damaged secret" "secret.sealed: damaged"
cp "$d/groups/ann.share" "$d/bad/ann.share"
cp "$d/set/secret.sealed" "$d/bad"
exits "a share of another set: 1" 1 drill "ann dora" --signer "$signer" "$d/bad"
said=$tap_out
says "a share of another set" "share of ann"
exits "no folder: 2" 2 "$tool" quorum
exits "--walk and nobody to ask: 2" 2 "$tool" quorum --walk --non-interactive "$d/set"
exits "no such folder: 1" 1 "$tool" quorum "$d/none"

seald_start 'half_open = "1h";'
ok "a daemon" kill -0 "$SEALD_PID"
exits "its set" 0 init -k 3 -o "$d/daemon"
seald_stop
exits "three of four, while it is down" 0 drill "ann ben dora" --signer "$SEALD_CORE" --json "$d/daemon"
is "the fourth follows" "$(told '[.given, .others, .secret]')" '[["ann","ben","dora"],1,false]'

cat >"$d/walk.py" <<'P'
import sys
import pexpect
tool, folder, *names = sys.argv[1:]
identities = [word for name in names for word in ("-i", f"{folder}/{name}.identity")]
child = pexpect.spawn(tool, ["quorum", "--walk", *identities[:2], f"{folder}/set"], timeout=120, encoding="utf-8")
child.expect("assphrase")
child.sendline(f"phrase of {names[0]}")
child.expect(f"1 of 2 · given: {names[0]}")
child.sendintr()
child.expect("nothing is lost")
child.expect(pexpect.EOF)
child.close()
if child.exitstatus != 7:
    sys.exit(f"Ctrl-C: {child.exitstatus}")
child = pexpect.spawn(tool, ["quorum", "--walk", *identities, f"{folder}/set"], timeout=120, encoding="utf-8")
for name in names:
    child.expect("assphrase")
    child.sendline(f"phrase of {name}")
child.expect("2 others follow")
child.expect(pexpect.EOF)
child.close()
sys.exit(child.exitstatus)
P
ok "a walk, broken off, and again" python3 "$d/walk.py" "$tool" "$d" ann cat
done_testing
