/* A plan, looked at before people travel. */

#include "ceremony/lint_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/secret.h"

#include "base/banned.h"

void seal_lint_done(struct seal_lint *lint)
{
	free(lint->list);
	*lint = (struct seal_lint){0};
}

int seal_lint_add(struct seal_lint *lint, struct seal_diag *diag, enum seal_lint_level level,
		  const char *rule, const char *fmt, ...)
{
	struct seal_lint_line *list = realloc(lint->list, (lint->count + 1) * sizeof *list);
	va_list args;

	if (!list)
		return seal_fail(diag, SEAL_E_NOMEM, "findings");
	lint->list = list;
	list += lint->count++;
	lint->wrong += level == SEAL_LINT_WRONG;
	list->level = level;
	list->rule = rule;
	va_start(args, fmt);
	(void)vsnprintf(list->text, sizeof list->text, fmt, args);
	va_end(args);
	return SEAL_OK;
}

static int add_cards(const struct seal_lint_job *job, struct seal_lint *lint,
		     struct seal_diag *diag)
{
	const struct seal_cards *cards = &job->file->cards;
	size_t before = lint->wrong;
	int error = SEAL_OK;

	for (size_t i = 0; i < cards->count && !error; i++) {
		struct seal_diag why = {0};
		char line[SEAL_LINT_TEXT];

		if (seal_plan_card(&job->file->plan, &cards->list[i], &why)) {
			seal_diag_line(&why, line, sizeof line);
			error = seal_lint_add(lint, diag, SEAL_LINT_WRONG, "card", "%s: %s",
					      cards->path[i], line);
		} else if (cards->list[i].kind != SEAL_CARD_PASSPHRASE &&
			   !cards->list[i].is_attested) {
			error = seal_lint_add(
				lint, diag, SEAL_LINT_NOTE, "card",
				"%s: not attested: nothing but the holder's word says "
				"that its key is in a token",
				cards->path[i]);
		}
	}
	if (!error && cards->count && lint->wrong == before)
		error = seal_lint_add(
			lint, diag, SEAL_LINT_FINE, "card",
			"%zu cards, each signed by its own token and as the plan asks",
			cards->count);
	return error;
}

/* Texts of times of this form are in the order of time. */
static int add_clock(const struct seal_lint_job *job, struct seal_lint *lint,
		     struct seal_diag *diag)
{
	const struct seal_plan *plan = &job->file->plan;

	if (strcmp(job->now, plan->created) < 0)
		return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "clock",
				     "this machine says %s, before the plan was made (%s): one of "
				     "the two clocks is wrong",
				     job->now, plan->created);
	return seal_lint_add(lint, diag, SEAL_LINT_FINE, "clock",
			     "this machine says %s: compare it with a watch (UTC)", job->now);
}

static int add_set(const struct seal_lint_job *job, struct seal_lint *lint, struct seal_diag *diag)
{
	const struct seal_plan *plan = &job->file->plan;
	const struct seal_manifest *manifest = job->manifest;

	if (plan->kind == SEAL_PLAN_INIT)
		return SEAL_OK;
	if (!manifest)
		return seal_lint_add(
			lint, diag, SEAL_LINT_NOTE, "set",
			"no manifest is given: who holds the set in force is not looked at");
	if (!seal_eq_ct(manifest->signer, plan->core, sizeof plan->core))
		return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "set",
				     "the manifest is signed by another core than the plan's");
	if (strcmp(manifest->set, plan->set) != 0 || manifest->epoch != plan->epoch)
		return seal_lint_add(
			lint, diag, SEAL_LINT_WRONG, "set",
			"the plan is of set %.8s, epoch %u; the manifest of %.8s, epoch "
			"%u",
			plan->set, plan->epoch, manifest->set, manifest->epoch);
	return seal_lint_add(lint, diag, SEAL_LINT_FINE, "set", "%.8s, epoch %u: %u of %u",
			     plan->set, plan->epoch, manifest->threshold, manifest->total);
}

static int add_policy(const struct seal_lint_job *job, struct seal_lint *lint,
		      struct seal_diag *diag)
{
	const struct seal_plan *plan = &job->file->plan;
	int error = SEAL_OK;

	if (plan->rehearsal)
		error = seal_lint_add(lint, diag, SEAL_LINT_NOTE, "plan", "a rehearsal");
	if (!error && plan->allow_no_spare)
		error = seal_lint_add(lint, diag, SEAL_LINT_NOTE, "plan",
				      "allow-no-spare: one lost share may lose the key");
	if (!error && plan->allow_single)
		error = seal_lint_add(lint, diag, SEAL_LINT_NOTE, "plan",
				      "allow-single: one person alone may have the key");
	if (!error && !plan->pin[0])
		error = seal_lint_add(lint, diag, SEAL_LINT_NOTE, "plan",
				      "no pin: each machine must trust the daemon's certificate by "
				      "itself");
	return error;
}

int seal_lint_run(const struct seal_lint_job *job, struct seal_lint *lint, struct seal_diag *diag)
{
	int error = add_policy(job, lint, diag);

	if (!error)
		error = add_clock(job, lint, diag);
	if (!error)
		error = add_cards(job, lint, diag);
	if (!error)
		error = add_set(job, lint, diag);
	if (!error)
		error = seal_lint_roster(job, lint, diag);
	if (!error)
		error = seal_lint_people(job, lint, diag);
	return error || !job->client ? error : seal_lint_daemon(job, lint, diag);
}
