/* Reading a plan: what plan_text.c writes, and nothing else. */

#include "share/plan_internal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "share/quorum_text.h"

#include "base/banned.h"

static int one_of(struct seal_field value, const char *const *names, size_t count, unsigned *out,
		  struct seal_diag *diag)
{
	for (size_t i = 1; i < count; i++) {
		struct seal_field rest = value;

		if (seal_field_prefix(&rest, names[i]) && rest.len == 0) {
			*out = (unsigned)i;
			return SEAL_OK;
		}
	}
	return seal_fail(diag, SEAL_E_FORMAT, "not a word that this line may have");
}

static int take_firmware(struct seal_field value, uint8_t out[static 3], struct seal_diag *diag)
{
	for (size_t i = 0; i < 3; i++) {
		struct seal_field one = {0};
		size_t before = value.len;
		unsigned number = 0;
		int is_nought, error = SEAL_OK;

		seal_field_word(&value, '.', &one);
		is_nought = one.len == 1 && one.text[0] == '0';
		if (!is_nought)
			error = seal_field_number(one, 255, &number, diag);
		if (error || (i < 2) != (before > one.len))
			return seal_fail(diag, SEAL_E_FORMAT, "not a version such as 5.7.0");
		out[i] = (uint8_t)number;
	}
	return sodium_is_zero(out, 3) ? seal_fail(diag, SEAL_E_FORMAT, "0.0.0 is no version")
				      : SEAL_OK;
}

/* Printable ASCII without blanks; the rest is for who connects. */
static int take_ascii(struct seal_field value, const char *prefix, size_t max, char *out,
		      struct seal_diag *diag)
{
	struct seal_field rest = value;

	if (!seal_field_prefix(&rest, prefix) || rest.len == 0 || value.len > max)
		return seal_fail(diag, SEAL_E_FORMAT, "not `%s` and more, of at most %zu bytes",
				 prefix, max);
	for (size_t i = 0; i < value.len; i++)
		if (value.text[i] <= ' ' || value.text[i] > '~')
			return seal_fail(diag, SEAL_E_FORMAT, "a character that cannot be there");
	memcpy(out, value.text, value.len);
	out[value.len] = '\0';
	return SEAL_OK;
}

static int take_value(const struct seal_plan_row *row, struct seal_field value,
		      struct seal_plan *plan, struct seal_diag *diag)
{
	static const char *const yes[] = {NULL, "yes"};
	void *at = (uint8_t *)plan + row->at;
	unsigned number = 0;
	int error = SEAL_OK;

	switch (row->spelling) {
	case SEAL_PLAN_LINE:
		return seal_field_purpose(value, at, diag);
	case SEAL_PLAN_TIME:
		return seal_field_time(value, at, diag);
	case SEAL_PLAN_SET:
		return seal_field_set(value, at, diag);
	case SEAL_PLAN_BASE64:
		return seal_field_base64(value, at, sizeof plan->core, diag);
	case SEAL_PLAN_HEX:
		plan->has_roster = 1;
		return seal_field_hex(value, at, sizeof plan->roster, diag);
	case SEAL_PLAN_FIRMWARE:
		return take_firmware(value, at, diag);
	case SEAL_PLAN_URL:
		return take_ascii(value, "https://", SEAL_PLAN_ADDRESS, at, diag);
	case SEAL_PLAN_PINNED:
		return take_ascii(value, "sha256//", SEAL_PLAN_PIN_TEXT, at, diag);
	case SEAL_PLAN_NUMBER:
		error = seal_field_number(value, row->max, &number, diag);
		break;
	case SEAL_PLAN_FLAG:
		error = one_of(value, yes, 2, &number, diag);
		break;
	case SEAL_PLAN_PIN:
		error = one_of(value, seal_plan_pins, SEAL_PLAN_POLICIES, &number, diag);
		break;
	case SEAL_PLAN_TOUCH:
		error = one_of(value, seal_plan_touches, SEAL_PLAN_POLICIES, &number, diag);
		break;
	}
	if (!error)
		memcpy(at, &number, sizeof number);
	return error;
}

int seal_plan_set(struct seal_plan *plan, const char *name, const char *value,
		  struct seal_diag *diag)
{
	const struct seal_field field = {value, strlen(value)};

	for (size_t i = 0; i < SEAL_PLAN_HEAD; i++)
		if (strcmp(seal_plan_head[i].name, name) == 0)
			return take_value(&seal_plan_head[i], field, plan, diag);
	for (size_t i = 0; i < SEAL_PLAN_TAIL; i++)
		if (strcmp(seal_plan_tail[i].name, name) == 0)
			return take_value(&seal_plan_tail[i], field, plan, diag);
	return seal_fail(diag, SEAL_E_ARGUMENT, "a plan has no line %s", name);
}

