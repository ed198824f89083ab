#ifndef SEALKIT_CEREMONY_INIT_INTERNAL_H
#define SEALKIT_CEREMONY_INIT_INTERNAL_H

#include "base/json.h"
#include "ceremony/init.h"

/* What the daemon answered, checked. Texts are malloc'd. */
struct seal_init_answer {
	char *note;
	struct seal_manifest manifest;
	char *file[SEAL_MANIFEST_SHARES]; /* by manifest index */
	char *root_token;		  /* NULL: none */
};
void seal_init_answer_done(struct seal_init_answer *answer);

/* The body of the request; the caller's. */
SEAL_MUST_CHECK int seal_init_request(const struct seal_init_job *job,
				      struct seal_json_text *out_body, struct seal_diag *diag);
/* Parses, and compares with the job. */
SEAL_MUST_CHECK int seal_init_read(const struct seal_init_job *job, const char *body,
				   struct seal_init_answer *answer, struct seal_diag *diag);

#endif
