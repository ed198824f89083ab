/* What p256tag and piv-p256 have in common: texts, reading, tags, the choice. */

#include "crypto/p256_internal.h"

#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

static const struct {
	const char *hrp, *type;
	size_t enc_len;
} kinds[] = {
	[SEAL_P256_TAG] = {"age1tag", "p256tag", SEAL_P256_POINT},
	[SEAL_P256_PIV] = {"age1yubikey", "piv-p256", SEAL_P256_COMPRESSED},
};

const char *seal_p256_type(enum seal_p256_kind kind)
{
	return kinds[kind].type;
}

int seal_p256_parse(const char *text, enum seal_p256_kind *out_kind,
		    uint8_t out_point[static SEAL_P256_POINT], struct seal_diag *diag)
{
	uint8_t small[SEAL_P256_COMPRESSED];
	uint8_t point[SEAL_P256_POINT];
	char hrp[16];
	size_t len = 0;
	int kind = -1;
	int error = seal_unbech32(text, hrp, sizeof hrp, small, sizeof small, &len, diag);

	if (error)
		return error;
	for (int i = SEAL_P256_TAG; i <= SEAL_P256_PIV; i++)
		if (strcmp(hrp, kinds[i].hrp) == 0)
			kind = i;
	if (kind < 0 || len != sizeof small)
		return seal_fail(diag, SEAL_E_FORMAT, "not an age1tag1 or age1yubikey1 recipient");
	error = seal_p256_expand(small, point, diag);
	if (error)
		return error;
	*out_kind = (enum seal_p256_kind)kind;
	memcpy(out_point, point, sizeof point);
	return SEAL_OK;
}

int seal_p256_text(enum seal_p256_kind kind, const uint8_t point[static SEAL_P256_POINT],
		   char out_text[static SEAL_P256_TEXT], struct seal_diag *diag)
{
	uint8_t small[SEAL_P256_COMPRESSED];
	int error = seal_point_check(SEAL_CURVE_P256, point, SEAL_P256_POINT, diag);

	if (error)
		return error;
	seal_p256_compress(point, small);
	return seal_bech32(kinds[kind].hrp, small, sizeof small, 0, out_text, SEAL_P256_TEXT, diag);
}

void seal_p256_tag(enum seal_p256_kind kind, const uint8_t *enc, size_t enc_len,
		   const uint8_t point[static SEAL_P256_POINT],
		   uint8_t out_tag[static SEAL_P256_TAG_LEN])
{
	if (kind == SEAL_P256_TAG)
		seal_p256tag_tag(enc, enc_len, point, out_tag);
	else
		seal_piv_p256_tag(point, out_tag);
}

int seal_p256_wrap(enum seal_p256_kind kind, const uint8_t point[static SEAL_P256_POINT],
		   const struct seal_secret *file_key, struct seal_p256_stanza *out_stanza,
		   struct seal_diag *diag)
{
	struct seal_p256_stanza made = {.kind = kind};
	int error = seal_point_check(SEAL_CURVE_P256, point, SEAL_P256_POINT, diag);

	if (!error && seal_secret_len(file_key) != SEAL_AGE_FILE_KEY)
		error = seal_fail(diag, SEAL_E_ARGUMENT, "a file key of another length");
	if (!error)
		error = kind == SEAL_P256_TAG ? seal_p256tag_wrap(point, file_key, &made, diag)
					      : seal_piv_p256_wrap(point, file_key, &made, diag);
	if (error)
		return error;
	seal_p256_tag(kind, made.enc, made.enc_len, point, made.tag);
	*out_stanza = made;
	return SEAL_OK;
}

/* An argument of exactly want bytes. */
static int read_arg(const char *text, uint8_t *out, size_t want, struct seal_diag *diag)
{
	size_t len = 0;
	int error = seal_unbase64(SEAL_BASE64_RAW, text, strlen(text), out, want, &len, diag);

	return error || len != want ? seal_fail(diag, SEAL_E_FORMAT, "argument: malformed") : 0;
}

int seal_p256_read(const struct seal_age_stanza *in, struct seal_p256_stanza *out_stanza,
		   struct seal_diag *diag)
{
	struct seal_p256_stanza read = {.kind = SEAL_P256_TAG};
	int error = SEAL_OK;

	if (strcmp(in->type, kinds[SEAL_P256_PIV].type) == 0)
		read.kind = SEAL_P256_PIV;
	else if (strcmp(in->type, kinds[SEAL_P256_TAG].type) != 0)
		return SEAL_E_NOTFOUND;
	read.enc_len = kinds[read.kind].enc_len;
	if (in->args != 2 || in->body_len != sizeof read.body)
		error = seal_fail(diag, SEAL_E_FORMAT, "arguments or length");
	if (!error)
		error = read_arg(in->arg[0], read.tag, sizeof read.tag, diag);
	if (!error)
		error = read_arg(in->arg[1], read.enc, read.enc_len, diag);
	if (error)
		return seal_because(diag, error, "%s stanza", kinds[read.kind].type);
	memcpy(read.body, in->body, sizeof read.body);
	*out_stanza = read;
	return SEAL_OK;
}

int seal_p256_is_for(const struct seal_p256_identity *identity,
		     const struct seal_p256_stanza *stanza)
{
	uint8_t tag[SEAL_P256_TAG_LEN];

	seal_p256_tag(stanza->kind, stanza->enc, stanza->enc_len, identity->point, tag);
	return seal_eq_ct(tag, stanza->tag, sizeof tag);
}

int seal_p256_unwrap(const struct seal_p256_identity *identity,
		     const struct seal_p256_stanza *stanza, struct seal_secret *out_file_key,
		     struct seal_diag *diag)
{
	if (seal_secret_len(out_file_key) != SEAL_AGE_FILE_KEY)
		return seal_fail(diag, SEAL_E_ARGUMENT, "a file key of another length");
	if (!seal_p256_is_for(identity, stanza))
		return seal_fail(diag, SEAL_E_VERIFY, "stanza of another recipient");
	return stanza->kind == SEAL_P256_TAG
		       ? seal_p256tag_unwrap(identity, stanza, out_file_key, diag)
		       : seal_piv_p256_unwrap(identity, stanza, out_file_key, diag);
}

/* All stanzas are read before the token is asked, so that a malformed one is
   refused without a touch. */
static int age_unwrap(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
		      struct seal_secret *file_key, struct seal_diag *diag)
{
	const struct seal_p256_identity *identity = ctx;
	struct seal_p256_stanza chosen = {.enc_len = 0};

	for (size_t i = 0; i < count; i++) {
		struct seal_p256_stanza stanza;
		int error = seal_p256_read(&stanzas[i], &stanza, diag);

		if (error == SEAL_E_NOTFOUND)
			continue;
		if (error)
			return error;
		if (seal_p256_is_for(identity, &stanza) &&
		    (chosen.enc_len == 0 || stanza.kind < chosen.kind))
			chosen = stanza;
	}
	return chosen.enc_len == 0 ? SEAL_E_NOIDENTITY
				   : seal_p256_unwrap(identity, &chosen, file_key, diag);
}

struct seal_age_identity seal_p256_age_identity(struct seal_p256_identity *identity)
{
	return (struct seal_age_identity){.unwrap = age_unwrap, .ctx = identity};
}
