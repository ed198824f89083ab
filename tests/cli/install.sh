#!/bin/sh
# make install puts each tool, page, header and completion in its place; make uninstall takes all away.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
install() { make -s "$1" BUILD="$BUILD" DESTDIR="$d" PREFIX=/usr; }

ok "make install" install install
for tool in cmd/*/; do
	name=$(basename "$tool")
	at=bin
	[ "$name" != seald ] || at=sbin
	ok "$name runs from there" "$d/usr/$at/$name" --version
	ok "$name completes" [ -e "$d/usr/share/bash-completion/completions/$name" ]
done
for page in man/*; do
	ok "$page" cmp "$page" "$d/usr/share/man/man${page##*.}/${page##*/}"
done
echo '#include <sealkit/exit.h>' >"$d/one.c"
ok "the header compiles alone" gcc -fsyntax-only -Wall -Werror -I "$d/usr/include" "$d/one.c"
for file in data/attestation/* data/attestation/*/*; do
	[ -f "$file" ] || continue
	ok "$file" cmp "$file" "$d/usr/share/sealkit/${file#data/}"
done
# Built for another prefix, the tools still find the roots beside them: no word of a missing folder.
"$d/usr/bin/seal-enroll" --fido2 -n alice -o "$d/x.card" --device udp:127.0.0.1:1 --non-interactive </dev/null >"$d/said" 2>&1
is "an enrolment asks for the token, not for roots" "$(grep -c attestation "$d/said")" 0
ok "and says that there is none" grep -q "127.0.0.1:1" "$d/said"
rm "$d/one.c" "$d/said"
ok "make uninstall" install uninstall
is "nothing is left" "$(find "$d" ! -type d)" ""
done_testing
