/* Plans as people write them. */

#include "ceremony/plan_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/settings.h"

#include "base/banned.h"

#define LINE_NAME 32u

/* What stands in the file and is no line of the plan. */
struct written {
	struct seal_plan plan;
	char cards[SEAL_PATH];
	unsigned threshold;
	struct seal_cards folder; /* all of it */
	char custodians[SEAL_MANIFEST_SHARES][SEAL_CARD_NAME + 1];
	size_t custodian_count;
};

static void written_freep(struct written **written)
{
	if (*written)
		seal_cards_done(&(*written)->folder);
	free(*written);
}

/* A setting that is a line of the plan: `pin_policy = "always"` is `pin-policy: always`. */
static int take_line(const config_setting_t *setting, void *out, size_t max SEAL_UNUSED,
		     struct seal_diag *diag)
{
	struct written *written = out;
	char name[LINE_NAME], number[24];
	const char *value = config_setting_get_string(setting);

	(void)snprintf(name, sizeof name, "%s", config_setting_name(setting));
	for (char *at = name; *at; at++)
		*at = (char)(*at == '_' ? '-' : *at);
	if (config_setting_type(setting) == CONFIG_TYPE_BOOL) {
		if (!config_setting_get_bool(setting))
			return SEAL_OK;
		value = "yes";
	} else if (config_setting_type(setting) == CONFIG_TYPE_INT) {
		(void)snprintf(number, sizeof number, "%d", config_setting_get_int(setting));
		value = number;
	}
	if (!value || !*value)
		return seal_setting_fail(setting, "has no value that it may have", diag);
	return seal_plan_set(&written->plan, name, value, diag)
		       ? seal_because(diag, SEAL_E_FORMAT, "line %u: %s",
				      config_setting_source_line(setting),
				      config_setting_name(setting))
		       : SEAL_OK;
}

static int take_kind(const config_setting_t *setting, void *out, size_t max SEAL_UNUSED,
		     struct seal_diag *diag)
{
	struct written *written = out;
	const char *name = config_setting_get_string(setting);

	written->plan.kind = name ? seal_plan_kind_of(name) : 0;
	return written->plan.kind
		       ? SEAL_OK
		       : seal_setting_fail(setting,
					   "must be \"init\", \"unseal\", \"rekey\", \"root\", "
					   "\"rotate\", \"drill\" or \"seal\"",
					   diag);
}

static int take_expires(const config_setting_t *setting, void *out, size_t max,
			struct seal_diag *diag)
{
	struct written *written = out;
	uint64_t seconds = 0;
	int error = seal_setting_duration(setting, &seconds, max, diag);

	written->plan.expires = (unsigned)seconds;
	return error;
}

static int take_custodian(const config_setting_t *element, void *out, struct seal_diag *diag)
{
	struct written *written = out;
	int error = seal_setting_text(element, written->custodians[written->custodian_count],
				      SEAL_CARD_NAME, diag);

	written->custodian_count += !error;
	return error;
}

static int take_custodians(const config_setting_t *list, void *out, size_t max,
			   struct seal_diag *diag)
{
	return seal_settings_each(list, take_custodian, out, max, diag);
}

static int take_person(const config_setting_t *element, void *out, struct seal_diag *diag)
{
	struct seal_plan *plan = &((struct written *)out)->plan;
	struct seal_plan_person *one = &plan->people[plan->people_count];
	const char *list = config_setting_name(config_setting_parent(element));
	int error;

	if (plan->people_count == SEAL_PLAN_PEOPLE)
		return seal_setting_fail(element, "too many people", diag);
	error = seal_setting_text(element, one->name, SEAL_CARD_NAME, diag);
	one->part = strcmp(list, "invited") == 0	  ? SEAL_PLAN_INVITED
		    : strcmp(list, "deputies") == 0	  ? SEAL_PLAN_DEPUTY
		    : strcmp(list, "administrators") == 0 ? SEAL_PLAN_ADMINISTRATOR
		    : strcmp(list, "witnesses") == 0	  ? SEAL_PLAN_WITNESS
							  : SEAL_PLAN_AUDITOR;
	plan->people_count += !error;
	return error;
}

static int take_people(const config_setting_t *list, void *out, size_t max, struct seal_diag *diag)
{
	return seal_settings_each(list, take_person, out, max, diag);
}

