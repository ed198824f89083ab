#!/bin/sh
# seal-roster, with passphrase tokens: a first and a second version; who may sign, and what check says of each thing that
# is wrong, by name.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
ROSTER_DIR=$(mktemp -d)
trap 'rm -rf "$ROSTER_DIR"' EXIT
d=$ROSTER_DIR
# shellcheck source=tests/lib/roster.sh
. tests/lib/roster.sh
r=$BUILD/bin/seal-roster
page=man/seal-roster.1
told() { printf '%s\n' "$tap_out" | grep '^{' | jq -c "$1"; }
members() { # of the last JSON object, are in the page
	for _member in $(printf '%s\n' "$tap_out" | grep '^{' | jq -r '[paths | map(strings) | .[]] | unique[]'); do
		ok "the page names $_member" grep -qE -- "^\.Cm( .*,)? $_member( |\$)" "$page"
	done
}
rules() { told '[.broken[].rule]'; }
sign() { # TOKEN FILE [ARG...]
	_signer=$1 _file=$2
	shift 2
	as "$_signer" sign --cards "$d/cards" -o "$_file" "$@" "$_file"
}

# --- the tool
exits "--help" 0 "$r" --help
is "names its commands" "$(printf '%s\n' "$tap_out" | sed -n 's/^  \([a-z]*\) .*/\1/p' | tr '\n' ' ')" "draft accept sign check show "
exits "no command: 2" 2 "$r"
tells "no command" "COMMAND: missing"
exits "an unknown command: 2" 2 "$r" frobnicate --json
tells "an unknown command" "seal-roster: frobnicate: no such command"
exits "the beginning of a command: 2" 2 "$r" che
exits "a command's --help" 0 "$r" check --help
is "is its own" "$(printf '%s\n' "$tap_out" | head -n 1 | cut -d' ' -f1-3)" "usage: seal-roster check"
exits "a command's --version" 0 "$r" sign --version

# --- people and their acceptances
for name in ada ben fay cat; do staff "$name"; done
staff cat cat-spare
staff ada ada-spare
example_people >"$d/people"
ok "the page has a list of people" grep -q '"Cat Martin"' "$d/people"
echo "A custodian keeps the token, and tells of its loss on the same day." >"$d/duty.txt"
exits "cat accepts, with her spare" 0 accepts cat-spare --json
is "JSON" "$(told '[.result, .person, .duty, .organisation, .digest]')" \
	"[\"OK\",\"cat\",1,\"Example Bank\",\"$(sha256sum <"$d/duty.txt" | cut -d' ' -f1)\"]"
members
is "what was signed" "$(sed -n '1,4p' "$d/in/cat-spare.accepted")" "sealkit-duty/1
organisation: Example Bank
person: cat
duty: 1 $(sha256sum <"$d/duty.txt" | cut -d' ' -f1)"
exits "the acceptance is there: 1" 1 accepts cat-spare
exits "a wrong passphrase: 4" 4 "$r" accept --organisation "Example Bank" --duty "$d/duty.txt" --duty-version 1 --card "$d/cards/cat.card" \
	-o "$d/x" -i "$d/cat.identity" --passphrase-fd 3 --non-interactive 3<"$d/ada.phrase"
exits "another's token: 4" 4 as ada accept --organisation "Example Bank" --duty "$d/duty.txt" --duty-version 1 --card "$d/cards/cat.card" -o "$d/x"
tells "another's token" "no token here is of cat"
ok "and nothing was written" [ ! -e "$d/x" ]

# --- the first version
echo "# nobody" >"$d/none"
exits "nobody has confirmed the cards: 1" 1 draft --fingerprints "$d/none" -o "$d/1.roster"
exits "draft" 0 draft --accepted "$d/in" --fingerprints "$d/prints" -o "$d/1.roster" --json
is "JSON" "$(told '[.version, .organisation, .changes, .needed, .unmet]')" '[1,"Example Bank",2,2,[]]'
is "its digest is its file's" "$(told .digest)" "\"$(sha256sum <"$d/1.roster" | cut -d' ' -f1)\""
members
is "people, by id" "$(sed -n 's/^person: id=\([a-z]*\) .*/\1/p' "$d/1.roster" | tr '\n' ' ')" "ada ben cat fay gil "
is "cards" "$(sed -n 's/^card: person=\([a-z]*\) use=\([a-z]*\) .*/\1=\2/p' "$d/1.roster" | tr '\n' ' ')" \
	"ada=main ada=spare ben=main cat=main cat=spare fay=main "
