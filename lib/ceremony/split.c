/* A secret split for the holders of cards. Nothing has its name before all of it is on
   disk and was read again. */

#include "ceremony/split.h"

#include <sodium.h>
#include <string.h>

#include "base/file.h"
#include "base/own.h"
#include "ceremony/new_folder.h"
#include "share/sealed_secret.h"

#include "base/banned.h"

static int write_set(struct seal_new_folder *folder, const struct seal_cards *cards,
		     const struct seal_set *set, struct seal_diag *diag)
{
	const struct seal_manifest *manifest = seal_set_manifest(set);
	size_t len = 0;
	const char *note = seal_set_note(set, &len);
	int error = seal_new_folder_file(folder, "manifest", "", note, len, diag);

	for (unsigned i = 0; !error && i < manifest->total; i++) {
		const char *file = seal_set_file(set, i, &len);

		error = seal_new_folder_file(folder, manifest->shares[i].custodian, ".share", file,
					     len, diag);
	}
	return error ? error : seal_cards_write(cards, folder, diag);
}

static int write_all(const struct seal_split_job *job, const struct seal_set *set,
		     const uint8_t *sealed, size_t len, struct seal_diag *diag)
{
	struct seal_new_folder folder SEAL_CLEANUP(seal_new_folder_done) = {0};
	int error = seal_new_folder_begin(job->dir, &folder, diag);

	if (!error)
		error = write_set(&folder, job->cards, set, diag);
	if (!error)
		error = seal_new_folder_file(&folder, SEAL_SPLIT_SECRET, "", sealed, len, diag);
	return error ? error : seal_new_folder_commit(&folder, diag);
}

/* Whoever signs a manifest later must not be able to sign this one. */
static int new_signer(struct seal_secret **out_signer, struct seal_diag *diag)
{
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
	struct seal_secret *signer SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = seal_secret_new(crypto_sign_SECRETKEYBYTES, &signer, diag);

	if (!error && crypto_sign_keypair(public_key, seal_secret_data(signer)) != 0)
		error = seal_fail(diag, SEAL_E_CRYPTO, "Ed25519");
	if (!error)
		*out_signer = seal_steal(&signer);
	return error;
}

int seal_split_run(const struct seal_split_job *job, struct seal_manifest *out_manifest,
		   struct seal_diag *diag)
{
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *signer SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_set *set SEAL_CLEANUP(seal_set_freep) = NULL;
	uint8_t *sealed SEAL_CLEANUP(seal_bytes_freep) = NULL;
	const char *note;
	size_t note_len = 0;
	size_t len = 0;
	int error = seal_new_folder_check(job->dir, diag);

	if (!error)
		error = seal_secret_read_all(job->source, SEAL_SEALED_SECRET_MAX, &secret, diag);
	if (!error)
		error = seal_secret_random(32, &key, diag);
	if (!error)
		error = new_signer(&signer, diag);
	if (!error)
		error = seal_set_new(key, job->cards->list, job->cards->count, job->policy, signer,
				     &set, diag);
	if (error)
		return error;
	note = seal_set_note(set, &note_len);
	error = seal_sealed_secret_make(key, note, note_len, secret, &sealed, &len, diag);
	if (!error)
		error = write_all(job, set, sealed, len, diag);
	if (!error)
		*out_manifest = *seal_set_manifest(set);
	return error;
}
