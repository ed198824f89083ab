/* HPKE: the KEM of RFC 9180 section 4.1, the key schedule of 5.1, messages of 5.2. */

#include "crypto/hpke_internal.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hmac.h"

#include "base/banned.h"

/* "KEM" + kem id, or "HPKE" + kem, kdf and aead id. */
struct suite_id {
	uint8_t bytes[10];
	size_t len;
};

static struct suite_id id_of_kem(enum seal_curve curve)
{
	return (struct suite_id){{'K', 'E', 'M', 0, curve == SEAL_CURVE_P256 ? 0x10 : 0x20}, 5};
}

static struct suite_id id_of(struct seal_hpke_suite suite)
{
	uint8_t kem = suite.curve == SEAL_CURVE_P256 ? 0x10 : 0x20;

	return (struct suite_id){{'H', 'P', 'K', 'E', 0, kem, 0, 1, 0, (uint8_t)suite.aead}, 10};
}

static void extract(const struct suite_id *id, const uint8_t *salt, size_t salt_len,
		    const char *label, const uint8_t *ikm, size_t ikm_len, uint8_t out[static 32])
{
	const struct seal_piece pieces[] = {
		{"HPKE-v1", 7}, {id->bytes, id->len}, {label, strlen(label)}, {ikm, ikm_len}};

	seal_hmac(salt, salt_len, pieces, 4, out);
}

static void expand(const struct suite_id *id, const uint8_t *prk, const char *label,
		   const uint8_t *info, size_t info_len, uint8_t *out, size_t out_len)
{
	const uint8_t length[2] = {0, (uint8_t)out_len};
	const struct seal_piece pieces[] = {{length, 2},
					    {"HPKE-v1", 7},
					    {id->bytes, id->len},
					    {label, strlen(label)},
					    {info, info_len}};

	seal_hmac_expand(prk, pieces, 5, out, out_len);
}

void seal_hpke_free(struct seal_hpke *hpke)
{
	if (!hpke)
		return;
	seal_secret_free(hpke->key);
	seal_secret_free(hpke->exporter);
	seal_wipe(hpke, sizeof *hpke);
	free(hpke);
}

void seal_hpke_freep(struct seal_hpke **hpke)
{
	seal_hpke_free(*hpke);
	*hpke = NULL;
}

/* shared: the 32 bytes of the KEM. */
static int schedule(struct seal_hpke_suite suite, const uint8_t *shared, const uint8_t *info,
		    size_t info_len, struct seal_hpke **out_hpke, struct seal_diag *diag)
{
	struct suite_id id = id_of(suite);
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_hpke *hpke SEAL_CLEANUP(seal_hpke_freep) = calloc(1, sizeof *hpke);
	uint8_t context[65] = {0}; /* mode base, psk_id_hash, info_hash */
	size_t key_len = seal_aead_key_len(suite.aead);
	int error;

	if (!hpke)
		return seal_fail(diag, SEAL_E_NOMEM, "HPKE");
	if (key_len == 0)
		return seal_fail(diag, SEAL_E_ARGUMENT, "HPKE: AEAD %d", (int)suite.aead);
	hpke->aead = suite.aead;
	error = seal_secret_new(32, &secret, diag);
	if (!error)
		error = seal_secret_new(key_len, &hpke->key, diag);
	if (!error)
		error = seal_secret_new(32, &hpke->exporter, diag);
	if (error)
		return error;
	extract(&id, NULL, 0, "psk_id_hash", NULL, 0, context + 1);
	extract(&id, NULL, 0, "info_hash", info, info_len, context + 33);
	extract(&id, shared, 32, "secret", NULL, 0, seal_secret_data(secret));
	expand(&id, seal_secret_bytes(secret), "key", context, 65, seal_secret_data(hpke->key),
	       key_len);
	expand(&id, seal_secret_bytes(secret), "base_nonce", context, 65, hpke->base_nonce,
	       SEAL_AEAD_NONCE);
	expand(&id, seal_secret_bytes(secret), "exp", context, 65, seal_secret_data(hpke->exporter),
	       32);
	*out_hpke = seal_steal(&hpke);
	return SEAL_OK;
}

/* Raw agreement of `mine` with `peer`, then ExtractAndExpand over enc and the
   recipient's point, then the schedule. Both points have been checked. */
