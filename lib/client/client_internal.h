#ifndef SEALKIT_CLIENT_INTERNAL_H
#define SEALKIT_CLIENT_INTERNAL_H

#include "client/client.h"

/* The error for a status of 400 and more, with the texts of {"errors": [...]}. */
int seal_client_refusal(unsigned status, const char *body, struct seal_diag *diag);

/* A base64 member of a JSON object given as text. SEAL_E_FORMAT names it. */
struct seal_client_key {
	uint8_t identity[32], point[32], signature[64];
	char key_text[64], nonce[65], set[33];
};
SEAL_MUST_CHECK int seal_client_key_parse(const char *json, struct seal_client_key *out_key,
					  struct seal_diag *diag);

#define SEAL_CLIENT_FRESH 64u /* hex digits of a challenge of ours */
SEAL_MUST_CHECK int seal_client_fresh(char out[static SEAL_CLIENT_FRESH + 1],
				      struct seal_diag *diag);
/* Whether the core signed what was told, over this challenge: SEAL_E_VERIFY. */
SEAL_MUST_CHECK int seal_client_status_check(const struct seal_client_status *status,
					     const char *challenge,
					     const uint8_t identity[static 32],
					     struct seal_diag *diag);

/* SEAL_E_VERIFY where there is no signature. */
SEAL_MUST_CHECK int seal_client_term_parse(const char *json, struct seal_client_term *out_term,
					   uint8_t out_signature[static 64],
					   struct seal_diag *diag);

/* Of sys/sealkit/prove and sys/sealkit/shares?card=. */
struct seal_client_asked {
	char challenge[SEAL_CLIENT_CHALLENGE + 1], set[33], card[65];
	uint8_t signature[64];
};
SEAL_MUST_CHECK int seal_client_asked_parse(const char *json, struct seal_client_asked *out_asked,
					    struct seal_diag *diag);
/* *out_file is malloc'd and the caller's. */
SEAL_MUST_CHECK int seal_client_share_parse(const char *json, struct seal_client_asked *out_asked,
					    char **out_file, struct seal_diag *diag);

#endif
