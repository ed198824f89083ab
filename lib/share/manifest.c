/* Signed manifests: reading, signing, and telling whose share a share is. */

#include "share/manifest_internal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/own.h"
#include "crypto/note.h"

#include "base/banned.h"

static int check_signature(const struct seal_note *note, const struct seal_manifest *manifest,
			   const uint8_t *expected_signer, struct seal_diag *diag)
{
	struct seal_note_key key;
	uint8_t is_signed[1] = {0};
	int error;

	if (expected_signer &&
	    !seal_eq_ct(expected_signer, manifest->signer, sizeof manifest->signer))
		return seal_fail(diag, SEAL_E_MISMATCH, "signed by another key than expected");
	error = seal_note_key_ed25519(SEAL_MANIFEST_SIGNER, manifest->signer, &key, diag);
	if (!error)
		error = seal_note_verify(note, &key, 1, is_signed, diag);
	if (!error && !is_signed[0])
		error = seal_fail(diag, SEAL_E_VERIFY, "not signed by its signer");
	return error;
}

int seal_manifest_parse(const void *bytes, size_t len, const uint8_t *expected_signer,
			struct seal_manifest *out_manifest, struct seal_diag *diag)
{
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	struct seal_manifest manifest = {0};
	struct seal_field_reader reader = {0};
	int error = seal_note_parse(bytes, len, &note, diag);

	if (error)
		return seal_because(diag, error, "manifest");
	reader.at = seal_note_text(note, &reader.left);
	error = seal_manifest_head(&reader, &manifest, diag);
	if (!error)
		error = check_signature(note, &manifest, expected_signer, diag);
	if (!error)
		error = seal_manifest_body(&reader, &manifest, diag);
	if (error)
		return seal_because(diag, error, "manifest, line %u", reader.line);
	*out_manifest = manifest;
	return SEAL_OK;
}

int seal_manifest_digest(const struct seal_manifest *manifest,
			 uint8_t out[static SEAL_MANIFEST_DIGEST], struct seal_diag *diag)
{
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	int error = seal_manifest_text(manifest, &text, diag);

	if (!error)
		(void)crypto_hash_sha256(out, (const uint8_t *)text, strlen(text));
	return error;
}

int seal_manifest_sign(const struct seal_manifest *manifest, struct seal_secret *secret,
		       char **out_note, size_t *out_len, struct seal_diag *diag)
{
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	struct seal_note_key key;
	struct seal_note_signer signer;
	int error;

	/* libsodium's secret key ends in the public one. */
	if (seal_secret_len(secret) != 64 ||
	    !seal_eq_ct(seal_secret_bytes(secret) + 32, manifest->signer, 32))
		return seal_fail(diag, SEAL_E_ARGUMENT, "manifest: not the key of its signer");
	error = seal_manifest_text(manifest, &text, diag);
	if (!error)
		error = seal_note_key_ed25519(SEAL_MANIFEST_SIGNER, manifest->signer, &key, diag);
	if (error)
		return error;
	signer = seal_note_signer_ed25519(&key, secret);
	return seal_note_sign(text, strlen(text), &signer, 1, out_note, out_len, diag);
}

int seal_manifest_recognise(const struct seal_manifest *manifest, const struct seal_secret *share,
			    size_t *out_index, struct seal_diag *diag)
{
	struct seal_proof *proof SEAL_CLEANUP(seal_proof_freep) = NULL;
	uint8_t public_key[SEAL_PROOF_PUBLIC];
	int error = seal_proof_new(share, manifest->set, &proof, diag);

	if (error)
		return error;
	seal_proof_public(proof, public_key);
	for (size_t i = 0; i < manifest->total; i++)
		if (seal_eq_ct(manifest->shares[i].proof, public_key, sizeof public_key) &&
		    seal_secret_bytes(share)[seal_secret_len(share) - 1] == manifest->shares[i].x) {
			*out_index = i;
			return SEAL_OK;
		}
	return seal_fail(diag, SEAL_E_MISMATCH, "share does not belong to this share set");
}

static int check_set(const struct seal_manifest *manifest, const struct seal_payload *payload,
		     struct seal_diag *diag)
{
	if (strcmp(manifest->set, payload->set) == 0) {
		if (seal_eq_ct(manifest->signer, payload->signer, sizeof payload->signer))
			return SEAL_OK;
		return seal_fail(
			diag, SEAL_E_VERIFY,
			"the manifest is signed by another key than the share of %s names: "
			"it is forged",
			payload->custodian);
	}
	if (payload->epoch < manifest->epoch)
		return seal_fail(diag, SEAL_E_OLD,
				 "the one of %s is of the older set %.8s (epoch %u); this is set "
				 "%.8s (epoch %u)",
				 payload->custodian, payload->set, payload->epoch, manifest->set,
				 manifest->epoch);
	return seal_fail(diag, SEAL_E_MISMATCH, "the one of %s is of set %.8s; this is set %.8s",
			 payload->custodian, payload->set, manifest->set);
}

/* What the file says of itself, against what the manifest says of share i. */
static int check_place(const struct seal_manifest *manifest, const struct seal_payload *payload,
		       size_t i, struct seal_diag *diag)
{
	const struct seal_manifest_share *share = &manifest->shares[i];
	const char *group = share->group < 0 ? "" : manifest->groups[share->group].name;
	unsigned threshold =
		share->group < 0 ? manifest->threshold : manifest->groups[share->group].threshold;

	if (strcmp(share->custodian, payload->custodian) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "swapped: the file says it is of %s, but its share is %s's",
				 payload->custodian, share->custodian);
	if (payload->index != i + 1 || payload->total != manifest->total)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "the one of %s: the file says %u of %u, the manifest %zu of %u",
				 payload->custodian, payload->index, payload->total, i + 1,
				 manifest->total);
	if (payload->epoch != manifest->epoch || payload->threshold != threshold ||
	    strcmp(payload->group, group) != 0 || strcmp(payload->purpose, manifest->purpose) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "the one of %s: purpose, epoch, threshold or group is not the "
				 "manifest's",
				 payload->custodian);
	return SEAL_OK;
}

int seal_manifest_check(const struct seal_manifest *manifest, const struct seal_payload *payload,
			const struct seal_secret *share, size_t *out_index, struct seal_diag *diag)
{
	size_t i = 0;
	int error = check_set(manifest, payload, diag);

	if (error)
		return error;
	error = seal_manifest_recognise(manifest, share, &i, diag);
	if (error)
		return seal_because(diag, error, "%s", payload->custodian);
	error = check_place(manifest, payload, i, diag);
	if (!error)
		*out_index = i;
	return error;
}

int seal_manifest_quorum(const struct seal_manifest *manifest, const uint8_t *given,
			 unsigned *out_progress)
{
	unsigned count[SEAL_MANIFEST_GROUPS + 1] = {0};
	unsigned progress = 0;

	for (size_t i = 0; i < manifest->total; i++)
		count[manifest->shares[i].group + 1] += given[i] != 0;
	if (manifest->group_count == 0)
		progress = count[0] < manifest->threshold ? count[0] : manifest->threshold;
	for (size_t i = 0; i < manifest->group_count; i++) {
		unsigned needed = manifest->groups[i].threshold;

		progress += count[i + 1] < needed ? count[i + 1] : needed;
	}
	*out_progress = progress;
	return progress == manifest->threshold;
}
