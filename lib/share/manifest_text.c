/* A manifest as text, and the text as a manifest: one spelling each way. */

#include "share/manifest_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "share/quorum_text.h"

#include "base/banned.h"

static void put_share(FILE *out, const struct seal_manifest *manifest, unsigned index)
{
	const struct seal_manifest_share *share = &manifest->shares[index];
	char text[SEAL_BASE64_LEN(SEAL_PROOF_PUBLIC)];

	(void)fprintf(out, "share: %u x=%u ", index + 1, share->x);
	if (share->group >= 0)
		(void)fprintf(out, "group=%s ", manifest->groups[share->group].name);
	seal_base64(SEAL_BASE64_PADDED, share->proof, sizeof share->proof, text);
	(void)fprintf(out, "custodian=%s proof=%s cards=", share->custodian, text);
	seal_quorum_put_cards(out, share->cards, share->card_count);
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
	seal_quorum_put_groups(out, manifest->groups, manifest->group_count);
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

static struct seal_groups groups_of(struct seal_manifest *manifest)
{
	return (struct seal_groups){manifest->groups, &manifest->group_count};
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
		error = seal_quorum_word(&line, "", &word, diag);
	if (!error)
		error = seal_field_number(word, SEAL_MANIFEST_SHARES, &number, diag);
	if (!error && number != index + 1)
		error = seal_fail(diag, SEAL_E_FORMAT, "share %u where %u was due", number,
				  index + 1);
	if (!error)
		error = seal_quorum_word(&line, "x=", &word, diag);
	if (!error)
		error = seal_field_number(word, 255, &x, diag);
	share->x = (uint8_t)x;
	if (!error && manifest->group_count > 0)
		error = seal_quorum_word(&line, "group=", &word, diag);
	if (!error && manifest->group_count > 0)
		error = seal_quorum_find_group(groups_of(manifest), word, &share->group, diag);
	if (!error)
		error = seal_quorum_word(&line, "custodian=", &word, diag);
	if (!error)
		error = seal_field_name(word, share->custodian, diag);
	if (!error)
		error = seal_quorum_word(&line, "proof=", &word, diag);
	if (!error)
		error = seal_field_base64(word, share->proof, sizeof share->proof, diag);
	if (!error && !seal_field_prefix(&line, "cards="))
		error = seal_fail(diag, SEAL_E_FORMAT, "no `cards=`");
	return error ? error : seal_quorum_take_cards(line, share->cards, &share->card_count, diag);
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
		error = seal_quorum_take_group(reader, groups_of(manifest), diag);
	for (unsigned i = 0; !error && i < manifest->total; i++)
		error = take_share(reader, manifest, i, diag);
	if (!error && reader->left > 0)
		error = seal_fail(diag, SEAL_E_FORMAT, "more text after share %u", manifest->total);
	return error ? error : seal_manifest_agree(manifest, diag);
}
