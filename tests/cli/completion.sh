#!/bin/sh
# Completion offers each option of --help, folders where one is wanted, and knows every tool.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
mkdir "$d/folder"
: >"$d/file"

# complete TOOL WORD...: what bash would offer for the last word.
offers() {
	bash -c '. completions/sealkit.bash
		tool=$1; shift
		COMP_WORDS=("${tool##*/}" "$@"); COMP_CWORD=$#
		_sealkit "$tool"
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

for tool in cmd/*/; do
	name=$(basename "$tool")
	want=$("$BUILD/bin/$name" --help | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u)
	is "$name: every option" "$(offers "$BUILD/bin/$name" --)" "$want"
	ok "$name is registered" grep -qw -- "$name" completions/sealkit.bash
	for command in $("$BUILD/bin/$name" --help | sed -nE 's/^  ([a-z][a-z-]*) .*/\1/p'); do
		want=$("$BUILD/bin/$name" "$command" --help | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u)
		is "$name $command: every option" "$(offers "$BUILD/bin/$name" "$command" --)" "$want"
		is "$name $command is offered" "$(offers "$BUILD/bin/$name" "$command")" "$command"
	done
done
is "the beginning of an option" "$(offers "$BUILD/bin/seal-init" --thr)" --threshold
is "a folder where one is wanted" "$(offers "$BUILD/bin/seal-init" --cards "$d/f")" "$d/folder"
is "the same after the letter" "$(offers "$BUILD/bin/seal-init" -c "$d/f")" "$d/folder"
is "files where one is wanted" "$(offers "$BUILD/bin/seal-init" --fingerprints "$d/fi")" "$d/file"
done_testing
