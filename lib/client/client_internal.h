#ifndef SEALKIT_CLIENT_INTERNAL_H
#define SEALKIT_CLIENT_INTERNAL_H

#include "base/encode.h"
#include "client/client.h"
#include "crypto/hpke.h"

/* The error for a status of 400 and more, with the texts of {"errors": [...]}. */
int seal_client_refusal(unsigned status, const char *body, struct seal_diag *diag);

/* Members of an answer; SEAL_E_FORMAT names the one that is not as it should be. The answer's
   text as JSON first; *out_json is the caller's. */
struct json_t;
SEAL_MUST_CHECK int seal_client_load(const char *text, struct json_t **out_json,
				     struct seal_diag *diag);
/* Printable ASCII: what is told is shown on terminals. */
SEAL_MUST_CHECK int seal_client_get_text(const struct json_t *json, const char *name, char *out,
					 size_t cap, struct seal_diag *diag);
/* len lower-case hex digits; empty where that is allowed. */
SEAL_MUST_CHECK int seal_client_get_hex(const struct json_t *json, const char *name, size_t len,
					int may_be_empty, char *out, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_client_get_number(const struct json_t *json, const char *name,
					   unsigned max, unsigned *out, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_client_get_flag(const struct json_t *json, const char *name, int *out,
					 struct seal_diag *diag);
SEAL_MUST_CHECK int seal_client_get_bytes(const struct json_t *json, const char *name, uint8_t *out,
					  size_t want, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_client_get_list(const struct json_t *json, const char *name,
					 struct seal_client_given out[static SEAL_CLIENT_GIVEN],
					 size_t *out_count, struct seal_diag *diag);
/* x, card, repeated and signature of what a core accepted. */
SEAL_MUST_CHECK int seal_client_get_accepted(const struct json_t *json,
					     struct seal_client_given *out, int *out_repeated,
					     uint8_t out_signature[static 64],
					     struct seal_diag *diag);

/* Where a share is to be sealed to. */
struct seal_client_key {
	uint8_t identity[32], point[32], signature[64];
	char key_text[64], nonce[65], set[33];
};
SEAL_MUST_CHECK int seal_client_key_parse(const char *json, struct seal_client_key *out_key,
					  struct seal_diag *diag);

/* A share, sealed to the core's key of this start. */
#define SEAL_CLIENT_SHARE 256u
struct seal_client_box {
	char enc[SEAL_BASE64_LEN(SEAL_POINT_MAX)];
	char text[SEAL_BASE64_LEN(SEAL_CLIENT_SHARE + SEAL_AEAD_TAG)];
};
/* verb: behind the nonce in the associated data. */
SEAL_MUST_CHECK int seal_client_seal_box(const struct seal_client_key *key, const char *verb,
					 const struct seal_secret *share,
					 struct seal_client_box *out_box, struct seal_diag *diag);
/* Whether len bytes (less than 0: they did not fit) are signed by a core. */
int seal_client_is_by(const uint8_t identity[static 32], const char *text, int len, size_t cap,
		      const uint8_t signature[static 64]);

/* What a list of shares is in what a core signs: "17 ebfde780,201 77478ee9". */
#define SEAL_CLIENT_LIST (SEAL_CLIENT_GIVEN * 22u)
void seal_client_list_text(const struct seal_client_given *list, size_t count,
			   char out[static SEAL_CLIENT_LIST]);

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
