/* The two keys in use. The order is what counts: the right token is found, the tries are
   counted, the person is asked while nobody holds the reader, then in one transaction the
   token is found again, and VERIFY is the very last command before GENERAL AUTHENTICATE,
   since keys of policy `always` forget the PIN at any other. */

#include "token/piv_internal.h"

#include <string.h>

#include <openssl/evp.h>

#include "crypto/note.h"
#include "crypto/p256.h"

#include "base/banned.h"

struct use {
	struct seal_piv *self;
	const struct seal_token_asker *asker;
	uint8_t slot;
	uint8_t tag; /* 85: a point, answered by the x coordinate; 81: a digest, by a signature */
	const uint8_t *in;
	size_t in_len;
	int wrong_before;
};

static struct seal_token_question question_of(const struct use *use, char title[static 96])
{
	struct seal_token_question question = {.what = SEAL_ASK_PIN,
					       .applet = "PIV",
					       .token = title,
					       .tries_left = use->self->info.tries_left,
					       .wrong_before = use->wrong_before,
					       .min_len = SEAL_PIV_PIN_MIN,
					       .max_len = SEAL_PIV_PIN_MAX};

	seal_piv_title(&use->self->info, title);
	if (use->self->holder[0])
		question.holder = use->self->holder;
	return question;
}

static int ask(struct use *use, struct seal_diag *diag)
{
	char title[96];
	struct seal_token_question question = question_of(use, title);

	return seal_piv_ask(use->asker, &question, &use->self->pin, diag);
}

/* 7C {82 empty, tag input} */
static int build(const struct use *use, uint8_t *out, size_t cap, size_t *out_len)
{
	uint8_t list[96];
	size_t len = 0;
	int error = seal_piv_tlv_put(list, sizeof list, &len, 0x82, NULL, 0);

	*out_len = 0;
	if (!error)
		error = seal_piv_tlv_put(list, sizeof list, &len, use->tag, use->in, use->in_len);
	return error ? error : seal_piv_tlv_put(out, cap, out_len, 0x7c, list, len);
}

static int read_answer(const struct use *use, const struct seal_piv_reply *reply, int touch,
		       uint8_t *out, size_t cap, size_t *out_len, struct seal_diag *diag)
{
	struct seal_piv_span value = {reply->bytes, reply->len};

	if (reply->sw == 0x6982 && touch)
		return seal_fail(diag, SEAL_E_TOUCH, "the token was not touched in time");
	if (reply->sw != SEAL_PIV_OK)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "slot %02x: the token refused to use the key (%04x)", use->slot,
				 reply->sw);
	if (seal_piv_tlv_find(value, 0x7c, &value) != SEAL_OK ||
	    seal_piv_tlv_find(value, 0x82, &value) != SEAL_OK || value.len == 0 || value.len > cap)
		return seal_fail(diag, SEAL_E_TOKENREFUSED, "slot %02x: malformed answer",
				 use->slot);
	memcpy(out, value.bytes, value.len);
	*out_len = value.len;
	return SEAL_OK;
}

struct needs {
	int pin, touch;
};

static int attempt(struct use *use, struct seal_piv_link *link, struct needs needs, uint8_t *out,
		   size_t cap, size_t *out_len, struct seal_diag *diag)
{
	uint8_t data[128];
	struct seal_piv_apdu apdu = {0x87, SEAL_PIV_P256, use->slot, data, 0};
	struct seal_piv_reply reply = {NULL, 0, 0};
	char title[96];
	struct seal_token_question question = question_of(use, title);
	int error = build(use, data, sizeof data, &apdu.len);

	if (error)
		return seal_fail(diag, error, "slot %02x", use->slot);
	if (needs.pin)
		error = seal_piv_verify(link, use->self->pin, diag);
	if (error)
		return error;
	if (needs.touch)
		use->asker->touch(use->asker->ctx, &question, 1);
	error = seal_piv_send(link, &apdu, &reply, diag);
	if (needs.touch)
		use->asker->touch(use->asker->ctx, &question, 0);
	return error ? error : read_answer(use, &reply, needs.touch, out, cap, out_len, diag);
}

/* Finds the token, and where a PIN is needed sees to it that one may be spent. */
static int begin(const struct use *use, struct seal_piv_link **out_link, struct needs *out_needs,
		 struct seal_diag *diag)
{
	struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = NULL;
	struct seal_piv *self = use->self;
	struct seal_piv_slot slot = {0};
	int error = seal_piv_session(self, use->slot, &link, &slot, diag);

