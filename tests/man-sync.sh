#!/bin/sh
# Every tool has a man page; each long option of its --help stands in the page and
# each option of the page in --help; the forms of devices that --help has stand in the page; EXAMPLES and
# EXIT STATUS are there.
set -eu
bin=$1
bad=0
for tool in cmd/*/; do
	[ -d "$tool" ] || continue
	name=$(basename "$tool")
	page=$(ls "man/$name".[18] 2>/dev/null || true)
	[ -n "$page" ] || { echo "man: no page for $name"; bad=1; continue; }
	help=$("$bin/$name" --help | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u)
	text=$(sed -n 's/^\.[^"]*Fl Fl \([a-z][a-z0-9-]*\).*/--\1/p' "$page" | sort -u)
	[ "$help" = "$text" ] || {
		echo "man: $page and $name --help differ:"
		printf 'help:\n%s\npage:\n%s\n' "$help" "$text"
		bad=1
	}
	for form in $("$bin/$name" --help | grep -oE '(piv|udp):[A-Z][A-Z:]*' | sort -u); do
		grep -q "^\.Cm $form\( [.,;]\)\?\$" "$page" || { echo "man: $page: --device $form is missing"; bad=1; }
	done
	for part in 'EXIT STATUS' EXAMPLES; do
		grep -q "^\.Sh $part\$" "$page" || { echo "man: $page: no $part"; bad=1; }
	done
done
exit "$bad"
