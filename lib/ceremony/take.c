/* A share of a set, by the token that is here. */

#include "ceremony/take.h"

#include <stdlib.h>
#include <string.h>

#include "ceremony/search.h"

#include "base/banned.h"

static struct seal_open_job job_of(const struct seal_take *take, size_t index)
{
	struct seal_open_job job = {0};

	job.file = take->folder->file[index];
	job.len = take->folder->file_len[index];
	job.cards = take->folder->cards.list;
	job.card_count = take->folder->cards.count;
	job.custodian = take->folder->manifest.shares[index].custodian;
	job.has_serial = take->has_serial;
	job.serial = take->serial;
	job.place = take->place;
	job.asker = take->asker;
	job.choose = take->choose;
	job.choose_ctx = take->choose_ctx;
	return job;
}

/* Shares that are wanted, and tokens here that open them. */
struct round {
	struct seal_open_job jobs[SEAL_MANIFEST_SHARES];
	struct seal_open_search searches[SEAL_MANIFEST_SHARES];
	size_t index[SEAL_MANIFEST_SHARES]; /* of the manifest */
	size_t count;
	struct seal_open_fit fits[SEAL_MANIFEST_SHARES * SEAL_OPEN_FITS];
	size_t of[SEAL_MANIFEST_SHARES * SEAL_OPEN_FITS]; /* which search a fit is of */
	size_t fit_count;
};

static void roundp(struct round **round)
{
	free(*round);
}

static int is_wanted(const struct seal_take *take, unsigned i)
{
	const char *holder = take->folder->manifest.shares[i].custodian;

	return take->folder->file[i] && !(take->done && take->done[i]) &&
	       (!take->custodian || strcmp(take->custodian, holder) == 0);
}

/* A token that is absent is what is expected of most shares; any other trouble is kept, and
   told if nothing fits. */
static int find(const struct seal_take *take, struct round *round, struct seal_diag *diag)
{
	const struct seal_open_search *trouble = NULL;
	int error;

	for (unsigned i = 0; i < take->folder->manifest.total; i++) {
		if (!is_wanted(take, i))
			continue;
		round->jobs[round->count] = job_of(take, i);
		round->searches[round->count].job = &round->jobs[round->count];
		round->index[round->count++] = i;
	}
	error = seal_open_search(round->searches, round->count, diag);
	for (size_t i = 0; !error && i < round->count; i++) {
		const struct seal_open_search *search = &round->searches[i];

		if (search->error && search->error != SEAL_E_TOKENABSENT && !trouble)
			trouble = search;
		for (size_t k = 0; !search->error && k < search->count; k++) {
			round->of[round->fit_count] = i;
			round->fits[round->fit_count++] = search->fits[k];
		}
	}
	if (error || round->fit_count > 0 || !trouble)
		return error;
	if (diag)
		*diag = trouble->why;
	return seal_open_because(diag, trouble->error, trouble->job->custodian);
}

int seal_take_pick(const struct seal_take *take, size_t *out_index, struct seal_open_fit *out_fit,
		   struct seal_diag *diag)
{
	struct round *round SEAL_CLEANUP(roundp) = calloc(1, sizeof *round);
	size_t chosen = 0;
	size_t last;
	int error = round ? find(take, round, diag) : seal_fail(diag, SEAL_E_NOMEM, "tokens");

	if (error)
		return error;
	if (round->fit_count == 0)
		return seal_fail(
			diag, SEAL_E_TOKENABSENT,
			"no token here opens a share that is still wanted%s%s: plug in the "
			"token, or name an identity file with -i",
			take->custodian ? " of " : "", take->custodian ? take->custodian : "");
	last = round->fit_count - 1;
	if (!take->choose && round->of[0] != round->of[last])
		return seal_fail(
			diag, SEAL_E_TOKENWRONG,
			"tokens of %s and %s both fit: say whose turn it is with --custodian",
			round->fits[0].card->name, round->fits[last].card->name);
	error = seal_open_choose(&round->jobs[0], round->fits, round->fit_count, &chosen, diag);
	if (error)
		return error;
	*out_index = round->index[round->of[chosen]];
	*out_fit = round->fits[chosen];
	return SEAL_OK;
}

int seal_take_open(const struct seal_take *take, size_t index, const struct seal_open_fit *fit,
		   struct seal_opened *out_opened, struct seal_diag *diag)
{
	struct seal_opened opened SEAL_CLEANUP(seal_opened_done) = {0};
	const struct seal_manifest *manifest = &take->folder->manifest;
	struct seal_open_job job = job_of(take, index);
	size_t recognised = 0;
	int error;

	job.found = fit;
	error = seal_open_share(&job, &opened, diag);
	if (!error)
		error = seal_manifest_check(manifest, &opened.payload, opened.share, &recognised,
					    diag);
	if (!error && recognised != index)
		error = seal_fail(diag, SEAL_E_MISMATCH, "holds the share of %s",
				  manifest->shares[recognised].custodian);
	if (error)
		return seal_open_because(diag, error, manifest->shares[index].custodian);
	*out_opened = opened;
	opened = (struct seal_opened){0};
	return SEAL_OK;
}
