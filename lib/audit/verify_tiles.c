/* Which lines they are that were changed: a root says only that some were. The hash of each line is
   in a tile, and all tiles together lead to the signed root; so a line whose hash is another than
   its tile's is not the one that was signed. Looked for only where a root does not agree. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/tiles.h"
#include "audit/verify_internal.h"
#include "base/own.h"

#include "base/banned.h"

#define TOLD 20u

struct search {
	struct seal_verify_state *state;
	const struct seal_checkpoint *checkpoint;
	uint64_t from; /* lines before it are known to be good */
	struct seal_tiles tiles;
	uint64_t number, others;
};

/* One line, without its newline. */
static int compare(struct search *search, size_t file, uint64_t line, const char *text, size_t len,
		   struct seal_diag *diag)
{
	uint8_t want[SEAL_MERKLE_HASH], leaf[SEAL_MERKLE_HASH];
	int error = seal_tiles_next(&search->tiles, want, diag);

	if (error || search->number++ < search->from)
		return error;
	seal_merkle_leaf(text, len, leaf);
	if (!seal_eq_ct(leaf, want, sizeof leaf) && search->others++ < TOLD)
		seal_verify_tell(search->state, search->state->verify->files[file], line,
				 "is not the line that was signed");
	return SEAL_OK;
}

static int search_file(struct search *search, size_t file, struct seal_diag *diag)
{
	const char *path = search->state->verify->files[file];
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	FILE *in = fopen(path, "re");
	uint64_t line = 0;
	size_t cap = 0;
	ssize_t len;
	int error = SEAL_OK;

	if (!in)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	while (!error && search->number < search->checkpoint->size &&
	       (len = getline(&text, &cap, in)) > 0 && text[len - 1] == '\n')
		error = compare(search, file, ++line, text, (size_t)len - 1, diag);
	if (ferror(in))
		error = seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	(void)fclose(in);
	return error;
}

void seal_verify_search(struct seal_verify_state *state, const struct seal_checkpoint *checkpoint,
			uint64_t from)
{
	struct search search = {.state = state,
				.checkpoint = checkpoint,
				.from = from,
				.tiles = {.dir = state->verify->tiles, .size = checkpoint->size}};
	struct seal_diag diag = {0};
	char text[SEAL_VERIFY_TEXT];
	int error = seal_tiles_check(state->verify->tiles, checkpoint, &diag);

	for (size_t i = 0; !error && i < state->verify->count; i++)
		error = search_file(&search, i, &diag);
	if (error) {
		seal_diag_line(&diag, text, sizeof text);
		seal_verify_tell(state, state->verify->tiles, 0,
				 "tiles cannot tell which lines they are: %s", text);
	} else if (search.others > TOLD) {
		seal_verify_tell(state, state->verify->tiles, 0,
				 "%llu more lines are not those that were signed",
				 (unsigned long long)(search.others - TOLD));
	}
}
