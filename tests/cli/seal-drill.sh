#!/bin/sh
# seal-drill, with passphrase tokens: statements, what check says of wrong ones, and what a report makes of them.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
ROSTER_DIR=$(mktemp -d)
trap 'rm -rf "$ROSTER_DIR"' EXIT
d=$ROSTER_DIR
# shellcheck source=tests/lib/roster.sh
. tests/lib/roster.sh
tool=$BUILD/bin/seal-drill
page=man/seal-drill.1
told() { printf '%s\n' "$tap_out" | grep '^{' | jq -c "$1"; }
has_text() { printf '%s' "$2" | grep -qF -- "$1"; }
says() { ok "$1: $2" has_text "$2" "$tap_out"; }
members() { # of the last JSON object, are in the page
	for _member in $(printf '%s\n' "$tap_out" | grep '^{' | jq -r '[paths | map(strings) | .[]] | unique[]'); do
		ok "the page names $_member" grep -qE -- "^\.Cm( .*,)? $_member( |\$)" "$page"
	done
}
day() { date -u -d "$1 days" +%Y-%m-%d; }

# --- people, their roster, and a share set
for name in ada ben cat dan eva; do staff "$name"; done
staff cat cat-spare
echo "A custodian keeps the token." >"$d/duty.txt"
for name in cat dan eva; do accepts "$name" >/dev/null; done
people() { # DAN-END
	cat <<-EOF
		organisation = "Example Bank"; review = "$(day 100)"; changes = 1; duty = 1;
		people = (
		  { id = "ada"; department = "security"; roles = ["administrator"]; start = "$(day -20)"; },
		  { id = "ben"; department = "risk"; roles = ["administrator"]; start = "$(day -20)"; },
		  { id = "cat"; department = "ops"; roles = ["custodian"]; start = "$(day -20)"; },
		  { id = "dan"; department = "ops"; roles = ["custodian"]; start = "$(day -20)"; end = "$1"; },
		  { id = "eva"; department = "risk"; roles = ["custodian"]; start = "$(day -20)"; end = "$(day 300)"; }
		);
	EOF
}
people "$(day 10)" >"$d/people"
ok "a roster" draft --allow-single --accepted "$d/in" --fingerprints "$d/prints" -o "$d/1.unsigned"
ok "which is signed" as ada sign --cards "$d/cards" -o "$d/1.roster" "$d/1.unsigned"
mkdir "$d/holders"
cp "$d/cards/cat.card" "$d/cards/cat-spare.card" "$d/cards/dan.card" "$d/cards/eva.card" "$d/holders"
grep -v '^ada \|^ben ' "$d/prints" >"$d/fp"
echo "the planted secret" >"$d/secret"
split() { "$BUILD/bin/seal-split" -k 2 --cards "$d/holders" --fingerprints "$d/fp" "$@" <"$d/secret"; }
exits "a share set" 0 split -o "$d/set"
signer=$(printf '%s\n' "$tap_out" | sed -n 's/^signer  *//p')
exits "another one for the same people" 0 split -o "$d/other"

prove() { # TOKEN FILE [ARG...]
	_token=$1 _file=$2
	shift 2
	"$tool" prove -i "$d/$_token.identity" --passphrase-fd 3 --non-interactive -o "$_file" "$@" 3<"$d/$_token.phrase"
}
check() { "$tool" check -m "$d/set/manifest" "$@"; }

# --- statements
exits "cat proves" 0 prove cat "$d/cat.drill" -n cat --json "$d/set"
is "JSON" "$(told '[.result, .custodian, .share, .challenge, .rehearsal, .set]')" \
	"[\"OK\",\"cat\",1,null,false,$(sed -n 's/^set: \(.*\)/"\1"/p' "$d/set/manifest")]"
is "its card" "$(told .card)" "\"$(sed -n 's/^card: //p' "$d/cat.drill")\""
members
lines() { sed -n 's/^\([a-z/0-9-]*\):*\( .*\)*$/\1/p' "$1" | tr '\n' ' '; }
is "its lines" "$(lines "$d/cat.drill")" "sealkit-drill/1 set epoch manifest share card challenge time version  "
is "those of the page's example" "$(sed -n '/^\.Sh EXAMPLES/,$p' man/sealkit-drill.5 | sed -n '/^sealkit-drill/,/^\.Ed/p' | sed '$d' | lines /dev/stdin)" \
	"sealkit-drill/1 set epoch manifest share card challenge time version "
