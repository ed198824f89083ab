#!/bin/sh
# The shipped attestation roots are the named certificates, no more and no fewer, and each stands where it should; the
# built-in folder is found where make install puts it.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
at=data/attestation
cat >"$d/known" <<'END'
63ece914e54dd87915f34033c85af4c0696ba1512f8add66ced738331207b546 piv/yubico-piv-root-263751.pem
62760c6a6ef91679f454c8902b80fd009825b3f25da90f1fbace2ec6586cd5a8 piv/yubico-attestation-root-1.pem
4698a1d3389c3ec60016c216250f1d0439922832d65142327436376dc2942b55 piv/yubico-attestation-intermediate-a-1.pem
d4cc3f456fdaf4e7812a21aab1dfe9d8e27d24e2fd2d6f21c9940109f0daa754 piv/yubico-attestation-intermediate-b-1.pem
6de693f05376f5d8ca29069261e1c8626c75d503bd2edbfd75354cad1f722870 piv/yubico-piv-attestation-a-1.pem
2d55b7998f4e42569d6d8fa382b6dc77d1dacf07358b19701163892922b17052 piv/yubico-piv-attestation-b-1.pem
0c90b7d184a36edf50a35f9be935f0c5689bfdcfe5bdd073366cafb49061a440 piv/yubico-piv-attestation-b2-1.pem
0fa1386f80eb8713263ae5c1d84deb455bdf08aea50ab05503cefee82b092d42 fido2/yubico-u2f-root-457200631.pem
35f1a54b353bfb711e6d42adbeb76c0e9dead095018e6a94783ba2192fd6faad fido2/yubico-fido-root-450203556.pem
62760c6a6ef91679f454c8902b80fd009825b3f25da90f1fbace2ec6586cd5a8 fido2/yubico-attestation-root-1.pem
4698a1d3389c3ec60016c216250f1d0439922832d65142327436376dc2942b55 fido2/yubico-attestation-intermediate-a-1.pem
d4cc3f456fdaf4e7812a21aab1dfe9d8e27d24e2fd2d6f21c9940109f0daa754 fido2/yubico-attestation-intermediate-b-1.pem
4ebabc9cbc964f722c985f3784d057e9ef5dcf454dcb4f767fccca58cf16a4e8 fido2/yubico-fido-attestation-a-1.pem
4eadda86ff62cff987e111a07910d8554de42f71d5d6da7744610e09012dd319 fido2/yubico-fido-attestation-b-1.pem
3c6fe819adbd80afe75dc90af7bba34c95b2b7ac64384816e033f63b7c93848b fido2/yubico-fido-attestation-b2-1.pem
END
digest() { openssl x509 -in "$1" -outform DER | sha256sum | cut -d ' ' -f 1; }
authority() { openssl x509 -in "$1" -noout -ext basicConstraints,keyUsage | tr -d '\n' | grep -q 'CA:TRUE.*Certificate Sign'; }

is "no other file" "$(cd $at && find . -type f ! -name README.md | sort)" "$(sed 's/^[^ ]* /.\//' "$d/known" | sort)"
while read -r sum file; do
	is "$file" "$(digest "$at/$file")" "$sum"
	is "$file: one certificate" "$(grep -c BEGIN "$at/$file")" 1
	ok "$file: README says so" grep -qF "| \`$file\` | $(case $file in *-root-*) echo root ;; *) echo intermediate ;; esac) | \`$sum\` |" $at/README.md
	ok "$file: a CA that signs" authority "$at/$file"
	kind=${file%/*}
	case $file in
	*-root-*) set -- -CAfile "$at/$file" ;;
	*-intermediate-*) set -- -CAfile "$at/$kind/yubico-attestation-root-1.pem" ;;
	*) set -- -CAfile "$at/$kind/yubico-attestation-root-1.pem" -untrusted "$d/$kind.between" ;;
	esac
	cat "$at/$kind"/yubico-attestation-intermediate-*.pem >"$d/$kind.between"
	ok "$file: leads to its root" openssl verify -check_ss_sig -no-CApath -no-CAstore "$@" "$at/$file"
done <"$d/known"
is "nothing of FIDO in piv, nor the other way" "$(find $at/piv -name '*u2f*' -o -name '*fido*' -path '*/piv/*' -o -path '*/fido2/*piv*')" ""

if unshare -m true 2>/dev/null; then
	ok "make install" make -s install BUILD="$BUILD" DESTDIR="$d/root"
	# shellcheck disable=SC2016 # expanded by make
	built=$(make -s --eval='where: ; @echo $(DATADIR)/attestation' where)
	ok "that folder is in the tools" grep -qaF "$built" "$BUILD/bin/seal-enroll"
	# Where the tools look, in a mount namespace of the test's own; nothing answers at the device.
	cat >"$d/try" <<'END'
mount -t tmpfs none "${built%/sealkit/attestation}" || exit 99
[ "$1" = none ] || cp -a "$d/root${built%/attestation}" "${built%/attestation}" || exit 98
exec "$BUILD/bin/seal-enroll" --fido2 -n alice -o "$d/x.card" --device udp:127.0.0.1:1 --non-interactive </dev/null
END
	export d built
	try() { timeout 60 unshare -m sh "$d/try" "$1" 2>&1; }
	says() { # TEXT WHAT
		try "$2" >"$d/said"
		cat "$d/said"
		grep -qF "$1" "$d/said"
	}
	ok "without: said, with the place" says "$built (the roots of attestations; --roots names another folder): No such file" none
	ok "installed: found, and the token is looked for" says "udp:127.0.0.1:1: opening the token" there
fi
done_testing
