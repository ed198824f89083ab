/* What an enrolled FIDO2 token does: evaluate hmac-secret, sign, and show without PIN or
   touch that it is the one. fido_dev_get_assert checks nothing, so every answer is
   verified here: signature, rp id, touch (UP), PIN (UV). Without PIN the same credential
   gives another secret, and no error. */

#include <errno.h>
#include <fido/es256.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/age.h"
#include "crypto/assertion.h"
#include "crypto/fido2prf.h"
#include "token/fido2_internal.h"

#include "base/banned.h"

#define IDENTITY_BYTES 256u /* AGE-SECRET-KEY-1..., a newline, comments there are none */
#define AUTH_DATA_MIN 37u
#define AUTH_DATA_MAX 512u

static void assert_freep(fido_assert_t **assert)
{
	fido_assert_free(assert);
}

static void public_freep(es256_pk_t **key)
{
	es256_pk_free(key);
}

/* hash: 32 bytes of client data. */
static int new_assert(const char *rp_id, const uint8_t *id, size_t id_len, const uint8_t *hash,
		      fido_assert_t **out_assert, struct seal_diag *diag)
{
	fido_assert_t *assert SEAL_CLEANUP(assert_freep) = fido_assert_new();

	if (!assert || fido_assert_set_rp(assert, rp_id) != FIDO_OK ||
	    fido_assert_set_clientdata_hash(assert, hash, 32) != FIDO_OK ||
	    fido_assert_allow_cred(assert, id, id_len) != FIDO_OK)
		return seal_fail(diag, SEAL_E_NOMEM, "FIDO2 assertion");
	*out_assert = seal_steal(&assert);
	return SEAL_OK;
}

/* The authenticator data, which libfido2 1.12 gives as a CBOR byte string. */
static int auth_data(const fido_assert_t *assert, const uint8_t **out, size_t *out_len)
{
	const uint8_t *cbor = fido_assert_authdata_ptr(assert, 0);
	size_t len = fido_assert_authdata_len(assert, 0);
	size_t head = 0;
	size_t said = 0;

	if (cbor && len >= 2 && cbor[0] == 0x58) {
		head = 2;
		said = cbor[1];
	} else if (cbor && len >= 3 && cbor[0] == 0x59) {
		head = 3;
		said = (size_t)cbor[1] << 8 | cbor[2];
	}
	if (head == 0 || said != len - head || said < AUTH_DATA_MIN || said > AUTH_DATA_MAX)
		return 0;
	*out = cbor + head;
	*out_len = said;
	return 1;
}

/* Flags that must be there, rp id and, with a public key, the signature. */
static int check(fido_assert_t *assert, const char *rp_id, const uint8_t *public_key,
		 unsigned flags, struct seal_diag *diag)
{
	es256_pk_t *key SEAL_CLEANUP(public_freep) = es256_pk_new();
	uint8_t rp_hash[crypto_hash_sha256_BYTES];
	const uint8_t *data = NULL;
	size_t len = 0;
	unsigned got = fido_assert_flags(assert, 0);

	(void)crypto_hash_sha256(rp_hash, (const uint8_t *)rp_id, strlen(rp_id));
	if (!key)
		return seal_fail(diag, SEAL_E_NOMEM, "FIDO2 assertion");
	if (fido_assert_count(assert) != 1 || !auth_data(assert, &data, &len))
		return seal_fail(diag, SEAL_E_TOKENREFUSED, "the token's answer makes no sense");
	if (!seal_eq_ct(data, rp_hash, sizeof rp_hash))
		return seal_fail(diag, SEAL_E_VERIFY, "the token answered for another rp id");
	if (flags & ~got & CTAP_AUTHDATA_USER_PRESENT)
		return seal_fail(diag, SEAL_E_VERIFY, "the token answered without touch");
	if (flags & ~got & CTAP_AUTHDATA_USER_VERIFIED)
		return seal_fail(diag, SEAL_E_VERIFY, "the token answered without PIN");
	if (!public_key)
		return SEAL_OK;
	if (es256_pk_from_ptr(key, public_key + 1, 64) != FIDO_OK)
		return seal_fail(diag, SEAL_E_FORMAT, "public key of a FIDO2 credential");
	if (fido_assert_verify(assert, 0, COSE_ES256, key) != FIDO_OK)
		return seal_fail(diag, SEAL_E_VERIFY, "the token's signature is wrong");
	return SEAL_OK;
}

static int get_assert(struct seal_fido2 *token, const char *pin, void *ctx)
{
	return fido_dev_get_assert(token->dev, ctx, pin);
}

static int evaluate(void *ctx, const uint8_t salts[static SEAL_FIDO2PRF_SALTS],
		    struct seal_secret *output, struct seal_diag *diag)
{
	const struct seal_fido2_use *use = ctx;
	struct seal_fido2 *token = use->token;
	fido_assert_t *assert SEAL_CLEANUP(assert_freep) = NULL;
	uint8_t hash[32];
	int error = seal_random(hash, sizeof hash, diag);

	if (!error)
		error = new_assert(token->unwrap.rp_id, token->unwrap.id, token->unwrap.id_len,
				   hash, &assert, diag);
	if (error)
		return error;
	if (fido_assert_set_extensions(assert, FIDO_EXT_HMAC_SECRET) != FIDO_OK ||
	    fido_assert_set_hmac_salt(assert, salts, SEAL_FIDO2PRF_SALTS) != FIDO_OK)
		return seal_fail(diag, SEAL_E_NOMEM, "hmac-secret");
	error = seal_fido2_with_pin(token, use->asker, get_assert, assert, "hmac-secret", diag);
	if (!error)
		error = check(assert, token->unwrap.rp_id,
			      token->has_unwrap_public ? token->unwrap_public : NULL,
			      CTAP_AUTHDATA_USER_PRESENT | CTAP_AUTHDATA_USER_VERIFIED, diag);
	if (error)
		return error;
	if (fido_assert_hmac_secret_len(assert, 0) != SEAL_FIDO2PRF_OUTPUT)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "%s: the token gave no hmac-secret, or a short one",
				 token->device.where);
	memcpy(seal_secret_data(output), fido_assert_hmac_secret_ptr(assert, 0),
	       SEAL_FIDO2PRF_OUTPUT);
	return SEAL_OK;
}