is "the digest is the manifest's" "$(sed -n 's/^manifest: //p' "$d/cat.drill")" \
	"$(awk '/^$/ { exit } { print }' "$d/set/manifest" | sha256sum | cut -d ' ' -f 1)"
"$BUILD/bin/seal-open" -i "$d/cat.identity" --passphrase-fd 3 --non-interactive "$d/set/cat.share" 3<"$d/cat.phrase" >"$d/opened"
key=$(sed -n 's/^key: //p' "$d/opened")
is "the share has a key" "${#key}" 44
is "which is not in the statement" "$(grep -cF -- "$key" "$d/cat.drill")" 0
exits "the file is there: 1" 1 prove cat "$d/cat.drill" "$d/set"
tells "the file is there" "cat.drill: is there already"
challenge=$(printf '%064d' 7)
exits "dan, in the folder itself, with a challenge" 0 sh -c "cd '$d/set' && '$(realpath "$tool")' prove -i ../dan.identity \
	--passphrase-fd 3 --non-interactive --challenge $challenge -o ../dan.drill 3<../dan.phrase"
says "dan" "dan: proved at 2"
ok "it is in the statement" grep -qx "challenge: $challenge" "$d/dan.drill"
exits "cat's spare" 0 prove cat-spare "$d/spare.drill" --signer "$signer" "$d/set"
exits "another signer: 1" 1 prove eva "$d/x.drill" --signer "$(sed -n 's/^signer: //p' "$d/other/manifest")" "$d/set"
exits "no output: 2" 2 "$tool" prove "$d/set"
tells "no output" "--output: missing"
exits "a challenge that is none: 2" 2 prove eva "$d/x.drill" --challenge 00 "$d/set"
exits "a signer that is none: 2" 2 prove eva "$d/x.drill" --signer 00 "$d/set"
exits "no such folder: 1" 1 prove eva "$d/x.drill" "$d/nowhere"
exits "no token: 4" 4 "$tool" prove --non-interactive -o "$d/x.drill" "$d/set"
exits "a wrong passphrase: 4" 4 "$tool" prove -n eva -i "$d/eva.identity" --passphrase-fd 3 --non-interactive -o "$d/x.drill" "$d/set" \
	3<"$d/dan.phrase"
