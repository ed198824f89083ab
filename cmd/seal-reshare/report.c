/* What seal-reshare says of the new set, and of the former one. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "seal-reshare.h"

#include "base/banned.h"

/* Those who opened, or all where minutes is NULL; of one group, or of any where that is -1. */
static void put_names(const struct seal_manifest *former, const struct seal_reshare *minutes,
		      int group)
{
	const char *before = "";

	for (unsigned i = 0; i < former->total; i++) {
		if ((minutes && !minutes->opened[i].is_opened) ||
		    (group >= 0 && former->shares[i].group != group))
			continue;
		(void)printf("%s%s", before, former->shares[i].custodian);
		before = ", ";
	}
}

static json_t *opened_of(const struct seal_reshare *minutes)
{
	json_t *list = json_array();
	char hex[2 * SEAL_CARD_FINGERPRINT + 1];

	for (unsigned i = 0; i < minutes->former->total; i++) {
		if (!minutes->opened[i].is_opened)
			continue;
		seal_hex(minutes->opened[i].card, SEAL_CARD_FINGERPRINT, hex);
		(void)json_array_append_new(list, json_pack("{s:s,s:s}", "custodian",
							    minutes->former->shares[i].custodian,
							    "card", hex));
	}
	return list;
}

static char *details(const struct values *values, const struct seal_reshare *minutes)
{
	json_t *json = new_set_json(&values->set, minutes->fresh);
	json_t *former = json_pack("{s:s,s:i,s:b}", "set", minutes->former->set, "epoch",
				   (int)minutes->former->epoch, "opens", 1);
	char *text;

	(void)json_object_set_new(json, "epoch", json_integer(minutes->fresh->epoch));
	(void)json_object_set_new(json, "former", former);
	(void)json_object_set_new(json, "opened", opened_of(minutes));
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}

/* "2 of alice, bruno (ops) and 1 of david, emma (security)". */
static void put_quorum(const struct seal_manifest *former)
{
	if (former->group_count == 0) {
		(void)printf("%u of ", former->threshold);
		put_names(former, NULL, -1);
	}
	for (size_t i = 0; i < former->group_count; i++) {
		(void)printf("%s%u of ", i > 0 ? " and " : "", former->groups[i].threshold);
		put_names(former, NULL, (int)i);
		(void)printf(" (%s)", former->groups[i].name);
	}
}

static void print_former(const char *dir, const struct seal_reshare *minutes)
{
	const struct seal_manifest *former = minutes->former;

	(void)printf("opened by    ");
	put_names(former, minutes, -1);
	(void)printf("\nformer set   %s, epoch %u, in %s: STILL OPENS\n             ", former->set,
		     former->epoch, dir);
	put_quorum(former);
	(void)printf(" have the secret by their former shares,\n             until these are "
		     "destroyed in every copy; if they are not trusted any more, change the "
		     "secret itself\n");
}

void report(const struct values *values, const char *former_dir, const struct seal_reshare *minutes,
	    int is_checked)
{
	if (values->json) {
		*values->details = details(values, minutes);
		return;
	}
	new_set_print(&values->set, minutes->fresh);
	(void)printf("epoch        %u\n", minutes->fresh->epoch);
	(void)printf("minutes      %s/" SEAL_RESHARE_MINUTES "%s\n", values->set.output,
		     is_checked ? ": signed by a quorum of the former set" : "");
	print_former(former_dir, minutes);
	if (is_checked)
		return;
	(void)printf("next         keep the whole folder, and set and signer where nobody can "
		     "change them;\n             have each new holder prove the own share "
		     "(seal-drill prove %s);\n             then destroy the former shares\n",
		     values->set.output);
}
