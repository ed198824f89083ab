/* Every allocation and every call of libcurl fails in turn, from the environment to the core's
   signed word: each time there is an error, and the next try works. libcurl is a table of this
   file's own here, and what it reaches is a core in this process. */

#include "core_lock.h"

#include "client/client.h"
#include "faults.h"

#include <curl/curl.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo

/* As much of libcurl as the client uses. Its own memory is not counted: it has no fault. */
struct exchange {
	char url[256], method[16], token[64];
	const char *body;
	size_t (*take)(char *bytes, size_t size, size_t count, void *ctx);
	void *ctx;
	long status;
};

/* The token among the lines of a request's head, as a gate takes it out. */
static void take_token(struct exchange *exchange, const struct curl_slist *list)
{
	static const char name[] = "X-Vault-Token: ";

	exchange->token[0] = 0;
	for (; list; list = list->next)
		if (strncmp(list->data, name, sizeof name - 1) == 0)
			(void)snprintf(exchange->token, sizeof exchange->token, "%s",
				       list->data + sizeof name - 1);
}

static struct core_room *server;
static char connect_to[128];

CURL *curl_easy_init(void)
{
	static struct exchange exchange;

	if (fault_here(FAULT_CURL))
		return NULL;
	exchange = (struct exchange){.status = 0};
	return &exchange;
}

void curl_easy_cleanup(CURL *curl)
{
	(void)curl;
}

CURLcode curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
	struct exchange *exchange = curl;
	CURLcode code = CURLE_OK;
	va_list args;

	va_start(args, option);
	if (option == CURLOPT_WRITEFUNCTION) {
		exchange->take = va_arg(args, size_t(*)(char *, size_t, size_t, void *));
	} else if (option == CURLOPT_HTTPHEADER || option == CURLOPT_WRITEDATA) {
		void *pointer = va_arg(args, void *);

		if (option == CURLOPT_WRITEDATA)
			exchange->ctx = pointer;
		else if (pointer)
			take_token(exchange, pointer);
		/* To forget something is what cannot fail. */
		code = pointer && fault_here(FAULT_CURL) ? CURLE_OUT_OF_MEMORY : CURLE_OK;
	} else {
		if (option == CURLOPT_URL)
			(void)snprintf(exchange->url, sizeof exchange->url, "%s",
				       va_arg(args, const char *));
		else if (option == CURLOPT_CUSTOMREQUEST)
			(void)snprintf(exchange->method, sizeof exchange->method, "%s",
				       va_arg(args, const char *));
		else if (option == CURLOPT_POSTFIELDS)
			exchange->body = va_arg(args, const char *);
		else if (option == CURLOPT_HTTPGET)
			exchange->body = NULL;
		else if (option == CURLOPT_CONNECT_TO)
			(void)snprintf(connect_to, sizeof connect_to, "%s",
				       va_arg(args, struct curl_slist *)->data);
		code = fault_here(FAULT_CURL) ? CURLE_OUT_OF_MEMORY : CURLE_OK;
	}
	va_end(args);
	return code;
}

CURLcode curl_easy_perform(CURL *curl)
{
	struct exchange *exchange = curl;
	struct core_answer answer;
	size_t half, taken;

	if (fault_here(FAULT_CURL))
		return CURLE_COULDNT_CONNECT;
	/* The daemon has no fault. */
	fault_hold(1);
	answer = core_ask(server,
			  (struct core_ask){.method = exchange->method,
					    .path = strstr(exchange->url, "/v1/"),
					    .token = exchange->token[0] ? exchange->token : NULL,
					    .body = exchange->body});
	fault_hold(0);
	exchange->status = answer.status;
	half = answer.len / 2;
	/* Of nothing nobody is told. */
	taken = answer.len ? exchange->take(answer.text, 1, half, exchange->ctx) : 0;
	if (answer.len && taken == half)
		taken += exchange->take(answer.text + half, 1, answer.len - half, exchange->ctx);
	half = answer.len;
	core_answer_done(&answer);
	return taken == half ? CURLE_OK : CURLE_WRITE_ERROR;
}

CURLcode curl_easy_getinfo(CURL *curl, CURLINFO info, ...)
{
	struct exchange *exchange = curl;
	long *out;
	va_list args;

	va_start(args, info);
	out = va_arg(args, long *);
	va_end(args);
	if (info == CURLINFO_RESPONSE_CODE && fault_here(FAULT_CURL))
		return CURLE_BAD_FUNCTION_ARGUMENT;
	*out = info == CURLINFO_RESPONSE_CODE ? exchange->status : 0;
	return CURLE_OK;
}

const char *curl_easy_strerror(CURLcode code)
{
	return code ? "failed, as asked" : "fine";
}

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text)
{
	struct curl_slist *one, *at = list;

	if (fault_here(FAULT_CURL))
		return NULL;
	fault_hold(1);
	one = calloc(1, sizeof *one);
	assert_non_null(one);
	one->data = strdup(text);
	fault_hold(0);
	if (!list)
		return one;
	while (at->next)
		at = at->next;
	at->next = one;
	return list;
}

void curl_slist_free_all(struct curl_slist *list)
{
	while (list) {
		struct curl_slist *next = list->next;

		free(list->data);
		free(list);
		list = next;
	}
}

static struct people people;
static char set[33];

static int open_client(struct seal_client **out_client)
{
	struct seal_client_config config = {.certificate = "cert", .key = "key"};
	int error = seal_client_environment(&config, NULL);

	return error ? error : seal_client_new(&config, out_client, NULL);
}

