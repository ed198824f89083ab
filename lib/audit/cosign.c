/* Cosignatures. The message is the text with two lines before it: so a signature over a
   checkpoint alone is none, and the other way round. */

#include "audit/cosign.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

#include "base/banned.h"

#define TIME_BYTES 8u
#define SECONDS_MAX ((uint64_t)INT64_MAX)
#define HEAD_MAX 48u
#define ED25519_TYPE 0x04u

/* *out_message is the caller's. */
static int make_message(uint64_t seconds, const void *text, size_t text_len, char **out_message,
			size_t *out_len, struct seal_diag *diag)
{
	char *message = malloc(HEAD_MAX + text_len);
	size_t len;

	if (!message)
		return seal_fail(diag, SEAL_E_NOMEM, "cosignature");
	len = (size_t)snprintf(message, HEAD_MAX, "cosignature/v1\ntime %llu\n",
			       (unsigned long long)seconds);
	memcpy(message + len, text, text_len);
	*out_message = message;
	*out_len = len + text_len;
	return SEAL_OK;
}

/* 0: no time that a cosignature can have. */
static int take_time(const uint8_t *signature, size_t len, uint64_t *out_seconds)
{
	uint64_t seconds = 0;

	if (len <= TIME_BYTES)
		return 0;
	for (unsigned i = 0; i < TIME_BYTES; i++)
		seconds = seconds << 8 | signature[i];
	*out_seconds = seconds;
	return seconds <= SECONDS_MAX;
}

static int verify_plain(const struct seal_note_key *key, const void *message, size_t message_len,
			const uint8_t *signature, size_t len, struct seal_diag *diag)
{
	struct seal_note_key plain;
	int error;

	if (key->len == 32)
		return len == 64 && crypto_sign_verify_detached(signature, (const uint8_t *)message,
								message_len, key->bytes) == 0
			       ? SEAL_OK
			       : seal_fail(diag, SEAL_E_VERIFY, "Ed25519 cosignature");
	if (key->len == SEAL_ASSERTION_PUBLIC)
		return seal_assertion_verify(key->bytes, key->bytes + SEAL_ASSERTION_HASH, message,
					     message_len, signature, len, diag);
	error = seal_note_key_p256(key->name, key->bytes, &plain, diag);
	return error ? error : plain.verify(&plain, message, message_len, signature, len, diag);
}

static int verify(const struct seal_note_key *key, const void *text, size_t text_len,
		  const uint8_t *signature, size_t len, struct seal_diag *diag)
{
	char *message SEAL_CLEANUP(seal_text_freep) = NULL;
	uint64_t seconds = 0;
	size_t message_len = 0;
	int error;

	if (!take_time(signature, len, &seconds))
		return seal_fail(diag, SEAL_E_VERIFY, "cosignature: its time");
	error = make_message(seconds, text, text_len, &message, &message_len, diag);
	return error ? error
		     : verify_plain(key, message, message_len, signature + TIME_BYTES,
				    len - TIME_BYTES, diag);
}

int seal_cosign_key_ed25519(const char *name, const uint8_t public_key[static 32],
			    struct seal_note_key *out_key, struct seal_diag *diag)
{
	static const uint8_t type[] = {'\n', ED25519_TYPE};
	struct seal_note_key key;
	crypto_hash_sha256_state state;
	uint8_t hash[32];
	int error = seal_note_key_ed25519(name, public_key, &key, diag);

	if (error)
		return error;
	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)name, strlen(name));
	(void)crypto_hash_sha256_update(&state, type, sizeof type);
	(void)crypto_hash_sha256_update(&state, public_key, 32);
	(void)crypto_hash_sha256_final(&state, hash);
	memcpy(key.id, hash, sizeof key.id);
	key.verify = verify;
	*out_key = key;
	return SEAL_OK;
}

int seal_cosign_key_p256(const char *name, const uint8_t point[static SEAL_P256_POINT],
			 struct seal_note_key *out_key, struct seal_diag *diag)
{
	int error = seal_point_check(SEAL_CURVE_P256, point, SEAL_P256_POINT, diag);

	return error ? error
		     : seal_note_key_other(name, SEAL_COSIGN_P256, point, SEAL_P256_POINT, verify,
					   out_key, diag);
}

