#ifndef SEALKIT_TESTS_CORE_SUBMIT_H
#define SEALKIT_TESTS_CORE_SUBMIT_H

/* The client's side of a submission (man sealkit-api.5): key asked for, its signature
   checked, a share sealed to it. */

#include "core_cards.h"

#include "crypto/hpke.h"

struct submission {
	char nonce[37], set[64], enc[64], box[128];
	uint8_t point[32];
};

/* Asks for the key and checks its signature as CLI tools do. */
static struct submission submission_key(struct core_room *room)
{
	struct core_answer answer = core_ask(
		room, (struct core_ask){.method = "GET", .path = "/v1/sys/sealkit/submission"});
	struct submission submission = {0};
	const char *key = json_string_value(json_object_get(answer.json, "key"));
	const char *identity = json_string_value(json_object_get(answer.json, "identity"));
	const char *signature = json_string_value(json_object_get(answer.json, "signature"));
	uint8_t public_key[32], own[32], signed_[64];
	char text[256];
	size_t len;

	assert_int_equal(answer.status, 200);
	(void)snprintf(submission.nonce, sizeof submission.nonce, "%s",
		       json_string_value(json_object_get(answer.json, "nonce")));
	(void)snprintf(submission.set, sizeof submission.set, "%s",
		       json_string_value(json_object_get(answer.json, "set")));
	(void)snprintf(text, sizeof text, "sealkit/submission-key/1\n%s\n%s\n%s\n", key,
		       submission.nonce, submission.set);
	assert_int_equal(seal_unbase64(SEAL_BASE64_PADDED, key, strlen(key), submission.point, 32,
				       &len, NULL),
			 SEAL_OK);
	assert_int_equal(seal_unbase64(SEAL_BASE64_PADDED, identity, strlen(identity), public_key,
				       32, &len, NULL),
			 SEAL_OK);
	assert_int_equal(seal_unbase64(SEAL_BASE64_PADDED, signature, strlen(signature), signed_,
				       64, &len, NULL),
			 SEAL_OK);
	assert_int_equal(crypto_sign_verify_detached(signed_, (const uint8_t *)text, strlen(text),
						     public_key),
			 0);
	seal_core_identity(room->core, own);
	assert_memory_equal(own, public_key, 32);
	core_answer_done(&answer);
	return submission;
}

/* verb: what stands behind the nonce in the associated data. */
static void seal_share_for(struct submission *submission, const struct seal_secret *share,
			   const char *verb)
{
	static const struct seal_hpke_suite suite = {SEAL_CURVE_X25519, SEAL_AEAD_CHACHA20POLY1305};
	struct seal_hpke *hpke = NULL;
	uint8_t enc[32], box[80];
	char info[128], aad[160];
	size_t len = seal_secret_len(share);

	(void)snprintf(info, sizeof info, "sealkit/share-submission/1\n%s", submission->set);
	(void)snprintf(aad, sizeof aad, "%s%s", submission->nonce, verb);
	assert_true(len + 16 <= sizeof box);
	assert_int_equal(seal_hpke_send(suite, submission->point, 32, (const uint8_t *)info,
					strlen(info), enc, &hpke, NULL),
			 SEAL_OK);
	assert_int_equal(seal_hpke_seal(hpke, (const uint8_t *)aad, strlen(aad),
					seal_secret_bytes(share), len, box, NULL),
			 SEAL_OK);
	seal_hpke_free(hpke);
	seal_base64(SEAL_BASE64_PADDED, enc, 32, submission->enc);
	seal_base64(SEAL_BASE64_PADDED, box, len + 16, submission->box);
}

static void seal_share(struct submission *submission, const struct seal_secret *share)
{
	seal_share_for(submission, share, "");
}

/* object: {"x", "card", "signature"...}. The core's word for the share in this box. */
static inline int is_confirmed(struct core_room *room, const struct submission *submission,
			       const struct seal_secret *share, const json_t *object)
{
	const char *text = json_string_value(json_object_get(object, "signature"));
	uint8_t identity[32], signature[64];
	char told[512];
	size_t len = 0;

	assert_non_null(text);
	assert_int_equal(
		seal_unbase64(SEAL_BASE64_PADDED, text, strlen(text), signature, 64, &len, NULL),
		SEAL_OK);
	seal_core_identity(room->core, identity);
	(void)snprintf(told, sizeof told, "sealkit/submission-answer/1\n%s\n%s\n%d\n%s\n",
		       submission->nonce, submission->set, seal_secret_bytes(share)[32],
		       submission->enc);
	return crypto_sign_verify_detached(signature, (const uint8_t *)told, strlen(told),
					   identity) == 0;
}

static struct core_answer send_box(struct core_room *room, const struct submission *submission,
				   const char *more)
{
	char body[1024];

	(void)snprintf(body, sizeof body,
		       "{%s\"sealkit\":{\"nonce\":\"%s\",\"enc\":\"%s\",\"box\":\"%s\"}}", more,
		       submission->nonce, submission->enc, submission->box);
	return core_ask(room,
			(struct core_ask){.method = "PUT", .path = "/v1/sys/unseal", .body = body});
}

static struct core_answer submit(struct core_room *room, const struct seal_secret *share)
{
	struct submission submission = submission_key(room);

	seal_share(&submission, share);
	return send_box(room, &submission, "");
}

/* The share of person i; progress afterwards. Says whether it is open. */
static inline int give(struct people *people, size_t i, int want_progress)
{
	struct core_answer answer = submit(&people->room, people->person[i].share);
	int sealed = json_is_true(json_object_get(answer.json, "sealed"));

	if (answer.status != 200)
		fail_msg("%s", answer.text);
	assert_int_equal((int)json_number_value(json_object_get(answer.json, "progress")),
			 want_progress);
	core_answer_done(&answer);
	return !sealed;
}

#endif
