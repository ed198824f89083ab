/* The text of a sealed share. The share and the whole text are secret: both live in
   locked memory, and no error quotes them. */

#include "share/payload.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "share/field.h"
#include "share/manifest.h"

#include "base/banned.h"

#define STEM "sealkit-share/"
#define MAGIC STEM "1"
#define EPOCH_MAX 999999999u

static int check(const struct seal_payload *payload, size_t share_len, struct seal_diag *diag)
{
	int error = seal_purpose_check(payload->purpose, diag);

	if (!error)
		error = seal_set_id_check(payload->set, diag);
	if (!error)
		error = seal_card_check_name(payload->custodian, diag);
	if (!error && payload->group[0])
		error = seal_card_check_name(payload->group, diag);
	if (error)
		return error;
	if (payload->epoch < 1 || payload->epoch > EPOCH_MAX || payload->index < 1 ||
	    payload->index > payload->total || payload->total > SEAL_MANIFEST_SHARES ||
	    payload->threshold < 1 || payload->threshold > payload->total)
		return seal_fail(diag, SEAL_E_FORMAT,
				 "epoch %u, share %u of %u, threshold %u: these cannot be",
				 payload->epoch, payload->index, payload->total,
				 payload->threshold);
	if (share_len < 2 || share_len > SEAL_PAYLOAD_SHARE)
		return seal_fail(diag, SEAL_E_FORMAT, "a share has 2 to %u bytes",
				 SEAL_PAYLOAD_SHARE);
	return SEAL_OK;
}

int seal_payload_text(const struct seal_payload *payload, const struct seal_secret *share,
		      struct seal_secret **out_text, struct seal_diag *diag)
{
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t share_len = seal_secret_len(share);
	size_t key_len = SEAL_BASE64_LEN(share_len);
	char signer[SEAL_BASE64_LEN(32)];
	char *at;
	int used;
	int error = check(payload, share_len, diag);

	if (!error)
		error = seal_secret_new(SEAL_PAYLOAD_TEXT, &text, diag);
	if (error)
		return error;
	at = (char *)seal_secret_data(text);
	seal_base64(SEAL_BASE64_PADDED, payload->signer, sizeof payload->signer, signer);
	used = snprintf(at, SEAL_PAYLOAD_TEXT,
			MAGIC "\npurpose: %s\nset: %s\nepoch: %u\nindex: %u of %u\n"
			      "threshold: %u\n%s%s%scustodian: %s\nsigner: %s\nkey: ",
			payload->purpose, payload->set, payload->epoch, payload->index,
			payload->total, payload->threshold, payload->group[0] ? "group: " : "",
			payload->group, payload->group[0] ? "\n" : "", payload->custodian, signer);
	if (used < 0 || (size_t)used + key_len >= SEAL_PAYLOAD_TEXT)
		return seal_fail(diag, SEAL_E_TOOLONG, "text of a share");
	seal_base64(SEAL_BASE64_PADDED, seal_secret_bytes(share), share_len, at + used);
	at[(size_t)used + key_len - 1] = '\n';
	seal_secret_shrink(text, (size_t)used + key_len);
	*out_text = seal_steal(&text);
	return SEAL_OK;
}

static int take_set(struct seal_field_reader *reader, struct seal_payload *payload,
		    struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = seal_field_take(reader, "purpose", &value, diag);

	if (!error)
		error = seal_field_purpose(value, payload->purpose, diag);
	if (!error)
		error = seal_field_take(reader, "set", &value, diag);
	if (!error)
		error = seal_field_set(value, payload->set, diag);
	if (!error)
		error = seal_field_take(reader, "epoch", &value, diag);
	if (!error)
		error = seal_field_number(value, EPOCH_MAX, &payload->epoch, diag);
	return error;
}

static int take_place(struct seal_field_reader *reader, struct seal_payload *payload,
		      struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = seal_field_take(reader, "index", &value, diag);

	if (!error)
		error = seal_field_of(value, SEAL_MANIFEST_SHARES, &payload->index, &payload->total,
				      diag);
	if (!error)
		error = seal_field_take(reader, "threshold", &value, diag);
	if (!error)
		error = seal_field_number(value, payload->total, &payload->threshold, diag);
	if (!error && seal_field_is(reader, "group")) {
		error = seal_field_take(reader, "group", &value, diag);
		if (!error)
			error = seal_field_name(value, payload->group, diag);
	}
	if (!error)
		error = seal_field_take(reader, "custodian", &value, diag);
	if (!error)
		error = seal_field_name(value, payload->custodian, diag);
	if (!error)
		error = seal_field_take(reader, "signer", &value, diag);
	if (!error)
		error = seal_field_base64(value, payload->signer, sizeof payload->signer, diag);
	return error;
}

static int take_key(struct seal_field_reader *reader, struct seal_secret **out_share,
		    struct seal_diag *diag)
{
	struct seal_secret *share SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_field value = {0};
	size_t len = 0;
	int error = seal_field_take(reader, "key", &value, diag);

	if (!error)
		error = seal_secret_new(SEAL_PAYLOAD_SHARE, &share, diag);
	if (!error)
		error = seal_unbase64(SEAL_BASE64_PADDED, value.text, value.len,
				      seal_secret_data(share), SEAL_PAYLOAD_SHARE, &len, diag);
	if (!error && len < 2)
		error = seal_fail(diag, SEAL_E_FORMAT, "a share has 2 to %u bytes",
				  SEAL_PAYLOAD_SHARE);
	if (error)
		return error;
	seal_secret_shrink(share, len);
	*out_share = seal_steal(&share);
	return SEAL_OK;
}

int seal_payload_parse(const struct seal_secret *text, struct seal_payload *out_payload,
		       struct seal_secret **out_share, struct seal_diag *diag)
{
	struct seal_secret *share SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_payload payload = {0};
	struct seal_field_reader reader = {.at = (const char *)seal_secret_bytes(text),
					   .left = seal_secret_len(text)};
	int error = seal_field_magic(&reader, STEM, MAGIC, diag);

	if (!error)
		error = take_set(&reader, &payload, diag);
	if (!error)
		error = take_place(&reader, &payload, diag);
	if (!error)
		error = take_key(&reader, &share, diag);
	if (!error && reader.left > 0)
		error = seal_fail(diag, SEAL_E_FORMAT, "more text after it");
	if (error)
		return seal_because(diag, error, "text of a share, line %u", reader.line);
	*out_payload = payload;
	*out_share = seal_steal(&share);
	return SEAL_OK;
}
