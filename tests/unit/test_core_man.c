/* man/sealkit-api.5 has every route, no other, and every field that is ours. */

#include "core_prove.h"

#include "api/api.h"

static char *page(void)
{
	uint8_t *bytes = NULL;
	size_t len = 0;

	assert_int_equal(seal_file_read("man/sealkit-api.5", 1u << 20, &bytes, &len, NULL),
			 SEAL_OK);
	return (char *)bytes;
}

static void every_route(void **state)
{
	static const struct {
		unsigned method;
		const char *name;
	} methods[] = {{SEAL_METHOD_GET, "GET"},
		       {SEAL_METHOD_PUT, "PUT"},
		       {SEAL_METHOD_HEAD, "HEAD"},
		       {SEAL_METHOD_DELETE, "DELETE"},
		       {SEAL_METHOD_LIST, "LIST"}};
	char *text = page(), line[128];
	size_t count, routes = 0, lines = 0;
	const struct seal_api_route *table = seal_api_routes(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
			if (!(table[i].methods & methods[m].method))
				continue;
			(void)snprintf(line, sizeof line, "\n.It Li \"%s /v1/%s\"\n",
				       methods[m].name, table[i].pattern);
			if (!strstr(text, line))
				fail_msg("not in the page: %s", line);
			routes++;
		}
	}
	for (const char *at = text; (at = strstr(at, "\n.It Li \"")); at++)
		lines++;
	assert_int_equal(lines, routes);
	free(text);
}

/* Each name of a field in an answer of ours, and in what is below it, stands after Cm. */
static void fields_of(const char *text, const json_t *json)
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

static void every_field(void **state)
{
	static const char *const asked[] = {"/v1/sys/sealkit/submission", "/v1/sys/sealkit/shares",
					    "/v1/sys/sealkit/manifest"};
	struct people people;
	struct core_answer answer;
	char *text = page();

	(void)state;
	people_init(&people, 0);
	init_people(&people, 3);
	assert_false(give(&people, 1, 1));
	answer = submit(&people.room, people.person[0].share);
	fields_of(text, json_object_get(answer.json, "sealkit"));
	core_answer_done(&answer);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		answer = core_ask(&people.room, (struct core_ask){.method = "GET",
								  .path = asked[i],
								  .token = people.bootstrap});
		assert_int_equal(answer.status, 200);
		fields_of(text, answer.json);
		core_answer_done(&answer);
	}
	free(text);
	people_done(&people);
}

/* Of proofs too, and each refusal. */
static void every_word_of_proofs(void **state)
{
	static const char *const refusals[] = {
		"proof is of another share set",	"card is not of this share set",
		"challenge was for another card",	"stale challenge: ask again",
		"challenge was answered before, or",	"proof is not of this card's share",
		"signature is not by this card's token"};
	struct people people;
	struct proof_parts parts;
	struct core_answer answer;
	char *text = page(), path[200];

	(void)state;
	people_init(&people, 0);
	init_people(&people, 3);
	parts = proof_of(&people, 1);
	answer = ask_challenge(&people.room, parts.fingerprint);
	fields_of(text, answer.json);
	core_answer_done(&answer);
	answer = proof_send(&people.room, &parts);
	assert_int_equal(answer.status, 200);
	fields_of(text, json_object_get(answer.json, "sealkit"));
	core_answer_done(&answer);
	(void)snprintf(path, sizeof path, "/v1/sys/sealkit/shares?card=%s", parts.fingerprint);
	answer = core_ask(&people.room, (struct core_ask){.method = "GET", .path = path});
	assert_int_equal(answer.status, 200);
	fields_of(text, answer.json);
	core_answer_done(&answer);
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (!strstr(text, refusals[i]))
			fail_msg("not in the page: %s", refusals[i]);
	free(text);
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route),
		cmocka_unit_test(every_field),
		cmocka_unit_test(every_word_of_proofs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
