#ifndef SEALKIT_CMD_SEAL_DRILL_H
#define SEALKIT_CMD_SEAL_DRILL_H

#include "ceremony/cards.h"
#include "share/drill.h"

int prove_main(int argc, char **argv);
int check_main(int argc, char **argv);
int report_main(int argc, char **argv);
int quorum_main(int argc, char **argv);

/* How many arguments follow from file on (NULL: none), which is one of all. */
size_t files_from(const char *const *all, const char *file, const char *const **out_first);
/* The cards of dir; NULL: those in `cards` beside the manifest, if that is there. */
SEAL_MUST_CHECK int read_cards(const char *dir, const char *manifest, struct seal_cards *cards,
			       struct seal_diag *diag);
/* A statement's file. *out_bytes is malloc'd. */
SEAL_MUST_CHECK int read_statement(const char *path, uint8_t **out_bytes, size_t *out_len,
				   struct seal_diag *diag);

#endif
