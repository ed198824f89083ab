/* A plan against the roster that it names: are these people, in these roles, with these cards,
   still in office? */

#include "ceremony/lint_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "share/date.h"
#include "share/roster_rules.h"

#include "base/banned.h"

#define SOON_DAYS 30u

static int add_rules(const struct seal_lint_job *job, struct seal_lint *lint,
		     struct seal_diag *diag)
{
	struct seal_roster_findings *found = calloc(1, sizeof *found);
	int error = SEAL_OK;

	if (!found)
		return seal_fail(diag, SEAL_E_NOMEM, "findings");
	seal_roster_rules_at(job->roster, job->now, found);
	for (size_t i = 0; i < found->count && i < SEAL_ROSTER_FINDINGS && !error; i++)
		error = seal_lint_add(lint, diag, SEAL_LINT_WRONG, "roster", "%s: %s",
				      found->list[i].rule, found->list[i].text);
	free(found);
	return error;
}

static unsigned role_of(enum seal_plan_part part)
{
	return part == SEAL_PLAN_ADMINISTRATOR ? SEAL_ROLE_ADMINISTRATOR
	       : part == SEAL_PLAN_WITNESS     ? SEAL_ROLE_WITNESS
	       : part == SEAL_PLAN_AUDITOR     ? SEAL_ROLE_AUDITOR
					       : SEAL_ROLE_CUSTODIAN;
}

/* In the roster, in that role, and in office; *out_person NULL where a line says why not. */
static int add_person(const struct seal_lint_job *job, const char *name, unsigned role,
		      const struct seal_roster_person **out_person, struct seal_lint *lint,
		      struct seal_diag *diag)
{
	const struct seal_roster_person *person = seal_roster_find(job->roster, name);

	*out_person = NULL;
	if (!person)
		return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "roster", "%s is not in it",
				     name);
	if (!(person->roles & role))
		return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "roster", "%s is no %s in it",
				     name, seal_roster_role_name(role));
	if (!seal_roster_active(person, job->now))
		return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "roster",
				     "%s is not in office: from %s to %s", name, person->start,
				     person->end[0] ? person->end : "no end");
	*out_person = person;
	if (person->end[0] && seal_date_days(job->now, person->end) <= (long)SOON_DAYS)
		return seal_lint_add(lint, diag, SEAL_LINT_NOTE, "roster",
				     "%s: the term ends on %s", name, person->end);
	return SEAL_OK;
}

static int add_cards(const struct seal_lint_job *job, const struct seal_plan_custodian *one,
		     struct seal_lint *lint, struct seal_diag *diag)
{
	for (size_t i = 0; i < one->card_count; i++) {
		const struct seal_roster_person *holder =
			seal_roster_holder(job->roster, one->cards[i], NULL);

		if (!holder || strcmp(holder->id, one->name) != 0)
			return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "roster",
					     "card %02x%02x%02x%02x of %s is %s%s's in it",
					     one->cards[i][0], one->cards[i][1], one->cards[i][2],
					     one->cards[i][3], one->name, holder ? "" : "nobody",
					     holder ? holder->id : "");
	}
	return SEAL_OK;
}

static int add_people(const struct seal_lint_job *job, struct seal_lint *lint,
		      struct seal_diag *diag)
{
	const struct seal_plan *plan = &job->file->plan;
	const struct seal_roster_person *person = NULL;
	int error = SEAL_OK;

	for (size_t i = 0; i < plan->people_count && !error; i++)
		error = add_person(job, plan->people[i].name, role_of(plan->people[i].part),
				   &person, lint, diag);
	for (size_t i = 0; i < plan->total && !error; i++) {
		error = add_person(job, plan->custodians[i].name, SEAL_ROLE_CUSTODIAN, &person,
				   lint, diag);
		if (!error && person)
			error = add_cards(job, &plan->custodians[i], lint, diag);
	}
	return error;
}

int seal_lint_roster(const struct seal_lint_job *job, struct seal_lint *lint,
		     struct seal_diag *diag)
{
	const struct seal_plan *plan = &job->file->plan;
	uint8_t digest[SEAL_ROSTER_DIGEST];
	size_t before = lint->wrong;
	int error;

	if (!job->roster)
		return plan->has_roster
			       ? seal_lint_add(lint, diag, SEAL_LINT_NOTE, "roster",
					       "the plan names one, and it is not given: roles and "
					       "terms are not looked at")
			       : SEAL_OK;
	error = seal_roster_digest(job->roster, digest, diag);
	if (error)
		return error;
	if (!plan->has_roster)
		error = seal_lint_add(lint, diag, SEAL_LINT_NOTE, "roster",
				      "the plan names none: nobody knows whether it is this one");
	else if (!seal_eq_ct(digest, plan->roster, sizeof digest))
		error = seal_lint_add(lint, diag, SEAL_LINT_WRONG, "roster",
				      "not the one that the plan names");
	if (!error)
		error = add_rules(job, lint, diag);
	if (!error)
		error = add_people(job, lint, diag);
	if (!error && lint->wrong == before)
		error = seal_lint_add(lint, diag, SEAL_LINT_FINE, "roster",
				      "version %u: all are in office, in their roles, with their "
				      "cards",
				      job->roster->version);
	return error;
}
