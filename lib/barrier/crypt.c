/* Boxes and rows: what XAES-256-GCM makes of them, and what each is bound to, so that a
   row moved, renamed, put under another folder or given another term is found. */

#include "barrier/rows_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define ROW_VERSION 1u
#define LABEL "sealkit/barrier-row/1"
#define AAD_MAX (sizeof LABEL + 1 + 4 + 4 + SEAL_STORE_KEY + SEAL_BARRIER_PATH)

uint8_t *seal_number_put(uint8_t *out, unsigned bytes, uint64_t value)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
	return out + bytes;
}

uint64_t seal_number_get(const uint8_t *in, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | in[i];
	return value;
}

/* label, NUL, bytes. *out is malloc'd. */
static int join(const struct seal_box_aad *aad, uint8_t **out, size_t *out_len,
		struct seal_diag *diag)
{
	size_t label = strlen(aad->label) + 1;

	*out = malloc(label + aad->len);
	if (!*out)
		return seal_fail(diag, SEAL_E_NOMEM, "associated data");
	memcpy(*out, aad->label, label);
	if (aad->len > 0)
		memcpy(*out + label, aad->bytes, aad->len);
	*out_len = label + aad->len;
	return SEAL_OK;
}

int seal_box_seal(const struct seal_secret *key, const struct seal_box_aad *aad, const uint8_t *in,
		  size_t len, uint8_t *out, struct seal_diag *diag)
{
	uint8_t *all = NULL;
	size_t all_len = 0;
	int error = join(aad, &all, &all_len, diag);

	if (!error)
		error = seal_random(out, SEAL_XAES_NONCE, diag);
	if (!error)
		error = seal_xaes_seal(seal_secret_bytes(key), out, all, all_len, in, len,
				       out + SEAL_XAES_NONCE, diag);
	free(all);
	return error;
}

int seal_box_open(const struct seal_secret *key, const struct seal_box_aad *aad, const uint8_t *in,
		  size_t len, uint8_t *out, struct seal_diag *diag)
{
	uint8_t *all = NULL;
	size_t all_len = 0;
	int error;

	if (len < SEAL_BARRIER_BOX)
		return seal_fail(diag, SEAL_E_VERIFY, "cut short");
	error = join(aad, &all, &all_len, diag);
	if (!error)
		error = seal_xaes_open(seal_secret_bytes(key), in, all, all_len,
				       in + SEAL_XAES_NONCE, len - SEAL_XAES_NONCE, out, diag);
	free(all);
	return error;
}

static size_t row_aad(const struct seal_row *row, size_t term, uint8_t out[static AAD_MAX])
{
	uint8_t *at = out;

	memcpy(at, LABEL, sizeof LABEL);
	at += sizeof LABEL;
	*at++ = (uint8_t)row->kind;
	at = seal_number_put(at, 4, term);
	memcpy(at, row->key, SEAL_STORE_KEY);
	at += SEAL_STORE_KEY;
	at = seal_number_put(at, 4, row->text_len);
	if (row->text_len > 0)
		memcpy(at, row->text, row->text_len);
	return (size_t)(at - out) + row->text_len;
}

int seal_row_seal(struct seal_keyring *keyring, const struct seal_row *row, const uint8_t *in,
		  size_t len, uint8_t *out, struct seal_diag *diag)
{
	uint8_t aad[AAD_MAX];
	struct seal_xaes_message message = {.nonce = out + 5, .aad = aad, .in = in, .len = len};
	struct seal_xaes *xaes = NULL;
	int error;

	if (row->text_len > SEAL_BARRIER_PATH)
		return seal_fail(diag, SEAL_E_TOOLONG, "path");
	error = seal_keyring_xaes(keyring, keyring->count, &xaes, diag);
	if (!error)
		error = seal_random(out + 5, SEAL_XAES_NONCE, diag);
	if (error)
		return error;
	out[0] = ROW_VERSION;
	(void)seal_number_put(out + 1, 4, keyring->count);
	message.aad_len = row_aad(row, keyring->count, aad);
	error = seal_xaes_encrypt(xaes, &message, out + 5 + SEAL_XAES_NONCE, diag);
	if (!error)
		keyring->terms[keyring->count - 1].encryptions++;
	return error;
}

int seal_row_open(struct seal_keyring *keyring, const struct seal_row *row, const uint8_t *in,
		  size_t len, uint8_t *out, struct seal_diag *diag)
{
	uint8_t aad[AAD_MAX];
	struct seal_xaes_message message = {
		.nonce = in + 5,
		.aad = aad,
		.in = in + 5 + SEAL_XAES_NONCE,
		.len = len - 5 - SEAL_XAES_NONCE,
	};
	struct seal_xaes *xaes = NULL;
	size_t term;
	int error;

	if (len < SEAL_BARRIER_ROW || in[0] != ROW_VERSION || row->text_len > SEAL_BARRIER_PATH)
		return seal_fail(diag, SEAL_E_VERIFY, "a row of the store is damaged");
	term = (size_t)seal_number_get(in + 1, 4);
	error = seal_keyring_xaes(keyring, term, &xaes, diag);
	if (error)
		return error;
	message.aad_len = row_aad(row, term, aad);
	error = seal_xaes_decrypt(xaes, &message, out, diag);
	return error ? seal_because(diag, error, "a row of the store") : error;
}
