#!/bin/sh
# The recorded cards, checked by jq, sha256sum and openssl as man/sealkit-card.5 says, without
# sealkit; and each JSON field that is written stands in that page, and no other.
. tests/lib/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cards=tests/vectors/card
page=man/sealkit-card.5

signed_text() { # CARD
	echo sealkit-card/1
	jq -cS 'del(.signature)' "$1"
}
for f in piv fido2 passphrase allowed; do
	signed_text "$cards/$f.card" >"$dir/$f.text"
	is "$f: fingerprint" "$(sha256sum <"$dir/$f.text" | cut -d' ' -f1)" \
		"$(sed -n "s/^$f\\.card \\([0-9a-f]*\\) .*/\\1/p" "$cards/fingerprints")"
	jq -r .signature "$cards/$f.card" | base64 -d >"$dir/$f.sig"
done

# SubjectPublicKeyInfo: what comes before the key, in hex.
p256=3059301306072A8648CE3D020106082A8648CE3D030107034200
ed25519=302A300506032B6570032100
public_key() { # CARD HEAD
	{
		printf %s "$2" | basenc --base16 -d
		jq -r .signing "$1" | base64 -d
	} | openssl pkey -pubin -inform DER
}
public_key "$cards/piv.card" $p256 >"$dir/piv.pem"
ok "piv: openssl verifies the signature" \
	openssl dgst -sha256 -verify "$dir/piv.pem" -signature "$dir/piv.sig" "$dir/piv.text"
public_key "$cards/passphrase.card" $ed25519 >"$dir/passphrase.pem"
ok "passphrase: openssl verifies the signature" openssl pkeyutl -verify -rawin -pubin \
	-inkey "$dir/passphrase.pem" -in "$dir/passphrase.text" -sigfile "$dir/passphrase.sig"
public_key "$cards/fido2.card" $p256 >"$dir/fido2.pem"
auth_len=$((0x$(head -c 2 "$dir/fido2.sig" | basenc --base16)))
tail -c +3 "$dir/fido2.sig" | head -c "$auth_len" >"$dir/auth"
tail -c +$((3 + auth_len)) "$dir/fido2.sig" >"$dir/der"
{
	cat "$dir/auth"
	{
		echo sealkit/fido2-assertion/1
		cat "$dir/fido2.text"
	} | openssl dgst -sha256 -binary
} >"$dir/message"
ok "fido2: openssl verifies the assertion" \
	openssl dgst -sha256 -verify "$dir/fido2.pem" -signature "$dir/der" "$dir/message"
is "fido2: rp id" "$(head -c 32 "$dir/auth" | basenc --base16 -w 0)" \
	"$(jq -j .fido2.signing_rp_id "$cards/fido2.card" | sha256sum | cut -d' ' -f1 | tr a-f A-F)"
echo >>"$dir/piv.text"
exits "piv: another text does not verify" 1 \
	openssl dgst -sha256 -verify "$dir/piv.pem" -signature "$dir/piv.sig" "$dir/piv.text"

written=$(jq -r 'paths | map(tostring) | join(".")' "$cards"/*.card | sort -u)
told=$(sed -n '/^\.Sh FIELDS/,/^\.Sh SIGNED/s/^\.It Cm \([a-z0-9_.]*\).*/\1/p' "$page" | sort -u)
is "fields written and fields of the page" "$told" "$written"
is "each field once" "$(printf '%s\n' "$told" | wc -l)" \
	"$(sed -n '/^\.Sh FIELDS/,/^\.Sh SIGNED/p' "$page" | grep -c '^\.It Cm')"
jq . "$cards/piv.card" >"$dir/piv"
sed -n '/^{$/,/^}$/p' "$page" >"$dir/example"
ok "the page's example is the recorded card" diff "$dir/piv" "$dir/example"
is "words of the example" "$(grep -c "$(sed -n 's/^piv\.card [0-9a-f]* //p' "$cards/fingerprints" |
	cut -d' ' -f1-6)" "$page")" 1
done_testing
