#!/bin/sh
# seal-audit: verdicts with their reasons, proofs there and back, and wrong input in one line.
. tests/lib/tap.sh
make -s BUILD="$BUILD" "$BUILD/tests/interop_make_log" >/dev/null
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
BAD_DIR=$d
. tests/lib/bad.sh
audit=$BUILD/bin/seal-audit

fresh() {
	rm -rf "$d/l"
	mkdir "$d/l"
	"$BUILD/tests/interop_make_log" "$d/l" 60 alice bruno
}
verify() { "$audit" verify --key "$d/l/log.key" --cards "$d/l/cards" "$@"; }
# finds NAME LINE-OF-STDOUT [OPTION...]: the log is refused, and that is said of it.
finds() {
	_name=$1 _says=$2 _rc=0
	shift 2
	tap_out=$(verify "$@" "$d/l/log" 2>"$d/err") || _rc=$?
	is "$_name: exit" "$_rc" 1
	ok "$_name: says $_says" grep -qxF -- "$d/l/$_says" <<-END
		$tap_out
	END
	is "$_name: one line on stderr" "$(wc -l <"$d/err")" 1
}

fresh
exits "a good log" 0 verify "$d/l/log"
is "what is said of it" "$(printf '%s\n' "$tap_out" | grep -v root)" "log          vault.example/log
lines        60, of $(wc -c <"$d/l/log") bytes
proved       the first 60, by 2 checkpoints
verdict      good"
exits "strictly" 0 verify --strict --require alice --require vault.example/log "$d/l/log"
exits "by keys instead of cards" 0 "$audit" verify --key "$d/l/log.key" --key "$d/l/cosigners.key" --strict "$d/l/log"
by_roster() { "$audit" verify --key "$d/l/log.key" "$@" "$d/l/log"; }
exits "by a roster" 0 by_roster --roster "$d/l/roster" --strict --require bruno
ok "whose words are told" test "$(printf '%s\n' "$tap_out" | sed -n 's/^roster       Example Bank, version 1: //p' | wc -w)" = 12
exits "by one in which bruno's term is over" 1 by_roster --roster "$d/l/ended.roster"
is "what is said of him, of both checkpoints, and on stderr" "$(printf '%s\n' "$tap_out" | grep -c 'cosignature of bruno: was not in office on that day$')" 3
exits "by both, as he was in office by the other" 0 by_roster --roster "$d/l/ended.roster" --roster "$d/l/roster"
sed '$d' "$d/l/roster" >"$d/unsigned.roster"
exits "by a roster that nobody signed" 1 by_roster --roster "$d/unsigned.roster"
is "as JSON" "$(verify --json "$d/l/log" | jq -c 'del(.root)')" \
	"{\"result\":\"OK\",\"exit\":0,\"origin\":\"vault.example/log\",\"lines\":60,\"bytes\":$(wc -c <"$d/l/log"),\"proved\":60,\"checkpoints\":2,\"found\":0,\"findings\":[]}"
is "the root is the checkpoint's" "$(verify --json "$d/l/log" | jq -r .root)" "$(sed -n 3p "$d/l/log.checkpoint")"

cp "$d/l/log" "$d/good"
sed -i '12d' "$d/l/log"
finds "a line deleted" "log:12: seq 13 where 12 was due: lines are missing before it"
is "the same on stderr" "$(cat "$d/err")" "seal-audit verify: $d/l/log: line 12: seq 13 where 12 was due: lines are missing before it"
is "as JSON" "$(verify --json "$d/l/log" 2>/dev/null | jq -c '.findings[0]')" \
	"{\"file\":\"$d/l/log\",\"what\":\"seq 13 where 12 was due: lines are missing before it\",\"line\":12}"
sed '12p' "$d/good" >"$d/l/log"
finds "a line repeated" "log:13: seq 12 where 13 was due: a line stands twice, or in another place"
sed '40s/step 40/step 04/' "$d/good" >"$d/l/log"
finds "a line changed" "log.checkpoint: one or more of lines 31 to 60 of the log are not those that were signed"
head -n 59 "$d/good" >"$d/l/log"
finds "the tail cut" "log: ends after 59 lines in all: $d/l/log.checkpoint has 60, the last 1 are missing"
{ cat "$d/good" && sed -n '$s/"seq":60/"seq":61/p' "$d/good"; } >"$d/l/log"
finds "a line appended" "log: the last 1 lines are behind the newest checkpoint, of 60: nothing proves them"
cp "$d/good" "$d/l/log"
cp "$d/l/foreign.checkpoint" "$d/l/log.checkpoint"
finds "signed by others of the same names" "log.checkpoint: not signed by a known key"
rm "$d/l/log.checkpoint" "$d/l/log.checkpoints/half"
finds "no checkpoint" "log: no good checkpoint: nothing proves any line"
fresh
sed -i '/ alice /d' "$d/l/log.checkpoint"
finds "a signature taken away" "log:60: promises that alice signs the checkpoint of 60 lines: not done, or by no known key"
fresh
head -n 30 "$d/l/log" >"$d/half"
cp "$d/half" "$d/l/log"
cp "$d/l/log.checkpoint" "$d/kept"
mv "$d/l/log.checkpoints/half" "$d/l/log.checkpoint"
exits "an older state of all is good by itself" 0 verify "$d/l/log"
finds "but not for whom has kept a newer checkpoint" "log: ends after 30 lines in all: $d/kept has 60, the last 30 are missing" --head "$d/kept"
fresh
echo '{"time":"2026-11-24T10:01:05Z","type":"step","seq":61}' >>"$d/l/log"
printf '{"time"' >>"$d/l/log"
exits "a log that grows" 0 verify --growing "$d/l/log"
finds "and one that should not" "log:62: cut off: it has no newline"

