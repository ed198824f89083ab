#ifndef SEALKIT_BASE_IO_H
#define SEALKIT_BASE_IO_H

#include <stddef.h>
#include <stdint.h>

#include "diag.h"

/* Where streams come from and go to. `read` fills up to cap bytes and sets
 *out_len, 0 at the end. `write` takes all bytes or fails. */

struct seal_source {
	int (*read)(void *ctx, uint8_t *buf, size_t cap, size_t *out_len, struct seal_diag *diag);
	void *ctx;
};

struct seal_sink {
	int (*write)(void *ctx, const uint8_t *buf, size_t len, struct seal_diag *diag);
	void *ctx;
};

/* Over a descriptor; it must outlive the source and stays the caller's. */
struct seal_source seal_source_fd(const int *fd);
struct seal_sink seal_sink_fd(const int *fd);

/* Over memory. The mem struct is the caller's and must outlive it. */
struct seal_mem_source {
	const uint8_t *bytes;
	size_t len, at;
};
struct seal_mem_sink {
	uint8_t *bytes;
	size_t cap, len; /* writing beyond cap is SEAL_E_TOOLONG */
};
struct seal_source seal_source_mem(struct seal_mem_source *mem);
struct seal_sink seal_sink_mem(struct seal_mem_sink *mem);

/* Fills buf unless the source ends first; *out_len tells. */
SEAL_MUST_CHECK int seal_read_full(struct seal_source *source, uint8_t *buf, size_t cap,
				   size_t *out_len, struct seal_diag *diag);

#endif
