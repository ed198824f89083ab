#ifndef SEALKIT_TESTS_CORE_LOCK_H
#define SEALKIT_TESTS_CORE_LOCK_H

/* The client's side of a lock (man sealkit-api.5), written anew here. */

#include "core_prove.h"

struct lock_parts {
	char set[64], challenge[65], fingerprint[65], signature[89];
	const char *card;
};

/* A fresh challenge for a person's card, whose signature is checked. */
static void lock_challenge(struct core_room *room, const struct person *person,
			   struct lock_parts *parts)
{
	struct core_answer answer;
	char path[200], text[512];

	*parts = (struct lock_parts){.card = person->card};
	print_of(person, parts->fingerprint);
	(void)snprintf(path, sizeof path, "/v1/sys/sealkit/lock?card=%s", parts->fingerprint);
	answer = core_ask(room, (struct core_ask){.method = "GET", .path = path});
	if (answer.status != 200)
		fail_msg("%u %s", answer.status, answer.text);
	(void)snprintf(parts->set, sizeof parts->set, "%s",
		       json_string_value(json_object_get(answer.json, "set")));
	(void)snprintf(parts->challenge, sizeof parts->challenge, "%s",
		       json_string_value(json_object_get(answer.json, "challenge")));
	(void)snprintf(text, sizeof text, "sealkit/lock-challenge/1\n%s\n%s\n%s\n",
		       parts->challenge, parts->set, parts->fingerprint);
	assert_true(signed_by(room, json_string_value(json_object_get(answer.json, "signature")),
			      text));
	core_answer_done(&answer);
}

/* The text of sealkit-api(5). */
static void lock_told(struct core_room *room, const struct lock_parts *parts, char out[512])
{
	uint8_t identity[32];
	char core[64];

	seal_core_identity(room->core, identity);
	seal_base64(SEAL_BASE64_PADDED, identity, 32, core);
	(void)snprintf(out, 512,
		       "sealkit-lock/1\ncore: %s\nset: %s\nepoch: 1\ncard: %s\nchallenge: %s\n",
		       core, parts->set, parts->fingerprint, parts->challenge);
}

static void lock_sign(struct lock_parts *parts, const struct made_card *token, const char *text)
{
	uint8_t signature[64];

	assert_int_equal(crypto_sign_detached(signature, NULL, (const uint8_t *)text, strlen(text),
					      token->ed25519),
			 0);
	seal_base64(SEAL_BASE64_PADDED, signature, 64, parts->signature);
}

/* As JSON; the caller frees. */
static char *lock_body(const struct lock_parts *parts)
{
	char *body = NULL;

	assert_true(asprintf(&body,
			     "{\"set\":\"%s\",\"card\":%s,\"challenge\":\"%s\","
			     "\"signature\":\"%s\"}",
			     parts->set, parts->card, parts->challenge, parts->signature) > 0);
	return body;
}

static inline struct core_answer lock_send(struct core_room *room, const struct lock_parts *parts)
{
	char *body = lock_body(parts);
	struct core_answer answer = core_ask(
		room,
		(struct core_ask){.method = "PUT", .path = "/v1/sys/sealkit/lock", .body = body});

	free(body);
	return answer;
}

/* Person i's own, signed and not sent. */
static inline struct lock_parts lock_of(struct people *people, size_t i)
{
	struct lock_parts parts;
	char text[512];

	lock_challenge(&people->room, &people->person[i], &parts);
	lock_told(&people->room, &parts, text);
	lock_sign(&parts, &people->person[i].made, text);
	return parts;
}

#endif
