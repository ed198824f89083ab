/* Minutes of a reshare: text, signatures, and whether they hold. */

#include "share/reshare.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/own.h"
#include "crypto/note.h"
#include "crypto/proof.h"
#include "share/field.h"

#include "base/banned.h"

#define STEM "sealkit-reshare/"
#define MAGIC STEM "1"
#define SIGNATURE_TYPE "sealkit/share-proof"
#define NOTICE                                                                                \
	"notice: a former quorum still opens the former folder, until its sealed shares are " \
	"destroyed in every copy\n"

void seal_reshare_init(struct seal_reshare *reshare, const struct seal_manifest *former,
		       const void *former_note, size_t former_len,
		       const struct seal_manifest *fresh, const void *fresh_note, size_t fresh_len)
{
	*reshare = (struct seal_reshare){.former = former, .fresh = fresh};
	(void)crypto_hash_sha256(reshare->former_digest, former_note, former_len);
	(void)crypto_hash_sha256(reshare->fresh_digest, fresh_note, fresh_len);
}

static void put_set(FILE *out, const char *before, const struct seal_manifest *manifest,
		    const uint8_t digest[static SEAL_RESHARE_DIGEST])
{
	char signer[SEAL_BASE64_LEN(sizeof manifest->signer)];
	char hex[2 * SEAL_RESHARE_DIGEST + 1];

	seal_base64(SEAL_BASE64_PADDED, manifest->signer, sizeof manifest->signer, signer);
	seal_hex(digest, SEAL_RESHARE_DIGEST, hex);
	(void)fprintf(out,
		      "%sset: %s\n%sepoch: %u\n%sthreshold: %u of %u\n%ssigner: %s\n"
		      "%smanifest: %s\n",
		      before, manifest->set, before, manifest->epoch, before, manifest->threshold,
		      manifest->total, before, signer, before, hex);
}

/* All but the lines of who opened, which are what a reader does not know from the manifests. */
static void put_head(FILE *out, const struct seal_reshare *reshare)
{
	(void)fprintf(out, MAGIC "\npurpose: %s\ncreated: %s\n", reshare->fresh->purpose,
		      reshare->fresh->created);
	put_set(out, "former-", reshare->former, reshare->former_digest);
	put_set(out, "", reshare->fresh, reshare->fresh_digest);
}

static void put_opened(FILE *out, const struct seal_reshare *reshare)
{
	char hex[2 * SEAL_CARD_FINGERPRINT + 1];

	for (unsigned i = 0; i < reshare->former->total; i++) {
		if (!reshare->opened[i].is_opened)
			continue;
		seal_hex(reshare->opened[i].card, SEAL_CARD_FINGERPRINT, hex);
		(void)fprintf(out, "opened: %s card=%s\n", reshare->former->shares[i].custodian,
			      hex);
	}
}

static int write_text(const struct seal_reshare *reshare, int whole, char **out_text,
		      size_t *out_len, struct seal_diag *diag)
{
	char *text = NULL;
	size_t len = 0;
	int failed;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return seal_fail(diag, SEAL_E_NOMEM, "minutes");
	put_head(out, reshare);
	if (whole) {
		put_opened(out, reshare);
		(void)fputs(NOTICE, out);
	}
	failed = ferror(out);
	if (fclose(out) != 0 || failed) {
		free(text);
		return seal_fail(diag, SEAL_E_NOMEM, "minutes");
	}
	*out_text = text;
	*out_len = len;
	return SEAL_OK;
}

static int check_quorum(const struct seal_reshare *reshare, struct seal_diag *diag)
{
	uint8_t given[SEAL_MANIFEST_SHARES];
	unsigned progress = 0;

	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		given[i] = reshare->opened[i].is_opened != 0;
	return seal_manifest_quorum(reshare->former, given, &progress)
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_QUORUM, "minutes: signed by %u of %u", progress,
				   reshare->former->threshold);
}

