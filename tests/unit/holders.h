#ifndef SEALKIT_TESTS_HOLDERS_H
#define SEALKIT_TESTS_HOLDERS_H

/* Holders of share sets: passphrase and PIV cards, unsigned, with the private unwrapping
   keys that a token would hold. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <sodium.h>

#include "base/encode.h"
#include "crypto/p256.h"
#include "share/card.h"

struct holder {
	struct seal_card card;
	struct seal_secret *key; /* X25519 or P-256, unwrapping */
	struct seal_ecdh ecdh;
	struct seal_p256_identity p256;
	struct seal_age_identity age;
};

static void holder_done(struct holder *holder)
{
	seal_secret_freep(&holder->key);
}

static void holder_base(struct holder *holder, const char *name, const char *group)
{
	*holder = (struct holder){0};
	(void)snprintf(holder->card.name, sizeof holder->card.name, "%s", name);
	(void)snprintf(holder->card.group, sizeof holder->card.group, "%s", group);
	(void)snprintf(holder->card.created, sizeof holder->card.created, "%s",
		       "2026-11-24T10:00:00Z");
}

static void holder_x25519(struct holder *holder, const char *name, const char *group)
{
	uint8_t point[65];
	uint8_t secret[64];

	holder_base(holder, name, group);
	holder->card.kind = SEAL_CARD_PASSPHRASE;
	holder->card.signing_kind = SEAL_CARD_ED25519;
	assert_int_equal(crypto_sign_keypair(holder->card.signing, secret), 0);
	holder->card.signing_len = 32;
	assert_int_equal(seal_ecdh_generate(SEAL_CURVE_X25519, &holder->key, NULL), SEAL_OK);
	assert_int_equal(seal_ecdh_public(SEAL_CURVE_X25519, holder->key, point, NULL), SEAL_OK);
	assert_int_equal(seal_bech32("age", point, 32, 0, holder->card.recipient,
				     sizeof holder->card.recipient, NULL),
			 SEAL_OK);
	holder->age = seal_age_x25519_identity(holder->key);
}

/* holder must stay where it is: the identity points into it. */
static void holder_piv(struct holder *holder, const char *name, const char *group, uint32_t serial)
{
	struct seal_secret *signing = NULL;

	holder_base(holder, name, group);
	holder->card.kind = SEAL_CARD_PIV;
	holder->card.signing_kind = SEAL_CARD_P256;
	holder->card.signing_len = 65;
	assert_int_equal(seal_ecdh_generate(SEAL_CURVE_P256, &signing, NULL), SEAL_OK);
	assert_int_equal(seal_ecdh_public(SEAL_CURVE_P256, signing, holder->card.signing, NULL),
			 SEAL_OK);
	seal_secret_free(signing);
	holder->card.piv.has_serial = 1;
	holder->card.piv.serial = serial;
	holder->card.piv.slot = 0x82;
	holder->card.piv.pin = 3;
	holder->card.piv.touch = 2;
	holder->card.piv.firmware[0] = 5;
	assert_int_equal(seal_ecdh_generate(SEAL_CURVE_P256, &holder->key, NULL), SEAL_OK);
	assert_int_equal(seal_ecdh_public(SEAL_CURVE_P256, holder->key, holder->p256.point, NULL),
			 SEAL_OK);
	assert_int_equal(
		seal_p256_text(SEAL_P256_TAG, holder->p256.point, holder->card.recipient, NULL),
		SEAL_OK);
	holder->ecdh = seal_ecdh_software(SEAL_CURVE_P256, holder->key);
	holder->p256.ecdh = &holder->ecdh;
	holder->age = seal_p256_age_identity(&holder->p256);
}

#endif
