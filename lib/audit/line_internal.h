#ifndef SEALKIT_AUDIT_LINE_INTERNAL_H
#define SEALKIT_AUDIT_LINE_INTERNAL_H

#include <time.h>

#include "audit/line.h"
#include "base/secret.h"

/* Shared by line.c (lines), tail.c (how a file ends), reopen.c (from one to the next). */
struct seal_audit {
	int fd;
	int torn; /* the file ends within a line */
	int is_file, dirty;
	uint64_t seq;
	struct seal_json_text last; /* the line of that number; no bytes: none yet */
	struct seal_secret *salt;   /* with its NUL */
};

#define SEAL_AUDIT_TIME 40u
/* RFC 3339 in UTC with the fraction's last zeros left out, as Vault writes it. */
void seal_audit_time(char out[static SEAL_AUDIT_TIME], time_t seconds, long nanoseconds);

/* Adds a line, with its newline, in one call. Where it is there, if perhaps without its newline, it
   has the next number and is the last one; text is taken then. */
SEAL_MUST_CHECK int seal_audit_put(struct seal_audit *audit, struct seal_json_text *text,
				   struct seal_diag *diag);

struct seal_audit_hiding {
	const char *salt;
	int numbers, names; /* these too */
	size_t max;	    /* bytes of the copy as text */
};
/* A copy with every string hashed. *out_json the caller's. SEAL_E_TOOLONG as soon as it is sure
   to be longer: an HMAC for each of a million strings that no line will show takes minutes. */
SEAL_MUST_CHECK int seal_audit_hide(const struct json_t *json, const struct seal_audit_hiding *how,
				    struct json_t **out_json, struct seal_diag *diag);

/* Reads where a log ends: its last whole line and the number in it (0: none), and whether
   bytes of a torn one stand behind it. out_last is the caller's; may be NULL. */
SEAL_MUST_CHECK int seal_audit_tail(int fd, uint64_t *out_seq, int *out_torn,
				    struct seal_json_text *out_last, struct seal_diag *diag);

#endif
