#ifndef SEALKIT_TOKEN_PIV_ENROL_H
#define SEALKIT_TOKEN_PIV_ENROL_H

#include "token/piv_internal.h"

/* Shared by piv_enrol.c and piv_codes.c: an enrolment under way. */

/* What is known of a PIN or PUK, by the token's metadata or by what a person typed. */
enum seal_piv_code_state {
	SEAL_PIV_CODE_UNKNOWN, /* the token does not tell, and nobody said */
	SEAL_PIV_CODE_OWN,     /* not the factory's */
	SEAL_PIV_CODE_FACTORY, /* the factory's, says the token */
	SEAL_PIV_CODE_CLAIMED, /* the factory's, says a person */
};

struct seal_piv_codes {
	enum seal_piv_code_state pin_state, puk_state;
	struct seal_secret *pin;     /* that is to be in force */
	struct seal_secret *old_puk; /* in force, says a person; NULL: the factory's */
	struct seal_secret *puk;     /* that is to be in force */
	int puk_left;		     /* tries; -1 unknown */
	int keeps_puk;		     /* the old one may be set again, which proves it */
	unsigned refusals;	     /* of a new PIN or PUK by the token's own rules */
	enum seal_question wrong;    /* what is asked for again; 0: nothing */
	char why[SEAL_DIAG_TEXT];    /* empty: it was wrong */
};

struct seal_piv_enrolment {
	const struct seal_token_place *place;
	const struct seal_token_plan *plan;
	const struct seal_token_asker *asker;
	char reader[SEAL_PIV_READER];
	struct seal_token_info info;
	struct seal_piv_key keys[SEAL_PIV_KEYS];
	struct seal_piv_codes codes;
};

/* piv_enrol.c. Opens the same token again and learns its state anew. */
SEAL_MUST_CHECK int seal_piv_reopen(struct seal_piv_enrolment *e, struct seal_piv_link **out_link,
				    struct seal_diag *diag);

/* piv_codes.c. Asks for what is needed, while nobody holds the reader, and ends with the PIN
   verified and kept in e->codes.pin, and no factory PIN or PUK left. Where the token does
   not tell of its PUK, it is changed by what a person says it is, unless the plan allows
   an unknown one. */
SEAL_MUST_CHECK int seal_piv_unlock(struct seal_piv_enrolment *e, struct seal_piv_link **out_link,
				    struct seal_diag *diag);
void seal_piv_codes_done(struct seal_piv_codes *codes);

#endif
