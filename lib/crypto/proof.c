/* Proof keys: Ed25519 by libsodium, which refuses small-order keys and signatures
   that are not canonical. */

#include "crypto/proof.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hmac.h"

#include "base/banned.h"

#define INFO "sealkit/share-proof/1"
#define ANSWER "sealkit/share-proof-answer/1\n"
#define ANSWER_LEN (sizeof ANSWER - 1)
#define CHALLENGE_MAX 4096u

struct seal_proof {
	struct seal_secret *key; /* libsodium's 64 bytes: seed and public key */
};

void seal_proof_free(struct seal_proof *proof)
{
	if (!proof)
		return;
	seal_secret_free(proof->key);
	free(proof);
}

void seal_proof_freep(struct seal_proof **proof)
{
	seal_proof_free(*proof);
	*proof = NULL;
}

int seal_proof_new(const struct seal_secret *share, const char *set_id,
		   struct seal_proof **out_proof, struct seal_diag *diag)
{
	static const uint8_t no_salt[32] = {0};
	struct seal_proof *proof SEAL_CLEANUP(seal_proof_freep) = NULL;
	struct seal_secret *work SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t id_len = strlen(set_id);
	const struct seal_piece ikm = {seal_secret_bytes(share), seal_secret_len(share)};
	const struct seal_piece info[] = {{INFO, sizeof INFO - 1}, {set_id, id_len}};
	uint8_t public_key[SEAL_PROOF_PUBLIC];
	uint8_t *prk;
	int error;

	if (id_len < 1 || id_len > SEAL_PROOF_SET_ID)
		return seal_fail(diag, SEAL_E_ARGUMENT, "a set id of %zu characters", id_len);
	proof = calloc(1, sizeof *proof);
	if (!proof)
		return seal_fail(diag, SEAL_E_NOMEM, "proof key");
	error = seal_secret_new(64, &proof->key, diag);
	if (!error)
		error = seal_secret_new(64, &work, diag); /* prk, seed */
	if (error)
		return error;
	prk = seal_secret_data(work);
	seal_hmac(no_salt, sizeof no_salt, &ikm, 1, prk);
	seal_hmac_expand(prk, info, 2, prk + 32, 32);
	if (crypto_sign_seed_keypair(public_key, seal_secret_data(proof->key), prk + 32) != 0)
		return seal_fail(diag, SEAL_E_CRYPTO, "Ed25519");
	*out_proof = seal_steal(&proof);
	return SEAL_OK;
}

void seal_proof_public(const struct seal_proof *proof, uint8_t out[static SEAL_PROOF_PUBLIC])
{
	memcpy(out, seal_secret_bytes(proof->key) + 32, SEAL_PROOF_PUBLIC);
}

/* Prefix and challenge in one buffer, which Ed25519 needs: it reads it twice. */
static int message_of(const uint8_t *challenge, size_t len, uint8_t *out, struct seal_diag *diag)
{
	if (len > CHALLENGE_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "a challenge of %zu bytes", len);
	memcpy(out, ANSWER, ANSWER_LEN);
	if (len > 0)
		memcpy(out + ANSWER_LEN, challenge, len);
	return SEAL_OK;
}

int seal_proof_sign(const struct seal_proof *proof, const uint8_t *challenge, size_t len,
		    uint8_t out[static SEAL_PROOF_SIGNATURE], struct seal_diag *diag)
{
	uint8_t message[ANSWER_LEN + CHALLENGE_MAX];
	int error = message_of(challenge, len, message, diag);

	if (error)
		return error;
	if (crypto_sign_detached(out, NULL, message, ANSWER_LEN + len,
				 seal_secret_bytes(proof->key)) != 0)
		return seal_fail(diag, SEAL_E_CRYPTO, "Ed25519");
	return SEAL_OK;
}

int seal_proof_verify(const uint8_t public_key[static SEAL_PROOF_PUBLIC], const uint8_t *challenge,
		      size_t len, const uint8_t signature[static SEAL_PROOF_SIGNATURE],
		      struct seal_diag *diag)
{
	uint8_t message[ANSWER_LEN + CHALLENGE_MAX];
	int error = message_of(challenge, len, message, diag);

	if (error)
		return error;
	if (crypto_sign_verify_detached(signature, message, ANSWER_LEN + len, public_key) != 0)
		return seal_fail(diag, SEAL_E_VERIFY, "not an answer by this share");
	return SEAL_OK;
}
