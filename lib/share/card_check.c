/* What must hold in a card beside its form and its signature. */

#include "share/card_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/utf8.h"
#include "crypto/age_seal.h"
#include "crypto/fido2prf.h"
#include "crypto/p256.h"
#include "share/date.h"

#include "base/banned.h"

#define BEGIN_AGE "-----BEGIN AGE ENCRYPTED FILE-----\n"
#define END_AGE "-----END AGE ENCRYPTED FILE-----\n"
#define PLUGIN_CAP 1300u

/* Controls, spaces, what is not seen or turns text about, and accents by themselves, which
   spell letters a second time: two names that look the same must be the same. Letters of
   several alphabets that look alike are left to people. */
static int is_hidden(int32_t point)
{
	static const int32_t ranges[][2] = {
		{0x00, 0x20},	  {0x7f, 0xa0},	    {0xad, 0xad},     {0x0300, 0x036f},
		{0x061c, 0x061c}, {0x115f, 0x1160}, {0x1680, 0x1680}, {0x17b4, 0x17b5},
		{0x180b, 0x180f}, {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f},
		{0x3000, 0x3000}, {0x3164, 0x3164}, {0xd800, 0xf8ff}, {0xfe00, 0xfe0f},
		{0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xffff}, {0xe0000, 0x10ffff}};

	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (point >= ranges[i][0] && point <= ranges[i][1])
			return 1;
	return 0;
}

int seal_card_check_name(const char *name, struct seal_diag *diag)
{
	size_t len = strnlen(name, SEAL_CARD_NAME + 1);

	if (len == 0)
		return seal_fail(diag, SEAL_E_FORMAT, "a name is empty");
	if (len > SEAL_CARD_NAME)
		return seal_fail(diag, SEAL_E_FORMAT, "a name is over %u bytes", SEAL_CARD_NAME);
	if (name[0] == '.' || name[0] == '-')
		return seal_fail(diag, SEAL_E_FORMAT, "a name may not begin with . or -");
	for (size_t at = 0; at < len;) {
		int32_t point = seal_utf8_next(name, len, &at);

		if (point < 0)
			return seal_fail(diag, SEAL_E_FORMAT, "a name is not UTF-8");
		if (point == '/' || point == '+')
			return seal_fail(diag, SEAL_E_FORMAT, "a name may not have / or +");
		if (is_hidden(point))
			return seal_fail(diag, SEAL_E_FORMAT,
					 "a name may not have spaces, controls or hidden "
					 "characters");
	}
	return SEAL_OK;
}

/* An X25519 point of low order gives everybody the same secret; with the highest bit
   set it is a second spelling of another. */
static int is_bad_x25519(const uint8_t point[32])
{
	static const uint8_t scalar[32] = {8};
	uint8_t z[32];

	return (point[31] & 0x80) != 0 || crypto_scalarmult(z, scalar, point) != 0;
}

/* out_point: 65 bytes for PIV. The text must be in its one spelling. */
static int check_recipient(const struct seal_card *card, uint8_t out_point[65],
			   struct seal_diag *diag)
{
	enum seal_age_kind want = card->kind == SEAL_CARD_PIV ? SEAL_AGE_P256TAG : SEAL_AGE_X25519;
	struct seal_age_recipient recipient;
	int error = seal_age_recipient_parse(card->recipient, &recipient, diag);

	if (error)
		return seal_because(diag, SEAL_E_FORMAT, "recipient");
	if (recipient.kind != want)
		return seal_fail(diag, SEAL_E_FORMAT, "recipient: not of the card's kind");
	if (strncmp(card->recipient, "age1", 4) != 0)
		return seal_fail(diag, SEAL_E_FORMAT, "recipient: not in lower case");
	if (want == SEAL_AGE_X25519 && is_bad_x25519(recipient.point))
		return seal_fail(diag, SEAL_E_FORMAT, "recipient: not a point of X25519");
	memcpy(out_point, recipient.point, sizeof recipient.point);
	return SEAL_OK;
}

