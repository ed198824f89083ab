#ifndef SEALKIT_CEREMONY_SEARCH_H
#define SEALKIT_CEREMONY_SEARCH_H

#include "ceremony/cards.h"
#include "ceremony/open.h"
#include "crypto/age.h"

/* Which tokens that are here open which sealed shares. Nobody is asked and no try is spent;
   each token is opened once, however many shares there are. */

struct seal_open_search {
	const struct seal_open_job *job; /* given; all else is filled, zero before */
	/* SEAL_OK; SEAL_E_NOIDENTITY: the file is for none of the cards; SEAL_E_TOKENABSENT: for
	   a card whose token is not here; SEAL_E_TOKENWRONG: over SEAL_OPEN_FITS tokens fit; or
	   what is wrong with the file. */
	int error;
	struct seal_diag why;
	struct seal_open_fit fits[SEAL_OPEN_FITS]; /* sure ones, if there are any */
	size_t count;
	uint8_t fit[SEAL_CARDS_MAX]; /* of each card of the job; for search.c */
	size_t candidates;
};

/* The jobs are of one place. SEAL_E_NOMEM; what concerns one share is in its error. */
SEAL_MUST_CHECK int seal_open_search(struct seal_open_search *searches, size_t count,
				     struct seal_diag *diag);

/* The two halves, for one whose header was read already. */
void seal_open_search_stanzas(struct seal_open_search *search,
			      const struct seal_age_stanza *stanzas, size_t count);
SEAL_MUST_CHECK int seal_open_search_tokens(struct seal_open_search *searches, size_t count,
					    struct seal_diag *diag);

int seal_open_is_of(const struct seal_card *card, const char *custodian);

#endif
