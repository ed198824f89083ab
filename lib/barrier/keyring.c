/* The keyring: the key of paths, and one key for each term. Wrapped: version (1 byte),
   count (4), path key, then for each term its time (8), its encryptions (8), its key;
   numbers are big-endian. Keys live in one secret, which is never changed in place. */

#include "barrier/rows_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define VERSION 1u
#define HEAD (1u + 4u + SEAL_BARRIER_KEY)
#define TERM (8u + 8u + SEAL_BARRIER_KEY)

static const struct seal_box_aad wrap_aad = {.label = "sealkit/barrier-keyring/1"};

void seal_keyring_free(struct seal_keyring *keyring)
{
	if (!keyring)
		return;
	for (size_t i = 0; keyring->terms && i < keyring->count; i++)
		seal_xaes_free(keyring->terms[i].xaes);
	free(keyring->terms);
	seal_secret_free(keyring->keys);
	free(keyring);
}

void seal_keyring_freep(struct seal_keyring **keyring)
{
	seal_keyring_free(*keyring);
	*keyring = NULL;
}

static int allocate(size_t count, struct seal_keyring **out_keyring, struct seal_diag *diag)
{
	struct seal_keyring *keyring SEAL_CLEANUP(seal_keyring_freep) = calloc(1, sizeof *keyring);
	int error;

	if (!keyring)
		return seal_fail(diag, SEAL_E_NOMEM, "keyring");
	keyring->count = count;
	keyring->terms = calloc(count, sizeof *keyring->terms);
	if (!keyring->terms)
		return seal_fail(diag, SEAL_E_NOMEM, "keyring");
	error = seal_secret_new((count + 1) * SEAL_BARRIER_KEY, &keyring->keys, diag);
	if (error)
		return error;
	*out_keyring = seal_steal(&keyring);
	return SEAL_OK;
}

static uint8_t *key_of(struct seal_keyring *keyring, size_t term)
{
	return seal_secret_data(keyring->keys) + term * SEAL_BARRIER_KEY;
}

const uint8_t *seal_keyring_paths(const struct seal_keyring *keyring)
{
	return seal_secret_bytes(keyring->keys);
}

int seal_keyring_new(uint64_t now, struct seal_keyring **out_keyring, struct seal_diag *diag)
{
	struct seal_keyring *keyring SEAL_CLEANUP(seal_keyring_freep) = NULL;
	int error = allocate(1, &keyring, diag);

	if (!error)
		error = seal_random(seal_secret_data(keyring->keys), seal_secret_len(keyring->keys),
				    diag);
	if (error)
		return error;
	keyring->terms[0].installed = now;
	*out_keyring = seal_steal(&keyring);
	return SEAL_OK;
}

int seal_keyring_rotated(const struct seal_keyring *old, uint64_t now,
			 struct seal_keyring **out_keyring, struct seal_diag *diag)
{
	struct seal_keyring *keyring SEAL_CLEANUP(seal_keyring_freep) = NULL;
	int error;

	if (old->count >= SEAL_BARRIER_TERMS)
		return seal_fail(diag, SEAL_E_TOOLONG, "keyring: over %u terms",
				 SEAL_BARRIER_TERMS);
	error = allocate(old->count + 1, &keyring, diag);
	if (!error)
		error = seal_random(key_of(keyring, keyring->count), SEAL_BARRIER_KEY, diag);
	if (error)
		return error;
	memcpy(seal_secret_data(keyring->keys), seal_secret_bytes(old->keys),
	       seal_secret_len(old->keys));
	for (size_t i = 0; i < old->count; i++) {
		keyring->terms[i].installed = old->terms[i].installed;
		keyring->terms[i].encryptions = old->terms[i].encryptions;
	}
	keyring->terms[old->count].installed = now;
	*out_keyring = seal_steal(&keyring);
	return SEAL_OK;
}

int seal_keyring_xaes(struct seal_keyring *keyring, size_t term, struct seal_xaes **out_xaes,
		      struct seal_diag *diag)
{
	struct seal_keyring_term *one;
	int error = SEAL_OK;