tells "a wrong passphrase" "eva"
cp -r "$d/set" "$d/bad"
cp "$d/set/cat.share" "$d/bad/eva.share"
exits "another's share in the file: 1" 1 prove eva "$d/x.drill" "$d/bad"
tells "another's share in the file" "share of eva"
cp "$d/other/eva.share" "$d/bad/eva.share"
exits "a share of another set: 1" 1 prove eva "$d/x.drill" "$d/bad"
ok "and nothing was written" [ ! -e "$d/x.drill" ]
traced() {
	# Under strace no sanitizer can look for leaks.
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o "$d/trace" -e trace=socket,connect,sendto,openat,linkat "$tool" prove -i "$d/eva.identity" --passphrase-fd 3 \
		--non-interactive -o "$d/traced.drill" "$d/set" 3<"$d/eva.phrase"
}
ok "under strace" traced
is "no network" "$(grep -cE 'AF_INET' "$d/trace")" 0
is "no file is made but the statement" "$(grep -E 'O_CREAT|O_TMPFILE|linkat' "$d/trace" | grep -o '"[^"]*"' | grep -v '^"/proc/self/fd' | sort -u | tr '\n' ' ')" \
	'"." "traced.drill" '

# --- check
exits "three are right, with the set's cards" 0 check "$d/cat.drill" "$d/dan.drill" "$d/spare.drill"
is "a line each" "$(printf '%s\n' "$tap_out" | sed -n 's/^ok  *[^:]*: \([a-z]*\) proved at .*, \(.*\)$/\1 \2/p')" "cat no challenge
dan a challenge that nobody compared
cat no challenge"
exits "and with the roster" 0 check --signer "$signer" --roster "$d/1.roster" --json "$d/cat.drill" "$d/dan.drill" "$d/spare.drill"
is "JSON" "$(told '[.wrong, (.statements[] | [.custodian, .share, .challenge, .wrong])]')" \
	"[0,[\"cat\",1,null,[]],[\"dan\",2,\"$challenge\",[]],[\"cat\",1,null,[]]]"
exits "the challenge" 0 check --challenge "$challenge" "$d/dan.drill"
exits "one has none: 1" 1 check --json --challenge "$challenge" "$d/dan.drill" "$d/cat.drill"
is "which is said of that one" "$(told '[.result, .wrong, (.statements[].wrong[] | [.line, .text])]')" \
	'["VERIFY",1,[7,"challenge: none, and one was asked with"]]'
members
exits "another's manifest: 1" 1 "$tool" check -m "$d/other/manifest" "$d/cat.drill"
is "set, manifest and signature are named" "$(printf '%s\n' "$tap_out" | sed -n 's/^wrong .*: line \([0-9]*\): \([a-z]*\):.*/\1 \2/p' | tr '\n' ' ')" \
	"2 set 4 manifest 11 signature "
# wrong NAME SED LINES TEXT
wrong() {
	sed "$2" "$d/cat.drill" >"$d/wrong.drill"
	exits "check: $1" 1 check "$d/wrong.drill"
	is "check: $1: lines" "$(printf '%s\n' "$tap_out" | sed -n 's/^wrong .*: line \([0-9]*\): .*/\1/p' | tr '\n' ' ')" "$3"
	says "check: $1" "$4"
}
wrong "another day" 's/^time: ..../time: 2999/' "8 11 12 " "is in the future"
wrong "an older day" 's/^time: ..../time: 2001/' "8 11 12 " "before the set was made"
wrong "another share" 's/^share: 1/share: 2/' "6 11 " "none of dan's in this set"
wrong "another card" "s/^card: .*/card: $(sed -n 's/^card: //p' "$d/spare.drill")/" "11 12 " "does not verify as of the share's proof key"
wrong "marked as a rehearsal's" 's/^version: .*/&\nrehearsal: yes/' "10 12 13 " "counts in a rehearsal only"
wrong "two lines swapped" '2{h;d};3{G}' "2 " "not \`set: \` and a value"
wrong "another version" 's/^sealkit-drill.1/sealkit-drill\/2/' "1 " "made by another version"
wrong "the token's signature left out" '12d' "11 " "1, and two are due"
wrong "none of it" 'd' "" "note: no signatures"
exits "no such statement: 1" 1 check "$d/none.drill"
exits "no manifest: 2" 2 "$tool" check "$d/cat.drill"
exits "no statement: 2" 2 check
exits "cards and a roster: 2" 2 check --cards "$d/holders" --roster "$d/1.roster" "$d/cat.drill"
exits "--previous without a roster: 2" 2 check --previous "$d" "$d/cat.drill"
exits "no such folder of cards: 1" 1 check --cards "$d/else" "$d/cat.drill"
mkdir "$d/else"
cp "$d/holders/dan.card" "$d/else"
exits "a folder without her card: 1" 1 check --cards "$d/else" "$d/cat.drill"
says "a folder without her card" "line 6: card: the one of cat"
exits "a roster that nobody signed: 1" 1 check --roster "$d/1.unsigned" "$d/cat.drill"

# --- rehearsals
exits "eva rehearses" 0 prove eva "$d/rehearsed.drill" --rehearsal "$d/set"
says "eva rehearses" "(a rehearsal)"
exits "which counts in a rehearsal" 0 check --rehearsal "$d/rehearsed.drill"
exits "and nowhere else: 1" 1 check "$d/rehearsed.drill"
exits "where real ones do not: 1" 1 check --rehearsal "$d/cat.drill"
sed '/^rehearsal/d' "$d/rehearsed.drill" >"$d/unmarked.drill"
exits "nor with the mark taken off: 1" 1 check "$d/unmarked.drill"
says "nor with the mark taken off" "does not verify"

# --- reports
report() { "$tool" report -m "$d/set/manifest" "$@"; }
line() { is "report: $1" "$(printf '%s\n' "$tap_out" | grep -cE "$2")" 1; }
exits "report: eva has not proved" 1 report "$d/1.roster" "$d/cat.drill" "$d/dan.drill"
line "the table has cat" "^cat +2...-..-..T..:..:..Z +0  $(cut -c1-8 <<EOF
$(sed -n 's/^card: //p' "$d/cat.drill")
EOF
)  no end\$"
line "and eva" "^eva +none +$(day 300)\$"
line "cat has proved" "^ok +proof +cat proved on $(day 0)\$"
line "eva has not" '^wrong +proof +eva has not proved$'
line "cat's spare has not" "^note +spare +cat: card $(sed -n 's/^card: \(........\).*/\1/p' "$d/spare.drill") has not proved\$"
line "dan's term ends" "^note +term +dan: the term ends on $(day 10), in 10 days\$"
line "a quorum" '^ok +quorum +those in office who proved in time are one: cat, dan$'
line "none if one is missing" '^wrong +quorum +it is none if one is missing: cat$'
exits "report: which is allowed" 1 report --json --missing 0 --soon 5 "$d/1.roster" "$d/cat.drill" "$d/dan.drill"
is "JSON" "$(told '[.result, .wrong, (.custodians[] | [.custodian, .days, .end, .counts])]')" \
	"[\"POLICY\",1,[\"cat\",0,null,true],[\"dan\",0,\"$(day 10)\",true],[\"eva\",null,\"$(day 300)\",false]]"
