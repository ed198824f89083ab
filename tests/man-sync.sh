#!/bin/sh
# Every tool has a man page, which agrees with it: each option of its --help, long and short, is an item of the
# page's list of options, and none else is; EXAMPLES are there; and each item of EXIT STATUS is a code of
# include/sealkit/exit.h that such a tool can end with, and every such code is an item. Of a tool with commands each
# has a section (.Ss COMMAND) with a list of its own; options that several share may stand in one section, and
# their lists then have `.Sx` and its name.
# Usage: man-sync.sh BIN [MAN]
set -eu
bin=$1
man=${2:-man}
bad=0

say() {
	echo "man: $*"
	bad=1
}

same() { # PAGE WHAT WANTED GOT
	[ "$3" = "$4" ] || say "$1: $2 differ: the tool has $(echo "$3" | paste -sd ' '), the page $(echo "$4" | paste -sd ' ')"
}

# Options as --long and -s, from the usage's list.
of_help() {
	grep -E '^  -' | grep -oE -- '(^|[ ,])--?[a-z][a-z0-9-]*' | tr -d ' ,' | sort -u
}
commands_of_help() {
	sed -nE 's/^  ([a-z][a-z-]*) .*/\1/p' | sort -u
}
commands_of_page() {
	sed -nE 's/^\.Ss ([a-z][a-z-]*)$/\1/p' "$1" | sort -u
}

# A section of a page, and those that its list of options names.
section() { # PAGE NAME
	awk -v name="$2" '/^\.S[hs] / { on = substr($0, 5) == name } on' "$1"
}
of_section() { # PAGE NAME
	section "$1" "$2" | sed -n '/^The options are/,$p'
	section "$1" "$2" | sed -n '/^The options are/,/^\.El/s/^\.Sx //p' | while read -r other; do
		section "$1" "${other% [.:,]}"
	done
}

# The items of the list that follows "The options are".
of_page() { # PAGE [SECTION]
	if [ "$#" -eq 2 ]; then of_section "$1" "$2"; else sed -n '/^The options are:/,/^\.El/p' "$1"; fi | sed -n 's/^\.It //p' |
		awk '{ for (i = 1; i <= NF; i++) if ($i == "Fl") { if ($(i+1) == "Fl") { print "--" $(i+2); i += 2 }
			else { print "-" $(i+1); i++ } } }' | sort -u
}

codes_of_page() {
	sed -n '/^\.Sh EXIT STATUS/,/^\.El/s/^\.It //p' "$1"
}

# What the number means is in exit.h; whether a tool can end with it follows from what it does.
codes_of_tool() { # LONG OPTIONS
	sed ':a; /\\$/ { N; s/\\\n//; ba }' include/sealkit/exit.h |
		sed -n 's/^#define SEALKIT_EXIT_\([A-Z]*\)[[:blank:]]*\([0-9]\).*/\1 \2/p' | while read -r name code; do
		case $name in
		TOKEN | BLOCKED) echo "$1" | grep -qx -e --pin-fd || continue ;;
		DAEMON) echo "$1" | grep -qx -e --address || continue ;;
		RESUME) echo "$1" | grep -qx -e --pin-fd -e --fingerprints -e --last-try || continue ;;
		esac
		echo "$code"
	done
}

for tool in cmd/*/; do
	[ -d "$tool" ] || continue
	name=$(basename "$tool")
	page=$(ls "$man/$name".[18] 2>/dev/null || true)
	[ -n "$page" ] || { say "no page for $name"; continue; }
	options=$("$bin/$name" --help | of_help)
	commands=$("$bin/$name" --help | commands_of_help)
	same "$page" commands "$commands" "$(commands_of_page "$page")"
	[ -n "$commands" ] || same "$page" options "$options" "$(of_page "$page")"
	for command in $commands; do
		one=$("$bin/$name" "$command" --help | of_help)
		same "$page" "options of $command" "$one" "$(of_page "$page" "$command")"
		options=$(printf '%s\n%s' "$options" "$one" | sort -u)
	done
	same "$page" "exit codes" "$(codes_of_tool "$options")" "$(codes_of_page "$page")"
	status=0
	"$bin/$name" --no-such-option >/dev/null 2>&1 || status=$?
	[ "$status" -eq 2 ] || say "$name: wrong usage ends with $status"
	for part in 'EXIT STATUS' EXAMPLES; do
		grep -q "^\.Sh $part\$" "$page" || say "$page: no $part"
	done
done
exit "$bad"
