/* What binds lines to those before them and to their checkpoints: lines of the types continue
   and promise, and who must have signed. */

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "audit/verify_internal.h"
#include "base/encode.h"
#include "base/json.h"

#include "base/banned.h"

void seal_verify_continues(struct seal_verify_state *state, const char *path, uint64_t line,
			   const struct seal_verify_copy *copy, const uint8_t before[32])
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	const json_t *previous;
	const char *hash;
	char want[65];

	if (seal_json_parse(copy->line, copy->len, &json, NULL)) {
		seal_verify_tell(state, path, line, "not JSON, though it should go on from a line");
		return;
	}
	seal_hex(before, 32, want);
	previous = json_object_get(json, "previous");
	hash = json_string_value(json_object_get(previous, "sha256"));
	if (!hash || strcmp(hash, want) != 0 ||
	    json_integer_value(json_object_get(previous, "seq")) + 1 !=
		    json_integer_value(json_object_get(json, "seq")))
		seal_verify_tell(state, path, line,
				 "goes on from another line than the one before it");
}

void seal_verify_promises(struct seal_verify_state *state, size_t file, uint64_t line,
			  uint64_t size, struct seal_verify_copy *copy)
{
	struct seal_verify_promise *more =
		state->promise_count < SEAL_VERIFY_HEADS
			? realloc(state->promises, (state->promise_count + 1) * sizeof *more)
			: NULL;

	if (!more) {
		seal_verify_tell(state, state->verify->files[file], line, "one promise too many");
		free(copy->line);
		return;
	}
	state->promises = more;
	more[state->promise_count++] =
		(struct seal_verify_promise){size, file, line, copy->line, copy->len};
}

/* Whether name has signed some good head of that size; *out_some: there is one. */
static int has_signed(const struct seal_verify_state *state, uint64_t size, const char *name,
		      int *out_some)
{
	int did = 0;

	*out_some = 0;
	for (size_t i = 0; i < state->head_count; i++) {
		const struct seal_verify_head *head = &state->heads[i];

		if (!head->is_good || head->checkpoint.size != size)
			continue;
		*out_some = 1;
		did |= name && seal_verify_has_signed(head, name);
	}
	return did;
}

static void check_promise(struct seal_verify_state *state,
			  const struct seal_verify_promise *promise)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	const char *path = state->verify->files[promise->file];
	const json_t *signers;
	int some = 0;

	if (seal_json_parse(promise->text, promise->len, &json, NULL) ||
	    !json_is_array(json_object_get(json, "signers"))) {
		seal_verify_tell(state, path, promise->line, "a promise without `signers`");
		return;
	}
	(void)has_signed(state, promise->size, NULL, &some);
	if (!some) {
		seal_verify_tell(state, path, promise->line,
				 "promises a checkpoint of %llu lines, and there is no good one",
				 (unsigned long long)promise->size);
		return;
	}
	signers = json_object_get(json, "signers");
	for (size_t i = 0; i < json_array_size(signers); i++) {
		const char *name = json_string_value(json_array_get(signers, i));

		if (!name || !has_signed(state, promise->size, name, &some))
			seal_verify_tell(state, path, promise->line,
					 "promises that %s signs the checkpoint of %llu lines: not "
					 "done, or by no known key",
					 name ? name : "nobody", (unsigned long long)promise->size);
	}
}

static uint64_t newest(const struct seal_verify_state *state)
{
	uint64_t size = 0;

	for (size_t i = 0; i < state->head_count; i++)
		if (state->heads[i].is_good)
			size = state->heads[i].checkpoint.size;
	return size;
}

static void check_required(struct seal_verify_state *state, uint64_t size)
{
	const struct seal_verify *verify = state->verify;
	int some = 0;

	for (size_t i = 0; i < verify->required_count; i++)
		if (!has_signed(state, size, verify->required[i], &some) && some)
			seal_verify_tell(state, verify->files[verify->count - 1], 0,
					 "%s has not signed the newest checkpoint, of %llu lines",
					 verify->required[i], (unsigned long long)size);
}

/* Heads that speak of lines which are not there. */
static void check_cut(struct seal_verify_state *state)
{
	const struct seal_verify *verify = state->verify;
	uint64_t lines = state->tree.size;

	for (; state->next_head < state->head_count; state->next_head++) {
		const struct seal_verify_head *head = &state->heads[state->next_head];

		if (head->is_good)
			seal_verify_tell(state, verify->files[verify->count - 1], 0,
					 "ends after %llu lines in all: %s has %llu, the last %llu "
					 "are missing",
					 (unsigned long long)lines, head->path,
					 (unsigned long long)head->checkpoint.size,
					 (unsigned long long)(head->checkpoint.size - lines));
	}
}

void seal_verify_end(struct seal_verify_state *state)
{
	const struct seal_verify *verify = state->verify;
	const char *last = verify->files[verify->count - 1];
	uint64_t size = newest(state);
	int some = 0;

	if (state->broken && verify->tiles)
		seal_verify_search(state, &state->broken->checkpoint, state->broken_from);
	(void)has_signed(state, size, NULL, &some);
	check_cut(state);
	if (!some)
		seal_verify_tell(state, last, 0, "no good checkpoint: nothing proves any line");
	else if (!verify->growing && state->tree.size > size)
		seal_verify_tell(state, last, 0,
				 "the last %llu lines are behind the newest checkpoint, of %llu: "
				 "nothing proves them",
				 (unsigned long long)(state->tree.size - size),
				 (unsigned long long)size);
	check_required(state, size);
	for (size_t i = 0; i < state->promise_count; i++)
		if (!verify->growing || state->promises[i].size <= size)
			check_promise(state, &state->promises[i]);
}

void seal_verify_done(struct seal_verify_state *state)
{
	for (size_t i = 0; i < state->head_count; i++) {
		for (size_t k = 0; k < state->heads[i].signer_count; k++)
			free(state->heads[i].signers[k]);
		free(state->heads[i].signers);
	}
	free(state->heads);
	for (size_t i = 0; i < state->promise_count; i++)
		free(state->promises[i].text);
	free(state->promises);
}
