#!/bin/sh
# seal-split for the holders of cards: there and back, and every bad input refused in one
# line, with its exit status, and with no folder made.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
s=$BUILD/bin/seal-split
c=$BUILD/bin/seal-combine
make=$BUILD/tests/interop_make_card
run() { sh -c "$1"; }
mkdir "$dir/cards"
"$make" "$dir/cards" alice,ops -p bruno,ops -p chloe,ops -p david,security -p emma,security -p >"$dir/fp"
printf 'planted secret of the offline CA' >"$dir/secret"
split="$s --cards $dir/cards --fingerprints $dir/fp"

refused() { # NAME STATUS SAYS COMMAND: no folder $dir/no, one line, which says so
	says=$3
	exits "$1" "$2" run "$4"
	is "$1: one line" "$(printf '%s\n' "$tap_out" | grep -c .)" 1
	ok "$1: it says why" run "printf '%s' '$(echo "$tap_out" | tr -d "'")' | grep -qF -- '$says'"
	ok "$1: nothing is left" run "! [ -e $dir/no ] && ! ls -A $dir | grep -q '[.]tmp\$'"
}

ok "3 of 5" run "$split -k 3 --purpose 'key of the CA' -o $dir/set <$dir/secret >$dir/out"
ok "it says what it made" grep -q "^quorum       3 of 5" "$dir/out"
signer=$(sed -n 's/^signer  *//p' "$dir/out")
ok "and who signed it" grep -qxF "signer: $signer" "$dir/set/manifest"
is "what is in the folder" "$(cd "$dir/set" && find . -type f | sort | tr '\n' ' ')" \
	"./alice.share ./bruno.share ./cards/alice.card ./cards/bruno.card ./cards/chloe.card ./cards/david.card ./cards/emma.card ./chloe.share ./david.share ./emma.share ./manifest ./secret.sealed "
ok "the secret is in no file" run "! grep -rqF 'planted secret' $dir/set"
mkdir "$dir/empty"
ok "into an empty folder" run "$split -k 3 -o $dir/empty/ <$dir/secret"
ok "JSON" run "$split -k 2 -o $dir/json --json <$dir/secret | tee $dir/report | jq -e '.result == \"OK\" and .exit == 0 and .total == 5 and .threshold == 2 and .custodians[1] == \"bruno\"'"
fields() { # every member of the report is in the manual
	for field in $("$s" -k 2 --cards "$dir/cards" --fingerprints "$dir/fp" -o "$dir/fields" --json <"$dir/secret" | jq -r 'keys[]'); do
		grep -q "^\.Cm $field\b" man/seal-split.1 || { echo "$field"; return 1; }
	done
	[ -n "$field" ]
}
ok "each member of it is in the manual" fields
ok "its signer is the manifest's" run "grep -qxF \"signer: \$(jq -r .signer $dir/report)\" $dir/json/manifest"
ok "groups" run "$split -g ops=2,security=1 -o $dir/groups <$dir/secret >$dir/out"
ok "they are in the manifest" grep -q "^group: ops 2 of 3" "$dir/groups/manifest"