	if (error)
		return error;
	out_needs->pin = !(slot.has_policy && slot.pin == SEAL_ATTEST_PIN_NEVER);
	out_needs->touch = (slot.has_policy ? slot.touch : self->touch) > SEAL_ATTEST_TOUCH_NEVER;
	if (out_needs->pin)
		error = seal_piv_tries(link, &self->info.tries_left, diag);
	if (!error && out_needs->pin)
		error = seal_piv_may_try(use->asker, self->info.tries_left, diag);
	if (!error)
		*out_link = seal_steal(&link);
	return error;
}

static int use_key(struct use *use, uint8_t *out, size_t cap, size_t *out_len,
		   struct seal_diag *diag)
{
	struct seal_piv *self = use->self;

	for (;;) {
		struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = NULL;
		struct needs needs = {0, 0};
		int error = begin(use, &link, &needs, diag);

		if (error)
			return error;
		if (needs.pin && !self->pin) {
			seal_piv_link_free(seal_steal(&link));
			error = ask(use, diag);
			if (error)
				return error;
			continue;
		}
		error = attempt(use, link, needs, out, cap, out_len, diag);
		if (error == SEAL_E_PINWRONG || error == SEAL_E_BLOCKED)
			seal_secret_free(seal_steal(&self->pin));
		if (error != SEAL_E_PINWRONG || use->asker->once)
			return error;
		use->wrong_before = 1;
	}
}

/* For seal_p256_unwrap: the card is the private key. */
static int derive(void *ctx, const uint8_t *peer_point, size_t len, uint8_t out_z[32],
		  struct seal_diag *diag)
{
	struct use *use = ctx;
	size_t got = 0;
	int error = seal_point_check(SEAL_CURVE_P256, peer_point, len, diag);

	if (error)
		return error;
	use->in = peer_point;
	use->in_len = len;
	error = use_key(use, out_z, 32, &got, diag);
	if (!error && got != 32)
		error = seal_fail(diag, SEAL_E_TOKENREFUSED, "slot %02x: %zu bytes, not 32",
				  use->slot, got);
	return error;
}

int seal_piv_unwrap(void *self, const struct seal_token_asker *asker,
		    const struct seal_age_stanza *stanzas, size_t count,
		    struct seal_secret *file_key, struct seal_diag *diag)
{
	struct seal_piv *piv = self;
	struct use use = {.self = piv, .asker = asker, .slot = piv->slot, .tag = 0x85};
	const struct seal_ecdh ecdh = {derive, &use};
	struct seal_p256_identity identity = {.ecdh = &ecdh};
	struct seal_age_identity age;

	memcpy(identity.point, piv->unwrap_point, sizeof identity.point);
	age = seal_p256_age_identity(&identity);
	return age.unwrap(age.ctx, stanzas, count, file_key, diag);
}

int seal_piv_sign(void *self, const struct seal_token_asker *asker, const void *text,
		  size_t text_len, uint8_t *out, size_t cap, size_t *out_len,
		  struct seal_diag *diag)
{
	struct seal_piv *piv = self;
	uint8_t digest[32];
	uint8_t signature[80];
	size_t len = 0;
	struct seal_note_key key;
	struct use use = {.self = piv,
			  .asker = asker,
			  .slot = SEAL_PIV_SIGN_SLOT,
			  .tag = 0x81,
			  .in = digest,
			  .in_len = sizeof digest};
	int error = seal_note_key_p256("token", piv->sign_point, &key, diag);

	if (!error && EVP_Digest(text, text_len, digest, NULL, EVP_sha256(), NULL) != 1)
		error = seal_fail(diag, SEAL_E_CRYPTO, "SHA-256");
	if (!error)
		error = use_key(&use, signature, sizeof signature, &len, diag);
	if (!error && key.verify(&key, text, text_len, signature, len, NULL) != SEAL_OK)
		error = seal_fail(diag, SEAL_E_TOKENREFUSED,
				  "slot %02x: the token's signature does not verify", use.slot);
	if (!error && len > cap)
		error = seal_fail(diag, SEAL_E_TOOLONG, "signature");
	if (error)
		return error;
	memcpy(out, signature, len);
	*out_len = len;
	return SEAL_OK;
}