for name in ada cat; do
	is "the main card of $name is the one enrolled first" "$(sed -n "s/^card: person=$name use=main fingerprint=\([0-9a-f]*\) .*/\1/p" "$d/1.roster")" \
		"$(sed -n "s/^$name //p" "$d/prints" | head -n 1)"
done
exits "the file is there: 1" 1 draft --accepted "$d/in" --fingerprints "$d/prints" -o "$d/1.roster"
cp "$d/1.roster" "$d/unsigned"
exits "unsigned: 1" 1 "$r" check --json "$d/1.roster"
is "which check says" "$(rules)" '["signatures"]'
exits "ada signs" 0 sign ada "$d/1.roster" --json
is "JSON" "$(told '[.signed, .needed, .complete]')" '[["ada"],2,false]'
members
exits "one of two: 1" 1 "$r" check "$d/1.roster"
is "says how many" "$(printf '%s\n' "$tap_out" | grep -c '^signed by    ada (1 of 2 needed)$')" 1
exits "ada again: 1" 1 as ada sign --card "$d/cards/ada.card" -o "$d/1.roster" "$d/1.roster"
tells "ada again" "ada has signed already"
exits "C21: and with her spare: 1" 1 as ada-spare sign --card "$d/cards/ada-spare.card" -o "$d/1.roster" "$d/1.roster"
tells "C21: and with her spare" "ada has signed already"
exits "cat, who is no administrator: 1" 1 as cat sign --card "$d/cards/cat.card" -o "$d/1.roster" "$d/1.roster"
tells "cat, who is no administrator" "cat is no administrator in office"
exits "no token here: 4" 4 as cat sign --cards "$d/cards" -o "$d/1.roster" "$d/1.roster"
tells "no token here" "no token here is of ben, fay"
exits "fay signs" 0 sign fay "$d/1.roster" --json
is "which is enough" "$(told '[.signed, .needed, .complete]')" '[["ada","fay"],2,true]'
is "the text is as it was" "$(sed '/^$/,$d' "$d/1.roster")" "$(cat "$d/unsigned")"
exits "it holds" 0 "$r" check -c "$d/cards" --json "$d/1.roster"
is "JSON" "$(told '[.broken, .advice, .signed, .needed, .result]')" '[[],[],["ada","fay"],2,"OK"]'
members
exits "its digest is trusted" 0 "$r" check --digest "$(sha256sum <"$d/unsigned" | cut -d' ' -f1)" "$d/1.roster"
exits "another is: 1" 1 "$r" check --digest "$(echo | sha256sum | cut -d' ' -f1)" --json "$d/1.roster"
is "by name" "$(rules)" '["digest"]'
exits "after its review: 1" 1 "$r" check --at 2027-06-01 --json "$d/1.roster"
is "by name" "$(rules)" '["overdue"]'
exits "before it was made: 1" 1 "$r" check --at 2026-11-02T10:00:00Z --json "$d/1.roster"
is "by name" "$(rules)" '["early"]'
exits "no day: 2" 2 "$r" check --at 2027-02-29 "$d/1.roster"
exits "show" 0 "$r" show --at 2027-11-02 --json "$d/1.roster"
is "who is in office" "$(told '[.people[] | select(.active) | .id]')" '["ada","ben","fay","gil"]'
is "cat" "$(told '.people[2] | [.department, .roles, .start, .end, .name, .accepted, (.cards | length), .cards[0].use]')" \
	'["ops",["custodian"],"2026-11-01","2027-11-01","Cat Martin",true,2,"main"]'
members
exits "show, for people" 0 "$r" show --at 2027-11-02 "$d/1.roster"
is "out of office in brackets" "$(printf '%s\n' "$tap_out" | grep '^(person)')" \
	"(person)     cat of ops, custodian, from 2026-11-01 to 2027-11-01, Cat Martin, accepted"