static int take_group(const config_setting_t *element, void *out, struct seal_diag *diag)
{
	static const struct seal_setting table[] = {
		{"name", seal_setting_text, offsetof(struct seal_manifest_group, name),
		 SEAL_CARD_NAME},
		{"threshold", seal_setting_number, offsetof(struct seal_manifest_group, threshold),
		 SEAL_MANIFEST_SHARES},
		{NULL, NULL, 0, 0}};
	struct seal_plan *plan = &((struct written *)out)->plan;
	struct seal_manifest_group group = {0};
	int error = seal_settings_group(element, table, &group, diag);

	if (!error && (!group.name[0] || !group.threshold))
		error = seal_setting_fail(element, "a group has a name and a threshold", diag);
	if (!error)
		plan->groups[plan->group_count++] = group;
	return error;
}

static int take_groups(const config_setting_t *list, void *out, size_t max, struct seal_diag *diag)
{
	return seal_settings_each(list, take_group, out, max, diag);
}

static int take_tokens(const config_setting_t *group, void *out, size_t max SEAL_UNUSED,
		       struct seal_diag *diag)
{
	static const struct seal_setting table[] = {{"firmware", take_line, 0, 0},
						    {"attestation", take_line, 0, 0},
						    {"pin_policy", take_line, 0, 0},
						    {"touch_policy", take_line, 0, 0},
						    {NULL, NULL, 0, 0}};

	return seal_settings_group(group, table, out, diag);
}

static const struct seal_setting settings[] = {
	{"kind", take_kind, 0, 0},
	{"purpose", take_line, 0, 0},
	{"created", take_line, 0, 0},
	{"rehearsal", take_line, 0, 0},
	{"core", take_line, 0, 0},
	{"address", take_line, 0, 0},
	{"pin", take_line, 0, 0},
	{"set", take_line, 0, 0},
	{"epoch", take_line, 0, 0},
	{"roster", take_line, 0, 0},
	{"cards", seal_setting_text, offsetof(struct written, cards), SEAL_PATH - 1},
	{"threshold", seal_setting_number, offsetof(struct written, threshold),
	 SEAL_MANIFEST_SHARES},
	{"groups", take_groups, 0, SEAL_MANIFEST_GROUPS},
	{"custodians", take_custodians, 0, SEAL_MANIFEST_SHARES},
	{"invited", take_people, 0, SEAL_PLAN_PEOPLE},
	{"deputies", take_people, 0, SEAL_PLAN_PEOPLE},
	{"administrators", take_people, 0, SEAL_PLAN_PEOPLE},
	{"witnesses", take_people, 0, SEAL_PLAN_PEOPLE},
	{"auditors", take_people, 0, SEAL_PLAN_PEOPLE},
	{"tokens", take_tokens, 0, 0},
	{"allow_no_spare", take_line, 0, 0},
	{"allow_single", take_line, 0, 0},
	{"expires", take_expires, 0, SEAL_PLAN_EXPIRES_MAX},
	{"reason", take_line, 0, 0},
	{"ticket", take_line, 0, 0},
	{NULL, NULL, 0, 0}};

/* In the order of parts, and as written within each: the file may have its lists in any. */
static void sort_people(struct seal_plan *plan)
{
	for (size_t i = 1; i < plan->people_count; i++)
		for (size_t k = i; k > 0 && plan->people[k].part < plan->people[k - 1].part; k--) {
			struct seal_plan_person moved = plan->people[k];

			plan->people[k] = plan->people[k - 1];
			plan->people[k - 1] = moved;
		}
}

struct found {
	uint8_t fingerprint[SEAL_CARD_FINGERPRINT];
	size_t at; /* in the folder */
};

/* By fingerprint: the files' names, and so their order, may be others on another machine. */
static int compare_found(const void *a, const void *b)
{
	const struct found *one = a, *other = b;
	size_t i = 0;

	while (i + 1 < SEAL_CARD_FINGERPRINT && one->fingerprint[i] == other->fingerprint[i])
		i++;
	return one->fingerprint[i] - other->fingerprint[i];
}

/* All cards in the folder that have the custodian's name, main and spares. */
static int find_cards(const struct written *written, const char *name,
		      struct found out[static SEAL_MANIFEST_CARDS], size_t *out_count,
		      struct seal_diag *diag)
{
	size_t count = 0;
	int error = SEAL_OK;

