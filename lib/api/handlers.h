#ifndef SEALKIT_API_HANDLERS_H
#define SEALKIT_API_HANDLERS_H

#include "api/api.h"
#include "base/encode.h"

/* The handlers that routes.c names, and what several of them share. */

#define SEAL_API_SIGNATURE SEAL_BASE64_LEN(64) /* Ed25519, with its NUL */

#define SEAL_API_HANDLER(name)                                                                 \
	SEAL_MUST_CHECK int name(struct seal_api *api, const struct seal_api_request *request, \
				 struct seal_api_answer *answer, struct seal_diag *diag)

SEAL_API_HANDLER(seal_sys_init_read);
SEAL_API_HANDLER(seal_sys_init_write);
SEAL_API_HANDLER(seal_sys_init_cards); /* init with "sealkit" */
SEAL_API_HANDLER(seal_sys_seal_status);
SEAL_API_HANDLER(seal_sys_unseal);
SEAL_API_HANDLER(seal_sys_seal);
SEAL_API_HANDLER(seal_sys_health);
SEAL_API_HANDLER(seal_sys_leader);
SEAL_API_HANDLER(seal_sys_key_status);
SEAL_API_HANDLER(seal_sys_rotate);
SEAL_API_HANDLER(seal_sys_submission);
SEAL_API_HANDLER(seal_sys_shares);
SEAL_API_HANDLER(seal_sys_manifest);
SEAL_API_HANDLER(seal_sys_challenge);
SEAL_API_HANDLER(seal_sys_prove);
SEAL_API_HANDLER(seal_sys_lock_challenge);
SEAL_API_HANDLER(seal_sys_lock);
SEAL_API_HANDLER(seal_sys_rekey_status);
SEAL_API_HANDLER(seal_sys_rekey_open);
SEAL_API_HANDLER(seal_sys_rekey_card);
SEAL_API_HANDLER(seal_sys_rekey_share);
SEAL_API_HANDLER(seal_sys_rekey_fetch);
SEAL_API_HANDLER(seal_sys_rekey_challenge);
SEAL_API_HANDLER(seal_sys_rekey_prove);
SEAL_API_HANDLER(seal_sys_rekey_cancel);
SEAL_API_HANDLER(seal_kv1_read);
SEAL_API_HANDLER(seal_kv1_write);
SEAL_API_HANDLER(seal_kv1_delete);
SEAL_API_HANDLER(seal_kv1_list);
SEAL_API_HANDLER(seal_auth_token_lookup);
SEAL_API_HANDLER(seal_auth_token_revoke);

/* seal-status' object, *out_json the caller's; signed where the query has a challenge. */
SEAL_MUST_CHECK int seal_api_status(struct seal_api *api, const struct seal_api_request *request,
				    struct json_t **out_json, struct seal_diag *diag);
/* First, for what answers with it: 0 where the challenge is none, and a refusal is in answer. */
int seal_api_may_sign(const struct seal_api_request *request, struct seal_api_answer *answer);
/* "sealkit" of init and sys/sealkit/shares. */
SEAL_MUST_CHECK int seal_api_share_files(struct seal_api *api, struct json_t **out_json,
					 struct seal_diag *diag);
/* cluster_name and cluster_id, while open. */
SEAL_MUST_CHECK int seal_api_add_cluster(struct seal_api *api, struct json_t *json,
					 struct seal_diag *diag);
/* First 8 hex digits of the fingerprint of share i's first card; all that strangers see of it. */
void seal_api_card_mark(const struct seal_manifest *manifest, size_t i, char out[static 9]);
/* Shares whose mark is `want`, as strangers may see them; and the same as a line: "17 0a1b2c3d,4
   ...". The list is the caller's; NULL: no memory. */
#define SEAL_API_MARKED (SEAL_MANIFEST_SHARES * 13u + 1u)
struct json_t *seal_api_marked(const struct seal_manifest *manifest, const uint8_t *marks,
			       int want);
void seal_api_marked_text(const struct seal_manifest *manifest, const uint8_t *marks, int want,
			  char out[static SEAL_API_MARKED]);
/* A card as an object; what it is not is a refusal in answer. */
SEAL_MUST_CHECK int seal_api_card(const struct json_t *json, struct seal_card *out_card,
				  struct seal_api_answer *answer, struct seal_diag *diag);

/* The query card: 1 where it is a whole fingerprint. */
int seal_api_query_card(const struct seal_api_request *request,
			uint8_t out[static SEAL_CARD_FINGERPRINT]);
/* The core's word: base64 of its identity key's signature over the text, which begins with
   a line of its own kind. */
SEAL_MUST_CHECK int seal_api_sign(const struct seal_api *api, char out[static SEAL_API_SIGNATURE],
				  struct seal_diag *diag, const char *fmt, ...) SEAL_PRINTF(4, 5);

/* What a share is sent for. Each has associated data of its own, so that nobody between can
   make the one of the other; a rekey's verb has the plan behind it. */
#define SEAL_VERB_GIVE ""
#define SEAL_VERB_RESET "/reset"
#define SEAL_VERB_REKEY "/rekey/"
/* Opens {"nonce","enc","box"}; nonce: the one that is under way, empty for none. A refusal is in
 * answer, and *out_share stays NULL. */
SEAL_MUST_CHECK int seal_api_open_submission(struct seal_api *api, const struct json_t *box,
					     const char *nonce, const char *verb,
					     struct seal_api_answer *answer,
					     struct seal_secret **out_share,
					     struct seal_diag *diag);
/* The core's word that it has the share with this x out of that box: base64 for "signature".
   box is one that seal_api_open_submission opened. */
SEAL_MUST_CHECK int seal_api_confirm(const struct seal_api *api, const struct json_t *box,
				     const char *set, int x, char out[static SEAL_API_SIGNATURE],
				     struct seal_diag *diag);

/* A member of the body. Absent and null are 0 and leave *out; 1: set; -1: refused as
   `failed to parse JSON input: ...`. */
int seal_api_int(const struct seal_api_request *request, const char *name, long long *out,
		 struct seal_api_answer *answer);
int seal_api_flag(const struct json_t *object, const char *name, int *out,
		  struct seal_api_answer *answer);
int seal_api_string(const struct json_t *object, const char *name, const char **out,
		    struct seal_api_answer *answer);

#endif
