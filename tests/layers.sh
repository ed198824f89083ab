#!/bin/sh
# Each folder includes only what tests/layers.txt allows it; a folder that is
# not listed there is refused too. `-` stands for: not even lib/base.
set -eu
cd "$(dirname "$0")/.."
bad=0

rule_for() { # the longest listed prefix of a folder
	d=$1
	while [ "$d" != . ]; do
		grep "^$d:" tests/layers.txt && return 0
		d=$(dirname "$d")
	done
	return 1
}

for file in lib/*/*.[ch] cmd/*.[ch] cmd/*/*.[ch] tests/virtual/*/*.[ch]; do
	dir=$(dirname "$file")
	rule=$(rule_for "$dir") || { echo "layers: $dir: not in tests/layers.txt"; bad=1; continue; }
	allowed=" ${rule#*:} "
	includes=$(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file")
	for inc in $includes; do
		case $dir:$inc in
		cmd/*:../*/*) echo "layers: $file: $inc: no way to another tool"; bad=1; continue ;;
		cmd/*:../*) continue ;; # cmd/*.h, the frame that all tools share
		*:../*) echo "layers: $file: $inc: no way up"; bad=1; continue ;;
		*/*:*/*) to=${inc%%/*} ;;
		cmd:*/*) to=${inc%%/*} ;;
		*) continue ;;
		esac
		[ -d "lib/$to" ] || continue
		[ "lib/$to" = "$dir" ] && continue
		case $allowed in
		*" - "*) ;;
		*) [ "$to" = base ] && continue ;;
		esac
		case $allowed in
		*" $to "*) ;;
		*) echo "layers: $file may not include $inc"; bad=1 ;;
		esac
	done
	case $file in
	lib/*.c | cmd/*.c)
		grep -q '^#include "base/banned.h"$' "$file" || { echo "layers: $file: banned.h missing"; bad=1; }
		;;
	lib/*.h)
		echo "#include \"${file#lib/}\"" | gcc -std=gnu11 -D_GNU_SOURCE -Ilib -Iinclude -fsyntax-only -x c - ||
			{ echo "layers: $file does not compile alone"; bad=1; }
		;;
	esac
done

# Sizes, tests included: a file fits a head, a function a screen.
for file in lib/*/*.[ch] cmd/*.[ch] cmd/*/*.[ch] tests/*/*.[ch] tests/virtual/*/*.[ch]; do
	max=400
	case $file in *.h) max=200 ;; esac
	[ "$(wc -l <"$file")" -le "$max" ] || { echo "layers: $file: over $max lines"; bad=1; }
	awk -v max=60 '/^\{/ { start = FNR } /^\}/ {
		if (start && FNR - start - 1 > max) {
			print "layers: " FILENAME ":" start ": function over " max " lines"
			long = 1
		}
		start = 0
	} END { exit long }' "$file" || bad=1
done
exit "$bad"