static int check_signing(const struct seal_card *card, struct seal_diag *diag)
{
	static const enum seal_card_signing fit[] = {
		[SEAL_CARD_PIV] = SEAL_CARD_P256,
		[SEAL_CARD_FIDO2] = SEAL_CARD_ASSERTION,
		[SEAL_CARD_PASSPHRASE] = SEAL_CARD_ED25519,
	};
	int error = SEAL_OK;

	if (card->signing_kind != fit[card->kind])
		return seal_fail(diag, SEAL_E_FORMAT, "signing_kind: not of the card's kind");
	if (card->signing_kind != SEAL_CARD_ED25519)
		error = seal_point_check(SEAL_CURVE_P256, card->signing, card->signing_len, diag);
	else if (card->signing_len != 32 || crypto_core_ed25519_is_valid_point(card->signing) != 1)
		error = seal_fail(diag, SEAL_E_FORMAT, "not an Ed25519 key");
	return error ? seal_because(diag, error, "signing") : SEAL_OK;
}

/* The text of a plugin's identity: bech32 in upper case. */
static int read_identity(const char *text, const char *want, uint8_t out[PLUGIN_CAP],
			 size_t *out_len, struct seal_diag *diag)
{
	char hrp[32];
	int error = seal_unbech32(text, hrp, sizeof hrp, out, PLUGIN_CAP, out_len, diag);

	if (error)
		return seal_because(diag, SEAL_E_FORMAT, "identity");
	if (strcmp(hrp, want) != 0 || text[0] != 'A')
		return seal_fail(diag, SEAL_E_FORMAT, "identity: not of the card's kind");
	return SEAL_OK;
}

/* age-plugin-yubikey's: serial, little-endian; slot; tag of the recipient. */
static int check_yubikey(const struct seal_card *card, const uint8_t point[65],
			 struct seal_diag *diag)
{
	const struct seal_card_piv *piv = &card->piv;
	uint8_t bytes[PLUGIN_CAP];
	uint8_t want[9] = {(uint8_t)piv->serial, (uint8_t)(piv->serial >> 8),
			   (uint8_t)(piv->serial >> 16), (uint8_t)(piv->serial >> 24), piv->slot};
	size_t len = 0;
	int error;

	if (piv->identity[0] == '\0')
		return SEAL_OK;
	error = read_identity(piv->identity, "age-plugin-yubikey-", bytes, &len, diag);
	if (error)
		return error;
	seal_p256_tag(SEAL_P256_PIV, NULL, 0, point, want + 5);
	if (len != sizeof want || !seal_eq_ct(bytes, want, sizeof want))
		return seal_fail(diag, SEAL_E_FORMAT,
				 "identity: of another serial, slot or recipient");
	return SEAL_OK;
}

static int check_piv(const struct seal_card *card, const uint8_t point[65], struct seal_diag *diag)
{
	const struct seal_card_piv *piv = &card->piv;

	if (piv->slot != 0x9d && (piv->slot < 0x82 || piv->slot > 0x95))
		return seal_fail(diag, SEAL_E_FORMAT, "slot: neither 82 to 95 nor 9d");
	if (piv->pin < 1 || piv->pin > 3 || piv->touch < 1 || piv->touch > 3)
		return seal_fail(diag, SEAL_E_FORMAT, "pin, touch: unknown policy");
	if (piv->has_serial ? piv->serial == 0 : piv->identity[0] != '\0')
		return seal_fail(diag, SEAL_E_FORMAT, "serial: missing");
	if (seal_eq_ct(point, card->signing, SEAL_P256_POINT))
		return seal_fail(diag, SEAL_E_FORMAT, "recipient and signing are one key");
	if (card->is_attested && (!piv->unwrap.len || !piv->sign.len || !piv->device.len))
		return seal_fail(diag, SEAL_E_FORMAT, "attested, and an attestation is missing");
	return check_yubikey(card, point, diag);
}

