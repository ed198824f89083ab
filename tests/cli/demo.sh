#!/bin/sh
# ceremony/demo as a person runs it: its summary says what happened on the screen, and nothing else stays, be it well or
# broken off in the middle. What is in the files that it wrote is looked at by tests/fault/planted-secrets.sh.
cd "$(dirname "$0")/../.." || exit 3
. tests/lib/tap.sh
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
mkdir "$d/tmp" "$d/home"
unset VAULT_ADDR BAO_ADDR
mark=demo-$$-$(od -An -N8 -tx1 /dev/urandom | tr -d ' ')

# Who has the mark in its environment was started by the demo.
left() { grep -lsz "^SEALKIT_MARK=$mark\$" /proc/[0-9]*/environ; }
folders() { find "$BUILD" -maxdepth 1 -name 'demo.*'; }
demo() { env SEALKIT_MARK="$mark" TMPDIR="$d/tmp" HOME="$d/home" ceremony/demo "$@" >"$d/screen" 2>&1 </dev/null; }
nothing_stays() { # NAME
	is "$1: no process stays" "$(left)" ""
	is "$1: no work folder stays" "$(folders)" "$before"
	is "$1: no temporary file stays" "$(find "$d/tmp" "$d/home" -mindepth 1)" ""
}
sum() { jq -r "$1" "$d/out/summary.json"; }

SEALKIT_MARK=$mark sleep 60 &
is "control: a process that stays is seen" "$(left)" "/proc/$!/environ"
kill $!
wait $! 2>/dev/null
before=$(folders)

demo --out "$d/out"
is "the demo ends well" $? 0
nothing_stays "ended"
# shellcheck disable=SC2012 # the names are known
is "DIR has what it promises" "$(ls "$d/out" | tr '\n' ' ')" \
	"admin.card admin.identity audit.log cards emma.identity fingerprints fingerprints-init seald.log set state summary.json "
is "summary: OK, 3 of 5" "$(sum '[.result, .threshold, .total] | map(tostring) | join(" ")')" "OK 3 5"
is "summary: the set" "$(sum .set)" "$(sed -n 's/^share set  *\([0-9a-f]*\), epoch 1$/\1/p' "$d/screen")"
is "summary: the version" "seal-status $(sum .version)" "$("$BUILD/bin/seal-status" --version)"
is "summary: the steps" "$(sum '.steps[]')" "$(sed -n 's/^== \(.*\) ([0-9]*s)$/\1/p' "$d/screen")"
is "summary: the time" "$(sum .seconds)" "$(sed -n 's/^5 custodians, .*, in \([0-9]*\) seconds$/\1/p' "$d/screen")"
is "summary: what was refused" "$(sum '.refused[] | "refused, \(.name): \(.said)"')" "$(grep '^refused, ' "$d/screen")"
is "summary: three were refused" "$(sum '.refused | length')" 3
is "summary: who opened it" "$(sum '.unsealed[] | join(" ") + " "')" \
	"$(sed -n 's/^\([a-z]*\): share accepted$/\1 /p; s/.* is OPEN$/OPEN/p' "$d/screen" | tr -d '\n' | sed 's/OPEN/\n/g')"
is "summary: whose share stock age opened" "$(sum .opened_by_stock_age)" "$(sed -n 's/^custodian: //p' "$d/screen")"
is "the manifest is of that set" "$(sed -n 's/^set: //p' "$d/out/set/manifest")" "$(sum .set)"
is "the audit log has six shares" "$(jq -r 'select(.type == "request") | .request.path' "$d/out/audit.log" | grep -c '^sys/unseal$')" 6

# The second PIN is too short: somebody is enrolled by then, tokens and pcscd are there.
printf '%s\n' 70000001 7 70000003 70000004 70000005 "a phrase of this test" "another phrase of it" stored >"$d/secrets"
demo --out "$d/broken" --secrets "$d/secrets"
is "it fails where a step fails, as the tool did" $? 4
ok "and says where" grep -qx 'demo: stopped at: enrolling five custodians, and the administrator' "$d/screen"
nothing_stays "broken off"
is "and has no summary" "$(find "$d/broken" -name 'summary*')" ""

demo --out "$d/out"
is "a folder that is in use is refused" "$? $(cat "$d/screen")" "1 demo: $d/out: is not empty: name a new folder"
demo --nonsense
is "an unknown option is refused" "$? $(cat "$d/screen")" "2 usage: ceremony/demo [--out DIR] [--keep] [--secrets FILE]"
done_testing
