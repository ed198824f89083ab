/* A plan as text, and the text as a plan: one table says both. */

#include "share/plan_internal.h"

#include <stdio.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "share/quorum_text.h"

#include "base/banned.h"

#define EPOCH_MAX 999999999u

#define ROW(text, how, member, most)                                \
	{                                                           \
		text, how, offsetof(struct seal_plan, member), most \
	}

const struct seal_plan_row seal_plan_head[SEAL_PLAN_HEAD] = {
	ROW("purpose", SEAL_PLAN_LINE, purpose, 0),
	ROW("created", SEAL_PLAN_TIME, created, 0),
	ROW("rehearsal", SEAL_PLAN_FLAG, rehearsal, 0),
	ROW("core", SEAL_PLAN_BASE64, core, 0),
	ROW("address", SEAL_PLAN_URL, address, 0),
	ROW("pin", SEAL_PLAN_PINNED, pin, 0),
	ROW("set", SEAL_PLAN_SET, set, 0),
	ROW("epoch", SEAL_PLAN_NUMBER, epoch, EPOCH_MAX),
	ROW("roster", SEAL_PLAN_HEX, roster, 0),
};

const struct seal_plan_row seal_plan_tail[SEAL_PLAN_TAIL] = {
	ROW("firmware", SEAL_PLAN_FIRMWARE, firmware, 0),
	ROW("attestation", SEAL_PLAN_FLAG, attestation, 0),
	ROW("pin-policy", SEAL_PLAN_PIN, pin_policy, 0),
	ROW("touch-policy", SEAL_PLAN_TOUCH, touch_policy, 0),
	ROW("allow-no-spare", SEAL_PLAN_FLAG, allow_no_spare, 0),
	ROW("allow-single", SEAL_PLAN_FLAG, allow_single, 0),
	ROW("expires", SEAL_PLAN_NUMBER, expires, SEAL_PLAN_EXPIRES_MAX),
	ROW("reason", SEAL_PLAN_LINE, reason, 0),
	ROW("ticket", SEAL_PLAN_LINE, ticket, 0),
};

const char *const seal_plan_kinds[SEAL_PLAN_KINDS] = {
	[SEAL_PLAN_INIT] = "init", [SEAL_PLAN_UNSEAL] = "unseal", [SEAL_PLAN_REKEY] = "rekey",
	[SEAL_PLAN_ROOT] = "root", [SEAL_PLAN_ROTATE] = "rotate", [SEAL_PLAN_DRILL] = "drill",
	[SEAL_PLAN_SEAL] = "seal",
};

const char *const seal_plan_parts[SEAL_PLAN_PARTS] = {
	[SEAL_PLAN_INVITED] = "invited",
	[SEAL_PLAN_DEPUTY] = "deputy",
	[SEAL_PLAN_ADMINISTRATOR] = "administrator",
	[SEAL_PLAN_WITNESS] = "witness",
	[SEAL_PLAN_AUDITOR] = "auditor",
};

/* In the order of the numbers in token/attest.h. */
const char *const seal_plan_pins[SEAL_PLAN_POLICIES] = {NULL, "never", "once", "always"};
const char *const seal_plan_touches[SEAL_PLAN_POLICIES] = {NULL, "never", "always", "cached"};

const char *seal_plan_kind_name(enum seal_plan_kind kind)
{
	return (size_t)kind < SEAL_PLAN_KINDS ? seal_plan_kinds[kind] : NULL;
}

enum seal_plan_kind seal_plan_kind_of(const char *name)
{
	for (size_t i = 1; i < SEAL_PLAN_KINDS; i++)
		if (strcmp(seal_plan_kinds[i], name) == 0)
			return (enum seal_plan_kind)i;
	return 0;
}

const char *seal_plan_part_name(enum seal_plan_part part)
{
	return (size_t)part < SEAL_PLAN_PARTS ? seal_plan_parts[part] : NULL;
}