/* What a proof key signs: too long a text is none of its answers. */
static size_t answer_of(const void *text, size_t len, char out[static 128])
{
	uint8_t digest[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof digest + 1];

	(void)crypto_hash_sha256(digest, text, len);
	seal_hex(digest, sizeof digest, hex);
	return (size_t)snprintf(out, 128, MAGIC "\n%s\n", hex);
}

static int verify_proof(const struct seal_note_key *key, const void *text, size_t text_len,
			const uint8_t *signature, size_t len, struct seal_diag *diag)
{
	char answer[128];
	size_t answer_len = answer_of(text, text_len, answer);

	if (len != SEAL_PROOF_SIGNATURE)
		return seal_fail(diag, SEAL_E_VERIFY, "not a signature by a share");
	return seal_proof_verify(key->bytes, (const uint8_t *)answer, answer_len, signature, diag);
}

static int sign_proof(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		      size_t *out_len, struct seal_diag *diag)
{
	char answer[128];
	size_t answer_len = answer_of(text, text_len, answer);
	int error;

	if (cap < SEAL_PROOF_SIGNATURE)
		return seal_fail(diag, SEAL_E_ARGUMENT, "signature: %zu bytes", cap);
	error = seal_proof_sign(ctx, (const uint8_t *)answer, answer_len, out, diag);
	if (!error)
		*out_len = SEAL_PROOF_SIGNATURE;
	return error;
}

static int key_of(const struct seal_reshare *reshare, size_t i, struct seal_note_key *out_key,
		  struct seal_diag *diag)
{
	const struct seal_manifest_share *share = &reshare->former->shares[i];

	return seal_note_key_other(share->custodian, SIGNATURE_TYPE, share->proof,
				   sizeof share->proof, verify_proof, out_key, diag);
}

/* Keys and proofs of all who opened; on the heap, as 64 of them are large. */
struct signers {
	struct seal_note_key key[SEAL_MANIFEST_SHARES];
	struct seal_proof *proof[SEAL_MANIFEST_SHARES];
	struct seal_note_signer signer[SEAL_MANIFEST_SHARES];
	size_t count;
};

static void signersp(struct signers **place)
{
	struct signers *signers = *place;

	for (size_t i = 0; signers && i < SEAL_MANIFEST_SHARES; i++)
		seal_proof_free(signers->proof[i]);
	free(signers);
}

int seal_reshare_sign(const struct seal_reshare *reshare, struct seal_secret *const *shares,
		      char **out_note, size_t *out_len, struct seal_diag *diag)
{
	struct signers *all SEAL_CLEANUP(signersp) = calloc(1, sizeof *all);
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	size_t len = 0;
	int error = all ? check_quorum(reshare, diag) : seal_fail(diag, SEAL_E_NOMEM, "minutes");

	for (size_t i = 0; !error && i < reshare->former->total; i++) {
		size_t n = all->count;

		if (!reshare->opened[i].is_opened)
			continue;
		error = key_of(reshare, i, &all->key[n], diag);
		if (!error)
			error = seal_proof_new(shares[i], reshare->former->set, &all->proof[n],
					       diag);
		all->signer[n] = (struct seal_note_signer){&all->key[n], sign_proof, all->proof[n]};
		all->count++;
	}
	if (!error)
		error = write_text(reshare, 1, &text, &len, diag);
	return error ? error
		     : seal_note_sign(text, len, all->signer, all->count, out_note, out_len, diag);
}

static int take_card(const struct seal_manifest_share *share, struct seal_field rest,
		     uint8_t out[static SEAL_CARD_FINGERPRINT], struct seal_diag *diag)
{
	uint8_t card[SEAL_CARD_FINGERPRINT];
	int error = SEAL_OK;

	if (!seal_field_prefix(&rest, "card="))
		return seal_fail(diag, SEAL_E_FORMAT, "no `card=`");
	error = seal_field_hex(rest, card, sizeof card, diag);
	for (size_t i = 0; !error && i < share->card_count; i++)
		if (seal_eq_ct(share->cards[i], card, sizeof card)) {
			memcpy(out, card, sizeof card);
			return SEAL_OK;
		}
	return error ? error : seal_fail(diag, SEAL_E_VERIFY, "not a card of %s", share->custodian);
}

