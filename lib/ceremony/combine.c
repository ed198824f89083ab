/* Combining a secret, custodian by custodian. */

#include "ceremony/combine.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/own.h"
#include "base/path.h"
#include "ceremony/search.h"
#include "ceremony/split.h"
#include "share/sealed_secret.h"
#include "share/set.h"

#include "base/banned.h"

#define NAMES_BYTES 160

struct state {
	const struct seal_combine *combine;
	const struct seal_manifest *manifest;
	struct seal_combined *got;
	uint8_t given[SEAL_MANIFEST_SHARES];
	uint8_t failed[SEAL_MANIFEST_SHARES]; /* not tried again before others came */
	int first;			      /* trouble, told if no quorum comes */
	struct seal_diag why;
};

void seal_combined_done(struct seal_combined *combined)
{
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		seal_secret_freep(&combined->share[i]);
	seal_secret_freep(&combined->secret);
}

/* A share that would not bring the quorum nearer is not asked for. */
static int is_wanted(const struct state *state, size_t i)
{
	uint8_t with[SEAL_MANIFEST_SHARES];
	unsigned before = 0;
	unsigned after = 0;

	if (state->given[i] || state->failed[i] || !state->combine->folder->file[i])
		return 0;
	for (size_t k = 0; k < SEAL_MANIFEST_SHARES; k++)
		with[k] = state->given[k] || k == i;
	(void)seal_manifest_quorum(state->manifest, state->given, &before);
	(void)seal_manifest_quorum(state->manifest, with, &after);
	return after > before;
}

static void job_of(const struct state *state, size_t i, struct seal_open_job *out_job)
{
	const struct seal_combine *combine = state->combine;

	*out_job = (struct seal_open_job){.file = combine->folder->file[i],
					  .len = combine->folder->file_len[i],
					  .cards = combine->folder->cards.list,
					  .card_count = combine->folder->cards.count,
					  .custodian = state->manifest->shares[i].custodian,
					  .has_serial = combine->has_serial,
					  .serial = combine->serial,
					  .place = combine->place,
					  .asker = combine->asker,
					  .choose = combine->choose,
					  .choose_ctx = combine->ctx};
}

static int open_share(struct state *state, const struct seal_open_search *search, size_t i,
		      struct seal_diag *diag)
{
	struct seal_opened opened SEAL_CLEANUP(seal_opened_done) = {0};
	struct seal_open_job job = *search->job;
	size_t chosen = 0;
	size_t is = 0;
	int error = seal_open_choose(&job, search->fits, search->count, &chosen, diag);

	job.found = &search->fits[chosen];
	if (!error)
		error = seal_open_share(&job, &opened, diag);
	if (!error)
		error = seal_manifest_check(state->manifest, &opened.payload, opened.share, &is,
					    diag);
	if (!error && is != i)
		error = seal_fail(diag, SEAL_E_MISMATCH, "holds the share of %s",
				  state->manifest->shares[is].custodian);
	if (!error)
		error = seal_card_fingerprint(&opened.card, state->got->card[i], diag);
	if (!error) {
		state->got->share[i] = seal_steal(&opened.share);
		state->given[i] = 1;
	}
	return error;
}

static int note_opened(const struct seal_combine *combine, const char *custodian,
		       struct seal_diag *diag)
{
	char line[sizeof SEAL_COMBINE_OPENED + SEAL_CARD_NAME];

	(void)snprintf(line, sizeof line, SEAL_COMBINE_OPENED "%s", custodian);
	return seal_journal_add(combine->journal, line, diag);
}

/* Not the trouble of one share alone. */
static int ends_all(int error)
{
	return error == SEAL_E_INTERRUPTED || error == SEAL_E_NOMEM || error == SEAL_E_LOCKMEM ||
	       error == SEAL_E_USAGE;
}

/* Tries the token of share i. *out_tried: it is here. */
static int try_share(struct state *state, const struct seal_open_search *search, size_t i,
		     int *out_tried, struct seal_diag *diag)
{
	const struct seal_combine *combine = state->combine;
	const char *custodian = state->manifest->shares[i].custodian;
	struct seal_diag why = search->why;
	int journalled = SEAL_OK;
	int stop = 0;
	int error = search->error;

	if (error == SEAL_E_TOKENABSENT)
		return SEAL_OK;
	*out_tried = 1;
	if (!error && combine->turn)
		combine->turn(combine->ctx, custodian);
	if (!error)
		error = open_share(state, search, i, &why);
	if (error)
		error = seal_open_because(&why, error, custodian);
	else if (combine->journal)
		journalled = note_opened(combine, custodian, diag);
	if (journalled)
		return journalled;
	if (combine->took)
		stop = combine->took(combine->ctx, custodian, error, &why);
	if (error && (stop || ends_all(error))) {
		if (diag)
			*diag = why;
		return error;
	}
	state->failed[i] = error != SEAL_OK;
	if (error && !state->first) {
		state->first = error;
		state->why = why;
	}
	return SEAL_OK;
}