members
exits "eva proves" 0 prove eva "$d/eva.drill" "$d/set"
exits "report: all is well" 0 report --every 0 --soon 0 "$d/1.roster" "$d"/cat.drill "$d"/dan.drill "$d"/eva.drill "$d"/spare.drill
is "and nothing else is said" "$(printf '%s\n' "$tap_out" | sed -n 's/^\(note\|wrong\) .*/\1/p')" note
line "not any two may be missing" '^note +quorum +it is none if two are missing: cat, dan$'
exits "report: two may be missing, it says" 1 report --missing 2 "$d/1.roster" "$d"/cat.drill "$d"/dan.drill "$d"/eva.drill
exits "report: cards may be a day old" 0 report --card-days 1 --soon 0 "$d/1.roster" "$d"/cat.drill "$d"/dan.drill "$d"/eva.drill
exits "report: cards are to be replaced soon" 0 report --card-days 20 "$d/1.roster" "$d"/cat.drill "$d"/dan.drill "$d"/eva.drill
is "each of the four" "$(printf '%s\n' "$tap_out" | grep -c '^note  card .* is to be replaced in 20 days$')" 4
exits "report: without the cards" 0 report --cards "$d/else" "$d/1.roster" "$d"/cat.drill "$d"/dan.drill "$d"/eva.drill
line "is said" '^note +card +1 of 4 cards are here'
exits "report: a forged statement" 1 report "$d/1.roster" "$d"/unmarked.drill "$d"/dan.drill "$d"/cat.drill
line "is named" '^wrong +statement +.*unmarked.drill: line 11: signature'
line "and counts for nothing" '^wrong +proof +eva has not proved$'
people "$(day -1)" >"$d/people"
ok "dan has left" draft --allow-single --previous "$d/1.roster" -o "$d/2.unsigned"
ok "which is signed" as ada sign --cards "$d/cards" --previous "$d/1.roster" -o "$d/2.roster" "$d/2.unsigned"
exits "report: a version that follows from none: 1" 1 report "$d/2.roster" "$d/cat.drill"
tells "report: a version that follows from none" "2.roster"
exits "report: the version before it" 1 report --previous "$d/1.roster" "$d/2.roster" "$d"/cat.drill "$d"/dan.drill "$d"/eva.drill
line "dan is not in office" '^wrong +term +dan holds a share and is not in office'
line "dan's statement of today is wrong" '^wrong +statement +.*dan.drill: line 8: time: dan was not in office'
exits "report: the digest of the first" 1 report --previous "$d/1.roster" --digest "$(printf '%064d' 0)" "$d/2.roster"
exits "report: no roster: 2" 2 report
exits "report: no manifest: 2" 2 "$tool" report "$d/1.roster"
exits "report: three missing: 2" 2 report --missing 3 "$d/1.roster"
exits "report: a roster that is none: 1" 1 report "$d/set/manifest"
exits "report: a full disk: 3" 3 sh -c "$tool report -m '$d/set/manifest' '$d/1.roster' '$d/cat.drill' '$d/dan.drill' '$d/eva.drill' >/dev/full"
done_testing
