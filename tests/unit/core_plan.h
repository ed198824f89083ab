#ifndef SEALKIT_TESTS_CORE_PLAN_H
#define SEALKIT_TESTS_CORE_PLAN_H

/* Five holders of an open daemon, three who will be, and the plan of that, as people sign it. */

#include "core_prove.h"

#include "share/plan.h"

#define REKEY "/v1/sys/sealkit/rekey"
#define NEW_PEOPLE 3u

struct rekey {
	struct people people; /* five hold shares of the set in force, three of them needed */
	struct person fresh[NEW_PEOPLE];
	struct seal_plan plan;
	char *text;
	char digest[65];
};

/* The daemon's identity, and the set in force. */
static inline void plan_place(struct rekey *rekey)
{
	struct seal_plan *plan = &rekey->plan;
	struct core_answer answer =
		core_ask(&rekey->people.room,
			 (struct core_ask){.method = "GET", .path = "/v1/sys/seal-status"});
	const json_t *own = json_object_get(answer.json, "sealkit");

	seal_core_identity(rekey->people.room.core, plan->core);
	put_text(plan->set, sizeof plan->set, json_string_value(json_object_get(own, "set")));
	plan->epoch = (unsigned)json_number_value(json_object_get(own, "epoch"));
	core_answer_done(&answer);
}

/* Text and digest anew, after a change of the plan. */
static inline void plan_write(struct rekey *rekey)
{
	uint8_t digest[32];

	free(rekey->text);
	assert_int_equal(seal_plan_text(&rekey->plan, &rekey->text, NULL), SEAL_OK);
	seal_plan_digest(rekey->text, strlen(rekey->text), digest);
	seal_hex(digest, 32, rekey->digest);
}

static inline void plan_init(struct rekey *rekey)
{
	struct seal_plan *plan = &rekey->plan;

	*plan = (struct seal_plan){
		.kind = SEAL_PLAN_REKEY, .threshold = 2, .total = NEW_PEOPLE, .expires = 3600};
	put_text(plan->purpose, sizeof plan->purpose, "a test");
	put_text(plan->created, sizeof plan->created, "2026-11-30T10:00:00Z");
	put_text(plan->address, sizeof plan->address, "https://vault.example:8200");
	put_text(plan->reason, sizeof plan->reason, "chloe leaves");
	for (size_t i = 0; i < NEW_PEOPLE; i++) {
		struct seal_plan_custodian *one = &plan->custodians[i];

		put_text(one->name, sizeof one->name, rekey->fresh[i].made.card.name);
		one->group = -1;
		one->card_count = 1;
		assert_int_equal(
			seal_card_fingerprint(&rekey->fresh[i].made.card, one->cards[0], NULL),
			SEAL_OK);
	}
	plan_place(rekey);
	plan_write(rekey);
}

static inline void rekey_init(struct rekey *rekey)
{
	static const char *const names[NEW_PEOPLE] = {"alice", "bruno", "farid"};

	*rekey = (struct rekey){0};
	people_init(&rekey->people, 0);
	init_people(&rekey->people, 3);
	for (size_t i = 0; i < 3; i++)
		(void)give(&rekey->people, i, i < 2 ? (int)i + 1 : 0);
	for (size_t i = 0; i < NEW_PEOPLE; i++)
		person_init(&rekey->fresh[i], names[i], "");
	plan_init(rekey);
}

static inline void rekey_done(struct rekey *rekey)
{
	for (size_t i = 0; i < NEW_PEOPLE; i++) {
		made_done(&rekey->fresh[i].made);
		seal_secret_free(rekey->fresh[i].key);
		seal_secret_free(rekey->fresh[i].share);
		free(rekey->fresh[i].card);
	}
	free(rekey->text);
	people_done(&rekey->people);
}

static inline struct core_answer send_json(struct core_room *room, const char *path, json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT);
	struct core_answer answer =
		core_ask(room, (struct core_ask){.method = "PUT", .path = path, .body = text});

	free(text);
	json_decref(body);
	return answer;
}

static inline json_t *card_json(const struct person *person)
{
	json_t *card = json_loads(person->card, 0, NULL);

	assert_non_null(card);
	return card;
}

/* The plan with the signatures of these people's tokens; the caller frees. */
static inline char *plan_note(const char *text, struct person *const *by, size_t count)
{
	struct seal_note_signer signers[4];
	struct seal_note_key keys[4];
	struct seal_secret *secrets[4] = {0};
	char *note = NULL;
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(seal_card_note_key(&by[i]->made.card, &keys[i], NULL), SEAL_OK);
		assert_int_equal(seal_secret_copy(by[i]->made.ed25519, 64, &secrets[i], NULL),
				 SEAL_OK);
		signers[i] = seal_note_signer_ed25519(&keys[i], secrets[i]);
	}
	assert_int_equal(seal_note_sign(text, strlen(text), signers, count, &note, &len, NULL),
			 SEAL_OK);
	for (size_t i = 0; i < count; i++)
		seal_secret_free(secrets[i]);
	return note;
}

/* {"plan","card"}: signed by one person, with the card of another perhaps. */
static inline json_t *consent_of(const char *text, struct person *by, const struct person *card)
{
	char *note = plan_note(text, &by, 1);
	json_t *body = json_pack("{s:s, s:o}", "plan", note, "card", card_json(card));

	free(note);
	assert_non_null(body);
	return body;
}

#endif
