/* The run over a log: pieces come in order, and are held against those before them and against
   the checkpoints. */

#include "audit/verify.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/verify_internal.h"

#include "base/banned.h"

void seal_verify_tell(struct seal_verify_state *state, const char *path, uint64_t line,
		      const char *fmt, ...)
{
	struct seal_verify_finding finding = {.path = path, .line = line};
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(finding.what, sizeof finding.what, fmt, args);
	va_end(args);
	if (state->report.findings++ == 0 && line)
		(void)seal_fail(state->diag, SEAL_E_VERIFY, "%s: line %llu: %s", path,
				(unsigned long long)line, finding.what);
	else if (state->report.findings == 1)
		(void)seal_fail(state->diag, SEAL_E_VERIFY, "%s: %s", path, finding.what);
	if (state->report.findings <= SEAL_VERIFY_FINDINGS && state->verify->found)
		state->verify->found(state->verify->ctx, &finding);
}

static void look(void *ctx, const struct seal_leaves_piece *piece, void *notes)
{
	const struct seal_verify_state *state = ctx;

	seal_verify_look(state->verify, piece, notes);
}

/* Heads of the size that the tree has now. */
static void check_heads(struct seal_verify_state *state)
{
	uint8_t root[SEAL_MERKLE_HASH];

	for (; state->next_head < state->head_count &&
	       state->heads[state->next_head].checkpoint.size <= state->tree.size;
	     state->next_head++) {
		struct seal_verify_head *head = &state->heads[state->next_head];
		uint64_t size = head->checkpoint.size;

		if (!head->is_good)
			continue;
		seal_merkle_root(&state->tree, root);
		if (seal_eq_ct(root, head->checkpoint.root, sizeof root)) {
			state->report.proved = size;
		} else if (!state->broken) {
			state->broken = head;
			state->broken_from = state->report.proved;
			seal_verify_tell(state, head->path, 0,
					 "one or more of lines %llu to %llu of the log are not "
					 "those that were signed",
					 (unsigned long long)state->report.proved + 1,
					 (unsigned long long)size);
		}
		if (state->verify->strict && head->earliest && state->has_last &&
		    head->earliest + SEAL_VERIFY_SKEW < (uint64_t)state->last.time.seconds)
			seal_verify_tell(state, head->path, 0,
					 "was cosigned before its last line was written");
	}
}

static void tell_faults(struct seal_verify_state *state, const struct seal_leaves_piece *piece,
			const struct seal_verify_notes *notes)
{
	const char *path = state->verify->files[piece->file];

	for (size_t i = 0; i < notes->fault_count; i++)
		seal_verify_tell(state, path, piece->file_line + notes->fault[i].offset, "%s",
				 notes->fault[i].what);
	if (notes->more_faults)
		seal_verify_tell(state, path, piece->file_line, "%zu more such lines follow",
				 notes->more_faults);
	if (notes->lost_copies)
		seal_verify_tell(state, path, piece->file_line,
				 "more promises from here on than can be looked at");
	if (piece->torn && !(state->verify->growing && piece->file + 1 == state->verify->count))
		seal_verify_tell(state, path, piece->file_line, "cut off: it has no newline");
}

/* Between the last line of one piece and the first of the next. */
static void check_border(struct seal_verify_state *state, const struct seal_leaves_piece *piece,
			 const struct seal_verify_notes *notes)
{
	const char *path = state->verify->files[piece->file];
	char what[SEAL_VERIFY_TEXT];

	if (!notes->has_lines)
		return;
	if (!state->has_last && notes->first.seq != 1)
		seal_verify_tell(state, path, piece->file_line,
				 "begins with seq %llu: what was before it is missing",
				 (unsigned long long)notes->first.seq);
	if (state->has_last &&
	    !seal_verify_follows(&state->last, &notes->first, state->verify->strict, what))
		seal_verify_tell(state, path, piece->file_line, "%s", what);
}

static void take_copies(struct seal_verify_state *state, const struct seal_leaves_piece *piece,
			struct seal_verify_notes *notes)
{
	for (size_t i = 0; i < notes->copy_count; i++) {
		struct seal_verify_copy *copy = &notes->copy[i];
		uint64_t line = piece->file_line + copy->offset;

		if (copy->is_promise) {
			seal_verify_promises(state, piece->file, line,
					     piece->first + copy->offset + 1, copy);
			continue;
		}
		if (copy->has_before || state->tree.size > 0)
			seal_verify_continues(state, state->verify->files[piece->file], line, copy,
					      copy->has_before ? copy->before_hash
							       : state->last_hash);
		free(copy->line);
	}
	notes->copy_count = 0;
}