# --- what was changed after it was signed
forged() { # NAME RULES FILE
	exits "$1: 1" 1 "$r" check --json "$3"
	is "$1: by name" "$(rules)" "$2"
}
sed 's/department=risk/department=ops/' "$d/1.roster" >"$d/forged"
forged "a text that nobody signed" '["signatures"]' "$d/forged"
sed 's/roles=auditor,witness/roles=auditor,custodian/' "$d/1.roster" >"$d/forged"
forged "rules and signatures" '["clash","card","signatures","unaccepted"]' "$d/forged"
sed 's/^changes: 2/changes: 1/' "$d/1.roster" >"$d/forged"
forged "a quorum of one" '["signatures"]' "$d/forged"
head -c -20 "$d/1.roster" >"$d/forged"
exits "cut short: 1" 1 "$r" check "$d/forged"
tells "cut short" "$d/forged: roster: note"
grep -v '^— fay' "$d/1.roster" >"$d/forged"
forged "a signature taken away" '["signatures"]' "$d/forged"
cat_key=$(sed -n 's/^card: person=cat use=main .* key=//p' "$d/1.roster")
sed "s|key=$(sed -n 's/^card: person=ben .* key=//p' "$d/unsigned")|key=$cat_key|" "$d/unsigned" >"$d/forged"
exits "a key twice: 1" 1 "$r" check --json "$d/forged"
is "by name" "$(rules)" '["twice","signatures"]'

# --- cards against the roster
cp -r "$d/cards" "$d/others"
rm "$d/others/ben.card"
exits "a card that is missing: 1" 1 "$r" check -c "$d/others" --json "$d/1.roster"
is "is named" "$(told '.broken[0].text')" '"ben: the main card of the roster has no file"'
staff dan
cp "$d/cards/dan.card" "$d/others/ben.card"
rm "$d/cards/dan.card"
exits "one of somebody else: 1" 1 "$r" check -c "$d/others" "$d/1.roster"
is "two lines, by name" "$(printf '%s\n' "$tap_out" | grep -c '^broken       cards: ')" 2
# R9: the right fingerprint, and a key of the writer's own.
dan_key=$(jq -r .signing "$d/others/ben.card")
sed "s|key=ed25519:$(jq -r .signing "$d/cards/ben.card")|key=ed25519:$dan_key|" "$d/unsigned" >"$d/swapped"
ok "a key is swapped" grep -qF "$dan_key" "$d/swapped"
for name in ada fay; do sign "$name" "$d/swapped" >/dev/null; done
exits "a roster with another key: 1" 1 "$r" check -c "$d/cards" --json "$d/swapped"
is "is found by the card" "$(told '.broken')" "[{\"rule\":\"cards\",\"text\":\"$d/cards/ben.card: the roster has another key for this card of ben\"}]"

# --- the second version
sed -i 's/review = "2027-05-31"/review = "2027-06-30"/; s/changes = 2/changes = 1/' "$d/people"
# Ben has left, and gil comes in his place; what a roster says of the past stays.
sed -i 's/id = "ben"\(.*\)start = "2026-11-01"/id = "ben"\1start = "2026-11-01"; end = "2026-11-02"/' "$d/people"
exits "one administrator is enough: 1" 1 draft --previous "$d/1.roster" -o "$d/2.roster"
tells "one administrator is enough" "--allow-single"
sed -i 's/changes = 1/changes = 2/' "$d/people"
exits "all administrators are needed: 1" 1 draft --previous "$d/1.roster" -o "$d/2.roster"
tells "all administrators are needed" "--allow-no-spare"
exits "which can be allowed" 0 draft --previous "$d/1.roster" --allow-no-spare -o "$d/2.roster" --json
is "what differs" "$(told .differs)" \
	'["- review: 2027-05-31","- person: id=ben department=ops roles=administrator start=2026-11-01","+ review: 2027-06-30","+ person: id=ben department=ops roles=administrator start=2026-11-01 end=2026-11-02"]'
