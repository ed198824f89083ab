#ifndef SEALKIT_TOKEN_TOKEN_INTERNAL_H
#define SEALKIT_TOKEN_TOKEN_INTERNAL_H

#include "token/token.h"

/* For tests: the calls of token.h on a driver that is not in the registry. */
SEAL_MUST_CHECK int seal_token_open_with(const struct seal_token_driver *driver,
					 const struct seal_token_place *place,
					 const struct seal_card *card,
					 struct seal_token **out_token, struct seal_diag *diag);
void seal_token_match_with(const struct seal_token_driver *driver,
			   const struct seal_token_place *place, struct seal_token_match *matches,
			   size_t count);
SEAL_MUST_CHECK int seal_token_enrol_with(const struct seal_token_driver *driver,
					  const struct seal_token_place *place,
					  const struct seal_token_plan *plan,
					  const struct seal_token_asker *asker,
					  struct seal_card *out_card, struct seal_token **out_token,
					  struct seal_diag *diag);

/* "2026-11-24T10:00:00Z", now, for drivers. */
void seal_token_now(char out[static 21]);

/* i counts from 0; NULL ends the table. */
const struct seal_token_driver *seal_token_registered(size_t i);

#endif
