/* One share set from the folders of several custodians. */

#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "base/secret.h"
#include "ceremony/combine.h"
#include "ceremony/split.h"

#include "base/banned.h"

static int check_same(const struct seal_set_folder *folder, const struct seal_set_folder *more,
		      struct seal_diag *diag)
{
	const struct seal_manifest *first = &folder->manifest;
	const struct seal_manifest *other = &more->manifest;
	int error = other->epoch < first->epoch ? SEAL_E_OLD : SEAL_E_MISMATCH;

	if (strcmp(first->set, other->set) != 0)
		return seal_fail(diag, error,
				 "is of set %.8s (epoch %u), and the first folder of set %.8s "
				 "(epoch %u)",
				 other->set, other->epoch, first->set, first->epoch);
	if (folder->note_len != more->note_len ||
	    !seal_eq_ct(folder->note, more->note, more->note_len))
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "its manifest is not the first folder's, byte for byte");
	return SEAL_OK;
}

static int take(struct seal_set_folder *folder, struct seal_set_folder *more,
		struct seal_diag *diag)
{
	for (size_t i = 0; i < more->cards.count; i++) {
		struct seal_diag why = {0};
		int error = seal_cards_add(&folder->cards, more->cards.path[i], &why);

		if (error && error != SEAL_E_DUPLICATE) {
			if (diag)
				*diag = why;
			return error;
		}
	}
	for (size_t i = 0; i < folder->manifest.total; i++)
		if (!folder->file[i]) {
			folder->file[i] = seal_steal(&more->file[i]);
			folder->file_len[i] = more->file_len[i];
		}
	return SEAL_OK;
}

static int has_secret(const char *dir)
{
	char path[SEAL_PATH];

	return seal_path_join(dir, SEAL_SPLIT_SECRET, "", path, NULL) == SEAL_OK &&
	       access(path, F_OK) == 0;
}

int seal_combine_folders_any(const char *const *dirs, size_t count, const uint8_t *signer,
			     struct seal_set_folder *folder, const char **out_dir,
			     struct seal_diag *diag)
{
	const char *dir = NULL;
	int error = SEAL_OK;

	for (size_t i = 0; !error && i < count; i++) {
		struct seal_set_folder more SEAL_CLEANUP(seal_set_folder_done) = {0};

		if (!dir && has_secret(dirs[i]))
			dir = dirs[i];
		if (i == 0) {
			error = seal_set_folder_read(dirs[i], signer, folder, diag);
			continue;
		}
		error = seal_set_folder_read(dirs[i], NULL, &more, diag);
		if (!error)
			error = check_same(folder, &more, diag);
		if (!error)
			error = take(folder, &more, diag);
		if (error)
			error = seal_because(diag, error, "%s", dirs[i]);
	}
	if (!error)
		*out_dir = dir;
	return error;
}

int seal_combine_folders(const char *const *dirs, size_t count, const uint8_t *signer,
			 struct seal_set_folder *folder, const char **out_dir,
			 struct seal_diag *diag)
{
	const char *dir = NULL;
	int error = seal_combine_folders_any(dirs, count, signer, folder, &dir, diag);

	if (!error && !dir)
		error = seal_fail(diag, SEAL_E_NOTFOUND,
				  SEAL_SPLIT_SECRET ": not there: not the folder of seal-split (a "
						    "daemon's key is used by seal-unseal)");
	if (!error)
		*out_dir = dir;
	return error;
}
