#!/bin/sh
# What bench_quorum needs of a daemon at URL: a set of 3 of 5 sealed to cards by seal-init, then opened.
# Usage: quorum-set.sh DIR URL PIN CORE. Prints the set's id, three shares in base64, and the root token.
set -eu
build=${BUILD:-build}
cd "$1"
bin=$OLDPWD/$build/bin
case $build in /*) bin=$build/bin ;; esac
mkdir cards
"${bin%/bin}/tests/interop_make_card" cards ann ben cat dan eve >prints
"$bin/seal-init" -k 3 -a "$2" --pin "$3" --core "$4" --cards cards --fingerprints prints --root-token-card cards/ann.card \
	--bootstrap-token state/bootstrap-token -o set >init.log 2>&1
sed -n 's/^set: //p' set/manifest
opened() { "$bin/seal-open" --raw -i "cards/$1.key" "$2"; }
for name in ann ben cat; do opened "$name" "set/$name.share" | sed -n 's/^key: //p'; done
printf '%s\n' "$(opened ann set/root-token.age)"
