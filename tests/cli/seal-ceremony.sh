#!/bin/sh
# seal-ceremony: what a plan's file gives, the same everywhere; and what lint sees before people travel.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
# shellcheck source=tests/lib/custodians.sh
. tests/lib/custodians.sh
trap 'seald_stop; rm -rf "$SEALD_DIR"' EXIT
d=$SEALD_DIR
tool=$BUILD/bin/seal-ceremony

for name in alice bruno chloe; do custodian "$name" "$name" --group ops; done
for name in david emma; do custodian "$name" "$name" --group security; done
seald_start 'half_open = "1h";'
ok "init, 2 of ops and 1 of security" init -g ops=2,security=1 --purpose "key of the vault" -o "$d/set"
set_id=$(sed -n 's/^set: //p' "$d/set/manifest")
custodian farid farid --group ops

# plan: the settings of a rekey that puts farid in chloe's place.
plan() {
	cat <<-EOF
		kind = "rekey";
		purpose = "key of the vault";
		created = "2026-11-24T10:00:00Z";
		core = "$SEALD_CORE";
		address = "$SEALD_URL";
		pin = "$SEALD_PIN";
		set = "$set_id";
		epoch = 1;
		cards = "cards";
		groups = ({ name = "ops"; threshold = 2; }, { name = "security"; threshold = 1; });
		custodians = ["alice", "bruno", "farid", "david", "emma"];
		auditors = ["anna"];
		witnesses = ["walt"];
		invited = ["alice", "bruno", "david"];
		deputies = ["emma"];
		expires = "24h";
		reason = "chloe leaves, farid comes";
		ticket = "SEC-4711";
	EOF
}
plan >"$d/plan"

ok "show" "$tool" show "$d/plan"
"$tool" show --text "$d/plan" >"$d/text"
is "the digest is SHA-256 of the text" "$("$tool" show --json "$d/plan" | jq -r .digest)" "$(sha256sum <"$d/text" | cut -d ' ' -f 1)"
is "the text is in the JSON" "$("$tool" show --json "$d/plan" | jq -j .text)" "$(cat "$d/text")"
is "twelve words" "$("$tool" show --json "$d/plan" | jq -r .words | wc -w)" 12
is "and the same in what is printed" "$("$tool" show "$d/plan" | sed -n 's/^words   //p')" "$("$tool" show --json "$d/plan" | jq -r .words)"
print=$(sed -n 's/^farid //p' "$d/prints")
ok "farid's card is named" grep -qx "custodian: person=farid group=ops cards=$print" "$d/text"
ok "groups are counted" grep -qx 'group: ops 2 of 3' "$d/text"
is "people stand by their part" "$(sed -n '/^invited/,/^auditor/p' "$d/text" | cut -d : -f 1 | uniq | paste -sd ' ')" \
	"invited deputy witness auditor"
ok "24h are seconds" grep -qx 'expires: 86400' "$d/text"
for member in $("$tool" show --json "$d/plan" | jq -r 'keys[]') $("$tool" lint --json "$d/plan" | jq -r 'keys[]'); do
	ok "the page names $member" grep -qw -- "$member" man/seal-ceremony.1
done
mkdir "$d/else"
cp -r "$d/cards" "$d/else/cards"
mv "$d/else/cards/farid.card" "$d/else/cards/a-farid.card"
cp "$d/plan" "$d/else/another-name"
is "from another folder, with other names of files: the same" "$("$tool" show --text "$d/else/another-name")" "$(cat "$d/text")"

# A spare card stands beside the main one, in the order of fingerprints.
custodian bruno bruno-2 --group ops
is "two cards of bruno" "$("$tool" show --text "$d/plan" | sed -n 's/^custodian: person=bruno.*cards=//p')" \
	"$(sed -n 's/^bruno //p' "$d/prints" | sort | paste -sd ,)"
rm "$d/cards/bruno-2.card"

