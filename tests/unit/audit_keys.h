#ifndef SEALKIT_TESTS_AUDIT_KEYS_H
#define SEALKIT_TESTS_AUDIT_KEYS_H

/* One cosigner of each kind, with its private key, and a log's key. Include after cmocka.h. */

#include <stdio.h>
#include <stdlib.h>

#include "audit/checkpoint.h"
#include "audit/cosign.h"
#include "base/encode.h"
#include "signers.h"

#define RP_ID "sealkit.invalid"

enum { LOG, ALICE, BRUNO, CHLOE, KEYS }; /* Ed25519 0x01, 0x04; P-256; FIDO2 */

struct audit_keys {
	uint8_t ed25519[2][64];
	EVP_PKEY *p256[2];
	struct seal_note_key key[KEYS];
	struct seal_cosigner cosigner[KEYS];
	unsigned flags; /* of Chloe's token */
};

static struct audit_keys keys;

static int sign_plain(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		      size_t *out_len, struct seal_diag *diag)
{
	int who = *(const int *)ctx;

	(void)diag;
	if (who == LOG || who == ALICE) {
		assert_true(cap >= 64);
		(void)crypto_sign_detached(out, NULL, text, text_len, keys.ed25519[who]);
		*out_len = 64;
	} else if (who == BRUNO) {
		*out_len = sign_ecdsa(keys.p256[0], text, text_len, out, cap);
	} else {
		*out_len =
			sign_assertion(keys.p256[1], RP_ID, keys.flags, text, text_len, out, cap);
	}
	return SEAL_OK;
}

static void SEAL_UNUSED audit_keys_init(uint64_t seconds)
{
	static int who[KEYS] = {LOG, ALICE, BRUNO, CHLOE};
	uint8_t public_key[SEAL_ASSERTION_PUBLIC];

	keys.flags = 5;
	for (int i = 0; i < 2; i++) {
		keys.p256[i] = EVP_EC_gen("P-256");
		(void)crypto_sign_keypair(public_key, keys.ed25519[i]);
	}
	assert_int_equal(seal_note_key_ed25519("vault.example/log", keys.ed25519[0] + 32,
					       &keys.key[LOG], NULL),
			 SEAL_OK);
	assert_int_equal(
		seal_cosign_key_ed25519("alice", keys.ed25519[1] + 32, &keys.key[ALICE], NULL),
		SEAL_OK);
	point_of(keys.p256[0], public_key);
	assert_int_equal(seal_cosign_key_p256("bruno", public_key, &keys.key[BRUNO], NULL),
			 SEAL_OK);
	(void)crypto_hash_sha256(public_key, (const uint8_t *)RP_ID, strlen(RP_ID));
	point_of(keys.p256[1], public_key + SEAL_ASSERTION_HASH);
	assert_int_equal(seal_cosign_key_fido2("chloe", public_key, &keys.key[CHLOE], NULL),
			 SEAL_OK);
	for (int i = 0; i < KEYS; i++)
		keys.cosigner[i] = (struct seal_cosigner){sign_plain, &who[i], seconds};
}

static void SEAL_UNUSED audit_keys_done(void)
{
	EVP_PKEY_free(keys.p256[0]);
	EVP_PKEY_free(keys.p256[1]);
}

static struct seal_note_signer signer_of(int who)
{
	struct seal_note_signer plain = {&keys.key[who], sign_plain, keys.cosigner[who].ctx};

	return who == LOG ? plain : seal_cosign_signer(&keys.key[who], &keys.cosigner[who]);
}

/* The head signed by the log, and by cosigners as their bits are set; the caller's. */
static SEAL_UNUSED char *head_of(const struct seal_checkpoint *checkpoint, unsigned who,
				 size_t *out_len)
{
	struct seal_note_signer signers[KEYS];
	size_t count = 0;
	char *note = NULL;

	for (int i = 0; i < KEYS; i++)
		if (who >> i & 1)
			signers[count++] = signer_of(i);
	assert_int_equal(seal_checkpoint_sign(checkpoint, signers, count, &note, out_len, NULL),
			 SEAL_OK);
	return note;
}

/* Of the types that the key may be told by; text has room. */
static void SEAL_UNUSED vkey_of(int who, char *text, size_t cap)
{
	static const char *const types[KEYS] = {"\x01", "\x04", "\xff" SEAL_COSIGN_P256,
						"\xff" SEAL_COSIGN_FIDO2};
	const struct seal_note_key *key = &keys.key[who];
	uint8_t bytes[256];
	char id[9], base64[400];
	size_t type_len = strlen(types[who]);

	memcpy(bytes, types[who], type_len);
	memcpy(bytes + type_len, key->bytes, key->len);
	seal_hex(key->id, 4, id);
	seal_base64(SEAL_BASE64_PADDED, bytes, type_len + key->len, base64);
	(void)snprintf(text, cap, "%s+%s+%s", key->name, id, base64);
}

#endif
