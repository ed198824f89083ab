#ifndef SEALKIT_CEREMONY_CARDS_H
#define SEALKIT_CEREMONY_CARDS_H

#include <stddef.h>

#include "base/diag.h"
#include "crypto/identity.h"
#include "ceremony/new_folder.h"
#include "share/card.h"

/* The cards of a folder: every *.card, in order of file names. */

#define SEAL_CARDS_MAX 256u

struct seal_cards {
	struct seal_card *list; /* NULL while there is none */
	char **path;		/* of each */
	size_t count;
};
void seal_cards_done(struct seal_cards *cards);

/* Adds one file. SEAL_E_DUPLICATE for a card that is there already. */
SEAL_MUST_CHECK int seal_cards_add(struct seal_cards *cards, const char *path,
				   struct seal_diag *diag);
/* Adds a folder's; one bad card is an error. SEAL_E_NOTFOUND where it has none. */
SEAL_MUST_CHECK int seal_cards_add_folder(struct seal_cards *cards, const char *dir,
					  struct seal_diag *diag);

/* Copies of all cards into a new folder: cards/alice.card, and alice-2.card for the spare, or
   the next number that is nobody's name: somebody may be called alice-2. */
SEAL_MUST_CHECK int seal_cards_write(const struct seal_cards *cards, struct seal_new_folder *folder,
				     struct seal_diag *diag);

/* A card without a name and not signed, for an identity file whose card is not here: the
   search of tokens (open.h) takes it. Nothing is added where its card is there. */
SEAL_MUST_CHECK int seal_cards_add_identity(struct seal_cards *cards, const char *path,
					    const struct seal_identity_public *identity,
					    struct seal_diag *diag);

#endif