static int ask_status(void)
{
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = NULL;
	struct seal_client_status status = {0};
	int error = open_client(&client);

	if (!error)
		error = seal_client_status(client, &status, NULL);
	if (!error)
		(void)snprintf(set, sizeof set, "%s", status.set);
	return error;
}

/* The first of two: given again and again, it is one. */
static int give_first(void)
{
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = NULL;
	struct seal_client_submission submission = {
		.set = set, .share = people.person[0].share, .verb = SEAL_CLIENT_GIVE};
	struct seal_client_status status = {0};
	uint8_t identity[32];
	int error = open_client(&client);

	seal_core_identity(server->core, identity);
	submission.identity = identity;
	if (!error)
		error = seal_client_submit(client, &submission, &status, NULL);
	if (error)
		assert_int_equal(status.progress, 0); /* untouched */
	else
		assert_int_equal(status.progress, 1);
	return error;
}

static void still_sealed(int error)
{
	(void)error;
	core_expect(server, 200, "\"sealed\":true", "GET", "/v1/sys/seal-status", NULL, NULL);
}

static struct seal_secret *root;
static uint64_t at_term; /* that was told last */

/* Told twice, and one more term each time that it came to that. */
static int rotate(void)
{
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = NULL;
	struct seal_client_term term = {0};
	uint8_t identity[32];
	int error = open_client(&client);

	seal_core_identity(server->core, identity);
	if (!error)
		error = seal_client_term(client, root, identity, &term, NULL);
	if (!error)
		error = seal_client_rotate(client, root, NULL);
	if (!error) {
		at_term = term.term;
		error = seal_client_term(client, root, identity, &term, NULL);
	}
	if (!error)
		assert_true(term.term == at_term + 1);
	return error;
}

/* The token of this file is the card's own key; the rest is the client's. */
static int lock_it(void)
{
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = NULL;
	struct lock_parts parts = {{0}, {0}, {0}, {0}, people.person[2].card};
	char challenge[SEAL_CLIENT_CHALLENGE + 1], text[512];
	uint8_t identity[32], signature[64];
	struct seal_client_proof request = {
		{.identity = identity, .set = set, .card = parts.fingerprint},
		0,
		challenge,
		parts.card,
		NULL,
		signature,
		sizeof signature};
	struct seal_client_status status = {0};
	int error;

	fault_hold(1);
	request.x = seal_secret_bytes(people.person[2].share)[32];
	seal_core_identity(server->core, identity);
	print_of(&people.person[2], parts.fingerprint);
	fault_hold(0);
	error = open_client(&client);
	if (!error)
		error = seal_client_lock_challenge(client, &request.holder, challenge, NULL);
	if (error)
		return error;
	(void)snprintf(parts.set, sizeof parts.set, "%s", set);
	(void)snprintf(parts.challenge, sizeof parts.challenge, "%s", challenge);
	lock_told(server, &parts, text);
	assert_int_equal(crypto_sign_detached(signature, NULL, (const uint8_t *)text, strlen(text),
					      people.person[2].made.ed25519),
			 0);
	error = seal_client_lock(client, &request, &status, NULL);
	assert_true(error || (status.sealed && status.has_accepted));
	return error;
}

static void open_again(int error)
{
	struct core_answer answer =
		core_ask(server, (struct core_ask){.method = "GET", .path = "/v1/sys/seal-status"});
	int sealed = json_is_true(json_object_get(answer.json, "sealed"));

	core_answer_done(&answer);
	assert_true(error || sealed);
	if (sealed) {
		assert_false(give(&people, 0, 1));
		assert_true(give(&people, 1, 0));
	}
}

/* By a root token: the answer is empty. */
static int seal_it(void)
{
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = NULL;
	int error = open_client(&client);

	return error ? error : seal_client_seal(client, root, NULL);
}

static void still_open(int error)
{
	(void)error;
	core_expect(server, 200, "\"sealed\":false", "GET", "/v1/sys/seal-status", NULL, NULL);
}

static void every_fault(void **state)
{
	uint8_t other[32] = {1};
	struct seal_client *client;
	struct seal_client_term term;

	(void)state;
	people_init(&people, 0);
	server = &people.room;
	init_people(&people, 2);
	assert_int_equal(setenv("BAO_ADDR", "https://[::1]:8200/a/b/", 1), 0);
	assert_int_equal(setenv("VAULT_TLS_SERVER_NAME", "seald.example", 1), 0);
	assert_int_equal(setenv("VAULT_NAMESPACE", "root", 1), 0);
	fault_each(ask_status, still_sealed);
	assert_string_equal(connect_to, "seald.example:8200:[::1]:8200");
	assert_int_equal(strlen(set), 32);
	fault_each(give_first, still_sealed);
	assert_true(give(&people, 1, 0));
	assert_int_equal(
		seal_secret_copy((const uint8_t *)people.root, strlen(people.root), &root, NULL),
		SEAL_OK);
	fault_each(rotate, still_open);
	assert_true(at_term > 1);
	fault_each(lock_it, open_again);
	fault_each(seal_it, open_again);
	/* Another core's word would not do. */
	assert_int_equal(open_client(&client), SEAL_OK);
	assert_int_equal(seal_client_term(client, root, other, &term, NULL), SEAL_E_VERIFY);
	seal_client_free(client);
	seal_secret_free(root);
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_fault)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