by=
combine() { # by $by,  FOLDER NAME...: opens with the identities of these
	folder=$1
	shift
	for name; do printf '%s opens it\n' "$name"; done >"$dir/words"
	for name; do
		set -- "$@" -i "$dir/cards/$name.identity"
		shift
	done
	# shellcheck disable=SC2086 # one or several
	"$c" "$@" ${by:+--signer "$by"} --non-interactive --passphrase-fd 3 $folder 3<"$dir/words"
}
back() { # FOLDER NAME...
	combine "$@" >"$dir/got" && cmp "$dir/got" "$dir/secret"
}
ok "three give it back" back "$dir/set" alice bruno david
ok "two of ops and one of security give it back" back "$dir/groups" alice bruno david
stick() { # NAME...: what each would carry
	for name; do
		mkdir -p "$dir/stick-$name" && cp "$dir/set/manifest" "$dir/set/$name.share" "$dir/cards/$name.card" "$dir/stick-$name/"
	done
}
stick alice bruno david
cp "$dir/set/secret.sealed" "$dir/stick-bruno/"
ok "from three folders of one share each" back "$dir/stick-alice $dir/stick-bruno $dir/stick-david" alice bruno david
nothing() { # FOLDER NAME...
	combine "$@" >"$dir/got"
	code=$?
	[ -s "$dir/got" ] && return 99
	return "$code"
}
# Cards are public: a whole folder that somebody else made for the same people.
printf 'a secret that somebody else chose' >"$dir/chosen"
ok "a set for the same cards" run "$split -k 3 --purpose 'key of the CA' -o $dir/replaced <$dir/chosen >$dir/out"
combined() { combine "$@" >"$dir/got"; }
other=$(sed -n 's/^signer  *//p' "$dir/out")
exits "who signed it is told where nobody says who should have" 0 combined "$dir/replaced" alice bruno david
ok "with its set, and first" run "printf '%s' '$tap_out' | head -n 1 | grep -qF 'set $(sed -n 's/^set: //p' "$dir/replaced/manifest"), signed by $other:'"
by=$signer
exits "the replaced folder, with --signer" 1 nothing "$dir/replaced" alice bruno david
is "refused in one line" "$(printf '%s\n' "$tap_out" | grep -c 'replaced/manifest: .*signed')" "$(printf '%s\n' "$tap_out" | grep -c .)"
ok "its own is taken" back "$dir/set" alice bruno david
ok "from three folders, too" back "$dir/stick-alice $dir/stick-bruno $dir/stick-david" alice bruno david
exits "the second folder replaced" 1 nothing "$dir/stick-alice $dir/replaced" alice bruno david
exits "two of three, by the signer" 1 nothing "$dir/set" alice david
is "no signer to compare" "$(printf '%s' "$tap_out" | grep -c 'signed by')" 0
by=
exits "a signer that is none" 2 "$c" --signer AAAA "$dir/set"
exits "--plain and a signer" 2 run "$c --plain --signer $signer </dev/null"
exits "two of three do not" 1 nothing "$dir/set" alice david
ok "it says how far it is" run "printf '%s' '$tap_out' | grep -q '2 of 3 given (alice, david)'"
exits "ops alone do not" 1 nothing "$dir/groups" alice bruno
cp -r "$dir/json" "$dir/bad"
printf x | dd of="$dir/bad/secret.sealed" bs=1 seek=60 conv=notrunc 2>/dev/null
exits "damaged secret.sealed" 1 nothing "$dir/bad" alice bruno
ok "it is named" run "printf '%s' '$tap_out' | grep -q 'secret.sealed: damaged'"
cp "$dir/set/secret.sealed" "$dir/bad/"
exits "secret.sealed of another set" 1 nothing "$dir/bad" alice bruno
rm "$dir/bad/secret.sealed"
exits "secret.sealed missing" 1 nothing "$dir/bad" alice bruno
cp "$dir/json/secret.sealed" "$dir/bad/"
cp "$dir/set/alice.share" "$dir/bad/"
exits "a share of another set" 1 nothing "$dir/bad" alice bruno
ok "it is named, too" run "printf '%s' '$tap_out' | grep -q 'share of alice.*is of set'"
ok "it does not stop others" back "$dir/bad" alice bruno david
cp "$dir/json/bruno.share" "$dir/bad/alice.share"
exits "swapped files" 1 nothing "$dir/bad" alice
sed -i 's/^threshold: 2/threshold: 1/' "$dir/bad/manifest"
exits "forged manifest" 1 nothing "$dir/bad" alice
wrong() { echo no >"$dir/words" && "$c" -i "$dir/cards/alice.identity" --non-interactive --passphrase-fd 3 "$dir/set" 3<"$dir/words"; }
exits "wrong passphrase" 4 wrong
exits "no token" 1 run "$c --non-interactive $dir/set"
exits "no folder" 1 run "$c --non-interactive $dir/nowhere"
exits "folders of two sets" 1 run "$c --non-interactive $dir/set $dir/json"
ok "it names the second" run "printf '%s' '$tap_out' | grep -q 'json: is of set'"
exits "folders without the secret" 1 run "$c --non-interactive $dir/stick-alice $dir/stick-david"
echo >>"$dir/stick-david/manifest"
exits "a folder with a damaged manifest" 1 run "$c --non-interactive $dir/set $dir/stick-david"
exits "no argument" 2 "$c"
exits "--plain and a folder" 2 run "$c --plain $dir/set </dev/null"

