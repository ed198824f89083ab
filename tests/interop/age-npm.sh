#!/bin/sh
# npm's age-encryption (typage) and sealkit: files recorded from it are opened on
# every machine; both directions live where it is in NPM_HOME (default build/npm:
# `npm install --prefix build/npm age-encryption@0.3.1`).
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
open_=$BUILD/bin/seal-open
seal=$BUILD/tests/interop_seal_age
kept=tests/vectors/age-npm
NPM_HOME=$(realpath -m "${NPM_HOME:-$BUILD/npm}")
export NPM_HOME
size() { seq 1 20000 | head -c "$1"; } # what the recorded files hold

recorded() { # FILE SIZE
	size "$2" >"$dir/plain"
	case $1 in
	phrase*) printf 'planted phrase\n' | "$open_" --raw --passphrase-fd 0 "$kept/$1" >"$dir/got" ;;
	*) "$open_" --raw -i "$kept/identity" "$kept/$1" >"$dir/got" ;;
	esac && cmp "$dir/plain" "$dir/got"
}
for f in x25519-0 x25519-100 x25519-armor-100 x25519-65536 phrase-100 phrase-armor-100; do
	ok "recorded: $f" recorded "$f" "${f##*-}"
done

npm() { node tests/interop/age_npm.mjs "$@"; }
theirs() { # KIND SIZE FORM
	size "$2" >"$dir/plain"
	if [ "$1" = p ]; then
		printf 'planted phrase\n' >"$dir/phrase"
		npm seal p 3 "$3" 3<"$dir/phrase" <"$dir/plain" >"$dir/f" &&
			"$open_" --raw --passphrase-fd 3 "$dir/f" 3<"$dir/phrase" >"$dir/got"
	else
		npm seal r "$to" "$3" <"$dir/plain" >"$dir/f" && "$open_" --raw -i "$kept/identity" "$dir/f" >"$dir/got"
	fi && cmp "$dir/plain" "$dir/got"
}
ours() { # KIND SIZE FORM
	size "$2" >"$dir/plain"
	flag=
	[ -z "$3" ] || flag=-a
	if [ "$1" = p ]; then
		printf 'planted phrase\n' >"$dir/phrase"
		"$seal" $flag -p 3 3<"$dir/phrase" <"$dir/plain" >"$dir/f" &&
			npm open p 3 "$3" 3<"$dir/phrase" <"$dir/f" >"$dir/got"
	else
		"$seal" $flag "$to" <"$dir/plain" >"$dir/f" && npm open i "$kept/identity" "$3" <"$dir/f" >"$dir/got"
	fi && cmp "$dir/plain" "$dir/got"
}
missing=$(npm_missing)
live() { # NAME COMMAND...
	if [ -z "$missing" ]; then ok "$@"; else skip "$1" "$missing"; fi
}
to=$(age-keygen -y "$kept/identity")
for form in "" armor; do
	for size in 0 1 48 65535 65536 65537 100000; do
		live "theirs to ours: X25519 $size $form" theirs r "$size" "$form"
		live "ours to theirs: X25519 $size $form" ours r "$size" "$form"
	done
	live "theirs to ours: passphrase $form" theirs p 65537 "$form"
	live "ours to theirs: passphrase $form" ours p 65537 "$form"
done
done_testing