	for (size_t i = 0; i < written->folder.count && !error; i++) {
		if (strcmp(written->folder.list[i].name, name) != 0)
			continue;
		if (count == SEAL_MANIFEST_CARDS)
			return seal_fail(diag, SEAL_E_POLICY, "more than %u cards of %s",
					 SEAL_MANIFEST_CARDS, name);
		out[count].at = i;
		error = seal_card_fingerprint(&written->folder.list[i], out[count++].fingerprint,
					      diag);
	}
	if (!error && !count)
		error = seal_fail(diag, SEAL_E_NOTFOUND, "%s: no card of %s in it", written->cards,
				  name);
	qsort(out, count, sizeof *out, compare_found);
	*out_count = count;
	return error;
}

static int find_group(const struct seal_plan *plan, const struct seal_card *card, const char *path,
		      int *out_group, struct seal_diag *diag)
{
	*out_group = -1;
	if (!plan->group_count)
		return SEAL_OK;
	for (size_t i = 0; i < plan->group_count; i++)
		if (strcmp(plan->groups[i].name, card->group) == 0) {
			*out_group = (int)i;
			return SEAL_OK;
		}
	return seal_fail(diag, SEAL_E_POLICY, "%s: of no group of this plan", path);
}

static int take_cards(struct written *written, size_t i, struct seal_plan_file *file,
		      struct seal_diag *diag)
{
	struct seal_plan *plan = &written->plan;
	struct seal_plan_custodian *one = &plan->custodians[i];
	struct found found[SEAL_MANIFEST_CARDS] = {0};
	int error;

	(void)snprintf(one->name, sizeof one->name, "%s", written->custodians[i]);
	error = find_cards(written, one->name, found, &one->card_count, diag);
	for (size_t k = 0; k < one->card_count && !error; k++) {
		const char *path = written->folder.path[found[k].at];
		int group = -1;

		error = find_group(plan, &written->folder.list[found[k].at], path, &group, diag);
		if (!error && k > 0 && group != one->group)
			error = seal_fail(diag, SEAL_E_MISMATCH,
					  "%s: %s is in another group by another card", path,
					  one->name);
		one->group = group;
		memcpy(one->cards[k], found[k].fingerprint, SEAL_CARD_FINGERPRINT);
		if (!error)
			error = seal_cards_add(&file->cards, path, diag);
	}
	if (!error && one->group >= 0)
		plan->groups[one->group].total++;
	return error;
}

static int take_set(const char *path, struct written *written, struct seal_plan_file *file,
		    struct seal_diag *diag)
{
	struct seal_plan *plan = &written->plan;
	char parent[SEAL_PATH], dir[SEAL_PATH];
	int error;

	if (!written->custodian_count)
		return written->threshold || plan->group_count
			       ? seal_fail(diag, SEAL_E_FORMAT, "custodians: missing")
			       : SEAL_OK;
	if ((written->threshold > 0) == (plan->group_count > 0))
		return seal_fail(diag, SEAL_E_FORMAT, "threshold: give it or groups, not both");
	if (!written->cards[0])
		return seal_fail(diag, SEAL_E_FORMAT, "cards: missing");
	error = seal_path_parent(path, parent, diag);
	if (!error && written->cards[0] != '/')
		error = seal_path_join(parent, written->cards, "", dir, diag);
	if (!error)
		error = seal_cards_add_folder(
			&written->folder, written->cards[0] == '/' ? written->cards : dir, diag);
	plan->threshold = written->threshold;
	for (size_t i = 0; i < plan->group_count; i++)
		plan->threshold += plan->groups[i].threshold;
	plan->total = (unsigned)written->custodian_count;
	for (size_t i = 0; i < plan->total && !error; i++)
		error = take_cards(written, i, file, diag);
	return error;
}

int seal_plan_file_read(const char *path, struct seal_plan_file *out_file, struct seal_diag *diag)
{
	struct written *written SEAL_CLEANUP(written_freep) = calloc(1, sizeof *written);
	struct seal_plan_file file = {0};
	int error;

	if (!written)
		return seal_fail(diag, SEAL_E_NOMEM, "plan");
	error = seal_settings_read(path, settings, written, diag);
	if (error)
		return error;
	sort_people(&written->plan);
	error = take_set(path, written, &file, diag);
	if (!error)
		error = seal_plan_check(&written->plan, diag);
	if (error) {
		seal_cards_done(&file.cards);
		return seal_because(diag, error, "%s", path);
	}
	file.plan = written->plan;
	*out_file = file;
	return SEAL_OK;
}

void seal_plan_file_done(struct seal_plan_file *file)
{
	seal_cards_done(&file->cards);
}
