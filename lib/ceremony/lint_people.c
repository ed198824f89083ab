/* Who comes, whether they are enough, and who could do it among themselves. */

#include "ceremony/lint_internal.h"

#include <stdio.h>
#include <string.h>

#include "share/quorum.h"

#include "base/banned.h"

/* A set of shares, and whose each is. */
struct holders {
	struct seal_quorum quorum;
	const char *name[SEAL_MANIFEST_SHARES];
	const char *of; /* "the set in force", "the new set" */
};

/* Of more, only so many are combined: the number of combinations doubles with each. */
#define DEPARTMENTS 12u
struct departments {
	const char *name[DEPARTMENTS];
	uint64_t members[DEPARTMENTS];
	size_t count;
};

struct told {
	struct seal_lint *lint;
	struct seal_diag *diag;
	const struct holders *holders;
};

static void names_of(const struct holders *holders, uint64_t persons, char *out, size_t cap)
{
	size_t at = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < holders->quorum.total && at < cap; i++)
		if (persons >> i & 1)
			at += (size_t)snprintf(out + at, cap - at, "%s%s", at ? ", " : "",
					       holders->name[i]);
}

static int tell_quorum(void *ctx, uint64_t persons)
{
	const struct told *told = ctx;
	char names[SEAL_LINT_TEXT];

	names_of(told->holders, persons, names, sizeof names);
	return seal_lint_add(told->lint, told->diag, SEAL_LINT_NOTE, "quorum", "%s: %s",
			     told->holders->of, names);
}

/* Which persons suffice: whoever reads it sees who could do it among themselves. */
static int add_quorums(const struct holders *holders, uint64_t present, struct seal_lint *lint,
		       struct seal_diag *diag)
{
	struct told told = {lint, diag, holders};
	uint64_t count = seal_quorum_count(&holders->quorum, present);

	if (count <= SEAL_LINT_QUORUMS)
		return seal_quorum_each(&holders->quorum, present, tell_quorum, &told);
	return seal_lint_add(lint, diag, SEAL_LINT_NOTE, "quorum",
			     "%s: %llu%s smallest groups of people suffice", holders->of,
			     (unsigned long long)count, count == UINT64_MAX ? " or more" : "");
}

static void add_department(const struct seal_lint_job *job, const struct holders *holders,
			   unsigned i, struct departments *all)
{
	const struct seal_roster_person *person = seal_roster_find(job->roster, holders->name[i]);
	size_t k = 0;

	if (!person)
		return;
	while (k < all->count && strcmp(all->name[k], person->department) != 0)
		k++;
	if (k == DEPARTMENTS)
		return;
	all->name[k] = person->department;
	all->members[k] |= UINT64_C(1) << i;
	all->count += k == all->count;
}

static uint64_t in_departments(const struct departments *all, unsigned some)
{
	uint64_t persons = 0;

	for (size_t k = 0; k < all->count; k++)
		if (some >> k & 1)
			persons |= all->members[k];
	return persons;
}

/* Whether these departments, and no fewer of them, suffice among themselves. */
static int just_enough(const struct holders *holders, const struct departments *all, unsigned some)
{
	if (!seal_quorum_has(&holders->quorum, in_departments(all, some)))
		return 0;
	for (size_t k = 0; k < all->count; k++)
		if (some >> k & 1 &&
		    seal_quorum_has(&holders->quorum, in_departments(all, some & ~(1u << k))))
			return 0;
	return 1;
}

/* Which departments could do it among themselves (R8). */
static int add_departments(const struct seal_lint_job *job, const struct holders *holders,
			   struct seal_lint *lint, struct seal_diag *diag)
{
	struct departments all = {0};
	int error = SEAL_OK;

	for (unsigned i = 0; i < holders->quorum.total; i++)
		add_department(job, holders, i, &all);
	for (unsigned some = 1; some < 1u << all.count && !error; some++) {
		char names[SEAL_LINT_TEXT] = "";
		size_t at = 0;

		if (!just_enough(holders, &all, some))
			continue;
		for (size_t k = 0; k < all.count && at < sizeof names; k++)
			if (some >> k & 1)
				at += (size_t)snprintf(names + at, sizeof names - at, "%s%s",
						       at ? ", " : "", all.name[k]);
		error = seal_lint_add(lint, diag, SEAL_LINT_NOTE, "collude", "%s: %s alone can%s",
				      holders->of, names,
				      some & (some - 1) ? "" : ": one department is a quorum");
	}
	return error;
}