int seal_card_is_rp_id(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.");

	return len > 0 && text[len] == '\0' && text[0] != '.' && text[len - 1] != '.';
}

/* Armor and nothing else; whether it opens, its token says. */
static int is_armored(const char *text)
{
	static const char body[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\n";
	size_t begin = sizeof BEGIN_AGE - 1;

	if (strncmp(text, BEGIN_AGE, begin) != 0)
		return 0;
	text += begin;
	return strcmp(text + strspn(text, body), END_AGE) == 0;
}

static int check_fido2(const struct seal_card *card, struct seal_diag *diag)
{
	const struct seal_card_fido2 *fido2 = &card->fido2;
	struct seal_fido2prf_credential unwrap;
	int error;

	if (!seal_card_is_rp_id(fido2->rp_id))
		return seal_fail(diag, SEAL_E_FORMAT, "rp_id: not a domain in lower case");
	if (!seal_card_is_rp_id(fido2->signing_rp_id))
		return seal_fail(diag, SEAL_E_FORMAT, "signing_rp_id: not a domain in lower case");
	if (strcmp(fido2->rp_id, fido2->signing_rp_id) == 0)
		return seal_fail(diag, SEAL_E_FORMAT, "rp_id and signing_rp_id are one");
	if (!is_armored(fido2->wrapped))
		return seal_fail(diag, SEAL_E_FORMAT, "wrapped: not an armored age file");
	if (fido2->credential_len == 0)
		return seal_fail(diag, SEAL_E_FORMAT, "credential: empty");
	if (card->is_attested &&
	    (!fido2->device.len || !fido2->unwrap.data_len || !fido2->unwrap.signature_len ||
	     !fido2->sign.data_len || !fido2->sign.signature_len))
		return seal_fail(diag, SEAL_E_FORMAT, "attested, and an attestation is missing");
	if (seal_point_check(SEAL_CURVE_P256, fido2->unwrap_public, SEAL_P256_POINT, diag))
		return seal_fail(diag, SEAL_E_FORMAT, "unwrap_public: not a point");
	if (seal_eq_ct(fido2->unwrap_public, card->signing, SEAL_P256_POINT))
		return seal_fail(diag, SEAL_E_FORMAT, "unwrap_public and signing are one key");
	error = seal_fido2prf_parse(fido2->identity, &unwrap, diag);
	if (error)
		return seal_because(diag, SEAL_E_FORMAT, "identity");
	if (strcmp(unwrap.rp_id, fido2->rp_id) != 0)
		return seal_fail(diag, SEAL_E_FORMAT, "identity: of another rp id");
	return SEAL_OK;
}

int seal_card_check(const struct seal_card *card, struct seal_diag *diag)
{
	uint8_t point[65];
	int error = SEAL_OK;

	if (card->kind < SEAL_CARD_PIV || card->kind > SEAL_CARD_PASSPHRASE)
		return seal_fail(diag, SEAL_E_FORMAT, "kind: unknown");
	error = seal_card_check_name(card->name, diag);
	if (error)
		return seal_because(diag, error, "name");
	if (card->group[0] != '\0')
		error = seal_card_check_name(card->group, diag);
	if (error)
		return seal_because(diag, error, "group");
	if (!seal_is_time(card->created))
		return seal_fail(diag, SEAL_E_FORMAT,
				 "created: not a time such as 2026-11-24T10:00:00Z");
	error = check_recipient(card, point, diag);
	if (!error)
		error = check_signing(card, diag);
	if (error)
		return error;
	if (card->kind == SEAL_CARD_PIV)
		return check_piv(card, point, diag);
	if (card->kind == SEAL_CARD_FIDO2)
		return check_fido2(card, diag);
	if (card->is_attested)
		return seal_fail(diag, SEAL_E_FORMAT, "attested: a passphrase cannot be");
	if (card->firmware_leaks)
		return seal_fail(diag, SEAL_E_FORMAT, "firmware_leaks: a passphrase has none");
	return SEAL_OK;
}