# refused NAME SED TEXT: the plan so changed is exit 1, in one line.
refused() {
	plan | sed "$2" >"$d/wrong"
	exits "$1" 1 "$tool" show "$d/wrong"
	tells "$1" "$3"
}
refused "a setting that is none" 's/^reason/raison/' "line 17: raison: unknown setting"
refused "a setting given twice" '18p' "line 19: duplicate setting name"
refused "an include" '1i @include "x"' "@include is not allowed"
refused "no kind" '1d' "of no kind"
refused "a kind that is none" 's/"rekey"/"reseal"/' 'line 1: kind: must be "init"'
refused "a number for a text" 's/"SEC-4711"/4711.5/' "line 18: ticket: has no value"
refused "a core that is no key" 's/^core.*/core = "AAAA";/' "line 4: core"
refused "http" 's/^address.*/address = "http:\/\/x";/' "line 5: address"
refused "days" 's/"24h"/"4d"/' "line 16: expires: must be a duration"
refused "over 72 hours" 's/"24h"/"73h"/' 'line 16: expires: must be a duration such as "30m", at most "72h"'
refused "threshold and groups" '1i threshold = 3;' "threshold: give it or groups, not both"
refused "neither" '/^groups/d' "threshold: give it or groups"
refused "no cards" '/^cards/d' "cards: missing"
refused "a folder that is not there" 's/^cards.*/cards = "none";/' "none"
refused "somebody without a card" 's/"farid"/"gina"/' "no card of gina in it"
refused "nobody" 's/^custodians.*/custodians = [];/' "line 11: custodians: is empty"
refused "no custodians" '/^custodians/d' "custodians: missing"
refused "a group without a threshold" 's/; threshold = 1;/;/' "a group has a name and a threshold"
refused "another group" 's/"security"; thr/"legal"; thr/' "of no group of this plan"
refused "a threshold above the group" 's/threshold = 2/threshold = 4/' "group ops: 4 of 3"
refused "nobody to spare" 's/threshold = 2/threshold = 3/' "one lost share would lose the key"
refused "a witness who is to hold a share" 's/"walt"/"farid"/' "witness farid: is to hold a share"
refused "a name twice" 's/"walt"/"anna"/' "auditor anna: is witness already"
exits "no such file" 1 "$tool" show "$d/none"
exits "no file" 2 "$tool" show
exits "no such command" 2 "$tool" shew
tells "no such command" "shew: no such command"
exits "a full disk" 3 sh -c "$tool show '$d/plan' >/dev/full"

# lint NAME STATUS [ARG...]: its lines are left in lines.
lint() {
	lint_name=$1
	lint_status=$2
	shift 2
	exits "lint: $lint_name" "$lint_status" "$tool" lint "$@"
	printf '%s\n' "$tap_out" >"$d/lines"
}
# line NAME REGEX: one line of the last lint.
line() {
	is "lint: $1" "$(grep -cE "$2" "$d/lines")" 1
}
lint "as planned" 0 --manifest "$d/set/manifest" "$d/plan"
line "the cards" '^ok +card +5 cards, each signed'
line "the clock" '^ok +clock +this machine says 20..-..-..T..:..:..Z'
line "the set" "^ok +set +$(printf %.8s "$set_id"), epoch 1: 3 of 5"
line "those invited" '^ok +invited +those invited are a quorum$'
line "who may be absent" '^note +absent +the set in force: not any one may be absent: without alice there is no quorum'
line "a smallest quorum" '^note +quorum +the set in force: alice, bruno, david$'
is "all six of them" "$(grep -c 'the set in force: [a-z]*, [a-z]*, [a-z]*$' "$d/lines")" 6
is "and of the new set" "$(grep -c 'the new set: [a-z]*, [a-z]*, [a-z]*$' "$d/lines")" 6
line "the daemon" '^ok +daemon +https://.*version .*, sealed'
line "its state" '^note +daemon +it is sealed: it must be open for a rekey'
is "as JSON" "$("$tool" lint --json -m "$d/set/manifest" "$d/plan" | jq -c '[.wrong, (.lines | length)]')" \
	"[0,$(grep -cE '^(ok|note|wrong)' "$d/lines")]"

# wrong NAME SED REGEX [ARG...]
wrong() {
	plan | sed "$2" >"$d/wrong"
	wrong_name=$1
	wrong_line=$3
	shift 3
	lint "$wrong_name" 1 --manifest "$d/set/manifest" "$@" "$d/wrong"
	line "$wrong_name" "$wrong_line"
}
wrong "too few are invited" '/^deputies/d; s/"alice", "bruno", "david"/"alice", "david"/' '^wrong +invited +those invited are no quorum'
wrong "who is invited holds nothing" 's/, "david"\];/, "david", "farid"];/; s/^custodians.*/custodians = ["alice", "bruno", "farid", "david", "emma"];/' \
	'^wrong +invited +farid holds no share of the set in force'