static int take_rows(struct seal_field_reader *reader, const struct seal_plan_row *rows,
		     size_t count, struct seal_plan *plan, struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = SEAL_OK;

	for (size_t i = 0; i < count && !error; i++) {
		if (!seal_field_is(reader, rows[i].name))
			continue;
		error = seal_field_take(reader, rows[i].name, &value, diag);
		if (!error)
			error = take_value(&rows[i], value, plan, diag);
	}
	return error;
}

static int take_custodian(struct seal_field_reader *reader, struct seal_plan *plan,
			  struct seal_plan_custodian *one, struct seal_diag *diag)
{
	struct seal_groups groups = {plan->groups, &plan->group_count};
	struct seal_field line = {0};
	struct seal_field word = {0};
	int error = seal_field_take(reader, "custodian", &line, diag);

	one->group = -1;
	if (!error)
		error = seal_quorum_word(&line, "person=", &word, diag);
	if (!error)
		error = seal_field_name(word, one->name, diag);
	if (!error && plan->group_count > 0)
		error = seal_quorum_word(&line, "group=", &word, diag);
	if (!error && plan->group_count > 0)
		error = seal_quorum_find_group(groups, word, &one->group, diag);
	if (!error && !seal_field_prefix(&line, "cards="))
		error = seal_fail(diag, SEAL_E_FORMAT, "no `cards=`");
	return error ? error : seal_quorum_take_cards(line, one->cards, &one->card_count, diag);
}

static int take_custodians(struct seal_field_reader *reader, struct seal_plan *plan,
			   struct seal_diag *diag)
{
	struct seal_groups groups = {plan->groups, &plan->group_count};
	struct seal_field value = {0};
	int error;

	if (!seal_field_is(reader, "threshold"))
		return SEAL_OK;
	error = seal_field_take(reader, "threshold", &value, diag);
	if (!error)
		error = seal_field_of(value, SEAL_MANIFEST_SHARES, &plan->threshold, &plan->total,
				      diag);
	while (!error && seal_field_is(reader, "group"))
		error = seal_quorum_take_group(reader, groups, diag);
	for (size_t i = 0; i < plan->total && !error; i++)
		error = take_custodian(reader, plan, &plan->custodians[i], diag);
	return error;
}

static int take_people(struct seal_field_reader *reader, struct seal_plan *plan,
		       struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = SEAL_OK;

	for (size_t part = 1; part < SEAL_PLAN_PARTS; part++)
		while (!error && seal_field_is(reader, seal_plan_parts[part])) {
			struct seal_plan_person *one = &plan->people[plan->people_count];

			if (plan->people_count == SEAL_PLAN_PEOPLE)
				return seal_fail(diag, SEAL_E_FORMAT, "more than %u people",
						 SEAL_PLAN_PEOPLE);
			error = seal_field_take(reader, seal_plan_parts[part], &value, diag);
			if (!error)
				error = seal_field_name(value, one->name, diag);
			one->part = (enum seal_plan_part)part;
			plan->people_count++;
		}
	return error;
}

static int parse(struct seal_field_reader *reader, struct seal_plan *plan, struct seal_diag *diag)
{
	struct seal_field value = {0};
	unsigned kind = 0;
	int error = seal_field_magic(reader, SEAL_PLAN_STEM, SEAL_PLAN_MAGIC, diag);

	if (!error)
		error = seal_field_take(reader, "kind", &value, diag);
	if (!error)
		error = one_of(value, seal_plan_kinds, SEAL_PLAN_KINDS, &kind, diag);
	plan->kind = (enum seal_plan_kind)kind;
	if (!error)
		error = take_rows(reader, seal_plan_head, SEAL_PLAN_HEAD, plan, diag);
	if (!error)
		error = take_custodians(reader, plan, diag);
	if (!error)
		error = take_people(reader, plan, diag);
	if (!error)
		error = take_rows(reader, seal_plan_tail, SEAL_PLAN_TAIL, plan, diag);
	if (!error && reader->left > 0) {
		reader->line++;
		error = seal_fail(diag, SEAL_E_FORMAT, "a line that is not due here");
	}
	return error ? error : seal_plan_check(plan, diag);
}

int seal_plan_parse(const char *text, size_t len, struct seal_plan *out_plan,
		    struct seal_diag *diag)
{
	struct seal_field_reader reader = {.at = text, .left = len};
	struct seal_plan *plan;
	int error;

	if (len > SEAL_PLAN_TEXT)
		return seal_fail(diag, SEAL_E_TOOLONG, "plan: over %u bytes", SEAL_PLAN_TEXT);
	plan = calloc(1, sizeof *plan);
	if (!plan)
		return seal_fail(diag, SEAL_E_NOMEM, "plan");
	error = parse(&reader, plan, diag);
	if (!error)
		*out_plan = *plan;
	free(plan);
	return error ? seal_because(diag, error, "plan, line %u", reader.line) : SEAL_OK;
}
