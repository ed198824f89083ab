#ifndef SEALKIT_CEREMONY_SET_FOLDER_H
#define SEALKIT_CEREMONY_SET_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "ceremony/cards.h"
#include "share/manifest.h"

/* The folder of a share set, as seal-init and seal-split leave it: `manifest`, NAME.share, and
   cards in `cards/` or beside them. Threat: files of another set, or cards that are not
   in the manifest, among them; the latter are dropped, and a share is believed only
   after seal_manifest_check. */

struct seal_set_folder {
	struct seal_manifest manifest;
	struct seal_cards cards; /* those that the manifest names */
	uint8_t *note;
	size_t note_len;
	uint8_t *file[SEAL_MANIFEST_SHARES]; /* by manifest index; NULL: not in this folder */
	size_t file_len[SEAL_MANIFEST_SHARES];
};

/* folder is the caller's storage, all zero before. expected_signer may be NULL. A share that
   is missing is no error: one custodian's folder holds one. */
SEAL_MUST_CHECK int seal_set_folder_read(const char *dir, const uint8_t *expected_signer,
					 struct seal_set_folder *folder, struct seal_diag *diag);
void seal_set_folder_done(struct seal_set_folder *folder);

/* The same, of the manifest only: for an auditor, who has no more. */
SEAL_MUST_CHECK int seal_set_folder_manifest(const char *dir, const uint8_t *expected_signer,
					     struct seal_set_folder *folder,
					     struct seal_diag *diag);

/* Names of custodians, comma and blank between them: those with given[i] != 0, or the others. */
void seal_set_folder_names(const struct seal_set_folder *folder, const uint8_t *given, int want,
			   char *out, size_t cap);

#endif
