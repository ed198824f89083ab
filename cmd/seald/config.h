#ifndef SEALD_CONFIG_H
#define SEALD_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* seald.conf(5), in the syntax of libconfig without its @include. Whatever is not known,
   given twice, of the wrong type or out of range stops the start with one line that
   names it and its place: a setting that was misspelt must not fall back in silence. */

#define SEALD_LISTENS 16u
#define SEALD_GATES 64u
#define SEALD_PATH 4000u

struct seald_listen {
	char host[46]; /* a number, not a name */
	uint16_t port; /* 0: any, for tests */
};

struct seald_config {
	struct seald_listen listen[SEALD_LISTENS];
	size_t listen_count;
	char state[SEALD_PATH + 1], audit[SEALD_PATH + 1];
	char certificate[SEALD_PATH + 1], key[SEALD_PATH + 1]; /* empty: self-signed */
	char client_ca[SEALD_PATH + 1], user[33];	       /* empty: none */
	int plain_shares, rehearsal;
	unsigned gates;
	uint64_t half_open; /* seconds */
};

SEAL_MUST_CHECK int seald_config_read(const char *path, struct seald_config *out_config,
				      struct seal_diag *diag);

#endif