members
ok "main cards are kept" [ "$(grep -o '^card: .* use=main fingerprint=[0-9a-f]*' "$d/2.roster")" = "$(grep -o '^card: .* use=main fingerprint=[0-9a-f]*' "$d/unsigned")" ]
ok "acceptances are kept" grep -q '^accepted: person=cat ' "$d/2.roster"
is "it names the first" "$(sed -n 's/^previous: //p' "$d/2.roster")" "$(sha256sum <"$d/unsigned" | cut -d' ' -f1)"
exits "without the version before: 2" 2 sign ada "$d/2.roster"
tells "without the version before" "--previous"
exits "with another: 1" 1 sign ada "$d/2.roster" --previous "$d/swapped"
tells "with another" "names another version 1"
# C19: ben was in office in version 1, which decides.
exits "ben signs" 0 sign ben "$d/2.roster" --previous "$d/1.roster"
exits "one of two: 1" 1 "$r" check --previous "$d/1.roster" --json "$d/2.roster"
is "by name" "$(rules)" '["signatures"]'
exits "ada signs" 0 sign ada "$d/2.roster" --previous "$d/1.roster"
exits "it holds" 0 "$r" check --previous "$d/1.roster" "$d/2.roster"
is "with advice" "$(printf '%s\n' "$tap_out" | grep -c '^advice       no-spare: ')" 1
exits "without the first: 1" 1 "$r" check --json "$d/2.roster"
is "by name" "$(rules)" '["chain"]'
exits "with a digest that is trusted" 0 "$r" check --digest "$(sed '/^$/,$d' "$d/2.roster" | sha256sum | cut -d' ' -f1)" "$d/2.roster"
exits "the first is not in force any more: 1" 1 "$r" check --previous "$d/2.roster" --json "$d/1.roster"
is "by name" "$(rules)" '["newer"]'
exits "two first versions: 1" 1 "$r" check --previous "$d/1.roster" --previous "$d/swapped" --json "$d/2.roster"
ok "by name" [ "$(rules)" = '["chain"]' ]
exits "the same twice is none" 0 "$r" check --previous "$d/1.roster" --previous "$d/1.roster" "$d/2.roster"
exits "show what differs" 0 "$r" show --previous "$d/1.roster" "$d/2.roster"
is "is shown" "$(printf '%s\n' "$tap_out" | sed -n 's/^changes  *//p')" "- review: 2027-05-31"

spare=$(sed -n 's/^ada //p' "$d/prints" | tail -n 1)
sed "s/id = \"ada\";/id = \"ada\"; main = \"$spare\";/" "$d/people" >"$d/people-2"
exits "another main card" 0 "$r" draft -p "$d/people-2" --duty "$d/duty.txt" -c "$d/cards" --previous "$d/2.roster" --allow-no-spare -o "$d/x"
is "is the one of the list" "$(sed -n 's/^card: person=ada use=main fingerprint=\([0-9a-f]*\) .*/\1/p' "$d/x")" "$spare"

# C19: in the third, version 2 decides, in which ben's term is over.
exits "a third version" 0 draft --previous "$d/2.roster" --allow-no-spare -o "$d/3.roster"
exits "C19: ben signs nothing more: 1" 1 as ben sign --card "$d/cards/ben.card" --previous "$d/2.roster" -o "$d/3.roster" "$d/3.roster"
tells "C19: ben signs nothing more" "ben is no administrator in office of version 2"
for name in ada fay; do sign "$name" "$d/3.roster" --previous "$d/2.roster" >/dev/null; done
exits "from a folder of them" 0 "$r" check --previous "$d" "$d/3.roster"
mv "$d/2.roster" "$d/2"
exits "one is missing: 1" 1 "$r" check --previous "$d" --json "$d/3.roster"
is "by name" "$(told .broken)" '[{"rule":"chain","text":"version 2 is missing (--previous)"}]'

# R4: another text, and nobody has accepted it.
echo "In writing, too." >>"$d/duty.txt"
exits "another text with the old version: 1" 1 draft --previous "$d/3.roster" --allow-no-spare -o "$d/4.roster"
tells "another text with the old version" "another text of duties with the old version"
sed -i 's/duty = 1/duty = 2/' "$d/people"
exits "acceptances of the old text: 1" 1 draft --previous "$d/3.roster" --allow-no-spare --accepted "$d/in" -o "$d/4.roster"
tells "acceptances of the old text" "of another text of duties (version 1; here 2)"
exits "with its own version" 0 draft --previous "$d/3.roster" --allow-no-spare -o "$d/4.roster"
is "it is told who has not accepted" "$(printf '%s\n' "$tap_out" | grep '^not yet')" \
	"not yet      unaccepted: cat: custodian who has not accepted duty 2"

is "rules of check are in the page, or in sealkit-roster(5)" "$(for _rule in signatures chain digest newer cards virtual; do
	grep -cx "\.It Cm $_rule" "$page"
done | sort -u)" 1
is "no passphrase is in any file that was made" "$(cat "$d"/*.roster "$d"/in/* "$d"/cards/* | grep -c 'phrase of')" 0
done_testing