wrong "the witness holds a share" 's/"walt"/"chloe"/' '^wrong +role +chloe is witness and holds a share'
wrong "made tomorrow" 's/2026-11-24/2126-11-24/' '^wrong +clock +.*before the plan was made'
wrong "another set" 's/^set.*/set = "00112233445566778899aabbccddeeff";/' '^wrong +set +the plan is of set 00112233'
wrong "another epoch" 's/^epoch.*/epoch = 2;/' '^wrong +daemon +its share set is'
wrong "another core" 's/^core.*/core = "11qYAYKxCrfVS\/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";/' '^wrong +daemon +.*core'
wrong "the daemon is initialised" 's/"rekey"/"init"/; /^set/d; /^epoch/d' '^wrong +daemon +it is initialised already'
wrong "attested cards are asked for" '1i tokens = { attestation = true; };' '^wrong +card +.*alice.card: not attested'
wrong "a touch is asked for" '1i tokens = { touch_policy = "always"; };' '^wrong +card +.*alice.card: its touch policy is weaker'
wrong "nobody is there" 's/^address.*/address = "https:\/\/127.0.0.1:1";/' '^wrong +daemon +.*no daemon answers'
plan | sed 's/^deputies.*/deputies = ["bruno"];/; s/"alice", "bruno", "david"/"alice", "david"/' >"$d/deputies"
lint "with a deputy only" 0 -m "$d/set/manifest" "$d/deputies"
line "with a deputy only" '^note +invited +those invited are a quorum only with deputies'
exits "lint: another core than the option's" 1 "$tool" lint --core 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= "$d/plan"
tells "lint: another core than the option's" "the plan is of another daemon"
exits "lint: a manifest that is none" 1 "$tool" lint -m "$d/plan" "$d/plan"
exits "lint: a roster that is none" 1 "$tool" lint -r "$d/plan" "$d/plan"
seald_stop
lint "offline, the daemon is not asked" 0 --offline "$d/plan"
is "offline: no line of it" "$(grep -c ' daemon ' "$d/lines")" 0
line "no manifest" '^note +set +no manifest is given'
lint "the daemon is down" 1 "$d/plan"
# script: for each language and form; what is made is the same each time, and whole.
for language in en fr; do
	for form in text html; do
		ok "script: $language, $form" "$tool" script -l $language -f $form -o "$d/sheet.$language.$form" "$d/plan"
		is "script: $language, $form: the same on stdout, from another folder" \
			"$("$tool" script -l $language -f $form "$d/else/another-name" | sha256sum)" "$(sha256sum <"$d/sheet.$language.$form")"
		ok "script: $language, $form: the digest" grep -q "$("$tool" show --json "$d/plan" | jq -r '.digest[:20]')" "$d/sheet.$language.$form"
		ok "script: $language, $form: the last step" grep -q "Clôt la\|Closes the" "$d/sheet.$language.$form"
	done
	ok "script: $language: HTML that is closed as it is opened" python3 -c '
import html.parser, sys
class Tags(html.parser.HTMLParser):
    stack = []
    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br", "col"):
            self.stack.append(tag)
    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, tag
tags = Tags()
tags.feed(open(sys.argv[1], encoding="utf-8").read())
assert not tags.stack, tags.stack' "$d/sheet.$language.html"
done
is "script: rows" "$("$tool" script --json -o "$d/sheet" "$d/plan" | jq -c '[.steps, .digest]')" \
	"[$(grep -c ' \[ \] ' "$d/sheet"),\"$("$tool" show --json "$d/plan" | jq -r .digest)\"]"
exits "script: a file that is there" 1 "$tool" script -o "$d/sheet" "$d/plan"
exits "script: another language" 2 "$tool" script -l de "$d/plan"
exits "script: another form" 2 "$tool" script -f pdf "$d/plan"
exits "script: JSON beside the sheet" 2 "$tool" script --json "$d/plan"
exits "script: no plan" 2 "$tool" script
exits "script: a full disk" 3 sh -c "$tool script '$d/plan' >/dev/full"
done_testing