static int add_absent(const struct holders *holders, uint64_t present, struct seal_lint *lint,
		      struct seal_diag *diag)
{
	static const char *const words[] = {"", "any one", "any two"};
	char names[SEAL_LINT_TEXT];

	for (unsigned absent = 1; absent <= 2; absent++) {
		uint64_t gone = seal_quorum_missing(&holders->quorum, present, absent);

		if (!gone)
			continue;
		names_of(holders, gone, names, sizeof names);
		return seal_lint_add(lint, diag, SEAL_LINT_NOTE, "absent",
				     "%s: not %s may be absent: without %s there is no quorum",
				     holders->of, words[absent], names);
	}
	return seal_lint_add(lint, diag, SEAL_LINT_FINE, "absent", "%s: any two may be absent",
			     holders->of);
}

static int add_invited(const struct seal_plan *plan, const struct holders *holders,
		       uint64_t *out_invited, uint64_t *out_all, struct seal_lint *lint,
		       struct seal_diag *diag)
{
	int error = SEAL_OK;

	*out_invited = *out_all = 0;
	for (size_t i = 0; i < plan->people_count && !error; i++) {
		const struct seal_plan_person *one = &plan->people[i];
		unsigned k = 0;

		while (k < holders->quorum.total && strcmp(one->name, holders->name[k]) != 0)
			k++;
		if (one->part > SEAL_PLAN_DEPUTY) {
			if (k < holders->quorum.total)
				error = seal_lint_add(lint, diag, SEAL_LINT_WRONG, "role",
						      "%s is %s and holds a share of the set in "
						      "force",
						      one->name, seal_plan_part_name(one->part));
		} else if (k == holders->quorum.total) {
			error = seal_lint_add(lint, diag, SEAL_LINT_WRONG, "invited",
					      "%s holds no share of the set in force", one->name);
		} else {
			*out_all |= UINT64_C(1) << k;
			*out_invited |= one->part == SEAL_PLAN_INVITED ? UINT64_C(1) << k : 0;
		}
	}
	return error;
}

static int add_enough(const struct seal_plan *plan, const struct holders *holders,
		      struct seal_lint *lint, struct seal_diag *diag)
{
	uint64_t invited = 0;
	uint64_t all = 0;
	int error = add_invited(plan, holders, &invited, &all, lint, diag);

	if (error)
		return error;
	if (!all)
		return seal_lint_add(lint, diag, SEAL_LINT_NOTE, "invited",
				     "nobody is named: whoever comes");
	if (!seal_quorum_has(&holders->quorum, all))
		return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "invited",
				     "those invited are no quorum, not even with the deputies");
	error = seal_quorum_has(&holders->quorum, invited)
			? seal_lint_add(lint, diag, SEAL_LINT_FINE, "invited",
					"those invited are a quorum")
			: seal_lint_add(lint, diag, SEAL_LINT_NOTE, "invited",
					"those invited are a quorum only with deputies");
	return error ? error : add_absent(holders, all, lint, diag);
}

int seal_lint_people(const struct seal_lint_job *job, struct seal_lint *lint,
		     struct seal_diag *diag)
{
	const struct seal_plan *plan = &job->file->plan;
	struct holders holders = {.of = "the set in force"};
	int error = SEAL_OK;

	if (job->manifest) {
		seal_quorum_of_manifest(job->manifest, &holders.quorum);
		for (unsigned i = 0; i < holders.quorum.total; i++)
			holders.name[i] = job->manifest->shares[i].custodian;
		error = add_enough(plan, &holders, lint, diag);
		if (!error)
			error = add_quorums(&holders, seal_quorum_everybody(&holders.quorum), lint,
					    diag);
		if (!error && job->roster)
			error = add_departments(job, &holders, lint, diag);
	}
	if (error || !plan->total)
		return error;
	holders.of = "the new set";
	seal_quorum_of_plan(plan, &holders.quorum);
	for (unsigned i = 0; i < plan->total; i++)
		holders.name[i] = plan->custodians[i].name;
	error = add_absent(&holders, seal_quorum_everybody(&holders.quorum), lint, diag);
	if (!error)
		error = add_quorums(&holders, seal_quorum_everybody(&holders.quorum), lint, diag);
	return error || !job->roster ? error : add_departments(job, &holders, lint, diag);
}