# --- what is refused unless it is asked for; each option allows its own rule only
ok "one alone, where that is said" run "$split -k 1 --allow-single -o $dir/single <$dir/secret"
is "the manifest says so" "$(sed -n 's/^threshold: //p' "$dir/single/manifest")" "1 of 5"
ok "one gives it back" back "$dir/single" david
ok "and another" back "$dir/single" bruno
ok "n of n, where that is said" run "$split -k 5 --allow-no-spare -o $dir/all <$dir/secret"
is "the manifest says that, too" "$(sed -n 's/^threshold: //p' "$dir/all/manifest")" "5 of 5"
ok "all give it back" back "$dir/all" alice bruno chloe david emma
exits "all but one do not" 1 nothing "$dir/all" alice bruno chloe david
ok "n of n of a group, where that is said" run "$split -g ops=2,security=2 --allow-no-spare -o $dir/full-group <$dir/secret"
ok "two of ops and both of security give it back" back "$dir/full-group" alice bruno david emma
exits "one of security does not" 1 nothing "$dir/full-group" alice bruno david
mkdir "$dir/lone"
"$make" "$dir/lone" alice -p bruno,ops >"$dir/fp-lone"
rm "$dir/lone/bruno.card"
grep '^alice ' "$dir/fp-lone" >"$dir/fp-one"
lone="$s --cards $dir/lone --fingerprints $dir/fp-one -k 1"
refused "1 of 1 needs both: not the one" 1 "--allow-no-spare" "$lone --allow-single -o $dir/no <$dir/secret"
refused "1 of 1 needs both: not the other" 1 "--allow-single" "$lone --allow-no-spare -o $dir/no <$dir/secret"
ok "1 of 1" run "$lone --allow-single --allow-no-spare -o $dir/one-of-one <$dir/secret"
refused "threshold of one, though a share may be lost" 1 "--allow-single" "$split -k 1 --allow-no-spare -o $dir/no <$dir/secret"
refused "n of n, though one may have it alone" 1 "--allow-no-spare" "$split -k 5 --allow-single -o $dir/no <$dir/secret"
refused "n of n of a group, likewise" 1 "--allow-no-spare" "$split -g ops=2,security=2 --allow-single -o $dir/no <$dir/secret"
refused "above n is none of it" 1 "is above the 5 persons" "$split -k 6 --allow-no-spare --allow-single -o $dir/no <$dir/secret"
refused "--plain and one alone" 2 "--plain: takes -k and --allow-no-spare only" "$s --plain 5 -k 1 --allow-single <$dir/secret"

refused "threshold above the persons" 1 "is above the 5 persons" "$split -k 6 -o $dir/no <$dir/secret"
refused "n of n" 1 "--allow-no-spare" "$split -k 5 -o $dir/no <$dir/secret"
refused "threshold of one" 1 "--allow-single" "$split -k 1 -o $dir/no <$dir/secret"
refused "threshold of nought" 1 "threshold: 0 is none" "$split -k 0 -o $dir/no <$dir/secret"
refused "n of n of a group" 1 "2 of 2 of group security" "$split -g ops=2,security=2 -o $dir/no <$dir/secret"
refused "group of nobody" 1 "of group audit: 1 is above the 0 persons" "$split -g ops=2,security=1,audit=1 -o $dir/no <$dir/secret"
refused "a group is missing" 1 "its group security is not in this set" "$split -g ops=2 -o $dir/no <$dir/secret"
refused "groups that are none" 2 "--groups" "$split -g ops -o $dir/no <$dir/secret"
refused "threshold and groups" 2 "give one of them" "$split -k 3 -g ops=2 -o $dir/no <$dir/secret"
refused "no threshold" 2 "--threshold" "$split -o $dir/no <$dir/secret"
refused "no output" 2 "--output" "$split -k 3 <$dir/secret"
refused "no cards" 2 "--cards" "$s -k 3 -o $dir/no <$dir/secret"
refused "purpose of two lines" 1 "purpose" "$split -k 3 --purpose 'a
b' -o $dir/no <$dir/secret"
refused "nothing to split" 1 "empty" "$split -k 3 -o $dir/no </dev/null"
refused "one byte too long" 1 "over 16777216" "head -c 16777217 /dev/zero | $split -k 3 -o $dir/no"
refused "an argument too many" 2 "hunter2" "$split -k 3 -o $dir/no hunter2 <$dir/secret"
refused "--plain and cards" 2 "--plain" "$split -k 3 --plain 5 <$dir/secret"

refused "output exists" 1 "is not empty" "$split -k 3 -o $dir/set <$dir/secret"
refused "output is a file" 1 "is not a folder" "$split -k 3 -o $dir/secret <$dir/secret"
refused "output in no folder" 3 "nowhere" "$split -k 3 -o $dir/nowhere/set <$dir/secret"
refused "output where nobody writes" 3 "/proc" "$split -k 3 -o /proc/set <$dir/secret"
refused "output is ." 3 "name the folder itself" "$split -k 3 -o . <$dir/secret"