static int take(void *ctx, const struct seal_leaves_result *result, struct seal_diag *diag)
{
	struct seal_verify_state *state = ctx;
	struct seal_verify_notes *notes = result->notes;

	check_border(state, &result->piece, notes);
	tell_faults(state, &result->piece, notes);
	take_copies(state, &result->piece, notes);
	for (size_t i = 0; i < result->node_count; i++) {
		int error = seal_merkle_add(&state->tree, result->node[i].height,
					    result->node[i].hash, diag);

		if (error)
			return error;
	}
	if (notes->has_lines)
		state->last = notes->last;
	else
		state->last.seq += result->piece.count;
	state->has_last |= notes->has_lines;
	if (result->piece.count)
		memcpy(state->last_hash, notes->last_hash, sizeof state->last_hash);
	check_heads(state);
	return SEAL_OK;
}

static void drop(void *ctx SEAL_UNUSED, void *given)
{
	struct seal_verify_notes *notes = given;

	for (size_t i = 0; i < notes->copy_count; i++)
		free(notes->copy[i].line);
}

static int open_files(const struct seal_verify *verify, int *fds, uint64_t *out_bytes,
		      struct seal_diag *diag)
{
	for (size_t i = 0; i < verify->count; i++) {
		struct stat stat;

		fds[i] = open(verify->files[i], O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		if (fds[i] < 0 || fstat(fds[i], &stat) != 0)
			return seal_fail_errno(diag, SEAL_E_IO, "%s", verify->files[i]);
		if (!S_ISREG(stat.st_mode))
			return seal_fail(diag, SEAL_E_IO, "%s: not a file", verify->files[i]);
		*out_bytes += (uint64_t)stat.st_size;
	}
	return SEAL_OK;
}

static int run(struct seal_verify_state *state, const int *fds, struct seal_diag *diag)
{
	uint64_t *stops = calloc(state->head_count + 1, sizeof *stops);
	const struct seal_leaves leaves = {.fds = fds,
					   .count = state->verify->count,
					   .stops = stops,
					   .stop_count = state->head_count,
					   .threads = state->verify->threads,
					   .look = look,
					   .notes_size = sizeof(struct seal_verify_notes),
					   .take = take,
					   .drop = drop,
					   .ctx = state};
	size_t file = 0;
	int error;

	if (!stops)
		return seal_fail(diag, SEAL_E_NOMEM, "log");
	for (size_t i = 0; i < state->head_count; i++)
		stops[i] = state->heads[i].checkpoint.size;
	check_heads(state); /* of no lines */
	error = seal_leaves_run(&leaves, &file, diag);
	free(stops);
	return error ? seal_because(diag, error, "%s", state->verify->files[file]) : SEAL_OK;
}

int seal_verify_run(const struct seal_verify *verify, struct seal_verify_report *out_report,
		    struct seal_diag *diag)
{
	struct seal_diag first = {0};
	struct seal_verify_state state SEAL_CLEANUP(seal_verify_done) = {.verify = verify,
									 .diag = &first};
	int *fds;
	int error;

	if (verify->count < 1)
		return seal_fail(diag, SEAL_E_ARGUMENT, "no file");
	fds = calloc(verify->count, sizeof *fds);
	if (!fds)
		return seal_fail(diag, SEAL_E_NOMEM, "log");
	for (size_t i = 0; i < verify->count; i++)
		fds[i] = -1;
	error = open_files(verify, fds, &state.report.bytes, diag);
	if (!error)
		error = seal_verify_load(&state, diag);
	if (!error)
		error = run(&state, fds, diag);
	for (size_t i = 0; i < verify->count; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	free(fds);
	if (error)
		return error;
	seal_verify_end(&state);
	state.report.lines = state.tree.size;
	seal_merkle_root(&state.tree, state.report.root);
	*out_report = state.report;
	if (state.report.findings && diag)
		*diag = first;
	return state.report.findings ? SEAL_E_VERIFY : SEAL_OK;
}
