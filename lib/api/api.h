#ifndef SEALKIT_API_API_H
#define SEALKIT_API_API_H

#include <stddef.h>
#include <stdint.h>

#include "api/target.h"
#include "api/token.h"
#include "barrier/rekey.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/secret.h"

/* The HTTP API (man sealkit-api.5): a table of routes and one file a noun. A handler gets
   a request that is parsed, authenticated and authorised, and gives status and JSON;
   it knows neither gates nor the store. */

/* What handlers ask of the state folder. The texts are age files: nothing secret. */
struct seal_api_state {
	/* The root token's file of one share set, so that it never stands beside another's.
	   NULL removes. */
	int (*put_root_file)(void *ctx, const char *set, const char *text, struct seal_diag *diag);
	/* *out_text is malloc'd, the caller's; NULL where there is none. */
	int (*get_root_file)(void *ctx, const char *set, char **out_text, struct seal_diag *diag);
	/* Removes those of all other sets, as far as that can be. */
	void (*keep_root_file)(void *ctx, const char *set);
	/* After the first quorum: the bootstrap token is worth nothing any more. Where its file
	   cannot be removed now, that is tried again later. */
	void (*drop_bootstrap)(void *ctx);
	void *ctx;
};

struct seal_api_plan;

/* What holders answer challenges for (challenge.h). */
enum seal_api_purpose { SEAL_API_PROVE, SEAL_API_LOCK, SEAL_API_PURPOSES };

struct seal_api {
	struct seal_barrier *barrier;
	struct seal_api_state state;
	struct seal_secret *signer; /* identity key: libsodium's 64 bytes */
	uint8_t identity[32];
	struct seal_secret *submission; /* X25519, of this start */
	uint8_t submission_point[32];
	struct seal_secret *challenger; /* MAC key of this start, for challenges */
	uint64_t challenges;		/* given out */
	/* By share: number of the last challenge whose answer was taken; 0: none. */
	uint64_t answered[SEAL_API_PURPOSES][SEAL_MANIFEST_SHARES];
	struct seal_api_plan *plans[SEAL_REKEY_SESSIONS]; /* of rekeys: api/rekey.h */
	int plain_shares, rehearsal;
	char sandbox[64];
};

enum seal_api_method {
	SEAL_METHOD_GET = 1,
	SEAL_METHOD_PUT = 2, /* and POST */
	SEAL_METHOD_DELETE = 4,
	SEAL_METHOD_LIST = 8,
	SEAL_METHOD_HEAD = 16,
	SEAL_METHOD_OPTIONS = 32, /* no route has it; it is refused as what Vault knows */
};

struct seal_api_request {
	unsigned method; /* one of the above; 0: another */
	const struct seal_target *target;
	const char *rest;    /* what stands for '*' in the pattern; else "" */
	struct json_t *body; /* an object; NULL: none was sent */
	const char *token_text;
	const struct seal_token *token; /* NULL: none, or while sealed */
	int founder;			/* token_text is the bootstrap token */
	const char *id;
};

#define SEAL_API_ERROR 512u
struct seal_api_answer {
	unsigned status;
	struct json_t *json;   /* raw: the body; else its data. NULL: an empty body */
	struct json_t *mirror; /* fields to repeat in front of the envelope */
	unsigned lease;
	int changed; /* something that lasts: its audit line is synced; a refusal keeps it */
	char error[SEAL_API_ERROR]; /* where status is 400 or more and json is NULL */
};
void seal_api_answer_done(struct seal_api_answer *answer);
/* Refuses; returns SEAL_OK, since an answer is there. Empty text: {"errors":[]}. */
int seal_api_refuse(struct seal_api_answer *answer, unsigned status, const char *fmt, ...)
	SEAL_PRINTF(3, 4);
/* The body that goes out, by what the answer has; *out_json is the caller's, NULL: empty. */
SEAL_MUST_CHECK int seal_api_body(struct seal_api_answer *answer, const char *id, int raw,
				  struct json_t **out_json, struct seal_diag *diag);

/* Who may. The first is what a forgotten field means. */
enum seal_api_need {
	SEAL_NEED_NEVER,
	SEAL_NEED_NOTHING,
	SEAL_NEED_TOKEN,   /* any that is valid */
	SEAL_NEED_ROOT,	   /* policy root */
	SEAL_NEED_FOUNDER, /* the bootstrap token, or policy root */
	SEAL_NEED_CARD,	   /* the same; nothing where the query names a card */
};
enum seal_api_flags {
	SEAL_ROUTE_SEALED = 1, /* also while sealed */
	SEAL_ROUTE_RAW = 2,    /* no envelope */
	SEAL_ROUTE_VALUES = 4, /* data are users': no number of it in the audit log */
};

struct seal_api_route {
	unsigned methods;
	const char *pattern; /* whole path, or ends in '*' */
	enum seal_api_need need;
	unsigned flags;
	size_t body; /* bytes at most; 0: a body is not read */
	const char *mount_type;
	/* An error that it returns becomes 503 or 500; refusals are answers. */
	int (*handle)(struct seal_api *api, const struct seal_api_request *request,
		      struct seal_api_answer *answer, struct seal_diag *diag);
};

const struct seal_api_route *seal_api_routes(size_t *out_count);
/* *out_known: the path has a route, if by another method. NULL: no route. */
const struct seal_api_route *seal_api_match(unsigned method, const char *path,
					    const struct seal_api_route **out_known,
					    const char **out_rest);

/* CLOCK_BOOTTIME, seconds: what half-given quorums are timed by. */
uint64_t seal_api_now(void);
SEAL_MUST_CHECK int seal_api_uuid(char out[static 37], struct seal_diag *diag);

#endif