struct seal_fido2prf seal_fido2_prf(struct seal_fido2_use *use)
{
	return (struct seal_fido2prf){evaluate, use};
}

int seal_fido2_open_wrapped(struct seal_fido2_use *use, const char *wrapped,
			    struct seal_secret **out_key, struct seal_diag *diag)
{
	struct seal_fido2prf prf = seal_fido2_prf(use);
	struct seal_age_identity identity = seal_fido2prf_identity(&prf);
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_mem_source in = {.bytes = (const uint8_t *)wrapped, .len = strlen(wrapped)};
	struct seal_mem_sink to = {0};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&to);
	int error = seal_secret_new(IDENTITY_BYTES, &text, diag);

	if (error)
		return error;
	to.bytes = seal_secret_data(text);
	to.cap = IDENTITY_BYTES - 1;
	error = seal_age_open(&identity, 1, &source, &sink, diag);
	if (error == SEAL_E_NOIDENTITY)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "%s: its secret does not open the card's identity",
				 use->token->device.where);
	if (error)
		return error;
	if (to.len > 0 && to.bytes[to.len - 1] == '\n')
		to.bytes[to.len - 1] = '\0';
	return seal_age_x25519_parse((const char *)to.bytes, out_key, diag);
}

int seal_fido2_unwrap(void *self, const struct seal_token_asker *asker,
		      const struct seal_age_stanza *stanzas, size_t count,
		      struct seal_secret *file_key, struct seal_diag *diag)
{
	struct seal_fido2_use use = {self, asker};
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_fido2prf prf = seal_fido2_prf(&use);
	struct seal_age_identity identity = seal_fido2prf_identity(&prf);
	size_t mine = 0;
	size_t direct = 0;
	int error;

	seal_fido2_begin();
	for (size_t i = 0; i < count; i++) {
		mine += strcmp(stanzas[i].type, "X25519") == 0;
		direct += strcmp(stanzas[i].type, SEAL_FIDO2PRF_TYPE) == 0;
	}
	/* A file of the token itself, such as the identity inside a card. */
	if (mine == 0 && direct > 0)
		return identity.unwrap(identity.ctx, stanzas, count, file_key, diag);
	if (mine == 0)
		return seal_fail(diag, SEAL_E_NOIDENTITY, "not sealed to this kind of token");
	error = seal_fido2_open_wrapped(&use, use.token->card.fido2.wrapped, &key, diag);
	if (error)
		return error;
	identity = seal_age_x25519_identity(key);
	error = identity.unwrap(identity.ctx, stanzas, count, file_key, diag);
	return error == SEAL_E_NOIDENTITY ? seal_fail(diag, error, "not sealed to the card of %s",
						      use.token->card.name)
					  : error;
}

int seal_fido2_sign(void *self, const struct seal_token_asker *asker, const void *text,
		    size_t text_len, uint8_t *out, size_t cap, size_t *out_len,
		    struct seal_diag *diag)
{
	struct seal_fido2 *token = self;
	const struct seal_card_fido2 *card = &token->card.fido2;
	fido_assert_t *assert SEAL_CLEANUP(assert_freep) = NULL;
	uint8_t hash[SEAL_ASSERTION_HASH];
	const uint8_t *data = NULL;
	size_t len = 0;
	int error;

	seal_fido2_begin();
	seal_assertion_hash(text, text_len, hash);
	error = new_assert(card->signing_rp_id, card->credential, card->credential_len, hash,
			   &assert, diag);
	if (!error)
		error = seal_fido2_with_pin(token, asker, get_assert, assert, "signing", diag);
	if (!error)
		error = check(assert, card->signing_rp_id, token->card.signing,
			      CTAP_AUTHDATA_USER_PRESENT | CTAP_AUTHDATA_USER_VERIFIED, diag);
	if (error)
		return error;
	if (!auth_data(assert, &data, &len))
		return seal_fail(diag, SEAL_E_TOKENREFUSED, "authenticator data");
	return seal_assertion_pack(data, len, fido_assert_sig_ptr(assert, 0),
				   fido_assert_sig_len(assert, 0), out, cap, out_len, diag);
}

int seal_fido2_knows(struct seal_fido2 *token, const char *rp_id, const uint8_t *id, size_t id_len,
		     const uint8_t *public_key)
{
	fido_assert_t *assert SEAL_CLEANUP(assert_freep) = NULL;
	uint8_t hash[32];
	int code;

	if (seal_random(hash, sizeof hash, NULL) ||
	    new_assert(rp_id, id, id_len, hash, &assert, NULL) ||
	    fido_assert_set_up(assert, FIDO_OPT_FALSE) != FIDO_OK)
		return -1;
	errno = 0;
	code = fido_dev_get_assert(token->dev, assert, NULL);
	if (code == FIDO_ERR_NO_CREDENTIALS || code == FIDO_ERR_INVALID_CREDENTIAL)
		return 0;
	if (code != FIDO_OK) {
		/* Only to note a token that is gone. */
		(void)seal_fido2_fail(token, code, "asking whether it knows a credential", NULL);
		return -1;
	}
	return check(assert, rp_id, public_key, 0, NULL) == SEAL_OK;
}