	if (term < 1 || term > keyring->count)
		return seal_fail(diag, SEAL_E_VERIFY, "a row of the store: unknown term");
	one = &keyring->terms[term - 1];
	if (!one->xaes)
		error = seal_xaes_new(key_of(keyring, term), &one->xaes, diag);
	if (!error)
		*out_xaes = one->xaes;
	return error;
}

int seal_keyring_wrap(const struct seal_keyring *keyring, const struct seal_secret *root,
		      uint8_t **out_box, size_t *out_len, struct seal_diag *diag)
{
	struct seal_secret *plain SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t len = HEAD + keyring->count * TERM;
	const uint8_t *keys = seal_secret_bytes(keyring->keys);
	uint8_t *box;
	uint8_t *at;
	int error = seal_secret_new(len, &plain, diag);

	if (error)
		return error;
	at = seal_secret_data(plain);
	at[0] = VERSION;
	(void)seal_number_put(at + 1, 4, keyring->count);
	memcpy(at + 5, keys, SEAL_BARRIER_KEY);
	at += HEAD;
	for (size_t i = 0; i < keyring->count; i++, at += TERM) {
		(void)seal_number_put(at, 8, keyring->terms[i].installed);
		(void)seal_number_put(at + 8, 8, keyring->terms[i].encryptions);
		memcpy(at + 16, keys + (i + 1) * SEAL_BARRIER_KEY, SEAL_BARRIER_KEY);
	}
	box = malloc(len + SEAL_BARRIER_BOX);
	if (!box)
		return seal_fail(diag, SEAL_E_NOMEM, "keyring");
	error = seal_box_seal(root, &wrap_aad, seal_secret_bytes(plain), len, box, diag);
	if (error) {
		free(box);
		return error;
	}
	*out_box = box;
	*out_len = len + SEAL_BARRIER_BOX;
	return SEAL_OK;
}

static int parse(const uint8_t *at, size_t len, struct seal_keyring **out_keyring,
		 struct seal_diag *diag)
{
	struct seal_keyring *keyring SEAL_CLEANUP(seal_keyring_freep) = NULL;
	uint64_t count = seal_number_get(at + 1, 4);
	int error;

	if (at[0] != VERSION)
		return seal_fail(diag, SEAL_E_VERSION, "keyring: version %u", at[0]);
	if (count < 1 || count > SEAL_BARRIER_TERMS || len != HEAD + count * TERM)
		return seal_fail(diag, SEAL_E_VERIFY, "keyring: damaged");
	error = allocate((size_t)count, &keyring, diag);
	if (error)
		return error;
	memcpy(key_of(keyring, 0), at + 5, SEAL_BARRIER_KEY);
	at += HEAD;
	for (size_t i = 0; i < keyring->count; i++, at += TERM) {
		keyring->terms[i].installed = seal_number_get(at, 8);
		keyring->terms[i].encryptions = seal_number_get(at + 8, 8);
		memcpy(key_of(keyring, i + 1), at + 16, SEAL_BARRIER_KEY);
	}
	*out_keyring = seal_steal(&keyring);
	return SEAL_OK;
}

int seal_keyring_unwrap(const uint8_t *box, size_t len, const struct seal_secret *root,
			struct seal_keyring **out_keyring, struct seal_diag *diag)
{
	struct seal_secret *plain SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error;

	if (len < SEAL_BARRIER_BOX + HEAD ||
	    len > SEAL_BARRIER_BOX + HEAD + (size_t)SEAL_BARRIER_TERMS * TERM)
		return seal_fail(diag, SEAL_E_VERIFY, "keyring: damaged");
	error = seal_secret_new(len - SEAL_BARRIER_BOX, &plain, diag);
	if (!error)
		error = seal_box_open(root, &wrap_aad, box, len, seal_secret_data(plain), diag);
	if (error)
		return seal_because(diag, error, "keyring");
	return parse(seal_secret_bytes(plain), seal_secret_len(plain), out_keyring, diag);
}