static unsigned number_at(const void *at)
{
	unsigned number;

	memcpy(&number, at, sizeof number);
	return number;
}

static void put_row(FILE *out, const struct seal_plan *plan, const struct seal_plan_row *row)
{
	const uint8_t *at = (const uint8_t *)plan + row->at;
	char text[2 * SEAL_PLAN_DIGEST + 1] = "";

	switch (row->spelling) {
	case SEAL_PLAN_NUMBER:
		if (number_at(at))
			(void)fprintf(out, "%s: %u\n", row->name, number_at(at));
		return;
	case SEAL_PLAN_FLAG:
		if (number_at(at))
			(void)fprintf(out, "%s: yes\n", row->name);
		return;
	case SEAL_PLAN_PIN:
		if (number_at(at))
			(void)fprintf(out, "%s: %s\n", row->name, seal_plan_pins[number_at(at)]);
		return;
	case SEAL_PLAN_TOUCH:
		if (number_at(at))
			(void)fprintf(out, "%s: %s\n", row->name, seal_plan_touches[number_at(at)]);
		return;
	case SEAL_PLAN_FIRMWARE:
		if (!sodium_is_zero(at, 3))
			(void)fprintf(out, "%s: %u.%u.%u\n", row->name, at[0], at[1], at[2]);
		return;
	case SEAL_PLAN_BASE64:
		seal_base64(SEAL_BASE64_PADDED, at, sizeof plan->core, text);
		break;
	case SEAL_PLAN_HEX:
		if (plan->has_roster)
			seal_hex(at, sizeof plan->roster, text);
		break;
	case SEAL_PLAN_LINE:
	case SEAL_PLAN_TIME:
	case SEAL_PLAN_SET:
	case SEAL_PLAN_URL:
	case SEAL_PLAN_PINNED:
		if (*at)
			(void)fprintf(out, "%s: %s\n", row->name, (const char *)at);
		return;
	}
	if (text[0])
		(void)fprintf(out, "%s: %s\n", row->name, text);
}

static void put_people(FILE *out, const struct seal_plan *plan)
{
	if (plan->total)
		(void)fprintf(out, "threshold: %u of %u\n", plan->threshold, plan->total);
	seal_quorum_put_groups(out, plan->groups, plan->group_count);
	for (size_t i = 0; i < plan->total; i++) {
		const struct seal_plan_custodian *one = &plan->custodians[i];

		(void)fprintf(out, "custodian: person=%s ", one->name);
		if (one->group >= 0)
			(void)fprintf(out, "group=%s ", plan->groups[one->group].name);
		(void)fputs("cards=", out);
		seal_quorum_put_cards(out, one->cards, one->card_count);
		(void)fputc('\n', out);
	}
	for (size_t i = 0; i < plan->people_count; i++)
		(void)fprintf(out, "%s: %s\n", seal_plan_parts[plan->people[i].part],
			      plan->people[i].name);
}

int seal_plan_text(const struct seal_plan *plan, char **out_text, struct seal_diag *diag)
{
	char *text = NULL;
	size_t len = 0;
	int failed;
	FILE *out;
	int error = seal_plan_check(plan, diag);

	if (error)
		return error;
	out = open_memstream(&text, &len);
	if (!out)
		return seal_fail(diag, SEAL_E_NOMEM, "plan");
	(void)fprintf(out, SEAL_PLAN_MAGIC "\nkind: %s\n", seal_plan_kinds[plan->kind]);
	for (size_t i = 0; i < SEAL_PLAN_HEAD; i++)
		put_row(out, plan, &seal_plan_head[i]);
	put_people(out, plan);
	for (size_t i = 0; i < SEAL_PLAN_TAIL; i++)
		put_row(out, plan, &seal_plan_tail[i]);
	failed = ferror(out);
	if (fclose(out) != 0 || failed) {
		free(text);
		return seal_fail(diag, SEAL_E_NOMEM, "plan");
	}
	*out_text = text;
	return SEAL_OK;
}
