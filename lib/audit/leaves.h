#ifndef SEALKIT_AUDIT_LEAVES_H
#define SEALKIT_AUDIT_LEAVES_H

#include "crypto/merkle.h"

/* The lines of a log as leaves of its tree: files are read once, in pieces, which threads hash at
   the same time; memory does not depend on how long they are. What comes of the pieces is
   given in their order. */

#define SEAL_LEAVES_PIECE (256u << 10) /* bytes; no line can be longer */
#define SEAL_LEAVES_LINES 4096u	       /* of a piece */
#define SEAL_LEAVES_NODES 32u
#define SEAL_LEAVES_THREADS 64u

struct seal_leaves_piece {
	size_t file;	    /* which of the files */
	uint64_t first;	    /* number of its first line in the log, from 0 */
	uint64_t file_line; /* and in its file, from 1 */
	size_t count;	    /* lines; 0 where all there is has no newline */
	const char *bytes;
	const uint32_t *ends; /* where the newline of each is */
	int ends_file;	      /* nothing of the file comes behind it */
	size_t torn;	      /* bytes without a newline that end the file */
};

/* What a piece is in the tree: complete subtrees, one behind the other. */
struct seal_leaves_node {
	unsigned height;
	uint8_t hash[SEAL_MERKLE_HASH];
};
struct seal_leaves_result {
	struct seal_leaves_piece piece; /* bytes and ends are gone */
	size_t node_count;
	struct seal_leaves_node node[SEAL_LEAVES_NODES];
	void *notes;
};

struct seal_leaves {
	const int *fds; /* regular files, the parts of one log in order */
	size_t count;
	/* Sizes of the tree, ascending, at which a piece ends. */
	const uint64_t *stops;
	size_t stop_count;
	unsigned threads; /* 0: one a CPU */
	/* In any thread and at any time: may look at the lines, and leave notes_size bytes, which
	   are zero before. May be NULL. */
	void (*look)(void *ctx, const struct seal_leaves_piece *piece, void *notes);
	size_t notes_size;
	/* In order, one at a time. An error ends the run and is passed through. After an error
	   pieces that were looked at may not be given: then `drop`, which may be NULL. */
	int (*take)(void *ctx, const struct seal_leaves_result *result, struct seal_diag *diag);
	void (*drop)(void *ctx, void *notes);
	void *ctx;
};

/* SEAL_E_TOOLONG: a line that no piece holds; SEAL_E_IO. Then *out_file is the file that was
   read. */
SEAL_MUST_CHECK int seal_leaves_run(const struct seal_leaves *leaves, size_t *out_file,
				    struct seal_diag *diag);

#endif
