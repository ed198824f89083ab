/* A manifest as text, and the text as a manifest: one spelling each way. */

#include "share/manifest_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

static void put_share(FILE *out, const struct seal_manifest *manifest, unsigned index)
{
	const struct seal_manifest_share *share = &manifest->shares[index];
	char text[2 * SEAL_CARD_FINGERPRINT + 1];

	(void)fprintf(out, "share: %u x=%u ", index + 1, share->x);
	if (share->group >= 0)
		(void)fprintf(out, "group=%s ", manifest->groups[share->group].name);
	seal_base64(SEAL_BASE64_PADDED, share->proof, sizeof share->proof, text);
	(void)fprintf(out, "custodian=%s proof=%s cards=", share->custodian, text);
	for (size_t i = 0; i < share->card_count; i++) {
		seal_hex(share->cards[i], SEAL_CARD_FINGERPRINT, text);
		(void)fprintf(out, "%s%s", i > 0 ? "," : "", text);
	}
	(void)fputc('\n', out);
}

int seal_manifest_text(const struct seal_manifest *manifest, char **out_text,
		       struct seal_diag *diag)
{
	char *text = NULL;
	size_t len = 0;
	char signer[SEAL_BASE64_LEN(sizeof manifest->signer)];
	char root[2 * SEAL_CARD_FINGERPRINT + 1];
	int failed;
	FILE *out;
	int error = seal_manifest_agree(manifest, diag);

	if (error)
		return error;
	out = open_memstream(&text, &len);
	if (!out)
		return seal_fail(diag, SEAL_E_NOMEM, "manifest");
	seal_base64(SEAL_BASE64_PADDED, manifest->signer, sizeof manifest->signer, signer);
	(void)fprintf(out,
		      SEAL_MANIFEST_MAGIC "\npurpose: %s\nset: %s\nepoch: %u\ncreated: %s\n"
					  "signer: %s\n",
		      manifest->purpose, manifest->set, manifest->epoch, manifest->created, signer);
	if (manifest->has_root_card) {
		seal_hex(manifest->root_card, sizeof manifest->root_card, root);
		(void)fprintf(out, "root-token-card: %s\n", root);
	}
	(void)fprintf(out, "threshold: %u of %u\n", manifest->threshold, manifest->total);
	for (size_t i = 0; i < manifest->group_count; i++)
		(void)fprintf(out, "group: %s %u of %u\n", manifest->groups[i].name,
			      manifest->groups[i].threshold, manifest->groups[i].total);
	for (unsigned i = 0; i < manifest->total; i++)
		put_share(out, manifest, i);
	failed = ferror(out);
	if (fclose(out) != 0 || failed) {
		free(text);
		return seal_fail(diag, SEAL_E_NOMEM, "manifest");
	}
	*out_text = text;
	return SEAL_OK;
}

int seal_manifest_head(struct seal_field_reader *reader, struct seal_manifest *manifest,
		       struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = seal_field_magic(reader, SEAL_MANIFEST_STEM, SEAL_MANIFEST_MAGIC, diag);

	if (!error)
		error = seal_field_take(reader, "purpose", &value, diag);
	if (!error)
		error = seal_field_purpose(value, manifest->purpose, diag);
	if (!error)
		error = seal_field_take(reader, "set", &value, diag);
	if (!error)
		error = seal_field_set(value, manifest->set, diag);
	if (!error)
		error = seal_field_take(reader, "epoch", &value, diag);
	if (!error)
		error = seal_field_number(value, SEAL_MANIFEST_EPOCH_MAX, &manifest->epoch, diag);
	if (!error)
		error = seal_field_take(reader, "created", &value, diag);
	if (!error)
		error = seal_field_time(value, manifest->created, diag);
	if (!error)
		error = seal_field_take(reader, "signer", &value, diag);
	if (!error)
		error = seal_field_base64(value, manifest->signer, sizeof manifest->signer, diag);
	return error;
}

static int take_group(struct seal_field_reader *reader, struct seal_manifest *manifest,
		      struct seal_diag *diag)
{
	struct seal_manifest_group *group = &manifest->groups[manifest->group_count];
	struct seal_field value = {0};
	struct seal_field name = {0};
	int error = seal_field_take(reader, "group", &value, diag);

	if (!error && manifest->group_count == SEAL_MANIFEST_GROUPS)
		error = seal_fail(diag, SEAL_E_FORMAT, "more than %u groups", SEAL_MANIFEST_GROUPS);
	if (error)
		return error;
	seal_field_word(&value, ' ', &name);
	error = seal_field_name(name, group->name, diag);
	if (!error)
		error = seal_field_of(value, SEAL_MANIFEST_SHARES, &group->threshold, &group->total,
				      diag);
	if (!error)
		manifest->group_count++;
	return error;
}

