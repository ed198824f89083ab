/* Whether a plan makes sense, before anybody travels for it. */

#include "share/plan_internal.h"

#include <sodium.h>
#include <string.h>

#include "base/secret.h"
#include "share/quorum_text.h"

#include "base/banned.h"

static int makes_set(const struct seal_plan *plan)
{
	return plan->kind == SEAL_PLAN_INIT || plan->kind == SEAL_PLAN_REKEY;
}

/* What must be there, and what must not. */
static int check_kind(const struct seal_plan *plan, struct seal_diag *diag)
{
	const char *kind = seal_plan_kind_name(plan->kind);

	if (!kind)
		return seal_fail(diag, SEAL_E_FORMAT, "of no kind");
	if ((plan->set[0] != '\0') != (plan->kind != SEAL_PLAN_INIT) ||
	    (plan->epoch != 0) != (plan->kind != SEAL_PLAN_INIT))
		return seal_fail(diag, SEAL_E_FORMAT,
				 plan->kind == SEAL_PLAN_INIT
					 ? "set, epoch: there is none before an init"
					 : "set, epoch: a %s is of the share set in force",
				 kind);
	if (makes_set(plan) != (plan->total > 0) || (plan->total == 0 && plan->group_count > 0))
		return seal_fail(diag, SEAL_E_FORMAT,
				 makes_set(plan)
					 ? "threshold, custodian: a %s needs those of the new set"
					 : "threshold, custodian: a %s makes no set",
				 kind);
	if (plan->kind != SEAL_PLAN_SEAL && !plan->expires)
		return seal_fail(diag, SEAL_E_FORMAT, "expires: is needed");
	if (plan->expires &&
	    (plan->expires < SEAL_PLAN_EXPIRES_MIN || plan->expires > SEAL_PLAN_EXPIRES_MAX))
		return seal_fail(diag, SEAL_E_FORMAT, "expires: %u to %u seconds",
				 SEAL_PLAN_EXPIRES_MIN, SEAL_PLAN_EXPIRES_MAX);
	return SEAL_OK;
}

static int check_texts(const struct seal_plan *plan, struct seal_diag *diag)
{
	struct seal_field created = {plan->created, strnlen(plan->created, sizeof plan->created)};
	char time[21];
	int error = seal_field_time(created, time, diag);

	if (error)
		return seal_because(diag, error, "created");
	if (seal_purpose_check(plan->purpose, diag))
		return seal_because(diag, SEAL_E_FORMAT, "purpose");
	if (seal_purpose_check(plan->reason, diag))
		return seal_because(diag, SEAL_E_FORMAT, "reason");
	if (plan->ticket[0] && seal_purpose_check(plan->ticket, diag))
		return seal_because(diag, SEAL_E_FORMAT, "ticket");
	if (plan->set[0] && seal_set_id_check(plan->set, diag))
		return seal_because(diag, SEAL_E_FORMAT, "set");
	if (sodium_is_zero(plan->core, sizeof plan->core))
		return seal_fail(diag, SEAL_E_FORMAT, "core: is needed");
	if (plan->pin_policy >= SEAL_PLAN_POLICIES || plan->touch_policy >= SEAL_PLAN_POLICIES)
		return seal_fail(diag, SEAL_E_FORMAT, "pin-policy, touch-policy: no such policy");
	return plan->address[0] ? SEAL_OK : seal_fail(diag, SEAL_E_FORMAT, "address: is needed");
}

/* Threshold among so many; of: "" or " of group ops". */
static int check_spare(const struct seal_plan *plan, unsigned threshold, unsigned total,
		       const char *of, const char *name, struct seal_diag *diag)
{
	if (threshold < 1 || threshold > total)
		return seal_fail(diag, SEAL_E_FORMAT, "threshold%s%s: %u of %u cannot be", of, name,
				 threshold, total);
	if (threshold == total && !plan->allow_no_spare)
		return seal_fail(
			diag, SEAL_E_POLICY,
			"threshold%s%s: %u of %u, one lost share would lose the key; add a "
			"person, or allow-no-spare",
			of, name, threshold, total);
	return SEAL_OK;
}

