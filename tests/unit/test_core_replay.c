/* What a Vault answered, asked of the core: tests/vectors/vault-1.8. Status, fields, their
   order and their values are compared; masked is only what is new in every run or says who
   the server is. What does not apply is named with its reason. */

#include "replay.h"
#include "replay_skipped.h"

/* New in every run, or another by nature. Lists: only how many, and how long. */
static const char *const masked[] = {
	"request_id",	   "nonce",	   "version",  "cluster_name",	"cluster_id",
	"server_time_utc", "storage_type", "accessor", "creation_time", "install_time",
	"encryptions",	   "root_token",   "id",       "keys_base64",
};

static int is_skipped(const char *scenario, int i)
{
	for (size_t k = 0; k < sizeof skipped / sizeof *skipped; k++) {
		assert_true(strlen(skipped[k].why) > 10);
		if (!strcmp(skipped[k].scenario, scenario) && i >= skipped[k].from &&
		    i <= skipped[k].to)
			return 1;
	}
	return 0;
}

static json_t *mask_of(const char *name, json_t *value)
{
	if (!strcmp(name, "keys_base64") || !strcmp(name, "keys"))
		return json_pack("[i, i]", (int)json_array_size(value),
				 (int)json_string_length(json_array_get(value, 0)));
	if (json_is_string(value)) /* empty stays empty: no nonce, no cluster */
		return json_string(json_string_length(value) ? "text" : "");
	return json_string("number");
}

static void mask(json_t *json, int shares)
{
	const char *name;
	json_t *value;

	if (!json_is_object(json))
		return;
	(void)json_object_del(json, "sealkit");
	for (size_t i = 0; i < sizeof masked / sizeof *masked; i++) {
		value = json_object_get(json, masked[i]);
		if (value)
			assert_int_equal(
				json_object_set_new(json, masked[i], mask_of(masked[i], value)), 0);
	}
	value = json_object_get(json, "keys");
	if (value && shares)
		assert_int_equal(json_object_set_new(json, "keys", mask_of("keys", value)), 0);
	json_object_foreach(json, name, value) mask(value, 0);
}

/* The words of Go's JSON decoder are its own; which decoder refused is the same. */
static void mask_errors(json_t *json)
{
	static const char words[] = "failed to parse JSON input: ";
	json_t *errors = json_object_get(json, "errors");
	const char *text = json_string_value(json_array_get(errors, 0));

	if (text && !strncmp(text, words, sizeof words - 1))
		assert_int_equal(json_array_set_new(errors, 0, json_string(words)), 0);
}

static char *masked_text(json_t *json)
{
	json_t *copy = json_deep_copy(json);
	struct seal_json_text text = {0};

	mask_errors(copy);
	mask(copy, 1);
	assert_int_equal(seal_json_write(copy, SEAL_JSON_AS_MADE, "\n", &text, NULL), SEAL_OK);
	json_decref(copy);
	return text.bytes;
}

/* Our compact form is the exact one: written once more it is the same. */
static json_t *own_json(const struct core_answer *answer)
{
	struct seal_json_text text = {0};
	json_t *json = NULL;

	if (!answer->len)
		return NULL;
	assert_int_equal(seal_json_parse(answer->text, answer->len, &json, NULL), SEAL_OK);
	assert_int_equal(seal_json_write(json, SEAL_JSON_AS_MADE, "\n", &text, NULL), SEAL_OK);
	assert_string_equal(text.bytes, answer->text);
	seal_json_text_done(&text);
	return json;
}

/* Recorded text becomes JSON where it is that. */
static json_t *recorded_json(const json_t *body)
{
	json_t *json = NULL;

	if (!json_is_string(body))
		return json_incref((json_t *)(uintptr_t)body);
	if (seal_json_parse(json_string_value(body), json_string_length(body), &json, NULL))
		return NULL;
	return json;
}

static void bind_list(struct replay *replay, const char *name, const json_t *recorded,
		      const json_t *ours)
{
	const json_t *list = json_object_get(recorded, name);

	for (size_t i = 0; i < json_array_size(list); i++)
		bind_text(replay, json_string_value(json_array_get(list, i)),
			  json_string_value(json_array_get(json_object_get(ours, name), i)));
}

static void compare(struct replay *replay, const char *name, size_t i, const json_t *response,
		    const struct core_answer *answer)
{
	json_t *ours = own_json(answer),
	       *recorded = recorded_json(json_object_get(response, "body"));
	json_int_t status = json_integer_value(json_object_get(response, "status"));
	char *left = recorded ? masked_text(recorded) : strdup(""),
	     *right = ours ? masked_text(ours) : strdup("");

	if (status != (json_int_t)answer->status || strcmp(left, right) != 0)
		fail_msg("%s %zu: recorded %d %s, ours %u %s", name, i, (int)status, left,
			 answer->status, answer->text);
	free(left);
	free(right);
	if (json_object_get(recorded, "root_token")) {
		bind_list(replay, "keys", recorded, ours);
		bind_list(replay, "keys_base64", recorded, ours);
		/* Of scenario seal: a token whose policy gives update and sudo on sys/seal. */
		bind_text(replay, "s.KNMN8EheqOiw4yDoq2t5NOwt",
			  json_string_value(json_object_get(ours, "root_token")));
		bind_text(replay, json_string_value(json_object_get(recorded, "root_token")),
			  json_string_value(json_object_get(ours, "root_token")));
	}
	json_decref(ours);
	json_decref(recorded);
}

