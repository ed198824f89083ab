#ifndef SEALKIT_TESTS_TOKEN_CONFORMANCE_H
#define SEALKIT_TESTS_TOKEN_CONFORMANCE_H

#include "token/token_internal.h"

/* What every driver of a token must do, in one suite: it is run on the passphrase token and
   the template as a unit test, and on PIV and FIDO2 through tests/interop. It prints
   one TAP line a case and knows nothing of any kind of token but this. */
struct conformance {
	const struct seal_token_driver *driver;
	const struct seal_token_place *place;
	const struct seal_token_plan *plan;
	const char *secret;	/* new PIN or passphrase at enrolment, and the right one after */
	const char *puk;	/* where a new PUK is asked for; may be NULL */
	const char *wrong;	/* as long as the rules for it ask, and wrong */
	int counted;		/* a wrong one costs a try */
	struct seal_card *card; /* where the card made is left */
};

/* Enrols one token and tries it. 0, or the number of cases that failed. */
int conformance_run(const struct conformance *conformance);
void conformance_plan(void); /* the last TAP line */

#endif
