/* What manifests and plans spell alike. */

#include "share/quorum_text.h"

#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

int seal_quorum_take_group(struct seal_field_reader *reader, struct seal_groups groups,
			   struct seal_diag *diag)
{
	struct seal_manifest_group group = {0};
	struct seal_field value = {0};
	struct seal_field name = {0};
	int error = seal_field_take(reader, "group", &value, diag);

	if (!error && *groups.count == SEAL_MANIFEST_GROUPS)
		error = seal_fail(diag, SEAL_E_FORMAT, "more than %u groups", SEAL_MANIFEST_GROUPS);
	if (error)
		return error;
	seal_field_word(&value, ' ', &name);
	error = seal_field_name(name, group.name, diag);
	if (!error)
		error = seal_field_of(value, SEAL_MANIFEST_SHARES, &group.threshold, &group.total,
				      diag);
	if (!error)
		groups.list[(*groups.count)++] = group;
	return error;
}

void seal_quorum_put_groups(FILE *out, const struct seal_manifest_group *groups, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)fprintf(out, "group: %s %u of %u\n", groups[i].name, groups[i].threshold,
			      groups[i].total);
}

int seal_quorum_find_group(struct seal_groups groups, struct seal_field name, int *out_group,
			   struct seal_diag *diag)
{
	char text[SEAL_CARD_NAME + 1];
	int error = seal_field_name(name, text, diag);

	for (size_t i = 0; !error && i < *groups.count; i++)
		if (strcmp(groups.list[i].name, text) == 0) {
			*out_group = (int)i;
			return SEAL_OK;
		}
	return error ? error : seal_fail(diag, SEAL_E_FORMAT, "of a group that has no line");
}

int seal_quorum_take_cards(struct seal_field value, uint8_t (*out_cards)[SEAL_CARD_FINGERPRINT],
			   size_t *out_count, struct seal_diag *diag)
{
	size_t count = 0;

	do {
		struct seal_field one = {0};
		size_t left = value.len;
		int error;

		if (count == SEAL_MANIFEST_CARDS)
			return seal_fail(diag, SEAL_E_FORMAT, "more than %u cards",
					 SEAL_MANIFEST_CARDS);
		seal_field_word(&value, ',', &one);
		if (value.len == 0 && one.len != left)
			return seal_fail(diag, SEAL_E_FORMAT, "a comma at the end");
		error = seal_field_hex(one, out_cards[count], SEAL_CARD_FINGERPRINT, diag);
		if (error)
			return error;
		count++;
	} while (value.len > 0);
	*out_count = count;
	return SEAL_OK;
}

void seal_quorum_put_cards(FILE *out, const uint8_t (*cards)[SEAL_CARD_FINGERPRINT], size_t count)
{
	char text[2 * SEAL_CARD_FINGERPRINT + 1];

	for (size_t i = 0; i < count; i++) {
		seal_hex(cards[i], SEAL_CARD_FINGERPRINT, text);
		(void)fprintf(out, "%s%s", i > 0 ? "," : "", text);
	}
}

int seal_quorum_check_groups(const struct seal_manifest_group *groups, size_t count,
			     const int *member, unsigned total, unsigned threshold,
			     struct seal_diag *diag)
{
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++) {
		const struct seal_manifest_group *group = &groups[i];
		unsigned members = 0;

		for (size_t k = 0; k < i; k++)
			if (strcmp(group->name, groups[k].name) == 0)
				return seal_fail(diag, SEAL_E_DUPLICATE, "group %s: named twice",
						 group->name);
		for (size_t k = 0; k < total; k++)
			members += member[k] == (int)i;
		if (group->total != members || group->threshold < 1 ||
		    group->threshold > group->total)
			return seal_fail(diag, SEAL_E_FORMAT,
					 "group %s: %u of %u, and %u shares: these cannot be",
					 group->name, group->threshold, group->total, members);
		sum += group->threshold;
	}
	if (count > 0 && sum != threshold)
		return seal_fail(diag, SEAL_E_FORMAT,
				 "the thresholds of the groups make %u, not %u", sum, threshold);
	return SEAL_OK;
}

int seal_quorum_word(struct seal_field *line, const char *name, struct seal_field *out,
		     struct seal_diag *diag)
{
	seal_field_word(line, ' ', out);
	return seal_field_prefix(out, name) ? SEAL_OK
					    : seal_fail(diag, SEAL_E_FORMAT, "no `%s`", name);
}
