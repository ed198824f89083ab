#ifndef SEALKIT_TESTS_CORE_REKEY_H
#define SEALKIT_TESTS_CORE_REKEY_H

/* The client's side of a rekey (man sealkit-api.5), written anew here: plan and cards sent, shares
   given and fetched, proofs and cancels. */

#include "core_plan.h"

static inline struct core_answer rekey_ask(struct rekey *rekey, struct person *by)
{
	return send_json(&rekey->people.room, REKEY, consent_of(rekey->text, by, by));
}

static inline struct core_answer rekey_card(struct rekey *rekey, const char *digest,
					    const struct person *person)
{
	return send_json(&rekey->people.room, REKEY "/card",
			 json_pack("{s:s, s:o}", "plan", digest, "card", card_json(person)));
}

static inline void ok_(int line, struct core_answer answer)
{
	if (answer.status != 200)
		fail_msg("line %d: %u %s", line, answer.status, answer.text);
	core_answer_done(&answer);
}
#define ok(answer) ok_(__LINE__, answer)

static inline void expect_(int line, struct core_answer answer, unsigned status, const char *text)
{
	if (answer.status != status || !strstr(answer.text, text))
		fail_msg("line %d: %u %s", line, answer.status, answer.text);
	core_answer_done(&answer);
}
#define expect(answer, status, text) expect_(__LINE__, answer, status, text)

/* Open, with all cards of the new set. */
static inline void rekey_ready(struct rekey *rekey)
{
	ok(rekey_ask(rekey, &rekey->people.person[0]));
	for (size_t i = 0; i < NEW_PEOPLE; i++)
		ok(rekey_card(rekey, rekey->digest, &rekey->fresh[i]));
}

/* The key and nonce for person's share, signature checked; the share sealed to it. */
static inline struct submission rekey_sealed(struct rekey *rekey, struct person *by,
					     const struct seal_secret *share)
{
	struct core_answer answer = rekey_ask(rekey, by);
	struct submission submission = {0};
	const char *key = json_string_value(json_object_get(answer.json, "key"));
	char text[512], verb[80];
	size_t len = 0;

	if (answer.status != 200)
		fail_msg("%u %s", answer.status, answer.text);
	put_text(submission.nonce, sizeof submission.nonce,
		 json_string_value(json_object_get(answer.json, "nonce")));
	put_text(submission.set, sizeof submission.set,
		 json_string_value(json_object_get(answer.json, "set")));
	(void)snprintf(text, sizeof text, "sealkit/rekey-key/1\n%s\n%s\n%s\n%s\n", key,
		       submission.nonce, submission.set, rekey->digest);
	assert_true(signed_by(&rekey->people.room,
			      json_string_value(json_object_get(answer.json, "signature")), text));
	assert_int_equal(seal_unbase64(SEAL_BASE64_PADDED, key, strlen(key), submission.point, 32,
				       &len, NULL),
			 SEAL_OK);
	core_answer_done(&answer);
	(void)snprintf(verb, sizeof verb, "/rekey/%s", rekey->digest);
	seal_share_for(&submission, share, verb);
	return submission;
}

static inline struct core_answer rekey_send(struct rekey *rekey, json_t *consent,
					    const struct submission *submission)
{
	json_t *box = json_pack("{s:s, s:s, s:s}", "nonce", submission->nonce, "enc",
				submission->enc, "box", submission->box);

	assert_int_equal(json_object_set_new(consent, "sealkit", box), 0);
	return send_json(&rekey->people.room, REKEY "/share", consent);
}

static inline struct core_answer rekey_give(struct rekey *rekey, size_t i)
{
	struct person *person = &rekey->people.person[i];
	struct submission submission = rekey_sealed(rekey, person, person->share);

	return rekey_send(rekey, consent_of(rekey->text, person, person), &submission);
}

/* New holder i fetches and opens; *out_note, the manifest, is the caller's to free. */
static inline void rekey_fetch(struct rekey *rekey, size_t i, char **out_note)
{
	char path[200], print[65];
	struct seal_payload payload;
	struct seal_secret *text;
	struct core_answer answer;

	print_of(&rekey->fresh[i], print);
	(void)snprintf(path, sizeof path, REKEY "/share?card=%s", print);
	answer = core_ask(&rekey->people.room, (struct core_ask){.method = "GET", .path = path});
	if (answer.status != 200)
		fail_msg("%u %s", answer.status, answer.text);
	text = open_armored(&rekey->fresh[i],
			    json_string_value(json_object_get(answer.json, "file")));
	assert_non_null(text);
	seal_secret_freep(&rekey->fresh[i].share);
	assert_int_equal(seal_payload_parse(text, &payload, &rekey->fresh[i].share, NULL), SEAL_OK);
	assert_string_equal(payload.custodian, rekey->fresh[i].made.card.name);
	seal_secret_free(text);
	*out_note = strdup(json_string_value(json_object_get(answer.json, "manifest")));
	core_answer_done(&answer);
}

static inline struct proof_parts rekey_proof(struct rekey *rekey, size_t i)
{
	struct proof_parts parts;
	char text[512];
	char *note = NULL;

	rekey_fetch(rekey, i, &note);
	proof_challenge_at(&rekey->people.room, REKEY "/prove", &rekey->fresh[i], &parts);
	proof_told_of(&rekey->people.room, note, rekey->plan.epoch + 1, &parts, i, text);
	proof_sign(&parts, rekey->fresh[i].share, &rekey->fresh[i].made, text);
	free(note);
	return parts;
}

/* A cancel, as person signs it for this nonce. */
static inline struct core_answer rekey_cancel(struct rekey *rekey, struct person *by,
					      const struct person *card, const char *nonce)
{
	char text[512], core[64], signature[89];
	uint8_t bytes[64];

	seal_base64(SEAL_BASE64_PADDED, rekey->plan.core, 32, core);
	(void)snprintf(text, sizeof text,
		       "sealkit-rekey-cancel/1\ncore: %s\nset: %s\nplan: %s\nnonce: %s\n", core,
		       rekey->plan.set, rekey->digest, nonce);
	assert_int_equal(crypto_sign_detached(bytes, NULL, (const uint8_t *)text, strlen(text),
					      by->made.ed25519),
			 0);
	seal_base64(SEAL_BASE64_PADDED, bytes, 64, signature);
	return send_json(&rekey->people.room, REKEY "/cancel",
			 json_pack("{s:s, s:o, s:s}", "plan", rekey->digest, "card",
				   card_json(card), "signature", signature));
}

static inline struct core_answer rekey_status(struct rekey *rekey)
{
	return core_ask(&rekey->people.room, (struct core_ask){.method = "GET", .path = REKEY});
}

/* The nonce of this plan's session; "" for none. */
static inline void rekey_nonce(struct rekey *rekey, char out[37])
{
	struct core_answer answer = rekey_status(rekey);
	const json_t *plan;
	size_t i;

	out[0] = '\0';
	json_array_foreach(json_object_get(answer.json, "plans"), i, plan)
	{
		if (!strcmp(json_string_value(json_object_get(plan, "plan")), rekey->digest))
			put_text(out, 37, json_string_value(json_object_get(plan, "nonce")));
	}
	core_answer_done(&answer);
}

#endif