static int too_few(const struct state *state, struct seal_diag *diag)
{
	char names[NAMES_BYTES];
	unsigned progress = 0;

	(void)seal_manifest_quorum(state->manifest, state->given, &progress);
	if (state->first) {
		if (diag)
			*diag = state->why;
		return state->first;
	}
	seal_set_folder_names(state->combine->folder, state->given, 1, names, sizeof names);
	return seal_fail(diag, SEAL_E_QUORUM,
			 "%u of %u given (%s): no token here opens another share", progress,
			 state->manifest->threshold, names);
}

/* What is wanted and the tokens here, looked for once for all shares. */
struct round {
	struct seal_open_job jobs[SEAL_MANIFEST_SHARES];
	struct seal_open_search searches[SEAL_MANIFEST_SHARES];
	size_t index[SEAL_MANIFEST_SHARES];
	size_t count;
};

static void roundp(struct round **round)
{
	free(*round);
}

static int one_round(struct state *state, int *out_tried, struct seal_diag *diag)
{
	struct round *round SEAL_CLEANUP(roundp) = calloc(1, sizeof *round);
	int error;

	if (!round)
		return seal_fail(diag, SEAL_E_NOMEM, "tokens");
	for (size_t i = 0; i < state->manifest->total; i++) {
		if (!is_wanted(state, i))
			continue;
		job_of(state, i, &round->jobs[round->count]);
		round->searches[round->count].job = &round->jobs[round->count];
		round->index[round->count++] = i;
	}
	error = seal_open_search(round->searches, round->count, diag);
	for (size_t i = 0; !error && i < round->count; i++)
		if (is_wanted(state, round->index[i]))
			error = try_share(state, &round->searches[i], round->index[i], out_tried,
					  diag);
	return error;
}

/* One round over all shares, then the next custodian; until it is a quorum. */
static int gather(struct state *state, struct seal_diag *diag)
{
	const struct seal_combine *combine = state->combine;
	unsigned progress = 0;

	while (!seal_manifest_quorum(state->manifest, state->given, &progress)) {
		int tried = 0;
		int error = one_round(state, &tried, diag);

		if (error)
			return error;
		if (tried)
			continue;
		if (!combine->next)
			return too_few(state, diag);
		error = combine->next(combine->ctx, state->given, diag);
		if (error)
			return error;
		for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
			state->failed[i] = 0;
	}
	return SEAL_OK;
}

static int read_sealed(const char *dir, uint8_t **out_bytes, size_t *out_len,
		       struct seal_diag *diag)
{
	char path[SEAL_PATH];
	int error = seal_path_join(dir, SEAL_SPLIT_SECRET, "", path, diag);

	return error ? error
		     : seal_file_read(path, SEAL_SEALED_SECRET_MAX + SEAL_SEALED_SECRET_EXTRA,
				      out_bytes, out_len, diag);
}

int seal_combine_run(const struct seal_combine *combine, struct seal_combined *out_combined,
		     struct seal_diag *diag)
{
	struct seal_combined got SEAL_CLEANUP(seal_combined_done) = {0};
	struct state state = {
		.combine = combine, .manifest = &combine->folder->manifest, .got = &got};
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t *sealed SEAL_CLEANUP(seal_bytes_freep) = NULL;
	size_t len = 0;
	int error = combine->dir ? read_sealed(combine->dir, &sealed, &len, diag) : SEAL_OK;

	if (!error)
		error = gather(&state, diag);
	if (!error)
		error = seal_set_combine(state.manifest, got.share, &key, diag);
	if (error)
		return error;
	if (combine->dir)
		error = seal_sealed_secret_open(key, (const char *)combine->folder->note,
						combine->folder->note_len, sealed, len, &got.secret,
						diag);
	if (error)
		return seal_because(diag, error, "%s/" SEAL_SPLIT_SECRET, combine->dir);
	*out_combined = got;
	got = (struct seal_combined){0};
	return SEAL_OK;
}