/* The mount kv/ of the scenarios is secret/ here. */
static void path_of(const char *recorded, char *out, size_t cap)
{
	if (!strncmp(recorded, "/v1/kv", 6))
		(void)snprintf(out, cap, "/v1/secret%s", recorded + 6);
	else
		(void)snprintf(out, cap, "%s", recorded);
}

static char *body_of(const struct replay *replay, const json_t *exchange, size_t *out_len)
{
	json_t *body = json_object_get(json_object_get(exchange, "request"), "body"), *ours;
	struct seal_json_text text = {0};
	uint8_t *bytes;

	*out_len = 0;
	if (json_is_null(body))
		return NULL;
	if (json_is_string(body) && !strncmp(json_string_value(body), "base64:", 7)) {
		bytes = calloc(1, json_string_length(body));
		assert_int_equal(seal_unbase64(SEAL_BASE64_PADDED, json_string_value(body) + 7,
					       json_string_length(body) - 7, bytes,
					       json_string_length(body), out_len, NULL),
				 SEAL_OK);
		return (char *)bytes;
	}
	if (json_is_string(body))
		return strdup(json_string_value(body));
	ours = translate_body(replay, body);
	assert_int_equal(seal_json_write(ours, SEAL_JSON_AS_MADE, "", &text, NULL), SEAL_OK);
	json_decref(ours);
	return text.bytes;
}

static void one(struct replay *replay, const char *name, size_t i, const json_t *exchange)
{
	const json_t *request = json_object_get(exchange, "request");
	const json_t *headers = json_object_get(request, "headers");
	const char *token = json_string_value(json_object_get(headers, "X-Vault-Token"));
	const char *bearer = json_string_value(json_object_get(headers, "Authorization"));
	char path[2048], *own_token = token ? translate(replay, token) : NULL;
	char *own_bearer = bearer ? translate(replay, bearer) : NULL;
	struct core_ask ask = {
		.method = json_string_value(json_object_get(request, "method")),
		.path = path,
		.token = own_token,
		.bearer = own_bearer,
		.space = json_string_value(json_object_get(headers, "X-Vault-Namespace")),
		.wrap = json_string_value(json_object_get(headers, "X-Vault-Wrap-TTL")),
	};
	char *body = body_of(replay, exchange, &ask.body_len);
	struct core_answer answer;

	if (!token) /* one scenario writes the name in lower case */
		token = json_string_value(json_object_get(headers, "x-vault-token"));
	if (token && !own_token)
		ask.token = own_token = translate(replay, token);
	if (own_bearer && !strncmp(own_bearer, "Bearer ", 7)) {
		char *bare = translate(replay, own_bearer + 7);

		(void)snprintf(own_bearer = realloc(own_bearer, 512), 512, "Bearer %s", bare);
		ask.bearer = own_bearer;
		free(bare);
	}
	path_of(json_string_value(json_object_get(request, "path")), path, sizeof path);
	ask.body = body;
	answer = core_ask(&replay->room, ask);
	compare(replay, name, i, json_object_get(exchange, "response"), &answer);
	core_answer_done(&answer);
	free(body);
	free(own_token);
	free(own_bearer);
}

static void run(const char *name, int want)
{
	struct replay replay;
	const json_t *exchange;
	size_t i;
	int count = 0;

	replay_init(&replay, name);
	json_array_foreach(replay.list, i, exchange)
	{
		if (is_skipped(name, (int)i))
			continue;
		one(&replay, name, i, exchange);
		count++;
	}
	assert_int_equal(count, want);
	replay_done(&replay);
}

#define SCENARIO(function, name, count)    \
	static void function(void **state) \
	{                                  \
		(void)state;               \
		run(name, count);          \
	}

SCENARIO(init_plain, "init-plain", 8)
SCENARIO(init_plain_1_1, "init-plain-1-1", 2)
SCENARIO(init_plain_10_7, "init-plain-10-7", 8)
SCENARIO(init_plain_2_2, "init-plain-2-2", 3)
SCENARIO(init_plain_255_2, "init-plain-255-2", 3)
SCENARIO(init_plain_3_2, "init-plain-3-2", 3)
SCENARIO(init_errors, "init-errors", 29)
SCENARIO(init_recovery, "init-recovery-shares", 2)
SCENARIO(init_stored, "init-stored-shares", 2)
SCENARIO(unseal, "unseal", 78)
SCENARIO(unseal_1_of_1, "unseal-1-of-1", 4)
SCENARIO(seal, "seal", 21)
SCENARIO(seal_status_health, "seal-status-health", 78)
SCENARIO(rotate_key_status, "rotate-key-status", 11)
SCENARIO(kv1, "kv1", 37)
SCENARIO(errors, "errors", 83)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_plain),
		cmocka_unit_test(init_plain_1_1),
		cmocka_unit_test(init_plain_10_7),
		cmocka_unit_test(init_plain_2_2),
		cmocka_unit_test(init_plain_255_2),
		cmocka_unit_test(init_plain_3_2),
		cmocka_unit_test(init_errors),
		cmocka_unit_test(init_recovery),
		cmocka_unit_test(init_stored),
		cmocka_unit_test(unseal),
		cmocka_unit_test(unseal_1_of_1),
		cmocka_unit_test(seal),
		cmocka_unit_test(seal_status_health),
		cmocka_unit_test(rotate_key_status),
		cmocka_unit_test(kv1),
		cmocka_unit_test(errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
