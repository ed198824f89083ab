#ifndef SEALKIT_AUDIT_LINE_INTERNAL_H
#define SEALKIT_AUDIT_LINE_INTERNAL_H

#include "audit/line.h"

/* A copy with every string hashed; numbers and names where asked. *out_json the caller's. */
SEAL_MUST_CHECK int seal_audit_hide(const struct json_t *json, const char *salt, int numbers,
				    int names, struct json_t **out_json, struct seal_diag *diag);

/* Reads where a log ends: the number in its last whole line (0: none), and whether bytes of
   a torn one stand behind it. */
SEAL_MUST_CHECK int seal_audit_tail(int fd, uint64_t *out_seq, int *out_torn,
				    struct seal_diag *diag);

#endif
