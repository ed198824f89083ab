#!/bin/sh
# seal-reshare: new holders for the same secret, and what it says of the former ones; minutes that only their quorum can
# make; each bad input refused in one line, with its exit status, and nothing changed; broken off and run again.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
r=$BUILD/bin/seal-reshare
make=$BUILD/tests/interop_make_card
mkdir "$dir/cards" "$dir/next" "$dir/out"
"$make" "$dir/cards" alice,ops -p bruno,ops -p chloe,ops >"$dir/fp" || exit 3
"$make" "$dir/next" david -p emma -p farid >"$dir/fp-next" || exit 3
printf 'planted secret of the offline CA' >"$dir/secret"
"$BUILD/bin/seal-split" -k 2 --purpose 'key of the CA' --cards "$dir/cards" --fingerprints "$dir/fp" -o "$dir/set" \
	<"$dir/secret" >/dev/null 2>&1 || exit 3
signer=$(sed -n 's/^signer: //p' "$dir/set/manifest")

state() { find "$1" -type f -exec sha256sum {} + | sort; }
words() { # NAME...: what their tokens are asked
	for name; do printf '%s opens it\n' "$name"; done
}
# reshare NEW FOLDER NAME...: opened by these, for those who are next
options='-k 2'
reshare() {
	new=$1 folder=$2
	shift 2
	words "$@" >"$dir/words"
	for name; do
		at=$dir/cards
		[ -e "$at/$name.identity" ] || at=$dir/next
		set -- "$@" -i "$at/$name.identity"
		shift
	done
	# shellcheck disable=SC2086 # several
	"$r" $options --cards "$dir/next" --fingerprints "$dir/fp-next" -o "$new" --non-interactive --passphrase-fd 3 "$@" \
		"$folder" 3<"$dir/words"
}
reshared() { reshare "$@" >"$dir/said" 2>"$dir/err" || { cat "$dir/err" && return 1; }; }
back() { # FOLDER NAME...
	folder=$1
	shift
	words "$@" >"$dir/words"
	for name; do
		at=$dir/cards
		[ -e "$at/$name.identity" ] || at=$dir/next
		set -- "$@" -i "$at/$name.identity"
		shift
	done
	"$BUILD/bin/seal-combine" "$@" --non-interactive --passphrase-fd 3 "$folder" 3<"$dir/words" >"$dir/got" 2>"$dir/err" &&
		cmp "$dir/got" "$dir/secret"
}
refused() { # NAME STATUS SAYS COMMAND...: one line that says so, and nothing has changed
	name=$1 code=$2 says=$3
	shift 3
	before=$(state "$dir/set" && ls -A "$dir/out")
	exits "$name" "$code" "$@"
	tap_out=$(printf '%s\n' "$tap_out" | grep -v -e ': compare with what' -e 'share opened$')
	tells "$name" "$says"
	is "$name: nothing has changed" "$(state "$dir/set" && ls -A "$dir/out")" "$before"
}

# --- there, and both open
before=$(state "$dir/set")
ok "two of three reshare it" reshared "$dir/out/second" "$dir/set" alice bruno
is "what is in the folder" "$(cd "$dir/out/second" && find . -type f | sort | tr '\n' ' ')" \
	"./cards/david.card ./cards/emma.card ./cards/farid.card ./david.share ./emma.share ./farid.share ./manifest ./minutes ./secret.sealed "
is "nothing is beside it" "$(ls -A "$dir/out")" second
is "the former folder is as it was" "$(state "$dir/set")" "$before"
is "the next epoch, the same purpose" "$(sed -n 's/^epoch: \|^purpose: //p' "$dir/out/second/manifest" | tr '\n' '|')" "key of the CA|2|"
ok "the new holders have the secret" back "$dir/out/second" david emma
ok "and so have the former ones" back "$dir/set" alice bruno
ok "which it says" grep -q "STILL OPENS" "$dir/said"
ok "by name" grep -q "^ *2 of alice, bruno, chloe have the secret" "$dir/said"
ok "in the minutes, too" grep -q "^notice: a former quorum still opens the former folder" "$dir/out/second/minutes"
ok "and who opened it" grep -q "^opened by    alice, bruno$" "$dir/said"
ok "what is to be done next" grep -qF "(seal-drill prove $dir/out/second)" "$dir/said"
proves() {
	words david >"$dir/words"
	"$BUILD/bin/seal-drill" prove -n david -o "$dir/david.drill" --non-interactive --passphrase-fd 3 \
		-i "$dir/next/david.identity" "$dir/out/second" 3<"$dir/words"
}
ok "which works" proves
ok "the secret is in no file" sh -c "! grep -rqF 'planted secret' '$dir/set' '$dir/out' '$dir/said' '$dir/err'"
for name in alice bruno; do
	ok "nor is the share of $name" sh -c "age -d -i '$dir/cards/$name.key' '$dir/set/$name.share' | sed -n 's/^key: //p' >'$dir/share' &&
		[ -s '$dir/share' ] && ! grep -rqF -f '$dir/share' '$dir/out' '$dir/said' '$dir/err'"
