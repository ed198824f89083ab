#!/bin/sh
# seal-unseal --prove against a real daemon, with passphrase tokens: who has proved, over restarts and kills; a
# share that is fetched and kept; what is refused, and by what name.
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
prove() { # TOKEN [OPTION...]
	_name=$1
	shift
	as_holder "$_name" --prove "$@"
}
unproved() { # the marks, sorted
	connected seal-status --json 2>/dev/null | jq -r '[.unproved[].card] | sort | join(" ")'
}
marks() { # NAME...: of their first cards, sorted
	for _name in "$@"; do sed -n "s/^share: .* custodian=$_name .*cards=\(........\).*/\1/p" "$d/set/manifest"; done |
		sort | tr '\n' ' ' | sed 's/ $//'
}

for name in ann ben cat dora; do custodian "$name"; done
custodian ann ann-spare
seald_start 'half_open = "1h";'
ok "seald starts" kill -0 "$SEALD_PID"
exits "init" 0 init -k 2 -o "$d/set"
is "nobody has proved" "$(unproved)" "$(marks ann ben cat dora)"
is "seal-status says so" "$(connected seal-status 2>/dev/null | grep -c '^proved *0 of 4; not yet:$')" 1

exits "ann proves" 0 prove ann --json "$d/set"
is "JSON" "$(printf '%s\n' "$tap_out" | grep '^{' |
	jq -c '[.result, .sealed, .proved, .unproved, .accepted, .repeated, .fetched]')" \
	'["OK",true,["ann"],["ben","cat","dora"],"ann",false,false]'
for member in $(printf '%s' "$tap_out" | grep '^{' | jq -r 'keys[]'); do
	ok "the page names $member" grep -qw -- "$member" man/seal-unseal.1
done
is "ann is off the list" "$(unproved)" "$(marks ben cat dora)"
is "and has given nothing" "$(connected seal-status --json 2>/dev/null | jq -c '[.progress, .given]')" '[0,[]]'
exits "once more, by her spare" 0 prove ann-spare "$d/set"
is "is known already" "$(printf '%s\n' "$tap_out" | head -n 1)" "ann: proved (it was known already)"
is "for people" "$(printf '%s\n' "$tap_out" | tail -n 1)" "proved: ann · not yet: ben, cat, dora"

# A folder without the share: manifest and cards are enough, and it is kept before it is proved.
mkdir "$d/home"
cp -r "$d/set/manifest" "$d/set/cards" "$d/home"
ln -s nowhere "$d/home/ben.share"
exits "a share that cannot be kept: 1" 1 prove ben "$d/home"
tells "a share that cannot be kept" "ben.share"
is "is not proved" "$(unproved)" "$(marks ben cat dora)"
rm "$d/home/ben.share"
exits "ben's share is fetched" 0 prove ben --json "$d/home"
is "it says so" "$(printf '%s\n' "$tap_out" | grep '^{' | jq -c '[.accepted, .fetched]')" '["ben",true]'
ok "it is the one of init" cmp "$d/set/ben.share" "$d/home/ben.share"
is "and nothing else was fetched" "$(cd "$d/home" && echo *)" "ben.share cards manifest"
exits "and is not fetched again" 0 prove ben --json "$d/home"
is "but used" "$(printf '%s\n' "$tap_out" | grep '^{' | jq -c '[.repeated, .fetched]')" '[true,false]'

exits "with --walk: 2" 2 prove ann --walk "$d/set"
exits "with --wait: 2" 2 prove ann --wait 1 "$d/set"
exits "with --reset: 2" 2 prove ann --reset "$d/set"
exits "a wrong passphrase: 4" 4 connected seal-unseal --prove -i "$d/cat.identity" --passphrase-fd 3 --non-interactive \
	"$d/set" 3<"$d/ben.phrase"
tells "a wrong passphrase" "cat"
exits "no token: 4" 4 connected seal-unseal --prove --non-interactive "$d/set"
tells "no token" "no token here"
cp -r "$d/set" "$d/bad"
cp "$d/set/ben.share" "$d/bad/cat.share"
exits "another person's share in the file: 1" 1 prove cat "$d/bad"
tells "another person's share in the file" "share of cat"
head -c 300 "$d/set/cat.share" >"$d/bad/cat.share"
exits "a truncated share: 1" 1 prove cat "$d/bad"
is "cat is still on the list" "$(unproved)" "$(marks cat dora)"

# What was proved stays so, however the daemon ends.
kill -9 "$SEALD_PID"
seald_wait 10 seald_gone "$SEALD_PID"
seald_start 'half_open = "1h";'
is "after a kill" "$(unproved)" "$(marks cat dora)"
exits "cat gives her share" 0 as_holder cat "$d/set"
is "which proves nothing before the quorum" "$(unproved)" "$(marks cat dora)"
exits "ann opens it" 0 as_holder ann "$d/set"
is "now cat has proved by that" "$(unproved)" "$(marks dora)"
seald_stop
seald_start 'half_open = "1h";'
is "after a restart" "$(unproved)" "$(marks dora)"

# The last proof ends the fetching.
mkdir "$d/away"
cp -r "$d/set/manifest" "$d/set/cards" "$d/away"
exits "dora's share is fetched" 0 prove dora "$d/away"
is "all have proved" "$(printf '%s\n' "$tap_out" | tail -n 1)" "proved: ann, ben, cat, dora · not yet: nobody"
is "seal-status says so" "$(connected seal-status 2>/dev/null | grep -c '^proved *4 of 4$')" 1
ok "hers is the one of init" cmp "$d/set/dora.share" "$d/away/dora.share"
exits "the daemon has no share any more: 1" 1 prove cat "$d/away"
tells "the daemon has no share any more" "every holder has proved"
exits "with dora here too her share is found" 0 connected seal-unseal --prove -i "$d/cat.identity" -i "$d/dora.identity" \
	--passphrase-fd 3 --non-interactive "$d/away" 3<"$d/dora.phrase"
exits "who has the share can still prove" 0 prove cat "$d/set"
exits "a daemon that is open says so" 1 connected seal-status
seald_stop

# Another daemon, and another set.
mv "$d/state" "$d/state-1"
seald_start 'half_open = "1h";'
exits "another daemon: 1" 1 prove cat "$d/set"
is "in one line" "$(printf '%s\n' "$tap_out" | wc -l)" 1
exits "its own init" 0 init -k 2 -o "$d/set-2"
exits "a set of before: 1" 1 connected seal-unseal --prove -i "$d/cat.identity" --passphrase-fd 3 --non-interactive "$d/set" \
	3<"$d/cat.phrase"
is "each proof and challenge has its lines" "$(grep -c '"type":"response".*"path":"sys/sealkit/prove"' "$d/audit.log")" \
	"$(grep -c '"type":"request".*"path":"sys/sealkit/prove"' "$d/audit.log")"
ok "there are some" grep -q '"path":"sys/sealkit/prove"' "$d/audit.log"
is "no passphrase in log or audit" "$(cat "$d/log" "$d/audit.log" | grep -c 'phrase of')" 0
done_testing