static int check_quorum(const struct seal_plan *plan, struct seal_diag *diag)
{
	int member[SEAL_MANIFEST_SHARES];
	int error;

	if (!plan->total)
		return SEAL_OK;
	if (plan->total > SEAL_MANIFEST_SHARES || plan->group_count > SEAL_MANIFEST_GROUPS)
		return seal_fail(diag, SEAL_E_FORMAT, "more than %u custodians or %u groups",
				 SEAL_MANIFEST_SHARES, SEAL_MANIFEST_GROUPS);
	for (size_t i = 0; i < plan->total; i++) {
		member[i] = plan->custodians[i].group;
		if (member[i] >= (int)plan->group_count ||
		    (member[i] < 0) != (plan->group_count == 0))
			return seal_fail(diag, SEAL_E_FORMAT, "custodian %s: of no group",
					 plan->custodians[i].name);
	}
	error = seal_quorum_check_groups(plan->groups, plan->group_count, member, plan->total,
					 plan->threshold, diag);
	for (size_t i = 0; i < plan->group_count && !error; i++)
		error = seal_card_check_name(plan->groups[i].name, diag);
	for (size_t i = 0; i < plan->group_count && !error; i++)
		error = check_spare(plan, plan->groups[i].threshold, plan->groups[i].total,
				    " of group ", plan->groups[i].name, diag);
	if (!error && plan->group_count == 0)
		error = check_spare(plan, plan->threshold, plan->total, "", "", diag);
	if (!error && plan->threshold == 1 && !plan->allow_single)
		error = seal_fail(diag, SEAL_E_POLICY,
				  "threshold: 1, one person alone would have the key; choose 2 or "
				  "more, or allow-single");
	return error;
}

static int same_card(const struct seal_plan_custodian *a, const struct seal_plan_custodian *b,
		     size_t below)
{
	for (size_t i = 0; i < a->card_count; i++)
		for (size_t k = 0; k < (a == b ? i : below); k++)
			if (seal_eq_ct(a->cards[i], b->cards[k], SEAL_CARD_FINGERPRINT))
				return 1;
	return 0;
}

static int check_custodians(const struct seal_plan *plan, struct seal_diag *diag)
{
	for (size_t i = 0; i < plan->total; i++) {
		const struct seal_plan_custodian *one = &plan->custodians[i];

		if (seal_card_check_name(one->name, diag))
			return seal_because(diag, SEAL_E_FORMAT, "custodian");
		if (one->card_count < 1 || one->card_count > SEAL_MANIFEST_CARDS)
			return seal_fail(diag, SEAL_E_FORMAT, "custodian %s: 1 to %u cards",
					 one->name, SEAL_MANIFEST_CARDS);
		for (size_t k = 0; k <= i; k++) {
			const struct seal_plan_custodian *other = &plan->custodians[k];

			if (k < i && strcmp(one->name, other->name) == 0)
				return seal_fail(diag, SEAL_E_DUPLICATE,
						 "custodian %s: named twice", one->name);
			if (same_card(one, other, other->card_count))
				return seal_fail(diag, SEAL_E_DUPLICATE,
						 "custodian %s: a card that counts already",
						 one->name);
		}
	}
	return SEAL_OK;
}

/* Who runs, watches or audits a ceremony holds no share of it (R3). */
static int check_people(const struct seal_plan *plan, struct seal_diag *diag)
{
	enum seal_plan_part before = SEAL_PLAN_INVITED;

	if (plan->people_count > SEAL_PLAN_PEOPLE)
		return seal_fail(diag, SEAL_E_FORMAT, "more than %u people", SEAL_PLAN_PEOPLE);
	for (size_t i = 0; i < plan->people_count; i++) {
		const struct seal_plan_person *one = &plan->people[i];
		const char *part = seal_plan_part_name(one->part);

		if (!part || one->part < before)
			return seal_fail(diag, SEAL_E_FORMAT, "people: not in the order of parts");
		before = one->part;
		if (seal_card_check_name(one->name, diag))
			return seal_because(diag, SEAL_E_FORMAT, "%s", part);
		for (size_t k = 0; k < i; k++)
			if (strcmp(one->name, plan->people[k].name) == 0)
				return seal_fail(diag, SEAL_E_DUPLICATE, "%s %s: is %s already",
						 part, one->name,
						 seal_plan_part_name(plan->people[k].part));
		for (size_t k = 0; k < plan->total && one->part > SEAL_PLAN_DEPUTY; k++)
			if (strcmp(one->name, plan->custodians[k].name) == 0)
				return seal_fail(diag, SEAL_E_POLICY,
						 "%s %s: is to hold a share, and cannot be both",
						 part, one->name);
	}
	return SEAL_OK;
}

int seal_plan_check(const struct seal_plan *plan, struct seal_diag *diag)
{
	int error = check_kind(plan, diag);

	if (!error)
		error = check_texts(plan, diag);
	if (!error)
		error = check_quorum(plan, diag);
	if (!error)
		error = check_custodians(plan, diag);
	return error ? error : check_people(plan, diag);
}

void seal_plan_digest(const char *text, size_t len, uint8_t out[static SEAL_PLAN_DIGEST])
{
	(void)crypto_hash_sha256(out, (const uint8_t *)text, len);
}
