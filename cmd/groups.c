/* Groups of custodians on a command line. */

#include "groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

static int read_one(const char *text, size_t len, struct seal_manifest_group *out,
		    struct seal_diag *diag)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals ? (size_t)(equals - text) : 0;
	size_t digits = equals ? len - name_len - 1 : 0;
	unsigned number = 0;

	for (size_t i = 0; i < digits; i++) {
		if (equals[1 + i] < '0' || equals[1 + i] > '9')
			digits = 0;
		else
			number = number * 10 + (unsigned)(equals[1 + i] - '0');
	}
	if (name_len == 0 || name_len > SEAL_CARD_NAME || digits == 0 || digits > 3 || number == 0)
		return seal_fail(diag, SEAL_E_USAGE, "--groups: %.*s: not NAME=THRESHOLD", (int)len,
				 text);
	*out = (struct seal_manifest_group){.threshold = number};
	(void)memcpy(out->name, text, name_len);
	return seal_card_check_name(out->name, diag)
		       ? seal_because(diag, SEAL_E_USAGE, "--groups: %s", out->name)
		       : SEAL_OK;
}

int groups_read(const char *text, struct seal_manifest_group out_groups[SEAL_MANIFEST_GROUPS],
		size_t *out_count, struct seal_diag *diag)
{
	struct seal_manifest_group groups[SEAL_MANIFEST_GROUPS] = {0};
	size_t count = 0;

	for (;;) {
		size_t len = strcspn(text, ",");
		int error;

		if (count == SEAL_MANIFEST_GROUPS)
			return seal_fail(diag, SEAL_E_USAGE, "--groups: more than %u",
					 SEAL_MANIFEST_GROUPS);
		error = read_one(text, len, &groups[count], diag);
		for (size_t i = 0; !error && i < count; i++)
			if (strcmp(groups[i].name, groups[count].name) == 0)
				error = seal_fail(diag, SEAL_E_USAGE, "--groups: %s: given twice",
						  groups[i].name);
		if (error)
			return error;
		count++;
		if (text[len] == '\0')
			break;
		text += len + 1;
	}
	(void)memcpy(out_groups, groups, sizeof groups);
	*out_count = count;
	return SEAL_OK;
}