int seal_cosign_key_fido2(const char *name, const uint8_t public_key[static SEAL_ASSERTION_PUBLIC],
			  struct seal_note_key *out_key, struct seal_diag *diag)
{
	int error = seal_point_check(SEAL_CURVE_P256, public_key + SEAL_ASSERTION_HASH,
				     SEAL_P256_POINT, diag);

	return error ? error
		     : seal_note_key_other(name, SEAL_COSIGN_FIDO2, public_key,
					   SEAL_ASSERTION_PUBLIC, verify, out_key, diag);
}

int seal_cosign_is_key(const struct seal_note_key *key)
{
	return key->verify == verify;
}

int seal_cosign_time(const struct seal_note_key *key, const struct seal_note_signature *signature,
		     uint64_t *out_seconds)
{
	return key->verify == verify && take_time(signature->bytes, signature->len, out_seconds);
}

static int sign(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		size_t *out_len, struct seal_diag *diag)
{
	const struct seal_cosigner *cosigner = ctx;
	char *message SEAL_CLEANUP(seal_text_freep) = NULL;
	size_t message_len = 0;
	size_t len = 0;
	int error;

	if (cap <= TIME_BYTES || cosigner->seconds > SECONDS_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "cosignature");
	error = make_message(cosigner->seconds, text, text_len, &message, &message_len, diag);
	if (!error)
		error = cosigner->sign(cosigner->ctx, message, message_len, out + TIME_BYTES,
				       cap - TIME_BYTES, &len, diag);
	if (error)
		return error;
	for (unsigned i = 0; i < TIME_BYTES; i++)
		out[i] = (uint8_t)(cosigner->seconds >> 8 * (TIME_BYTES - 1 - i));
	*out_len = TIME_BYTES + len;
	return SEAL_OK;
}

struct seal_note_signer seal_cosign_signer(const struct seal_note_key *key,
					   struct seal_cosigner *cosigner)
{
	return (struct seal_note_signer){.key = key, .sign = sign, .ctx = cosigner};
}

int seal_cosign_add(const void *bytes, size_t len, const struct seal_note_signer *signers,
		    size_t count, char **out_note, size_t *out_len, struct seal_diag *diag)
{
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	char *added SEAL_CLEANUP(seal_text_freep) = NULL;
	const char *text;
	char *all;
	size_t text_len = 0;
	size_t added_len = 0;
	int error = seal_note_parse(bytes, len, &note, diag);

	if (error)
		return error;
	if (count > SEAL_NOTE_SIGNATURES - seal_note_count(note))
		return seal_fail(diag, SEAL_E_TOOLONG, "more than %u signatures",
				 SEAL_NOTE_SIGNATURES);
	text = seal_note_text(note, &text_len);
	error = seal_note_sign(text, text_len, signers, count, &added, &added_len, diag);
	if (error)
		return error;
	added_len -= text_len + 1;
	if (len + added_len > SEAL_NOTE_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "note of %zu bytes", len + added_len);
	all = malloc(len + added_len + 1);
	if (!all)
		return seal_fail(diag, SEAL_E_NOMEM, "note");
	memcpy(all, bytes, len);
	memcpy(all + len, added + text_len + 1, added_len + 1);
	*out_note = all;
	*out_len = len + added_len;
	return SEAL_OK;
}

static int is_by(const struct seal_note_signature *signature, const struct seal_note_key *key)
{
	return strcmp(signature->name, key->name) == 0 && seal_eq_ct(signature->id, key->id, 4);
}

void seal_cosign_check(const struct seal_note *note, const struct seal_note_key *keys, size_t count,
		       struct seal_cosign_verdict *out)
{
	size_t text_len = 0;
	const char *text = seal_note_text(note, &text_len);

	for (size_t i = 0; i < seal_note_count(note); i++) {
		const struct seal_note_signature *signature = seal_note_signature(note, i);
		size_t k = 0;

		out[i] = (struct seal_cosign_verdict){0};
		while (k < count && !is_by(signature, &keys[k]))
			k++;
		if (k == count)
			continue;
		out[i].key = &keys[k];
		out[i].error = keys[k].verify(&keys[k], text, text_len, signature->bytes,
					      signature->len, NULL);
		if (!out[i].error)
			(void)seal_cosign_time(&keys[k], signature, &out[i].seconds);
	}
}
