#ifndef SEALKIT_TESTS_CORE_PROVE_H
#define SEALKIT_TESTS_CORE_PROVE_H

/* The client's side of a proof (man sealkit-api.5), written anew here. */

#include "core_submit.h"

#include "crypto/proof.h"

struct proof_parts {
	char set[64], challenge[65], fingerprint[65], proof[89], signature[89];
	char *card;
};

static void print_of(const struct person *person, char out[65])
{
	uint8_t print[32];

	assert_int_equal(seal_card_fingerprint(&person->made.card, print, NULL), SEAL_OK);
	seal_hex(print, 32, out);
}

/* where: the route, of the set in force or of a pending one. */
#define PROVE "/v1/sys/sealkit/prove"

static struct core_answer ask_challenge_at(struct core_room *room, const char *where,
					   const char *fingerprint)
{
	char path[200];

	(void)snprintf(path, sizeof path, "%s?card=%s", where, fingerprint);
	return core_ask(room, (struct core_ask){.method = "GET", .path = path});
}

static inline struct core_answer ask_challenge(struct core_room *room, const char *fingerprint)
{
	return ask_challenge_at(room, PROVE, fingerprint);
}

static int signed_by(struct core_room *room, const char *signature, const char *text)
{
	uint8_t identity[32], bytes[64];
	size_t len = 0;

	assert_non_null(signature);
	assert_int_equal(seal_unbase64(SEAL_BASE64_PADDED, signature, strlen(signature), bytes, 64,
				       &len, NULL),
			 SEAL_OK);
	seal_core_identity(room->core, identity);
	return crypto_sign_verify_detached(bytes, (const uint8_t *)text, strlen(text), identity) ==
	       0;
}

/* A fresh challenge for a person's card, whose signature is checked. */
static void proof_challenge_at(struct core_room *room, const char *where,
			       const struct person *person, struct proof_parts *parts)
{
	struct core_answer answer;
	char text[512];

	*parts = (struct proof_parts){.card = person->card};
	print_of(person, parts->fingerprint);
	answer = ask_challenge_at(room, where, parts->fingerprint);
	if (answer.status != 200)
		fail_msg("%u %s", answer.status, answer.text);
	(void)snprintf(parts->set, sizeof parts->set, "%s",
		       json_string_value(json_object_get(answer.json, "set")));
	(void)snprintf(parts->challenge, sizeof parts->challenge, "%s",
		       json_string_value(json_object_get(answer.json, "challenge")));
	assert_string_equal(json_string_value(json_object_get(answer.json, "card")),
			    parts->fingerprint);
	(void)snprintf(text, sizeof text, "sealkit/proof-challenge/1\n%s\n%s\n%s\n",
		       parts->challenge, parts->set, parts->fingerprint);
	assert_true(signed_by(room, json_string_value(json_object_get(answer.json, "signature")),
			      text));
	core_answer_done(&answer);
}

static inline void proof_challenge(struct core_room *room, const struct person *person,
				   struct proof_parts *parts)
{
	proof_challenge_at(room, PROVE, person, parts);
}

/* The text of sealkit-api(5), of what the manifest says. */
static void proof_told_of(struct core_room *room, const char *note, unsigned epoch,
			  const struct proof_parts *parts, size_t index, char out[512])
{
	uint8_t digest[32], identity[32];
	char hex[65], core[64];
	const char *end;

	end = strstr(note, "\n\n");
	assert_non_null(end);
	(void)crypto_hash_sha256(digest, (const uint8_t *)note, (size_t)(end + 1 - note));
	seal_hex(digest, 32, hex);
	seal_core_identity(room->core, identity);
	seal_base64(SEAL_BASE64_PADDED, identity, 32, core);
	(void)snprintf(out, 512,
		       "sealkit-proof/1\ncore: %s\nset: %s\nepoch: %u\nmanifest: %s\nshare: %zu\n"
		       "card: %s\nchallenge: %s\n",
		       core, parts->set, epoch, hex, index + 1, parts->fingerprint,
		       parts->challenge);
}

static inline void proof_told(struct people *people, const struct proof_parts *parts, size_t index,
			      char out[512])
{
	struct core_answer answer =
		core_ask(&people->room, (struct core_ask){.method = "GET",
							  .path = "/v1/sys/sealkit/manifest",
							  .token = people->bootstrap});
	const char *note = json_string_value(json_object_get(answer.json, "manifest"));

	assert_non_null(note);
	proof_told_of(&people->room, note, 1, parts, index, out);
	core_answer_done(&answer);
}

/* Signs as a holder does: with this share, and with the token of this card. */
static void proof_sign(struct proof_parts *parts, const struct seal_secret *share,
		       struct made_card *token, const char *text)
{
	struct seal_proof *proof = NULL;
	uint8_t signature[64];

	assert_int_equal(seal_proof_new(share, parts->set, &proof, NULL), SEAL_OK);
	assert_int_equal(
		seal_proof_sign(proof, (const uint8_t *)text, strlen(text), signature, NULL),
		SEAL_OK);
	seal_proof_free(proof);
	seal_base64(SEAL_BASE64_PADDED, signature, 64, parts->proof);
	assert_int_equal(crypto_sign_detached(signature, NULL, (const uint8_t *)text, strlen(text),
					      token->ed25519),
			 0);
	seal_base64(SEAL_BASE64_PADDED, signature, 64, parts->signature);
}

static struct core_answer proof_send_at(struct core_room *room, const char *where,
					const struct proof_parts *parts)
{
	size_t cap = 1u << 17;
	char *body = malloc(cap);
	struct core_answer answer;

	assert_non_null(body);
	(void)snprintf(body, cap,
		       "{\"set\":\"%s\",\"card\":%s,\"challenge\":\"%s\",\"proof\":\"%s\","
		       "\"signature\":\"%s\"}",
		       parts->set, parts->card, parts->challenge, parts->proof, parts->signature);
	answer = core_ask(room, (struct core_ask){.method = "PUT", .path = where, .body = body});
	free(body);
	return answer;
}

static inline struct core_answer proof_send(struct core_room *room, const struct proof_parts *parts)
{
	return proof_send_at(room, PROVE, parts);
}

/* Person i's own proof, signed and not sent. */
static inline struct proof_parts proof_of(struct people *people, size_t i)
{
	struct proof_parts parts;
	char text[512];

	proof_challenge(&people->room, &people->person[i], &parts);
	proof_told(people, &parts, i, text);
	proof_sign(&parts, people->person[i].share, &people->person[i].made, text);
	return parts;
}

#endif
