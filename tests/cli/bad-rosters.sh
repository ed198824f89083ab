#!/bin/sh
# Lists of people, cards, acceptances, rosters and arguments that are wrong, at seal-roster: one line each that says what
# and where, the exit status of the page, and nothing written.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
ROSTER_DIR=$(mktemp -d)
trap 'rm -rf "$ROSTER_DIR"' EXIT
d=$ROSTER_DIR
BAD_DIR=$d/bad
mkdir "$BAD_DIR" "$d/out" "$d/in"
# shellcheck source=tests/lib/roster.sh
. tests/lib/roster.sh
# shellcheck source=tests/lib/bad.sh
. tests/lib/bad.sh
BAD_WATCH="$d/out $d/in $d/cards"
r=$BUILD/bin/seal-roster
out=$d/out/new.roster

for name in ada ben fay cat; do staff "$name"; done
example_people >"$d/people"
echo "A custodian keeps the token." >"$d/duty.txt"
accepts cat >/dev/null
draft --accepted "$d/in" --fingerprints "$d/prints" -o "$d/out/1.roster" >/dev/null 2>&1
for name in ada ben; do
	as "$name" sign --cards "$d/cards" -o "$d/out/1.roster" "$d/out/1.roster" >/dev/null || exit 3
done

# --- arguments
bad seal-roster 2 "COMMAND: missing" "no command" "$r"
bad seal-roster 2 "rename: no such command" "an unknown command" "$r" rename
for command in draft accept sign check show; do
	bad seal-roster 2 "--frobnicate: unknown option (see --help)" "$command: an unknown option" "$r" $command --frobnicate
	option=--card
	case $command in draft) option=--cards ;; check | show) option=--at ;; sign) option=--output ;; esac
	bad seal-roster 2 "$option: given twice (see --help)" "$command: a repeated option" "$r" $command $option 3 $option 3
	bad seal-roster 2 "$option: needs an argument" "$command: an option without its argument" "$r" $command $option
done
for command in sign check show; do
	bad seal-roster 2 "ROSTER: missing" "$command: no roster" "$r" $command
	bad seal-roster 2 "one file too many" "$command: two rosters" "$r" $command "$d/out/1.roster" "$d/out/1.roster"
done
bad seal-roster 2 "--people: missing" "draft: nothing" "$r" draft
bad seal-roster 2 "--duty: missing" "draft: no duty" "$r" draft -p "$d/people"
bad seal-roster 2 "--output: missing" "draft: nowhere" draft
bad seal-roster 2 "--organisation: missing" "accept: nothing" "$r" accept
bad seal-roster 2 "--duty-version: missing" "accept: no version" "$r" accept --organisation x --duty "$d/duty.txt"
bad seal-roster 2 "--output: missing" "sign: nowhere" "$r" sign --cards "$d/cards" "$d/out/1.roster"
bad seal-roster 2 "--card, --cards: one is needed" "sign: nobody" "$r" sign -o "$out" "$d/out/1.roster"
bad seal-roster 2 "--digest: not 64 hex digits" "check: a digest" "$r" check --digest 00 "$d/out/1.roster"
bad seal-roster 2 "--at: not a day or time" "show: a day" "$r" show --at yesterday "$d/out/1.roster"

