#ifndef SEALKIT_BASE_DIAG_H
#define SEALKIT_BASE_DIAG_H

#include "error.h"

/* The channel for people: what failed and why, outermost cause first.
   Lives in the caller's storage; every call accepts NULL. Never give it secret
   bytes: its text goes to terminals and logs. */

#define SEAL_DIAG_CAUSES 4
#define SEAL_DIAG_TEXT 256

struct seal_diag {
	int error;
	unsigned causes;
	char cause[SEAL_DIAG_CAUSES][SEAL_DIAG_TEXT];
};

/* Starts a new failure: forgets earlier causes. Returns error, so that
   `return seal_fail(diag, SEAL_E_FORMAT, "line %u: ...", n);` is one line. */
int seal_fail(struct seal_diag *diag, int error, const char *fmt, ...) SEAL_PRINTF(3, 4);

/* Same, with strerror(errno) added after ": ". */
int seal_fail_errno(struct seal_diag *diag, int error, const char *fmt, ...) SEAL_PRINTF(3, 4);

/* Puts an outer cause ("share of bruno") in front of those there; keeps the
   error. Where all places are taken the innermost but one is dropped. */
int seal_because(struct seal_diag *diag, int error, const char *fmt, ...) SEAL_PRINTF(3, 4);

/* Adds "; advice" behind the innermost cause: what to do. Keeps the error. */
void seal_advise(struct seal_diag *diag, const char *advice);

/* The static analyser sees one file at a time, and would have each of them return 0. */
#ifdef __clang_analyzer__
#define seal_fail(diag, error, ...) ((void)(seal_fail)((diag), (error), __VA_ARGS__), (error))
#define seal_fail_errno(diag, error, ...) \
	((void)(seal_fail_errno)((diag), (error), __VA_ARGS__), (error))
#define seal_because(diag, error, ...) ((void)(seal_because)((diag), (error), __VA_ARGS__), (error))
#endif

/* Writes "outer: inner: innermost" on one line, always terminated; controls
   (C0, C1, those that turn text about) and what is not UTF-8 become '?', so that
   hostile input cannot drive a terminal. */
void seal_diag_line(const struct seal_diag *diag, char *out, unsigned long cap);

#endif