static int take_opened(struct seal_reshare *reshare, struct seal_field_reader *reader,
		       struct seal_diag *diag)
{
	struct seal_field line = {0};
	struct seal_field word = {0};
	char name[SEAL_CARD_NAME + 1];
	int error = seal_field_take(reader, "opened", &line, diag);

	if (error)
		return error;
	seal_field_word(&line, ' ', &word);
	error = seal_field_name(word, name, diag);
	for (size_t i = 0; !error && i < reshare->former->total; i++) {
		const struct seal_manifest_share *share = &reshare->former->shares[i];

		if (strcmp(share->custodian, name) != 0)
			continue;
		reshare->opened[i].is_opened = 1;
		return take_card(share, line, reshare->opened[i].card, diag);
	}
	return error ? error : seal_fail(diag, SEAL_E_VERIFY, "%s is not of the former set", name);
}

/* All that is not in the manifests is read, and then the text must be the one that we would
   write. */
static int read_text(struct seal_reshare *reshare, const char *bytes, size_t bytes_len,
		     struct seal_diag *diag)
{
	struct seal_field_reader reader = {.at = bytes, .left = bytes_len};
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	size_t len = 0;
	int error = seal_field_magic(&reader, STEM, MAGIC, diag);

	if (!error)
		error = write_text(reshare, 0, &text, &len, diag);
	if (!error && (bytes_len < len || !seal_eq_ct(bytes, text, len)))
		error = seal_fail(diag, SEAL_E_MISMATCH, "of other sets than these two");
	if (error)
		return error;
	seal_text_freep(&text);
	reader = (struct seal_field_reader){.at = bytes + len, .left = bytes_len - len};
	while (!error && seal_field_is(&reader, "opened"))
		error = take_opened(reshare, &reader, diag);
	if (!error)
		error = write_text(reshare, 1, &text, &len, diag);
	if (!error && (bytes_len != len || !seal_eq_ct(bytes, text, len)))
		error = seal_fail(diag, SEAL_E_FORMAT, "not as they are written");
	return error;
}

static int check_signed(const struct seal_reshare *reshare, const struct seal_note *note,
			struct seal_diag *diag)
{
	struct signers *all SEAL_CLEANUP(signersp) = calloc(1, sizeof *all);
	uint8_t is_signed[SEAL_MANIFEST_SHARES] = {0};
	const char *who[SEAL_MANIFEST_SHARES] = {0};
	int error = all ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "minutes");

	for (size_t i = 0; !error && i < reshare->former->total; i++) {
		if (!reshare->opened[i].is_opened)
			continue;
		who[all->count] = reshare->former->shares[i].custodian;
		error = key_of(reshare, i, &all->key[all->count++], diag);
	}
	if (!error)
		error = seal_note_verify(note, all->key, all->count, is_signed, diag);
	for (size_t i = 0; !error && i < all->count; i++)
		if (!is_signed[i])
			error = seal_fail(diag, SEAL_E_VERIFY, "not signed by %s", who[i]);
	return error;
}

int seal_reshare_verify(struct seal_reshare *reshare, const void *bytes, size_t bytes_len,
			struct seal_diag *diag)
{
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	struct seal_reshare read = *reshare;
	const char *text;
	size_t len = 0;
	int error = seal_note_parse(bytes, bytes_len, &note, diag);

	if (error)
		return seal_because(diag, error, "minutes");
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		read.opened[i].is_opened = 0;
	text = seal_note_text(note, &len);
	error = read_text(&read, text, len, diag);
	if (!error)
		error = check_signed(&read, note, diag);
	if (error)
		return seal_because(diag, error, "minutes");
	error = check_quorum(&read, diag);
	if (!error)
		*reshare = read;
	return error;
}
