#!/bin/sh
# seal-rekey: another share set for a running daemon, by a plan that each holder signs; the old set opens until the last
# proof, and the new one from then on.
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
tool=$BUILD/bin/seal-rekey

for name in alice bruno chloe; do custodian "$name"; done
mv "$d/cards" "$d/old-cards"
mv "$d/prints" "$d/old-prints"
mkdir "$d/cards"
cp "$d/old-cards/alice.card" "$d/old-cards/bruno.card" "$d/cards"
custodian farid
seald_start 'half_open = "1h";'
SEALD_PORT=${SEALD_URL##*:}
ok "init, 2 of 3" connected seal-init --cards "$d/old-cards" --fingerprints "$d/old-prints" --bootstrap-token "$d/state/bootstrap-token" \
	-k 2 --purpose "key of the vault" --root-token-card "$d/old-cards/alice.card" -o "$d/set"
set_id=$(sed -n 's/^set: //p' "$d/set/manifest")

# plan: alice, bruno and farid instead of chloe.
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
		threshold = 2;
		custodians = ["alice", "bruno", "farid"];
		expires = "1h";
		reason = "chloe leaves, farid comes";
	EOF
}
plan >"$d/plan"
plan | sed 's/chloe leaves/another reason/' >"$d/other"
digest=$("$BUILD/bin/seal-ceremony" show --json "$d/plan" | jq -r .digest)
other=$("$BUILD/bin/seal-ceremony" show --json "$d/other" | jq -r .digest)

# as NAME COMMAND [ARG...]: with NAME's token.
as() {
	as_name=$1
	as_command=$2
	shift 2
	"$tool" "$as_command" -i "$d/$as_name.identity" --passphrase-fd 3 --non-interactive "$@" 3<"$d/$as_name.phrase"
}
give() { as "$1" give -p "${2:-$d/plan}" --digest "${3:-$digest}" "$d/set"; }
prove() { as "$1" prove -p "$d/plan" --digest "$digest" -o "$d/new-$1" -n "$1"; }
state() { "$tool" status -p "$d/plan" --json | jq -r .state; }
stored() { curl -s --insecure -H "X-Vault-Token: $root" "$SEALD_URL/v1/secret/a" | jq -r .data.value; }

exits "sealed: refused" 6 give alice
tells "sealed: refused" "sealed"
ok "alice unseals" as_holder alice "$d/set"
ok "bruno unseals" as_holder bruno "$d/set"
root=$("$BUILD/bin/seal-open" --raw -i "$d/alice.identity" --passphrase-fd 3 --non-interactive "$d/set/root-token.age" 3<"$d/alice.phrase")
curl -s --insecure -H "X-Vault-Token: $root" -X PUT -d '{"value":"kept"}' "$SEALD_URL/v1/secret/a"
is "something is stored" "$(stored)" kept
is "nothing is open" "$(state)" none

exits "a plan that nobody confirmed" 2 as alice give -p "$d/plan" "$d/set"
tells "a plan that nobody confirmed" "--digest: is needed"
exits "the digest of another plan" 1 give alice "$d/plan" "$other"
tells "the digest of another plan" "it is another plan"
exits "no plan" 2 as alice give "$d/set"
exits "proofs come later" 1 prove farid
tells "proofs come later" "no new set of this plan waits"
exits "who holds nothing cannot give" 4 give farid
plan | sed 's/^set = .*/set = "00112233445566778899aabbccddeeff";/' >"$d/wrong"
exits "a plan of another set" 1 give alice "$d/wrong" "$("$BUILD/bin/seal-ceremony" show --json "$d/wrong" | jq -r .digest)"
tells "a plan of another set" "this folder has"
plan | sed 's/"rekey"/"drill"/; /^cards/d; /^threshold/d; /^custodians/d' >"$d/wrong"
exits "a plan of another kind" 1 "$tool" status -p "$d/wrong"
tells "a plan of another kind" "of a drill"

