/* Steps of a walk that tools do: by the same calls as the small tools. */

#include <stdio.h>
#include <string.h>

#include "ceremony/busy.h"
#include "ceremony/prove_share.h"
#include "run.h"

#include "base/banned.h"

static int look(struct run *run, struct seal_diag *diag)
{
	int error;

	seal_busy(seal_client_address(run->client));
	error = seal_unseal_look(&run->unseal, &run->state, diag);
	seal_busy(NULL);
	run->has_state = !error;
	return error;
}

static void put_state(const struct run *run, char out[static RUN_LINE])
{
	const struct seal_client_status *status = &run->state.status;

	(void)snprintf(out, RUN_LINE,
		       "%s %s, signed by the core; set %.8s, epoch %u; %u of %u given",
		       status->version, status->sealed ? "sealed" : "open", status->set,
		       status->epoch, status->progress, run->folder.manifest.threshold);
}

static int do_daemon(struct run *run, const char *person SEAL_UNUSED, struct run_result *out,
		     struct seal_diag *diag)
{
	int error;

	if (!run->has_set)
		return run_look_new(run, out, diag);
	error = look(run, diag);
	if (!error)
		put_state(run, out->text);
	return error;
}

static int do_opened(struct run *run, const char *person, struct run_result *out,
		     struct seal_diag *diag)
{
	int error = do_daemon(run, person, out, diag);

	if (!error && run->state.status.sealed)
		error = seal_fail(diag, SEAL_E_QUORUM, "still sealed: %u of %u given",
				  run->state.status.progress, run->folder.manifest.threshold);
	return error;
}

static int share_of(const struct run *run, const char *person, size_t *out_index,
		    struct seal_diag *diag)
{
	const struct seal_manifest *manifest = &run->folder.manifest;

	for (size_t i = 0; i < manifest->total; i++)
		if (strcmp(manifest->shares[i].custodian, person) == 0) {
			*out_index = i;
			return SEAL_OK;
		}
	return seal_fail(diag, SEAL_E_MISMATCH, "%s: holds no share of this set", person);
}

/* A share that the daemon has already was given before the transcript could say so, or from
   elsewhere: it is not asked for again. */
static int do_give(struct run *run, const char *person, struct run_result *out,
		   struct seal_diag *diag)
{
	const struct seal_manifest *manifest = &run->folder.manifest;
	size_t index = 0;
	int error = share_of(run, person, &index, diag);

	if (!error)
		error = look(run, diag);
	if (error)
		return error;
	if (!run->state.status.sealed) {
		out->result = SEAL_WALK_UNNEEDED;
		(void)snprintf(out->text, sizeof out->text, "it is open already");
		return SEAL_OK;
	}
	if (run->state.given[index]) {
		(void)snprintf(out->text, sizeof out->text, "the daemon has this share already");
		return SEAL_OK;
	}
	run->unseal.custodian = person;
	seal_busy("the tokens");
	error = seal_unseal_turn(&run->unseal, &run->state, diag);
	if (error)
		return error;
	memcpy(out->card, run->state.card, sizeof out->card);
	out->has_card = 1;
	if (!run->state.status.has_accepted) {
		out->result = SEAL_WALK_UNNEEDED;
		(void)snprintf(out->text, sizeof out->text, "others had opened it already");
	} else {
		(void)snprintf(out->text, sizeof out->text, "share accepted: %s%u of %u",
			       run->state.status.sealed ? "" : "open, ",
			       run->state.status.sealed ? run->state.status.progress
							: manifest->threshold,
			       manifest->threshold);
	}
	return SEAL_OK;
}

static int do_prove(struct run *run, const char *person, struct run_result *out,
		    struct seal_diag *diag)
{
	struct seal_proved proved = {0};
	size_t index = 0;
	int error = share_of(run, person, &index, diag);

	if (!error)
		error = look(run, diag);
	if (error)
		return error;
	run->unseal.custodian = person;
	seal_busy("the tokens");
	error = seal_prove_share(&run->unseal, &run->folder, run->set, &run->state, &proved, diag);
	if (!error)
		(void)snprintf(out->text, sizeof out->text, "proved, signed by the core%s",
			       proved.fetched ? "; the share was fetched and kept" : "");
	return error;
}

static const struct {
	const char *step;
	int (*act)(struct run *run, const char *person, struct run_result *out,
		   struct seal_diag *diag);
	int is_of_share;
} acts[] = {
	{"daemon", do_daemon, 0}, {"give", do_give, 1},	  {"opened", do_opened, 0},
	{"drill", do_prove, 1},	  {"prove", do_prove, 0}, {"init", run_init, 0},
};
#define ACTS (sizeof acts / sizeof acts[0])

static size_t act_of(const struct seal_step *step)
{
	size_t i = 0;

	while (i < ACTS && strcmp(acts[i].step, step->id) != 0)
		i++;
	return i;
}

int run_can(const struct run *run, struct seal_diag *diag)
{
	enum seal_plan_kind kind = run->plan.plan.kind;

	return kind == SEAL_PLAN_UNSEAL || kind == SEAL_PLAN_DRILL || kind == SEAL_PLAN_INIT
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_USAGE,
				   "a plan of kind %s cannot be walked: init, unseal and drill "
				   "can; take "
				   "seal-ceremony script and the tools",
				   seal_plan_kind_name(kind));
}

int run_has_tool(const struct seal_step *step)
{
	return act_of(step) < ACTS;
}

int run_is_of_share(const struct seal_step *step)
{
	return run_has_tool(step) && acts[act_of(step)].is_of_share;
}

int run_is_end(int error)
{
	return error == SEAL_E_INTERRUPTED || error == SEAL_E_NOMEM || error == SEAL_E_LOCKMEM;
}

int run_tool(struct run *run, const struct seal_step *step, const char *person,
	     struct run_result *out_result, struct seal_diag *diag)
{
	return acts[act_of(step)].act(run, person, out_result, diag);
}

void run_look(struct run *run)
{
	const struct seal_step *step = seal_walk_current(&run->walk);
	struct seal_diag why = {0};
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	if (strcmp(step->id, "give") != 0)
		return;
	if (look(run, &why)) {
		seal_diag_line(&why, line, sizeof line);
		(void)snprintf(run->message, sizeof run->message, "%s", line);
	}
}