done
cp -r "$dir/out/second" "$dir/mixed"
cp "$dir/set/alice.share" "$dir/mixed/david.share"
exits "an old share in the new folder" 1 back "$dir/mixed" david

# --- minutes
check() { "$r" --check -o "$@"; }
mkdir "$dir/audit"
cp "$dir/set/manifest" "$dir/audit"
ok "the minutes hold, by the former manifest alone" check "$dir/out/second" --signer "$signer" "$dir/audit"
ok "who signed: the words and the report" sh -c "'$r' --check --json -o '$dir/out/second' '$dir/audit' | jq -e '.former.epoch == 1 and .epoch == 2 and [.opened[].custodian] == [\"alice\", \"bruno\"]'"
fields() {
	for field in $("$r" --check --json -o "$dir/out/second" "$dir/audit" 2>/dev/null | jq -r 'keys[]'); do
		grep -q "^\.Cm $field\b" man/seal-reshare.1 || { echo "$field"; return 1; }
	done
	[ -n "$field" ]
}
ok "each member of the report is in the manual" fields
exits "another signer of the former set" 1 check "$dir/out/second" --signer "$(sed -n 's/^signer: //p' "$dir/out/second/manifest")" "$dir/audit"
spoilt() { # NAME SAYS SED: minutes changed so
	sed "$3" "$dir/out/second/minutes" >"$dir/mixed/minutes"
	cp "$dir/out/second/manifest" "$dir/mixed"
	exits "minutes: $1" 1 check "$dir/mixed" --signer "$signer" "$dir/audit"
	tells "minutes: $1" "$2"
}
spoilt "one signature is gone" "not signed by bruno" '/^— bruno/d'
spoilt "both are" "minutes: " '/^— /d'
spoilt "one who signed is not named" "not " '/^opened: bruno/d'
spoilt "another name" "not a card of chloe" 's/^opened: bruno/opened: chloe/'
spoilt "no notice" "not as they are written" '/^notice/d'
spoilt "of another epoch" "of other sets" 's/^former-epoch: 1/former-epoch: 3/'
# Somebody makes a set of his own for the same people, and puts the minutes beside it.
"$BUILD/bin/seal-split" -k 2 --purpose 'key of the CA' --cards "$dir/next" --fingerprints "$dir/fp-next" -o "$dir/forged" \
	<"$dir/fp" >/dev/null 2>&1
cp "$dir/out/second/minutes" "$dir/forged"
exits "minutes: beside another set" 1 check "$dir/forged" --signer "$signer" "$dir/audit"
tells "minutes: beside another set" "of other sets than these two"

# --- again, and groups
ok "a set that was made so, too" reshared "$dir/out/third" "$dir/out/second" david emma
is "its epoch" "$(sed -n 's/^epoch: //p' "$dir/out/third/manifest")" 3
"$BUILD/bin/seal-split" -g ops=1 --allow-single --cards "$dir/cards" --fingerprints "$dir/fp" -o "$dir/groups" <"$dir/secret" >/dev/null 2>&1
options='-k 1 --allow-single'
ok "of a set with groups" reshared "$dir/out/fourth" "$dir/groups" alice
ok "which it names" grep -q "^ *1 of alice, bruno, chloe (ops) have" "$dir/said"
options='-k 2'