# chloe opens another rekey; that takes no place from the one that has its quorum first.
ok "chloe opens another" give chloe "$d/other" "$other"
ok "alice gives" give alice
is "open" "$(state)" open
is "one is given" "$("$tool" status -p "$d/plan" --json | jq .progress)" 1
ok "alice again changes nothing" give alice
is "still one" "$("$tool" status -p "$d/plan" --json | jq .progress)" 1
exits "cancel by one who did not open it" 0 as bruno cancel -p "$d/plan" "$d/set"
tells "cancel by one who did not open it" "1 of 2 holders"
is "still open" "$(state)" open
ok "bruno gives" give bruno
is "the new set waits" "$(state)" pending
is "nobody has proved" "$("$tool" status -p "$d/plan" --json | jq -c .unproved)" '["alice","bruno","farid"]'
is "the old set is in force" "$("$tool" status -p "$d/plan" --json | jq -r .set)" "$set_id"
ok "chloe comes too late for her plan" sh -c "! $tool status -p '$d/other' --json | jq -e '.state == \"open\"'"
ok "a third is not needed" give chloe
case $tap_out in *'not needed any more'*) ok "and told so" true ;; *) ok "and told so, not: $tap_out" false ;; esac

ok "farid proves" prove farid
is "farid has a share" "$(ls "$d/new-farid"/*.share)" "$d/new-farid/farid.share"
is "two are left" "$("$tool" status -p "$d/plan" --json | jq -c .unproved)" '["alice","bruno"]'
ok "farid proves again" prove farid
# A restart in between: the old set opens it, and what waits, waits on.
seald_stop
seald_start 'half_open = "1h";'
exits "sealed: no proof" 6 prove alice
ok "chloe unseals with the old set" as_holder chloe "$d/set"
ok "alice unseals with the old set" as_holder alice "$d/set"
is "still waiting" "$(state)" pending
is "farid's proof is known" "$("$tool" status -p "$d/plan" --json | jq -c .proved)" '["farid"]'
ok "alice proves" prove alice
is "the old set is still in force" "$("$tool" status -p "$d/plan" --json | jq -r .set)" "$set_id"
ok "bruno proves" prove bruno
is "the new set is in force" "$(state)" "done"
new_id=$(sed -n 's/^set: //p' "$d/new-bruno/manifest")
is "and is the one that was fetched" "$("$tool" status -p "$d/plan" --json | jq -r '[.set, (.epoch | tostring)] | join(" ")')" "$new_id 2"
ok "one more proof says that it is done" prove alice
is "what was stored is there" "$(stored)" kept
exits "the plan is of the past" 6 give alice

seald_stop
seald_start 'half_open = "1h";'
exits "the old share is refused" 1 as_holder alice "$d/set"
tells "the old share is refused" "newer share set"
ok "farid unseals" as_holder farid "$d/new-farid"
ok "bruno unseals" as_holder bruno "$d/new-bruno"
is "open, and what was stored is there" "$(stored)" kept

# Cancelled by who opened it: the set in force stays.
set_id=$new_id
plan | sed 's/^epoch = 1/epoch = 2/' >"$d/plan"
digest=$("$BUILD/bin/seal-ceremony" show --json "$d/plan" | jq -r .digest)
ok "alice opens one" as alice give -p "$d/plan" --digest "$digest" "$d/new-alice"
exits "cancel by who opened it" 0 as alice cancel -p "$d/plan" "$d/new-alice"
tells "cancel by who opened it" "cancelled: the set in force stays"
is "none is open" "$(state)" none
exits "there is nothing to cancel" 1 as alice cancel -p "$d/plan" "$d/new-alice"
ok "it is opened again" as alice give -p "$d/plan" --digest "$digest" "$d/new-alice"
ok "and gets its quorum" as bruno give -p "$d/plan" --digest "$digest" "$d/new-bruno"
is "pending again" "$(state)" pending
ok "a pending one is cancelled by a quorum: one" as bruno cancel -p "$d/plan" "$d/new-bruno"
is "one is not enough" "$(state)" pending
exits "a pending one is cancelled by a quorum: two" 0 as farid cancel -p "$d/plan" "$d/new-farid"
tells "a pending one is cancelled by a quorum: two" "cancelled"
is "the set in force stays" "$("$tool" status -p "$d/plan" --json | jq -r '.state + " " + .set')" "none $new_id"

for member in $("$tool" status -p "$d/plan" --json | jq -r 'keys[]') progress proved unproved accepted cancelled against; do
	ok "the page names $member" grep -qw -- "$member" man/seal-rekey.1
done
ok "nothing plain in the log" sh -c "! grep -q 'key:' '$d/log'"
done_testing
