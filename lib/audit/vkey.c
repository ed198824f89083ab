/* Verifier keys as text. */

#include "audit/vkey.h"

#include <stdlib.h>
#include <string.h>

#include "audit/cosign.h"
#include "audit/text_internal.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/own.h"

#include "base/banned.h"

#define SPKI_HEAD 26u
#define BYTES_MAX 192u

/* The key that these bytes are, if they are one: type and public key. */
static int make_key(const char *name, const uint8_t *bytes, size_t len, struct seal_note_key *out,
		    struct seal_diag *diag)
{
	static const size_t p256 = sizeof SEAL_COSIGN_P256; /* with the type's byte for the NUL */
	static const size_t fido2 = sizeof SEAL_COSIGN_FIDO2;

	if (len == 33 && bytes[0] == 0x01)
		return seal_note_key_ed25519(name, bytes + 1, out, diag);
	if (len == 33 && bytes[0] == 0x04)
		return seal_cosign_key_ed25519(name, bytes + 1, out, diag);
	if (len == 1 + SPKI_HEAD + SEAL_P256_POINT && bytes[0] == 0x02)
		return seal_note_key_p256(name, bytes + 1 + SPKI_HEAD, out, diag);
	if (len == p256 + SEAL_P256_POINT && bytes[0] == 0xff &&
	    strncmp((const char *)bytes + 1, SEAL_COSIGN_P256, p256 - 1) == 0)
		return seal_cosign_key_p256(name, bytes + p256, out, diag);
	if (len == fido2 + SEAL_ASSERTION_PUBLIC && bytes[0] == 0xff &&
	    strncmp((const char *)bytes + 1, SEAL_COSIGN_FIDO2, fido2 - 1) == 0)
		return seal_cosign_key_fido2(name, bytes + fido2, out, diag);
	return seal_fail(diag, SEAL_E_VERSION, "key of an unknown type");
}

/* What is not in key: a SubjectPublicKeyInfo whose head is another's. */
static int is_whole(const struct seal_note_key *key, const uint8_t *bytes, size_t len)
{
	return len >= key->len && seal_eq_ct(key->bytes, bytes + len - key->len, key->len);
}

int seal_vkey_parse(const char *text, size_t len, struct seal_note_key *out_key,
		    struct seal_diag *diag)
{
	const char *plus = len ? memchr(text, '+', len) : NULL;
	size_t name_len = plus ? (size_t)(plus - text) : 0;
	char name[SEAL_NOTE_NAME_MAX + 1] = {0};
	uint8_t bytes[BYTES_MAX];
	uint8_t id[4];
	struct seal_note_key key;
	size_t got = 0;
	int error;

	if (!plus || name_len > SEAL_NOTE_NAME_MAX || len - name_len < 11 || plus[9] != '+')
		return seal_fail(diag, SEAL_E_FORMAT, "not a key as NAME+ID+BASE64");
	memcpy(name, text, name_len);
	for (int i = 1; i < 9; i++)
		if (plus[i] >= 'A' && plus[i] <= 'F')
			return seal_fail(diag, SEAL_E_FORMAT, "key id in upper case");
	error = seal_unhex(plus + 1, 8, id, sizeof id, &got, diag);
	if (!error)
		error = seal_unbase64(SEAL_BASE64_PADDED, plus + 10, len - name_len - 10, bytes,
				      sizeof bytes, &got, diag);
	if (!error)
		error = make_key(name, bytes, got, &key, diag);
	if (error)
		return error;
	if (!seal_eq_ct(key.id, id, sizeof id) || strlen(name) != name_len ||
	    !is_whole(&key, bytes, got))
		return seal_fail(diag, SEAL_E_FORMAT, "key id that is not the key's");
	*out_key = key;
	return SEAL_OK;
}

int seal_vkey_add(const struct seal_note_key *key, struct seal_note_key **keys, size_t *count,
		  struct seal_diag *diag)
{
	struct seal_note_key *more;

	for (size_t i = 0; i < *count; i++)
		if (strcmp((*keys)[i].name, key->name) == 0 && (*keys)[i].len == key->len &&
		    seal_eq_ct((*keys)[i].id, key->id, 4) &&
		    seal_eq_ct((*keys)[i].bytes, key->bytes, key->len))
			return SEAL_OK;
	if (*count == SEAL_VKEY_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "more than %u keys", SEAL_VKEY_MAX);
	more = realloc(*keys, (*count + 1) * sizeof *more);
	if (!more)
		return seal_fail(diag, SEAL_E_NOMEM, "keys");
	more[(*count)++] = *key;
	*keys = more;
	return SEAL_OK;
}

int seal_vkey_read(const char *path, struct seal_note_key **keys, size_t *count,
		   struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	struct seal_audit_text text = {0};
	const char *line = NULL;
	size_t len = 0;
	unsigned number = 0;
	int error = seal_file_read(path, SEAL_VKEY_FILE, &bytes, &text.left, diag);

	if (error)
		return error;
	text.at = (const char *)bytes;
	while (text.left) {
		struct seal_note_key key;

		number++;
		error = seal_audit_text_line(&text, &line, &len, diag);
		if (!error && (len == 0 || line[0] == '#'))
			continue;
		if (!error)
			error = seal_vkey_parse(line, len, &key, diag);
		if (!error)
			error = seal_vkey_add(&key, keys, count, diag);
		if (error)
			return seal_because(diag, error, "%s: line %u", path, number);
	}
	return SEAL_OK;
}
