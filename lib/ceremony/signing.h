#ifndef SEALKIT_CEREMONY_SIGNING_H
#define SEALKIT_CEREMONY_SIGNING_H

#include "ceremony/open.h"
#include "crypto/note.h"
#include "token/token.h"

/* A note that is signed with the token that is here: rosters, acceptances, plans. */

struct seal_signing {
	const struct seal_card *const *cards; /* whose tokens may sign; each with a name */
	size_t count;
	const struct seal_token_place *place;
	const struct seal_token_asker *asker;
	int has_serial; /* only the token with this serial */
	uint32_t serial;
	/* As in a seal_open_job: asked where several are here; NULL: SEAL_E_TOKENWRONG. */
	int (*choose)(void *ctx, const struct seal_open_fit *fits, size_t count, size_t *out_index,
		      struct seal_diag *diag);
	void *choose_ctx;
};

/* Finds the token without asking for a PIN or spending a try. SEAL_E_TOKENABSENT names those whose
   token is looked for. */
SEAL_MUST_CHECK int seal_signing_open(const struct seal_signing *signing,
				      struct seal_token **out_token, struct seal_diag *diag);

/* text with a signature of that token under the name of its card. note NULL: text has none yet;
   else its note, to which the signature is added. *out_note is malloc'd, NUL-terminated, the
   caller's. */
SEAL_MUST_CHECK int seal_signing_note(const struct seal_signing *signing, struct seal_token *token,
				      const char *text, const struct seal_note *note,
				      char **out_note, size_t *out_len, struct seal_diag *diag);

#endif