# --- refused before anybody is asked
no=$dir/out/no
cp -r "$dir/set" "$dir/bare" && rm "$dir/bare/secret.sealed"
refused "an output that is there" 1 "is not empty" reshare "$dir/out/second" "$dir/set" alice
refused "the former folder itself" 1 "is not empty" reshare "$dir/set" "$dir/set" alice
options='-k 4'
refused "a threshold above the persons" 1 "above the 3 persons" reshare "$no" "$dir/set" alice
options='-k 3'
refused "n of n" 1 "--allow-no-spare" reshare "$no" "$dir/set" alice
options='-k 2 -g ops=2'
refused "threshold and groups" 2 "give one of them" reshare "$no" "$dir/set" alice
options=
refused "no threshold" 2 "--threshold" reshare "$no" "$dir/set" alice
options='-k 2'
refused "an output where nobody writes" 3 "/proc" reshare /proc/no "$dir/set" alice
refused "a folder that is none" 1 "nowhere" reshare "$no" "$dir/nowhere" alice
refused "a folder without the secret" 1 "secret.sealed: not there" reshare "$no" "$dir/bare" alice
refused "no folder" 2 "former set" "$r" -k 2 --cards "$dir/next" -o "$no"
refused "no cards" 2 "--cards" "$r" -k 2 -o "$no" "$dir/set"
refused "no output" 2 "--output" "$r" -k 2 --cards "$dir/next" "$dir/set"
refused "cards that nobody confirms" 2 "--fingerprints" setsid "$r" -k 2 --cards "$dir/next" -o "$no" "$dir/set"
refused "another signer" 1 "signed by another key" "$r" -k 2 --cards "$dir/next" --fingerprints "$dir/fp-next" --signer "$(sed -n 's/^signer: //p' "$dir/forged/manifest")" -o "$no" "$dir/set"
refused "--walk and nobody to ask" 2 "--walk" "$r" -k 2 --cards "$dir/next" -o "$no" --walk --non-interactive "$dir/set"
refused "--check of two former sets" 2 "--check" check "$dir/out/second" "$dir/set" "$dir/audit"
refused "--check and a threshold" 2 "--check" check "$dir/out/second" -k 2 "$dir/set"
refused "--check without minutes" 1 "minutes: No such file" check "$dir/set" --signer "$signer" "$dir/audit"
# --- and while they are
refused "too few" 1 "1 of 2 given (alice)" reshare "$no" "$dir/set" alice
mv "$dir/cards/alice.identity" "$dir/alice.identity"
words david >"$dir/words"
wrong() {
	"$r" -k 2 --cards "$dir/next" --fingerprints "$dir/fp-next" -o "$no" --non-interactive --passphrase-fd 3 \
		-i "$dir/alice.identity" "$dir/set" 3<"$dir/words"
}
refused "a wrong passphrase" 4 "share of alice" wrong
mv "$dir/alice.identity" "$dir/cards"

# --- broken off, and again
mkfifo "$dir/fifo"
"$r" -k 2 --cards "$dir/next" --fingerprints "$dir/fp-next" -o "$no" --non-interactive --passphrase-fd 3 \
	-i "$dir/cards/alice.identity" -i "$dir/cards/bruno.identity" "$dir/set" 3<"$dir/fifo" >"$dir/said" 2>"$dir/err" &
pid=$!
exec 9>"$dir/fifo"
words alice >&9
until grep -q 'opened alice' "$dir/out/.no.reshare" 2>/dev/null || ! kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
refused "another run at the same" 1 "another run is at it" reshare "$no" "$dir/set" alice bruno
kill -9 "$pid"
wait "$pid" 2>/dev/null
exec 9>&-
is "killed: its journal is there, and nothing else" "$(cd "$dir/out" && echo .no* no*)" ".no.reshare no*"
refused "for another set that is in the way" 1 "which a run before was about" reshare "$no" "$dir/groups" alice
ok "the same again goes on" reshared "$no" "$dir/set" alice bruno
ok "and says who must be asked again" grep -q 'broken off after alice had opened' "$dir/err"
is "nothing is left beside it" "$(ls -A "$dir/out")" "$(printf 'fourth\nno\nsecond\nthird')"
ok "it is whole" check "$no" --signer "$signer" "$dir/set"
rm -r "$no"
full() { reshare "$no" "$dir/set" alice bruno >/dev/full; }
exits "made, and the report does not arrive" 3 full
ok "run again, it asks nobody" reshared "$no" "$dir/set"
ok "but reports" grep -q "^signer       $(sed -n 's/^signer: //p' "$no/manifest")" "$dir/said"
ok "and says why" grep -q "a run before has made this set" "$dir/err"
refused "once more" 1 "is not empty" reshare "$no" "$dir/set"
exits "--help" 0 "$r" --help
done_testing