static int agree(struct seal_hpke_suite suite, const struct seal_ecdh *mine, const uint8_t *peer,
		 const uint8_t *enc, const uint8_t *point, const uint8_t *info, size_t info_len,
		 struct seal_hpke **out_hpke, struct seal_diag *diag)
{
	struct suite_id id = id_of_kem(suite.curve);
	struct seal_secret *work SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t context[2 * SEAL_POINT_MAX];
	size_t len = seal_curve_point_len(suite.curve);
	uint8_t *z;
	int error = seal_secret_new(96, &work, diag); /* z, eae_prk, shared_secret */

	if (error)
		return error;
	z = seal_secret_data(work);
	error = mine->derive(mine->ctx, peer, len, z, diag);
	if (error)
		return error;
	memcpy(context, enc, len);
	memcpy(context + len, point, len);
	extract(&id, NULL, 0, "eae_prk", z, 32, z + 32);
	expand(&id, z + 32, "shared_secret", context, 2 * len, z + 64, 32);
	return schedule(suite, z + 64, info, info_len, out_hpke, diag);
}

int seal_hpke_send_with(struct seal_hpke_suite suite, struct seal_secret *ephemeral,
			const uint8_t *point, size_t point_len, const uint8_t *info,
			size_t info_len, uint8_t *out_enc, struct seal_hpke **out_hpke,
			struct seal_diag *diag)
{
	struct seal_ecdh mine = seal_ecdh_software(suite.curve, ephemeral);
	uint8_t enc[SEAL_POINT_MAX];
	int error = seal_point_check(suite.curve, point, point_len, diag);

	if (!error)
		error = seal_ecdh_public(suite.curve, ephemeral, enc, diag);
	if (!error)
		error = agree(suite, &mine, point, enc, point, info, info_len, out_hpke, diag);
	if (!error)
		memcpy(out_enc, enc, seal_curve_point_len(suite.curve));
	return error;
}

int seal_hpke_send(struct seal_hpke_suite suite, const uint8_t *point, size_t point_len,
		   const uint8_t *info, size_t info_len, uint8_t *out_enc,
		   struct seal_hpke **out_hpke, struct seal_diag *diag)
{
	struct seal_secret *ephemeral SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = seal_ecdh_generate(suite.curve, &ephemeral, diag);

	return error ? error
		     : seal_hpke_send_with(suite, ephemeral, point, point_len, info, info_len,
					   out_enc, out_hpke, diag);
}

int seal_hpke_receive(struct seal_hpke_suite suite, const struct seal_hpke_own *own,
		      const uint8_t *enc, size_t enc_len, const uint8_t *info, size_t info_len,
		      struct seal_hpke **out_hpke, struct seal_diag *diag)
{
	int error = seal_point_check(suite.curve, own->point, own->point_len, diag);

	if (!error)
		error = seal_point_check(suite.curve, enc, enc_len, diag);
	return error ? error
		     : agree(suite, own->ecdh, enc, enc, own->point, info, info_len, out_hpke,
			     diag);
}

static int nonce_of(const struct seal_hpke *hpke, uint8_t nonce[static SEAL_AEAD_NONCE],
		    struct seal_diag *diag)
{
	if (hpke->sequence == UINT64_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "HPKE: message limit reached");
	memcpy(nonce, hpke->base_nonce, SEAL_AEAD_NONCE);
	for (unsigned i = 0; i < 8; i++)
		nonce[11 - i] ^= (uint8_t)(hpke->sequence >> (8 * i));
	return SEAL_OK;
}

int seal_hpke_seal(struct seal_hpke *hpke, const uint8_t *aad, size_t aad_len, const uint8_t *in,
		   size_t len, uint8_t *out, struct seal_diag *diag)
{
	uint8_t nonce[SEAL_AEAD_NONCE];
	struct seal_aead_message message = {nonce, aad, aad_len, in, len};
	int error = nonce_of(hpke, nonce, diag);

	if (!error)
		error = seal_aead_seal(hpke->aead, hpke->key, &message, out, diag);
	if (!error)
		hpke->sequence++;
	return error;
}

int seal_hpke_open(struct seal_hpke *hpke, const uint8_t *aad, size_t aad_len, const uint8_t *in,
		   size_t len, uint8_t *out, struct seal_diag *diag)
{
	uint8_t nonce[SEAL_AEAD_NONCE];
	struct seal_aead_message message = {nonce, aad, aad_len, in, len};
	int error = nonce_of(hpke, nonce, diag);

	if (!error)
		error = seal_aead_open(hpke->aead, hpke->key, &message, out, diag);
	if (!error)
		hpke->sequence++;
	return error;
}