cards() { # a copy to be spoilt
	rm -rf "$dir/other" && cp -r "$dir/cards" "$dir/other"
}
other="$s --cards $dir/other --fingerprints $dir/fp -k 3 -o $dir/no"
cards && cp "$dir/other/alice.card" "$dir/other/alice-again.card"
refused "a card twice" 1 "alice" "$other <$dir/secret"
cards && sed -i 's/"name": "bruno"/"name": "mallory"/' "$dir/other/bruno.card"
refused "a forged card" 1 "bruno.card" "$other <$dir/secret"
cards && echo '{' >"$dir/other/bruno.card"
refused "a card that is none" 1 "bruno.card" "$other <$dir/secret"
cards && "$make" "$dir/other" bruno,ops >/dev/null
refused "a card made by another" 1 "the card of bruno has another fingerprint" "$other <$dir/secret"
cards && "$make" "$dir/other" farid,ops >/dev/null
refused "a card not in the fingerprints" 1 "the card of farid is not in it" "$other <$dir/secret"
cards && rm "$dir/other/emma.card"
refused "a fingerprint without its card" 1 "there is no card of emma" "$other <$dir/secret"
echo "alice 00" >"$dir/short"
refused "a file of no fingerprints" 1 "line 1" "$s --cards $dir/cards --fingerprints $dir/short -k 3 -o $dir/no <$dir/secret"
cards && "$make" "$dir/other" farid,ops -v >"$dir/farid" && cat "$dir/fp" "$dir/farid" >"$dir/fp6"
refused "a virtual token" 1 "only a rehearsal" "$s --cards $dir/other --fingerprints $dir/fp6 -k 3 -o $dir/no <$dir/secret"
ok "in a rehearsal" run "$s --rehearsal --cards $dir/other --fingerprints $dir/fp6 -k 3 -o $dir/rehearsal <$dir/secret"
# Somebody is called as a spare's file would be: each card keeps a file of its own.
mkdir "$dir/twins" "$dir/spare"
"$make" "$dir/twins" alice alice-2 bruno >"$dir/fp-twins"
"$make" "$dir/spare" alice >>"$dir/fp-twins"
cp "$dir/spare/alice.card" "$dir/twins/alice-spare.card"
ok "alice-2 beside a spare of alice" run "$s --cards $dir/twins --fingerprints $dir/fp-twins -k 2 -o $dir/twins-set <$dir/secret"
is "four cards of three persons" "$(cd "$dir/twins-set" && echo cards/* ./*.share)" \
	"cards/alice-2.card cards/alice-3.card cards/alice.card cards/bruno.card ./alice-2.share ./alice.share ./bruno.share"
is "the one called alice-2 has her own" "$(jq -r .name "$dir/twins-set/cards/alice-2.card")" alice-2
mkdir "$dir/none"
refused "a folder without cards" 1 "no *.card" "$s --cards $dir/none --fingerprints $dir/fp -k 3 -o $dir/no <$dir/secret"
refused "nobody to confirm" 2 "--fingerprints" "setsid $s --cards $dir/cards -k 3 -o $dir/no <$dir/secret"

full() {
	unshare --mount sh -c "mount -t tmpfs -o size=24k tmpfs '$dir/none' && $split -k 3 -o '$dir/none/set' <'$dir/secret'
		code=\$?; ls -A '$dir/none' | grep -q . && exit 99; exit \$code"
}
mounted() {
	unshare --mount sh -c "mount -t tmpfs -o size=4m tmpfs '$dir/none' && $split -k 3 -o '$dir/none' <'$dir/secret'"
}
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
	exits "full disk, and nothing is left on it" 3 full
	exits "output is a mount point" 1 mounted
fi

cat >"$dir/ask.py" <<'P'
import sys
import pexpect
tool, secret, out, answers = sys.argv[1:]
child = pexpect.spawn("sh", ["-c", f"exec {tool} -o {out} <{secret}"], timeout=60, encoding="utf-8")
for answer in answers.split(","):
    child.expect(r"read the same words\? \(yes or no\)")
    child.sendintr() if answer == "intr" else child.sendline(answer)
child.expect(pexpect.EOF)
child.close()
sys.exit(child.exitstatus if child.exitstatus is not None else 100 + child.signalstatus)
P
ask() { python3 "$dir/ask.py" "$s --cards $dir/cards -k 3" "$dir/secret" "$@"; }
exits "confirmed at the terminal" 0 ask "$dir/asked" yes,yes,yes,yes,yes
ok "it is there" test -f "$dir/asked/manifest"
exits "one not confirmed" 1 ask "$dir/no" yes,no
ok "nothing was made" run "! [ -e $dir/no ]"
exits "given up at a question" 7 ask "$dir/no" yes,intr
ok "nothing was made of that" run "! [ -e $dir/no ] && ! ls -A $dir | grep -q '[.]tmp\$'"

head -c 16777216 /dev/urandom >"$dir/secret"
ok "the longest secret" run "$split -k 2 -o $dir/longest <$dir/secret"
ok "and back" back "$dir/longest" alice david
done_testing