static int take_cards(struct seal_field value, struct seal_manifest_share *share,
		      struct seal_diag *diag)
{
	do {
		struct seal_field one = {0};
		size_t left = value.len;
		int error;

		if (share->card_count == SEAL_MANIFEST_CARDS)
			return seal_fail(diag, SEAL_E_FORMAT, "more than %u cards",
					 SEAL_MANIFEST_CARDS);
		seal_field_word(&value, ',', &one);
		if (value.len == 0 && one.len != left)
			return seal_fail(diag, SEAL_E_FORMAT, "a comma at the end");
		error = seal_field_hex(one, share->cards[share->card_count], SEAL_CARD_FINGERPRINT,
				       diag);
		if (error)
			return error;
		share->card_count++;
	} while (value.len > 0);
	return SEAL_OK;
}

static int find_group(const struct seal_manifest *manifest, struct seal_field name, int *out_group,
		      struct seal_diag *diag)
{
	char text[SEAL_CARD_NAME + 1];
	int error = seal_field_name(name, text, diag);

	for (size_t i = 0; !error && i < manifest->group_count; i++)
		if (strcmp(manifest->groups[i].name, text) == 0) {
			*out_group = (int)i;
			return SEAL_OK;
		}
	return error ? error : seal_fail(diag, SEAL_E_FORMAT, "of a group that has no line");
}

/* One word of a share's line: name=value. */
static int take_word(struct seal_field *line, const char *name, struct seal_field *out,
		     struct seal_diag *diag)
{
	seal_field_word(line, ' ', out);
	return seal_field_prefix(out, name) ? SEAL_OK
					    : seal_fail(diag, SEAL_E_FORMAT, "no `%s`", name);
}

static int take_share(struct seal_field_reader *reader, struct seal_manifest *manifest,
		      unsigned index, struct seal_diag *diag)
{
	struct seal_manifest_share *share = &manifest->shares[index];
	struct seal_field line = {0};
	struct seal_field word = {0};
	unsigned number = 0;
	unsigned x = 0;
	int error = seal_field_take(reader, "share", &line, diag);

	share->group = -1;
	if (!error)
		error = take_word(&line, "", &word, diag);
	if (!error)
		error = seal_field_number(word, SEAL_MANIFEST_SHARES, &number, diag);
	if (!error && number != index + 1)
		error = seal_fail(diag, SEAL_E_FORMAT, "share %u where %u was due", number,
				  index + 1);
	if (!error)
		error = take_word(&line, "x=", &word, diag);
	if (!error)
		error = seal_field_number(word, 255, &x, diag);
	share->x = (uint8_t)x;
	if (!error && manifest->group_count > 0)
		error = take_word(&line, "group=", &word, diag);
	if (!error && manifest->group_count > 0)
		error = find_group(manifest, word, &share->group, diag);
	if (!error)
		error = take_word(&line, "custodian=", &word, diag);
	if (!error)
		error = seal_field_name(word, share->custodian, diag);
	if (!error)
		error = take_word(&line, "proof=", &word, diag);
	if (!error)
		error = seal_field_base64(word, share->proof, sizeof share->proof, diag);
	if (!error && !seal_field_prefix(&line, "cards="))
		error = seal_fail(diag, SEAL_E_FORMAT, "no `cards=`");
	return error ? error : take_cards(line, share, diag);
}

static int take_root(struct seal_field_reader *reader, struct seal_manifest *manifest,
		     struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error;

	if (!seal_field_is(reader, "root-token-card"))
		return SEAL_OK;
	error = seal_field_take(reader, "root-token-card", &value, diag);
	if (!error)
		error = seal_field_hex(value, manifest->root_card, sizeof manifest->root_card,
				       diag);
	manifest->has_root_card = !error;
	return error;
}

int seal_manifest_body(struct seal_field_reader *reader, struct seal_manifest *manifest,
		       struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = take_root(reader, manifest, diag);

	if (!error)
		error = seal_field_take(reader, "threshold", &value, diag);
	if (!error)
		error = seal_field_of(value, SEAL_MANIFEST_SHARES, &manifest->threshold,
				      &manifest->total, diag);
	while (!error && seal_field_is(reader, "group"))
		error = take_group(reader, manifest, diag);
	for (unsigned i = 0; !error && i < manifest->total; i++)
		error = take_share(reader, manifest, i, diag);
	if (!error && reader->left > 0)
		error = seal_fail(diag, SEAL_E_FORMAT, "more text after share %u", manifest->total);
	return error ? error : seal_manifest_agree(manifest, diag);
}