# --- lists of people: what replaces a text of the good one
list() { # SAYS NAME FROM TO
	sed "s|$3|$4|" "$d/people" >"$d/list"
	cmp -s "$d/list" "$d/people" && ok "$2: the list has changed" false
	bad seal-roster 1 "$1" "a list: $2" from_list "$d/list"
}
from_list() { "$r" draft --duty "$d/duty.txt" -c "$d/cards" --accepted "$d/in" --fingerprints "$d/prints" -o "$out" -p "$1"; }
list "line 1: syntax error" "no grammar" '^organisation =' 'organisation -'
list "line 1: orgenisation: unknown setting" "a misspelt setting" '^organisation' 'orgenisation'
list "line 6: colour: unknown setting" "a misspelt setting of a person" 'id = "ada";' 'id = "ada"; colour = "red";'
list "organisation: missing" "no organisation" '^organisation.*' ''
list "review: missing" "no review" '^review.*' ''
list "changes: missing" "no changes" '^changes.*' ''
list "duty: missing" "no duty" '^duty.*' ''
list "line 2: review: must be a day" "a day that is none" '2027-05-31' '2027-02-30'
list "line 2: review: must be a day" "a time for a day" '2027-05-31' '2027-05-31T00:00:00Z'
list "line 3: changes: must be a number from 1 to 128" "no number" '^changes = 2' 'changes = "2"'
list "line 3: changes: must be a number from 1 to 128" "none needed" '^changes = 2' 'changes = 0'
list "line 6: roles: must be administrator" "an unknown role" 'ada\(.*\)"administrator"' 'ada\1"admin"'
list "line 6: roles: is empty" "no role" 'ada\(.*\)"administrator"' 'ada\1'
list "line 6: roles: must be a list" "a role that is no list" 'ada\(.*\)\["administrator"\]' 'ada\1"administrator"'
list "line 6: department: missing" "no department" '"ada"; department = "security";' '"ada";'
list "line 6: start: must be a day" "no start" 'ada\(.*\)"2026-11-01"' 'ada\1"soon"'
list "line 6: id" "a bad id" '"ada"' '"a/da"'
list "line 7: ada: named before" "an id twice" '"ben"' '"ada"'
list "line 10: name" "a name with a control" 'Cat Martin' 'Cat\\x1bMartin'
list "line 6: main: must be the 64 hex digits" "a main card" 'id = "ada";' 'id = "ada"; main = "00";'
list "ada: no card here has the fingerprint" "a main card that is not here" 'id = "ada";' \
	"id = \"ada\"; main = \"$(echo | sha256sum | cut -d' ' -f1)\";"
list "line 1: @include is not allowed" "an include" '^organisation' '@include "/etc/passwd"\norganisation'
list "gil: roles that clash in one person: auditor,custodian" "R3: roles that clash" '"witness"' '"custodian"'
list "gil: custodian without a card" "a custodian without a card" '"auditor", "witness"' '"custodian"'
list "changes need 4 administrators" "more than there are" '^changes = 2' 'changes = 4'
list "cat: ends on 2026-10-01" "a term backwards" '2027-11-01' '2026-10-01'
list "review on 2026-01-01" "a review in the past" '2027-05-31' '2026-01-01'
list "who is not in the list of people" "a card of nobody" '"fay"' '"fey"'
list "acceptance of cat: for \"Example Bank\"" "another organisation" 'Example Bank' 'Example Bunk'
list "of another text of duties (version 1; here 2)" "another duty" '^duty = 1' 'duty = 2'
bad seal-roster 1 "$d/none: No such file" "no list" from_list "$d/none"

# --- cards, duties, acceptances, the version before
bad seal-roster 1 "$d/none" "no folder of cards" "$r" draft -p "$d/people" --duty "$d/duty.txt" -c "$d/none" -o "$out"
good() { "$r" draft -p "$d/people" --duty "$d/duty.txt" -c "$d/cards" --fingerprints "$d/prints" -o "$out" "$@"; }
grep -v '^ada' "$d/prints" >"$d/prints-1"
bad seal-roster 1 "ada" "a card that is not confirmed" "$r" draft -p "$d/people" --duty "$d/duty.txt" -c "$d/cards" \
	--fingerprints "$d/prints-1" -o "$out"
: >"$d/empty"
bad seal-roster 1 "$d/empty: the text of duties is empty" "no text of duties" "$r" draft -p "$d/people" --duty "$d/empty" -c "$d/cards" \
	--fingerprints "$d/prints" -o "$out"
