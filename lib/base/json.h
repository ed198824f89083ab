#ifndef SEALKIT_BASE_JSON_H
#define SEALKIT_BASE_JSON_H

#include <stddef.h>

#include "diag.h"

/* JSON from strangers, and JSON of ours that may hold what is secret. jansson
   does the work; here are the limits it lacks and the exact form that goes out.
   Threat: a body that exhausts stack or memory, one that two parsers read
   differently, and plaintext left behind in freed memory. */

struct json_t;

#define SEAL_JSON_DEPTH 32u	    /* of arrays and objects in one another */
#define SEAL_JSON_VALUES (1u << 18) /* of one text */
#define SEAL_JSON_NUMBER 400u	    /* digits of one number */
#define SEAL_JSON_BYTES (33u << 20) /* of one text */

/* From then on what jansson frees is wiped first, and its tables are seeded at random. Once per
   process, before threads. */
void seal_json_setup(void);

/* One object, and nothing behind it but white space. Refused (SEAL_E_FORMAT): what is
   not UTF-8, a key twice, a NUL in a string, any other value; SEAL_E_TOOLONG: a limit.
   Numbers keep their text: a plain integer of up to 18 digits is an integer, any other
   is held as a string that begins with NUL (seal_json_number) and goes out as it came. */
SEAL_MUST_CHECK int seal_json_parse(const void *bytes, size_t len, struct json_t **out_json,
				    struct seal_diag *diag);
/* The same with a lower limit on values, each of which costs memory and time. */
SEAL_MUST_CHECK int seal_json_parse_few(const void *bytes, size_t len, unsigned max,
					struct json_t **out_json, struct seal_diag *diag);
/* For what must be read without the limits above: jansson's json_loadb with its flags, but
   safe where memory runs out, which it is not. SEAL_E_NOMEM; SEAL_E_FORMAT, with nothing in
   diag, and what jansson says in *out_where. One at a time in a thread. */
struct seal_json_where {
	int line, column;
	char text[160]; /* quotes what was read */
};
SEAL_MUST_CHECK int seal_json_load(const void *text, size_t len, size_t flags,
				   struct json_t **out_json, struct seal_json_where *out_where,
				   struct seal_diag *diag);
void seal_json_free(struct json_t *json);
void seal_json_freep(struct json_t **json);

/* The text of a number that was kept so; NULL for any other value. */
const char *seal_json_number(const struct json_t *json);

/* Compact text, <, > and & as \u003c ..., then `end` ("\n" or ""). */
struct seal_json_text {
	char *bytes; /* NUL-terminated */
	size_t len;
};
enum seal_json_order { SEAL_JSON_AS_MADE, SEAL_JSON_SORTED };
SEAL_MUST_CHECK int seal_json_write(const struct json_t *json, enum seal_json_order order,
				    const char *end, struct seal_json_text *out_text,
				    struct seal_diag *diag);
/* Wipes. */
void seal_json_text_done(struct seal_json_text *text);

#endif
