#ifndef SEALKIT_TESTS_CARDS_H
#define SEALKIT_TESTS_CARDS_H

/* Cards of all kinds, with the private signing keys that a token would hold. Include
   after cmocka.h. What is in the attestations is not looked at by lib/share. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "base/encode.h"
#include "crypto/ecdh.h"
#include "crypto/fido2prf.h"
#include "crypto/p256.h"
#include "share/card.h"
#include "signers.h"

struct made_card {
	struct seal_card card;
	EVP_PKEY *p256;	     /* signs where the kind is not passphrase */
	uint8_t ed25519[64]; /* else */
};

static void SEAL_UNUSED made_done(struct made_card *made)
{
	EVP_PKEY_free(made->p256);
}

/* Signs anew, as the token would after any change. */
static void SEAL_UNUSED made_sign(struct made_card *made)
{
	struct seal_card *card = &made->card;
	struct seal_diag diag = {0};
	char *text = NULL;
	size_t len;

	if (seal_card_signed_text(card, &text, &diag) != SEAL_OK)
		fail_msg("%s", diag.cause[diag.causes - 1]);
	len = strlen(text);
	card->signature_len = 64;
	if (card->signing_kind == SEAL_CARD_ED25519)
		assert_int_equal(crypto_sign_detached(card->signature, NULL, (uint8_t *)text, len,
						      made->ed25519),
				 0);
	else if (card->signing_kind == SEAL_CARD_P256)
		card->signature_len =
			sign_ecdsa(made->p256, text, len, card->signature, sizeof card->signature);
	else
		card->signature_len = sign_assertion(made->p256, card->fido2.signing_rp_id, 5, text,
						     len, card->signature, sizeof card->signature);
	free(text);
}

static void put_text(char *out, size_t cap, const char *text)
{
	assert_true(strlen(text) < cap);
	memcpy(out, text, strlen(text) + 1);
}

static void put_der(struct seal_card_der *der, uint8_t fill, size_t len)
{
	for (size_t i = 0; i < len; i++)
		der->bytes[i] = fill;
	der->len = len;
}

static void put_statement(struct seal_card_statement *statement, uint8_t fill, size_t len)
{
	for (size_t i = 0; i < len; i++)
		statement->data[i] = fill;
	for (size_t i = 0; i < 70; i++)
		statement->signature[i] = (uint8_t)(fill + 1);
	statement->data_len = len;
	statement->signature_len = len ? 70 : 0;
}

static void make_x25519(struct seal_card *card)
{
	struct seal_secret *key = NULL;
	uint8_t point[32];

	assert_int_equal(seal_ecdh_generate(SEAL_CURVE_X25519, &key, NULL), SEAL_OK);
	assert_int_equal(seal_ecdh_public(SEAL_CURVE_X25519, key, point, NULL), SEAL_OK);
	assert_int_equal(
		seal_bech32("age", point, 32, 0, card->recipient, sizeof card->recipient, NULL),
		SEAL_OK);
	seal_secret_free(key);
}

static void make_p256(struct made_card *made, enum seal_card_signing kind)
{
	made->p256 = EVP_EC_gen("P-256");
	point_of(made->p256, made->card.signing);
	made->card.signing_len = 65;
	made->card.signing_kind = kind;
}

static void fill_piv(struct seal_card *card)
{
	struct seal_card_piv *piv = &card->piv;
	EVP_PKEY *unwrap = EVP_EC_gen("P-256");
	uint8_t point[65];
	uint8_t plugin[9] = {0x4e, 0x61, 0xbc, 0x00, 0x82};

	point_of(unwrap, point);
	EVP_PKEY_free(unwrap);
	assert_int_equal(seal_p256_text(SEAL_P256_TAG, point, card->recipient, NULL), SEAL_OK);
	seal_p256_tag(SEAL_P256_PIV, NULL, 0, point, plugin + 5);
	*piv = (struct seal_card_piv){.has_serial = 1,
				      .serial = 12345678,
				      .firmware = {5, 7, 1},
				      .slot = 0x82,
				      .pin = 3,
				      .touch = 2};
	assert_int_equal(seal_bech32("age-plugin-yubikey-", plugin, sizeof plugin, 1, piv->identity,
				     sizeof piv->identity, NULL),
			 SEAL_OK);
	put_der(&piv->unwrap, 1, 40);
	put_der(&piv->sign, 2, 41);
	put_der(&piv->device, 3, 42);
	put_der(&piv->between, 4, 43);
}

static void fill_fido2(struct seal_card *card)
{
	struct seal_card_fido2 *fido2 = &card->fido2;
	struct seal_fido2prf_credential credential = {
		.id = {1, 2, 3}, .id_len = 127, .rp_id = "sealkit.invalid"};
	EVP_PKEY *unwrap = EVP_EC_gen("P-256");

	point_of(unwrap, fido2->unwrap_public);
	EVP_PKEY_free(unwrap);
	make_x25519(card);
	for (size_t i = 0; i < 16; i++)
		fido2->aaguid[i] = (uint8_t)(0x2f + i);
	put_text(fido2->rp_id, sizeof fido2->rp_id, "sealkit.invalid");
	put_text(fido2->signing_rp_id, sizeof fido2->signing_rp_id, "sign.sealkit.invalid");
	assert_int_equal(seal_fido2prf_text(&credential, fido2->identity, NULL), SEAL_OK);
	put_text(fido2->wrapped, sizeof fido2->wrapped,
		 "-----BEGIN AGE ENCRYPTED FILE-----\n"
		 "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IGFnZS1lbmNyeXB0aW9uLm9yZy9maWRv\n"
		 "MnByZg==\n"
		 "-----END AGE ENCRYPTED FILE-----\n");
	for (size_t i = 0; i < 64; i++)
		fido2->credential[i] = (uint8_t)(i * 7);
	fido2->credential_len = 64;
	put_der(&fido2->device, 5, 44);
	put_statement(&fido2->unwrap, 6, 280);
	put_statement(&fido2->sign, 8, 260);
}

/* A signed card with every optional field; made_done when done with it. */
static void SEAL_UNUSED make_card(struct made_card *made, enum seal_card_kind kind,
				  const char *name)
{
	struct seal_card *card = &made->card;

	*made = (struct made_card){.card = {.kind = kind, .is_attested = 1}};
	put_text(card->name, sizeof card->name, name);
	put_text(card->group, sizeof card->group, "ops");
	put_text(card->created, sizeof card->created, "2026-11-24T10:00:00Z");
	if (kind == SEAL_CARD_PIV) {
		make_p256(made, SEAL_CARD_P256);
		fill_piv(card);
	} else if (kind == SEAL_CARD_FIDO2) {
		make_p256(made, SEAL_CARD_ASSERTION);
		fill_fido2(card);
	} else {
		make_x25519(card);
		card->is_attested = 0;
		card->signing_kind = SEAL_CARD_ED25519;
		card->signing_len = 32;
		assert_int_equal(crypto_sign_keypair(card->signing, made->ed25519), 0);
	}
	made_sign(made);
}

#endif