mkdir "$d/notes"
acceptance() { # SAYS NAME: of notes/cat.accepted
	bad seal-roster 1 "$1" "an acceptance: $2" good --accepted "$d/notes"
}
sed 's/^person: cat/person: ada/' "$d/in/cat.accepted" >"$d/notes/cat.accepted"
acceptance "acceptance of ada: by no card of that person" "of another person"
sed 's/^time: 20/time: 21/' "$d/in/cat.accepted" >"$d/notes/cat.accepted"
acceptance "acceptance of cat: Ed25519 signature" "of another time"
head -n 5 "$d/in/cat.accepted" >"$d/notes/cat.accepted"
acceptance "no signatures" "not signed"
echo hello >"$d/notes/cat.accepted"
acceptance "cat.accepted: acceptance: note" "no note"
sed 's|duty/1|duty/7|' "$d/in/cat.accepted" >"$d/notes/cat.accepted"
acceptance "made by another version" "of another version"
sed '/^$/,$d' "$d/out/1.roster" >"$d/text"
bad seal-roster 1 "nobody has signed it" "a version before that nobody signed" good --previous "$d/text"
sed "s/Example Bank/Example Bunk/" "$d/people" >"$d/list"
bad seal-roster 1 "of another organisation" "a version before of others" "$r" draft -p "$d/list" --duty "$d/duty.txt" -c "$d/cards" \
	--previous "$d/out/1.roster" -o "$out"
bad seal-roster 3 "$d/none: No such file" "a folder that is not there" "$r" draft -p "$d/people" --duty "$d/duty.txt" -c "$d/cards" \
	--fingerprints "$d/prints" -o "$d/none/x"

# --- rosters that cannot be read, at all that read one
each() { # SAYS NAME FILE
	bad seal-roster 1 "$1" "check: $2" "$r" check "$3"
	bad seal-roster 1 "$1" "show: $2" "$r" show "$3"
	bad seal-roster 1 "$1" "sign: $2" as ada sign --cards "$d/cards" -o "$out" "$3"
	bad seal-roster 1 "$1" "draft: $2" good --previous "$3"
}
wrong() { # SAYS NAME FROM TO
	sed "s|$3|$4|" "$d/out/1.roster" >"$d/wrong"
	cmp -s "$d/wrong" "$d/out/1.roster" && ok "$2: the roster has changed" false
	each "$1" "$2" "$d/wrong"
}
wrong "line 1: not sealkit-roster/1: made by another version" "another version" '^sealkit-roster/1' 'sealkit-roster/2'
wrong "line 3: " "no version" '^version: 1' 'version: one'
wrong "line 4: " "a time that is none" '^created: 20' 'created: 2O'
wrong "line 9: people are not in order" "people not in order" 'id=ben' 'id=aaa'
wrong "line 8: no \`department=\`" "a word that is missing" 'id=ada department=security' 'id=ada'
wrong "line 13: of nobody above" "a card of nobody" '^card: person=ada' 'card: person=abe'
: >"$d/wrong"
each "$d/wrong: " "an empty file" "$d/wrong"
{ head -c 70000 /dev/urandom | tr '\n' x; printf '\n\n'; } >"$d/wrong" # with an empty line, as if somebody had signed
each "$d/wrong: roster" "noise" "$d/wrong"
head -c 2000000 /dev/zero >"$d/wrong"
each "$d/wrong: " "too long" "$d/wrong"
bad seal-roster 1 "$d/none: No such file" "check: no file" "$r" check "$d/none"
bad seal-roster 3 "$d: not a regular file" "show: a folder" "$r" show "$d"
bad seal-roster 1 "no *.roster in it" "check: no versions in a folder" "$r" check --previous "$d/in" "$d/out/1.roster"
bad seal-roster 1 "does not follow version 1" "sign: with itself as the version before" as fay sign --cards "$d/cards" \
	--previous "$d/out/1.roster" -o "$out" "$d/out/1.roster"
bad seal-roster 1 "ada.card: ada has signed already" "sign: twice" as ada sign --card "$d/cards/ada.card" -o "$out" "$d/out/1.roster"
bad seal-roster 4 "no token here is of fay" "sign: none is here who has not" as ada sign --cards "$d/cards" -o "$out" "$d/out/1.roster"
bad seal-roster 4 "fay" "sign: a wrong passphrase" "$r" sign --cards "$d/cards" -i "$d/fay.identity" --passphrase-fd 3 --non-interactive \
	-o "$out" "$d/out/1.roster" 3<"$d/ada.phrase"
done_testing