fresh
prove() { "$audit" prove --key "$d/l/log.key" --cards "$d/l/cards" "$@"; }
check() { "$audit" check --key "$d/l/log.key" --cards "$d/l/cards" "$@"; }
for n in 1 37 60; do
	prove --line $n "$d/l/log" >"$d/proof"
	sed -n "${n}p" "$d/l/log" >"$d/line"
	exits "line $n is proved" 0 check "$d/proof" "$d/line"
	ok "line $n: by its number" test "${tap_out#*of its 60 lines it is number }" = "$n"
done
is "the proof is a tlog-proof" "$(head -n 2 "$d/proof")" "c2sp.org/tlog-proof@v1
index 59"
is "as JSON" "$(check --json "$d/proof" "$d/line")" \
	'{"result":"OK","exit":0,"origin":"vault.example/log","proof":"inclusion","lines":60,"line":60}'
prove --from "$d/l/log.checkpoints/half" "$d/l/log" >"$d/older"
exits "the log goes on from its half" 0 check --require bruno "$d/older" "$d/l/log.checkpoints/half"
ok "by both sizes" test "${tap_out#*its 60 lines go on from those }" = 30
is "as JSON" "$(check --json "$d/older" "$d/l/log.checkpoints/half")" \
	'{"result":"OK","exit":0,"origin":"vault.example/log","proof":"consistency","lines":60,"from":30}'
is "that proof's first line" "$(head -n 1 "$d/older")" "old 30"
prove --line 5 --head "$d/l/log.checkpoints/half" "$d/l/log" >"$d/of-half"
exits "a proof for the older checkpoint" 1 check "$d/of-half" "$d/line"
sed -n 5p "$d/l/log" | tr -d '\n' >"$d/line-5"
exits "its line, without a newline" 0 check "$d/of-half" "$d/line-5"

BAD_WATCH="$d/l"
echo 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k' >"$d/foo.key"
bad seal-audit 1 'for another leaf or root' "another line" check "$d/proof" "$d/line-5"
sed 's/^index 59/index 58/' "$d/proof" >"$d/forged"
bad seal-audit 1 'inclusion proof' "another number" check "$d/forged" "$d/line"
sed '3s/^./#/' "$d/proof" >"$d/forged"
bad seal-audit 1 'not base64 of 32 bytes' "no hash" check "$d/forged" "$d/line"
sed '3d' "$d/proof" >"$d/forged"
bad seal-audit 1 'inclusion proof too short' "a hash taken away" check "$d/forged" "$d/line"
sed 's/^60$/61/' "$d/proof" >"$d/forged"
bad seal-audit 1 'does not verify' "another size" check "$d/forged" "$d/line"
bad seal-audit 1 'david has not signed' "somebody who must have signed" check --require david "$d/proof" "$d/line"
bad seal-audit 1 'not signed by a known key' "keys of others" "$audit" check --key "$d/foo.key" "$d/proof" "$d/line"
bad seal-audit 1 'has 60 lines, and the proof goes on from 30' "another older checkpoint" check "$d/older" "$d/l/log.checkpoint"
bad seal-audit 1 'more than one line' "the log instead of a line" check "$d/proof" "$d/l/log"
bad seal-audit 1 'neither of inclusion nor of consistency' "no proof" check "$d/line" "$d/line"
bad seal-audit 1 'line 61: the checkpoint has 60' "a line that is not there" prove --line 61 "$d/l/log"
bad seal-audit 1 'has 60 lines, and the newer one 30' "older and newer swapped" prove --from "$d/l/log.checkpoint" --head "$d/l/log.checkpoints/half" "$d/l/log"
bad seal-audit 2 'give one of them' "nothing to prove" prove "$d/l/log"
bad seal-audit 2 'give one of them' "two things to prove" prove --line 1 --from "$d/l/log.checkpoint" "$d/l/log"
bad seal-audit 2 'not a number' "no number" prove --line one "$d/l/log"
bad seal-audit 2 'counts from 1' "line 0" prove --line 0 "$d/l/log"
bad seal-audit 2 'whose signatures' "nobody believed" "$audit" verify "$d/l/log"
bad seal-audit 2 'name a log' "no file" verify
bad seal-audit 2 'name the proof' "no proof named" check "$d/proof"
bad seal-audit 3 'No such file' "no such log" verify "$d/none"
bad seal-audit 1 'none' "no such key" "$audit" verify --key "$d/none" "$d/l/log"
bad seal-audit 1 'not a key as NAME+ID+BASE64' "no key" "$audit" verify --key "$d/line" "$d/l/log"
sed -i '37s/step 37/step 73/' "$d/l/log"
bad seal-audit 1 'see seal-audit verify' "a proof of a log that was changed" prove --line 5 "$d/l/log"
done_testing
