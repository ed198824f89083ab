/* Reads the folder of a share set. */

#include "ceremony/set_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "ceremony/open.h"

#include "base/banned.h"

void seal_set_folder_done(struct seal_set_folder *folder)
{
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		free(folder->file[i]);
	free(folder->note);
	seal_cards_done(&folder->cards);
	*folder = (struct seal_set_folder){0};
}

static int in_manifest(const struct seal_manifest *manifest, const uint8_t *fingerprint)
{
	for (unsigned i = 0; i < manifest->total; i++)
		for (size_t j = 0; j < manifest->shares[i].card_count; j++)
			if (seal_eq_ct(manifest->shares[i].cards[j], fingerprint,
				       SEAL_CARD_FINGERPRINT))
				return 1;
	return 0;
}

static int drop_others(struct seal_set_folder *folder, struct seal_diag *diag)
{
	struct seal_cards *cards = &folder->cards;
	size_t kept = 0;

	for (size_t i = 0; i < cards->count; i++) {
		uint8_t fingerprint[SEAL_CARD_FINGERPRINT];
		int error = seal_card_fingerprint(&cards->list[i], fingerprint, diag);

		if (error)
			return error;
		if (!in_manifest(&folder->manifest, fingerprint))
			continue;
		if (kept != i) {
			char *path = cards->path[kept];

			cards->list[kept] = cards->list[i];
			cards->path[kept] = cards->path[i];
			cards->path[i] = path;
		}
		kept++;
	}
	while (cards->count > kept)
		free(cards->path[--cards->count]);
	return SEAL_OK;
}

static int read_cards(struct seal_set_folder *folder, const char *dir, struct seal_diag *diag)
{
	char path[SEAL_PATH];
	int error = seal_path_join(dir, "cards", "", path, diag);

	if (error)
		return error;
	error = seal_cards_add_folder(&folder->cards, access(path, F_OK) == 0 ? path : dir, diag);
	if (!error)
		error = drop_others(folder, diag);
	if (!error && folder->cards.count == 0)
		error = seal_fail(diag, SEAL_E_NOTFOUND,
				  "%s: holds no card that the manifest names", dir);
	return error;
}

/* A file that is too long is trouble of its holder alone: what opens it says so. */
static int read_share(const char *path, uint8_t **out_file, size_t *out_len, struct seal_diag *diag)
{
	int error = seal_file_read(path, SEAL_OPEN_FILE, out_file, out_len, diag);

	if (error != SEAL_E_TOOLONG)
		return error;
	*out_file = calloc(1, 1);
	*out_len = SEAL_OPEN_FILE + 1;
	return *out_file ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "share");
}

static int read_shares(struct seal_set_folder *folder, const char *dir, struct seal_diag *diag)
{
	char path[SEAL_PATH];

	for (unsigned i = 0; i < folder->manifest.total; i++) {
		int error = seal_path_join(dir, folder->manifest.shares[i].custodian, ".share",
					   path, diag);

		if (!error && access(path, F_OK) != 0)
			continue;
		if (!error)
			error = read_share(path, &folder->file[i], &folder->file_len[i], diag);
		if (error)
			return error;
	}
	return SEAL_OK;
}

int seal_set_folder_manifest(const char *dir, const uint8_t *expected_signer,
			     struct seal_set_folder *folder, struct seal_diag *diag)
{
	char path[SEAL_PATH];
	int error = seal_path_join(dir, "manifest", "", path, diag);

	if (!error)
		error = seal_file_read(path, SEAL_NOTE_MAX, &folder->note, &folder->note_len, diag);
	if (error)
		return error;
	error = seal_manifest_parse(folder->note, folder->note_len, expected_signer,
				    &folder->manifest, diag);
	if (!error)
		return SEAL_OK;
	seal_set_folder_done(folder);
	return seal_because(diag, error, "%s", path);
}

int seal_set_folder_read(const char *dir, const uint8_t *expected_signer,
			 struct seal_set_folder *folder, struct seal_diag *diag)
{
	int error = seal_set_folder_manifest(dir, expected_signer, folder, diag);

	if (!error)
		error = read_cards(folder, dir, diag);
	if (!error)
		error = read_shares(folder, dir, diag);
	if (error)
		seal_set_folder_done(folder);
	return error;
}

void seal_set_folder_names(const struct seal_set_folder *folder, const uint8_t *given, int want,
			   char *out, size_t cap)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < folder->manifest.total && len < cap; i++) {
		int n;

		if (!given[i] != !want)
			continue;
		n = snprintf(out + len, cap - len, "%s%s", len ? ", " : "",
			     folder->manifest.shares[i].custodian);
		len += n > 0 ? (size_t)n : 0;
	}
	if (out[0] == '\0')
		(void)snprintf(out, cap, "nobody");
}
