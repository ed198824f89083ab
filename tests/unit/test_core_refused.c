/* What the core refuses: bodies, tokens, inits. Nothing is changed by any of it. */

#include "core_submit.h"

static char *deep(const char *head, unsigned depth, const char *tail)
{
	size_t cap = strlen(head) + 2 * depth + strlen(tail) + 1, len;
	char *text = malloc(cap);

	assert_non_null(text);
	len = (size_t)snprintf(text, cap, "%s", head);
	memset(text + len, '[', depth);
	memset(text + len + depth, ']', depth);
	(void)snprintf(text + len + 2 * depth, cap - len - 2 * depth, "%s", tail);
	return text;
}

/* A body of so many values, the list and the whole among them. */
static char *list(unsigned values)
{
	char *text = malloc(2 * values + 16);
	size_t len = 6;

	assert_non_null(text);
	memcpy(text, "{\"a\":[", 6);
	for (unsigned i = 2; i <= values; i++, len += 2)
		memcpy(text + len, "0,", 2);
	memcpy(text + len - 1, "]}", 3);
	return text;
}

static void bodies(void **state)
{
	static const struct {
		const char *body, *text;
	} cases[] = {
		{"", "EOF"},
		{"x", "failed to parse JSON input: "},
		{"[]", "failed to parse JSON input: "},
		{"null", "failed to parse JSON input: "},
		{"{\"key\":\"00\",\"key\":\"00\"}", "failed to parse JSON input: "},
		{"{\"key\":\"\xff\"}", "failed to parse JSON input: "},
		{"{\"key\":\"00\"} x", "failed to parse JSON input: "},
		{"{\"key\":5}", "key must be a string"},
		{"{\"key\":5.5}", "key must be a string"},
		{"{\"key\":[\"00\"]}", "key must be a string"},
		{"{\"key\":{}}", "key must be a string"},
		{"{\"reset\":\"yes\"}", "reset must be true or false"},
		{"{\"reset\":1}", "reset must be true or false"},
		{"{\"reset\":null}", "'key' must be specified"},
		{"{\"key\":\"00\",\"sealkit\":{}}", "exclude one another"},
	};
	struct core_room room;
	char *text;

	(void)state;
	core_room_init(&room, 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		core_expect(&room, 400, cases[i].text, "PUT", "/v1/sys/unseal", NULL,
			    cases[i].body);
	text = deep("{\"key\":", 40, "}");
	core_expect(&room, 400, "deeper than 32", "PUT", "/v1/sys/unseal", NULL, text);
	free(text);
	text = deep("{\"key\":", 30000, "}");
	core_expect(&room, 400, "deeper than 32", "PUT", "/v1/sys/init", NULL, text);
	free(text);
	/* Nor many values: each costs what a byte does not. */
	text = list(1024);
	core_expect(&room, 400, "must be specified", "PUT", "/v1/sys/unseal", NULL, text);
	free(text);
	text = list(1025);
	core_expect(&room, 400, "over 1024 values", "PUT", "/v1/sys/unseal", NULL, text);
	free(text);
	/* 64 KiB from a stranger, and no more, wherever. */
	text = deep("{\"key\":", 40000, "}");
	core_expect(&room, 413, "request body too large", "PUT", "/v1/sys/unseal", NULL, text);
	core_expect(&room, 413, "request body too large", "PUT", "/v1/sys/init", NULL, text);
	free(text);
	core_room_done(&room);
}

/* Every status that may be asked for can be answered: the gate sends none of these with a body. */
static void statuses_without_a_body(void **state)
{
	struct core_room room;
	struct core_answer answer;
	char path[64];

	(void)state;
	core_room_init(&room, 1);
	for (unsigned status = 204; status <= 304; status += 100) {
		(void)snprintf(path, sizeof path, "/v1/sys/health?uninitcode=%u", status);
		answer = core_ask(&room, (struct core_ask){.method = "GET", .path = path});
		assert_int_equal(answer.status, status);
		assert_int_equal(answer.len, 0);
		core_answer_done(&answer);
	}
	core_room_done(&room);
}

/* keys, root token and one unseal: 1 of 1, in the clear. */
static char *open_plain(struct core_room *room)
{
	struct core_answer answer = core_ask(
		room, (struct core_ask){.method = "PUT",
					.path = "/v1/sys/init",
					.body = "{\"secret_shares\":1,\"secret_threshold\":1}"});
	char body[128], *token;

	assert_int_equal(answer.status, 200);
	token = strdup(json_string_value(json_object_get(answer.json, "root_token")));
	(void)snprintf(body, sizeof body, "{\"key\":\"%s\"}",
		       json_string_value(json_array_get(json_object_get(answer.json, "keys"), 0)));
	core_answer_done(&answer);
	core_expect(room, 200, "\"sealed\":false", "PUT", "/v1/sys/unseal", NULL, body);
	return token;
}

static void tokens(void **state)
{
	struct core_room room;
	char *root, other[64], long_[600], bearer[64];

	(void)state;
	core_room_init(&room, 1);
	root = open_plain(&room);
	assert_int_equal(strlen(root), 28);
	(void)snprintf(other, sizeof other, "%s", root);
	other[27] = other[27] == 'a' ? 'b' : 'a';
	memset(long_, 'x', sizeof long_ - 1);
	long_[sizeof long_ - 1] = 0;
	core_expect(&room, 400, "missing client token", "GET", "/v1/secret/a", NULL, NULL);
	core_expect(&room, 400, "missing client token", "GET", "/v1/secret/a", "", NULL);
	core_expect(&room, 403, "permission denied", "GET", "/v1/secret/a", other, NULL);
	core_expect(&room, 403, "permission denied", "GET", "/v1/secret/a", long_, NULL);
	core_expect(&room, 403, "permission denied", "GET", "/v1/secret/a", "../token-key", NULL);
	core_expect(&room, 404, "{\"errors\":[]}", "GET", "/v1/secret/a", root, NULL);
	/* The barrier's own entries are not below the mount. */
	core_expect(&room, 404, "{\"errors\":[]}", "GET", "/v1/secret/sys/token-key", root, NULL);
	core_expect(&room, 400, "dot segment", "GET", "/v1/secret/../../sys/token-key", root, NULL);
	(void)snprintf(bearer, sizeof bearer, "Bearer %s", root);
	core_expect_(&room, __LINE__, 200, root,
		     (struct core_ask){.method = "GET",
				       .path = "/v1/auth/token/lookup-self",
				       .bearer = bearer});
	core_expect(&room, 204, NULL, "PUT", "/v1/auth/token/revoke-self", root, NULL);
	core_expect(&room, 403, "permission denied", "GET", "/v1/secret/a", root, NULL);
	core_expect(&room, 403, "permission denied", "PUT", "/v1/sys/seal", root, NULL);
	core_expect(&room, 200, "\"sealed\":false", "GET", "/v1/sys/seal-status", NULL, NULL);
	free(root);
	core_room_done(&room);
}

static void judged(struct core_room *room, const char *verdict, const char *path, const char *token)
{
	struct core_answer answer =
		core_ask(room, (struct core_ask){.method = "GET", .path = path, .token = token});

	if (strcmp(answer.verdict, verdict) != 0)
		fail_msg("%s: '%s' instead of '%s'", path, answer.verdict, verdict);
	core_answer_done(&answer);
}

/* What gates count by: only a token that was looked for and found is a good one. */
static void verdicts(void **state)
{
	struct core_room room;
	char *root, *bootstrap;

	(void)state;
	core_room_init(&room, 1);
	bootstrap = core_bootstrap(&room);
	assert_non_null(bootstrap);
	judged(&room, "good", "/v1/sys/sealkit/shares", bootstrap);
	judged(&room, "", "/v1/sys/sealkit/shares", "bootstrap.x");
	root = open_plain(&room);
	judged(&room, "good", "/v1/secret/a", root);
	judged(&room, "good", "/v1/secret", root);
	judged(&room, "bad", "/v1/secret/a", "hvs.made-up");
	judged(&room, "bad", "/v1/nothing/there", "hvs.made-up");
	judged(&room, "bad", "/v1/secret/a", bootstrap);
	judged(&room, "", "/v1/secret/a", NULL);
	judged(&room, "", "/v1/sys/health", root);
	judged(&room, "", "/v1/secret/%zz", root);
	core_expect(&room, 204, NULL, "PUT", "/v1/sys/seal", root, NULL);
	judged(&room, "", "/v1/secret/a", root);
	free(root);
	free(bootstrap);
	core_room_done(&room);
}

static void values(void **state)
{
	struct core_room room;
	char *root, *text;

	(void)state;
	core_room_init(&room, 1);
	root = open_plain(&room);
	text = deep("{\"a\":", 31, "}");
	core_expect(&room, 204, NULL, "PUT", "/v1/secret/deep", root, text);
	core_expect(&room, 200, "[[[]]]", "GET", "/v1/secret/deep", root, NULL);
	free(text);
	text = deep("{\"a\":", 32, "}");
	core_expect(&room, 400, "error parsing JSON", "PUT", "/v1/secret/deeper", root, text);
	free(text);
	core_expect(&room, 400, "error parsing JSON", "PUT", "/v1/secret/twice", root,
		    "{\"a\":1,\"a\":1}");
	core_expect(&room, 400, "cannot delete", "DELETE", "/v1/secret/", root, NULL);
	/* A MiB is taken, and from a stranger not even read. */
	text = malloc((1u << 20) + 16);
	assert_non_null(text);
	memcpy(text, "{\"a\":\"", 6);
	memset(text + 6, 'v', 1u << 20);
	memcpy(text + 6 + (1u << 20), "\"}", 3);
	core_expect(&room, 204, NULL, "PUT", "/v1/secret/large", root, text);
	core_expect(&room, 200, "vvvv", "GET", "/v1/secret/large", root, NULL);
	core_expect(&room, 400, "missing client token", "PUT", "/v1/secret/large", NULL, text);
	free(text);
	for (int i = 0; i < 2; i++) {
		static const char *const leases[][2] = {
			{"{\"ttl\":\"1h30m\",\"v\":\"x\"}", "\"lease_duration\":5400,"},
			{"{\"lease\":90,\"v\":\"x\"}", "\"lease_duration\":90,"}};

		core_expect(&room, 204, NULL, "PUT", "/v1/secret/ttl", root, leases[i][0]);
		core_expect(&room, 200, leases[i][1], "GET", "/v1/secret/ttl", root, NULL);
	}
	core_expect(&room, 204, NULL, "PUT", "/v1/secret/ttl", root, "{\"ttl\":\"soon\"}");
	core_expect(&room, 200, "\"lease_duration\":2764800,", "GET", "/v1/secret/ttl", root, NULL);
	free(root);
	core_room_done(&room);
}

/* plain_shares = deny, which is what nothing said means. */
static void plain_shares_denied(void **state)
{
	struct people people;
	char body[128], hex[67];

	(void)state;
	people_init(&people, 0);
	core_expect(&people.room, 400, "plain_shares", "PUT", "/v1/sys/init", NULL,
		    "{\"secret_shares\":5,\"secret_threshold\":3}");
	core_expect(&people.room, 400, "plain_shares", "PUT", "/v1/sys/init", people.bootstrap,
		    "{\"secret_shares\":5,\"secret_threshold\":3}");
	core_expect(&people.room, 200, "\"initialized\":false", "GET", "/v1/sys/init", NULL, NULL);
	init_people(&people, 3);
	seal_hex(seal_secret_bytes(people.person[0].share), 33, hex);
	(void)snprintf(body, sizeof body, "{\"key\":\"%s\"}", hex);
	core_expect(&people.room, 400, "plain_shares", "PUT", "/v1/sys/unseal", NULL, body);
	core_expect(&people.room, 200, "\"progress\":0", "GET", "/v1/sys/seal-status", NULL, NULL);
	people_done(&people);
}

static void refused_init(struct people *people, int n, int t, const char *more, const char *text)
{
	struct core_answer answer = init_as(people, people->bootstrap, n, t, more);

	if (answer.status != 400 || !strstr(answer.text, text))
		fail_msg("want %s: %u %s", text, answer.status, answer.text);
	core_answer_done(&answer);
	core_expect(&people->room, 200, "\"initialized\":false", "GET", "/v1/sys/init", NULL, NULL);
}

static void numbers_and_fields(void **state)
{
	struct people people;

	(void)state;
	people_init(&people, 0);
	refused_init(&people, 4, 3, "", "the cards are of 5 persons");
	refused_init(&people, 5, 6, "", "threshold 6 of 5");
	refused_init(&people, 5, 0, "", "threshold 0 of 5");
	refused_init(&people, 5, 5, "", "invalid seal configuration");
	refused_init(&people, 5, 1, "", "invalid seal configuration");
	refused_init(&people, 5, 3, ",\"again\":1", "again must be true or false");
	refused_init(&people, 5, 3, ",\"groups\":5", "groups: not an array");
	refused_init(&people, 5, 3, ",\"groups\":[{\"name\":\"ops\"}]", "name and threshold");
	refused_init(&people, 5, 3, ",\"groups\":[{\"name\":\"a b\",\"threshold\":2}]", "group 1");
	refused_init(&people, 5, 3, ",\"groups\":[{\"name\":\"ops\",\"threshold\":2}]",
		     "the groups' sum is 2");
	refused_init(&people, 5, 3, ",\"root_token_card\":{}", "root_token_card 1");
	refused_init(&people, 5, 3, ",\"root_token_card\":5", "root_token_card 1: not an object");
	core_expect(&people.room, 400, "sealkit must be an object", "PUT", "/v1/sys/init",
		    people.bootstrap, "{\"sealkit\":5}");
	core_expect(&people.room, 400, "cards: 1 to", "PUT", "/v1/sys/init", people.bootstrap,
		    "{\"secret_shares\":5,\"secret_threshold\":3,\"sealkit\":{}}");
	core_expect(&people.room, 400, "pgp_keys are not supported", "PUT", "/v1/sys/init", NULL,
		    "{\"secret_shares\":1,\"secret_threshold\":1,\"pgp_keys\":[\"x\"]}");
	core_expect(&people.room, 400, "pgp_keys are not supported", "PUT", "/v1/sys/init", NULL,
		    "{\"secret_shares\":1,\"secret_threshold\":1,\"root_token_pgp_key\":\"x\"}");
	people_done(&people);
}

static void cards(void **state)
{
	struct people people;
	struct person *emma;
	char *twin, *at;

	(void)state;
	people_init(&people, 0);
	emma = &people.person[4];
	/* One letter changed after it was signed. */
	at = strstr(emma->card, "emma");
	assert_non_null(at);
	at[0] = 'E';
	refused_init(&people, 5, 3, "", "card 5");
	/* The same card twice, under its own and under another name. */
	twin = emma->card;
	emma->card = strdup(people.person[3].card);
	refused_init(&people, 4, 3, "", "invalid seal configuration");
	free(emma->card);
	emma->card = twin;
	put_text(emma->made.card.recipient, sizeof emma->made.card.recipient,
		 people.person[3].made.card.recipient);
	person_sign(emma);
	refused_init(&people, 5, 3, "", "invalid seal configuration");
	/* A virtual token outside of a rehearsal; and within one. */
	made_done(&emma->made);
	seal_secret_free(emma->key);
	free(emma->card);
	person_init(emma, "emma", "");
	emma->made.card.is_virtual = 1;
	person_sign(emma);
	refused_init(&people, 5, 3, "", "virtual");
	core_stop(&people.room);
	people.room.config.rehearsal = 1;
	core_start(&people.room);
	init_people(&people, 3);
	people_done(&people);
}

/* 2 of ops and 1 of security. */
static void groups(void **state)
{
	static const char more[] = ",\"groups\":[{\"name\":\"ops\",\"threshold\":2},"
				   "{\"name\":\"security\",\"threshold\":1}]";
	struct people people;
	struct core_answer answer;

	(void)state;
	people_init(&people, 0);
	for (size_t i = 0; i < PEOPLE - 1; i++) {
		put_text(people.person[i].made.card.group, sizeof people.person[i].made.card.group,
			 i < 3 ? "ops" : "security");
		person_sign(&people.person[i]);
	}
	answer = init_as(&people, people.bootstrap, 5, 3, more);
	if (answer.status != 200)
		fail_msg("%s", answer.text);
	take_shares(&people, &answer);
	core_answer_done(&answer);
	assert_false(give(&people, 0, 1));
	assert_false(give(&people, 1, 2));
	assert_false(give(&people, 2, 2));
	assert_true(give(&people, 4, 0));
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies),
		cmocka_unit_test(statuses_without_a_body),
		cmocka_unit_test(tokens),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(values),
		cmocka_unit_test(plain_shares_denied),
		cmocka_unit_test(numbers_and_fields),
		cmocka_unit_test(cards),
		cmocka_unit_test(groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
