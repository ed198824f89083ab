/* man/sealkit-api.5 has every route, no other, and every field that is ours. */

#include "core_page.h"
#include "core_prove.h"

#include "api/api.h"

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

/* Of proofs too. */
static void every_word_of_proofs(void **state)
{
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
	free(text);
	people_done(&people);
}

static void strike(struct people *people, const struct proof_parts *parts,
		   struct refusals *refusals)
{
	struct core_answer answer = proof_send(&people->room, parts);

	assert_int_equal(answer.status, 400);
	strike_out(refusals,
		   json_string_value(json_array_get(json_object_get(answer.json, "errors"), 0)));
	core_answer_done(&answer);
}

static void every_refusal_of_proofs(void **state)
{
	struct people people;
	struct proof_parts good, parts;
	struct refusals refusals;
	struct core_answer answer;
	char *known = page(), text[512];

	(void)state;
	read_refusals(known, "\n.Ql PUT /v1/sys/sealkit/prove\ntakes\n", &refusals);
	free(known);
	people_init(&people, 0);
	init_people(&people, 3);
	good = proof_of(&people, 1);
	parts = good;
	parts.set[0] = parts.set[0] == 'a' ? 'b' : 'a';
	strike(&people, &parts, &refusals);
	parts = good;
	parts.card = people.person[PEOPLE - 1].card;
	strike(&people, &parts, &refusals);
	parts.card = people.person[2].card;
	strike(&people, &parts, &refusals);
	parts = good;
	parts.challenge[40] = parts.challenge[40] == '1' ? '2' : '1';
	strike(&people, &parts, &refusals);
	parts = good;
	proof_told(&people, &parts, 1, text);
	proof_sign(&parts, people.person[2].share, &people.person[1].made, text);
	strike(&people, &parts, &refusals);
	proof_sign(&parts, people.person[1].share, &people.person[2].made, text);
	strike(&people, &parts, &refusals);
	answer = proof_send(&people.room, &good);
	assert_int_equal(answer.status, 200);
	core_answer_done(&answer);
	strike(&people, &good, &refusals);
	all_struck_out(&refusals);
	assert_int_equal(refusals.count, 7);
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route),
		cmocka_unit_test(every_field),
		cmocka_unit_test(every_word_of_proofs),
		cmocka_unit_test(every_refusal_of_proofs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
