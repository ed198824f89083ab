/* A secret split for the holders of cards. Nothing has its name before all of it is on
   disk and was read again. */

#include "ceremony/split_internal.h"

#include <sodium.h>
#include <string.h>

#include "base/file.h"
#include "base/own.h"
#include "share/sealed_secret.h"

#include "base/banned.h"

void seal_split_made_done(struct seal_split_made *made)
{
	seal_set_freep(&made->set);
	seal_bytes_freep(&made->sealed);
}

int seal_split_write(struct seal_new_folder *folder, const struct seal_cards *cards,
		     const struct seal_split_made *made, struct seal_diag *diag)
{
	const struct seal_set *set = made->set;
	const struct seal_manifest *manifest = seal_set_manifest(set);
	size_t len = 0;
	const char *note = seal_set_note(set, &len);
	int error = seal_new_folder_file(folder, "manifest", "", note, len, diag);

	for (unsigned i = 0; !error && i < manifest->total; i++) {
		const char *file = seal_set_file(set, i, &len);

		error = seal_new_folder_file(folder, manifest->shares[i].custodian, ".share", file,
					     len, diag);
	}
	if (!error)
		error = seal_cards_write(cards, folder, diag);
	return error ? error
		     : seal_new_folder_file(folder, SEAL_SPLIT_SECRET, "", made->sealed,
					    made->sealed_len, diag);
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

int seal_split_make(const struct seal_cards *cards, const struct seal_set_policy *policy,
		    const struct seal_secret *secret, struct seal_split_made *out_made,
		    struct seal_diag *diag)
{
	struct seal_split_made made SEAL_CLEANUP(seal_split_made_done) = {0};
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *signer SEAL_CLEANUP(seal_secret_freep) = NULL;
	const char *note;
	size_t len = 0;
	int error = seal_secret_random(32, &key, diag);

	if (!error)
		error = new_signer(&signer, diag);
	if (!error)
		error = seal_set_new(key, cards->list, cards->count, policy, signer, &made.set,
				     diag);
	if (error)
		return error;
	note = seal_set_note(made.set, &len);
	error = seal_sealed_secret_make(key, note, len, secret, &made.sealed, &made.sealed_len,
					diag);
	if (error)
		return error;
	*out_made = made;
	made = (struct seal_split_made){0};
	return SEAL_OK;
}

int seal_split_run(const struct seal_split_job *job, struct seal_manifest *out_manifest,
		   struct seal_diag *diag)
{
	struct seal_split_made made SEAL_CLEANUP(seal_split_made_done) = {0};
	struct seal_new_folder folder SEAL_CLEANUP(seal_new_folder_done) = {0};
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = seal_new_folder_check(job->dir, diag);

	if (!error)
		error = seal_secret_read_all(job->source, SEAL_SEALED_SECRET_MAX, &secret, diag);
	if (!error)
		error = seal_split_make(job->cards, job->policy, secret, &made, diag);
	if (!error)
		error = seal_new_folder_begin(job->dir, &folder, diag);
	if (!error)
		error = seal_split_write(&folder, job->cards, &made, diag);
	if (!error)
		error = seal_new_folder_commit(&folder, diag);
	if (!error)
		*out_manifest = *seal_set_manifest(made.set);
	return error;
}
