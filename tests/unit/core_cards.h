#ifndef SEALKIT_TESTS_CORE_CARDS_H
#define SEALKIT_TESTS_CORE_CARDS_H

/* Custodians with cards, and the client's side of init and submission, written anew here:
   what the core accepts is not what its own code makes. */

#include "core_room.h"

#include "cards.h"
#include "crypto/age.h"
#include "share/manifest.h"

#define PEOPLE 6u

struct person {
	struct made_card made;
	struct seal_secret *key; /* X25519 */
	struct seal_age_identity age;
	char *card; /* JSON */
	struct seal_secret *share;
};

struct people {
	struct core_room room;
	struct person person[PEOPLE]; /* the last one's card is for the root token */
	char *bootstrap, *root;
};

static const char *const people_names[PEOPLE] = {"alice", "bruno", "chloe",
						 "david", "emma",  "rudi"};

static void person_sign(struct person *person)
{
	made_sign(&person->made);
	free(person->card);
	assert_int_equal(seal_card_text(&person->made.card, &person->card, NULL), SEAL_OK);
}

static void person_init(struct person *person, const char *name, const char *group)
{
	uint8_t point[32];

	*person = (struct person){0};
	make_card(&person->made, SEAL_CARD_PASSPHRASE, name);
	put_text(person->made.card.group, sizeof person->made.card.group, group);
	assert_int_equal(seal_ecdh_generate(SEAL_CURVE_X25519, &person->key, NULL), SEAL_OK);
	assert_int_equal(seal_ecdh_public(SEAL_CURVE_X25519, person->key, point, NULL), SEAL_OK);
	assert_int_equal(seal_bech32("age", point, 32, 0, person->made.card.recipient,
				     sizeof person->made.card.recipient, NULL),
			 SEAL_OK);
	person->age = seal_age_x25519_identity(person->key);
	person_sign(person);
}

static void people_init(struct people *people, int plain_shares)
{
	*people = (struct people){0};
	core_room_init(&people->room, plain_shares);
	for (size_t i = 0; i < PEOPLE; i++)
		person_init(&people->person[i], people_names[i], "");
	people->bootstrap = core_bootstrap(&people->room);
	assert_non_null(people->bootstrap);
}

static void people_done(struct people *people)
{
	for (size_t i = 0; i < PEOPLE; i++) {
		made_done(&people->person[i].made);
		seal_secret_free(people->person[i].key);
		seal_secret_free(people->person[i].share);
		free(people->person[i].card);
	}
	free(people->bootstrap);
	free(people->root);
	core_room_done(&people->room);
}

/* The body of an init with the first five cards; more: further members of "sealkit". */
static char *init_body(const struct people *people, int n, int t, const char *more)
{
	size_t cap = 1u << 19, len;
	char *body = malloc(cap);

	assert_non_null(body);
	len = (size_t)snprintf(body, cap,
			       "{\"secret_shares\":%d,\"secret_threshold\":%d,\"sealkit\":{"
			       "\"purpose\":\"a test\",\"cards\":[",
			       n, t);
	for (size_t i = 0; i < PEOPLE - 1; i++)
		len += (size_t)snprintf(body + len, cap - len, "%s%s", i ? "," : "",
					people->person[i].card);
	(void)snprintf(body + len, cap - len, "]%s}}", more);
	return body;
}

static struct core_answer init_as(struct people *people, const char *token, int n, int t,
				  const char *more)
{
	char *body = init_body(people, n, t, more);
	struct core_answer answer = core_ask(
		&people->room,
		(struct core_ask){
			.method = "PUT", .path = "/v1/sys/init", .token = token, .body = body});

	free(body);
	return answer;
}

/* An armored file opened by one person; NULL where it is not for them. */
static struct seal_secret *open_armored(const struct person *person, const char *file)
{
	struct seal_mem_source from = {.bytes = (const uint8_t *)file, .len = strlen(file)};
	struct seal_source source = seal_source_mem(&from);
	struct seal_secret *text = NULL;
	struct seal_mem_sink to;
	struct seal_sink sink = seal_sink_mem(&to);

	assert_int_equal(seal_secret_new(SEAL_PAYLOAD_TEXT, &text, NULL), SEAL_OK);
	to = (struct seal_mem_sink){.bytes = seal_secret_data(text), .cap = SEAL_PAYLOAD_TEXT};
	if (seal_age_open(&person->age, 1, &source, &sink, NULL) != SEAL_OK) {
		seal_secret_free(text);
		return NULL;
	}
	seal_secret_shrink(text, to.len);
	return text;
}

/* Takes everybody's share out of init's answer, and the root token where there is one. */
static void take_shares(struct people *people, const struct core_answer *answer)
{
	json_t *own = json_object_get(answer->json, "sealkit"), *share;
	const json_t *root = json_object_get(own, "root_token_file");
	size_t i;

	json_array_foreach(json_object_get(own, "shares"), i, share)
	{
		const char *file = json_string_value(json_object_get(share, "file"));
		struct seal_secret *text = open_armored(&people->person[i], file);
		struct seal_payload payload;

		assert_non_null(text);
		seal_secret_freep(&people->person[i].share);
		assert_int_equal(seal_payload_parse(text, &payload, &people->person[i].share, NULL),
				 SEAL_OK);
		assert_string_equal(payload.custodian, people_names[i]);
		seal_secret_free(text);
	}
	if (json_is_string(root)) {
		struct seal_secret *text =
			open_armored(&people->person[PEOPLE - 1], json_string_value(root));

		assert_non_null(text);
		assert_int_equal(seal_secret_len(text), 29);
		assert_int_equal(seal_secret_bytes(text)[28], '\n');
		free(people->root);
		people->root = strndup((const char *)seal_secret_bytes(text), 28);
		seal_secret_free(text);
	}
}

/* With a root token for the last person's card. */
static void init_people(struct people *people, int t)
{
	char *more = malloc(1u << 17);
	struct core_answer answer;

	assert_non_null(more);
	(void)snprintf(more, 1u << 17, ",\"again\":true,\"root_token_card\":%s",
		       people->person[PEOPLE - 1].card);
	answer = init_as(people, people->bootstrap, 5, t, more);
	if (answer.status != 200)
		fail_msg("%s", answer.text);
	take_shares(people, &answer);
	core_answer_done(&answer);
	free(more);
}

#endif
