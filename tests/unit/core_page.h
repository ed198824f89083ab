#ifndef SEALKIT_TESTS_CORE_PAGE_H
#define SEALKIT_TESTS_CORE_PAGE_H

/* man/sealkit-api.5, and what it says of fields and refusals. */

#include "core_room.h"

static __attribute__((noinline)) SEAL_UNUSED char *page(void)
{
	uint8_t *bytes = NULL;
	size_t len = 0;

	assert_int_equal(seal_file_read("man/sealkit-api.5", 1u << 20, &bytes, &len, NULL),
			 SEAL_OK);
	return (char *)bytes;
}

/* Each name of a field in an answer of ours, and in what is below it, stands after Cm. */
static SEAL_UNUSED void fields_of(const char *text, const json_t *json)
{
	const char *name;
	json_t *value;
	char want[64];

	if (json_is_array(json) && json_array_size(json))
		fields_of(text, json_array_get(json, 0));
	json_object_foreach((json_t *)(uintptr_t)json, name, value)
	{
		const char *at = text;
		int found = 0;

		(void)snprintf(want, sizeof want, " %s", name);
		while (!found && (at = strstr(at, want)) != NULL) {
			const char *line = at;

			while (line > text && line[-1] != '\n')
				line--;
			at += strlen(want);
			found = strchr(" ,\n", *at) != NULL && !strncmp(line, ".Cm ", 4);
			found = found || (strchr(" ,\n", *at) && !strncmp(line, ".It Cm ", 7));
		}
		if (!found)
			fail_msg("not in the page: %s", name);
		fields_of(text, value);
	}
}

/* Refusals as the page lists them; each is struck out once the core has said it. */
struct refusals {
	char said[16][128];
	size_t count;
};

/* head: what the list is behind. */
static SEAL_UNUSED void read_refusals(const char *text, const char *head, struct refusals *refusals)
{
	static const char refused[] = "\nRefused with 400, and nothing changes:\n";
	const char *at = strstr(text, head);
	const char *end;

	at = at ? strstr(at, refused) : NULL;
	end = at ? strstr(at, "\n.El\n") : NULL;

	*refusals = (struct refusals){0};
	for (; end && (at = strstr(at, "\n.Ql ")) != NULL && at < end; at++) {
		size_t len = strcspn(at + 5, "\n");

		assert_true(refusals->count < 16 && len < sizeof refusals->said[0]);
		memcpy(refusals->said[refusals->count++], at + 5, len);
	}
}

static SEAL_UNUSED void strike_out(struct refusals *refusals, const char *said)
{
	int found = 0;

	assert_non_null(said);
	for (size_t i = 0; i < refusals->count; i++)
		if (!strcmp(refusals->said[i], said)) {
			*refusals->said[i] = 0;
			found = 1;
		}
	if (!found)
		fail_msg("not in the page, or said before: %s", said);
}

static SEAL_UNUSED void all_struck_out(const struct refusals *refusals)
{
	for (size_t i = 0; i < refusals->count; i++)
		if (*refusals->said[i])
			fail_msg("in the page, and never said: %s", refusals->said[i]);
}

#endif
