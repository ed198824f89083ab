/* p256tag and piv-p256: published recipients and tags, there and back with keys in
   memory, whole age files, refusals, and how often a token is asked.
   Published: C2SP age.md (recipient and share of p256tag; the tag of its example
   stanza, CXBuUw, is that of an earlier draft which hashed the uncompressed point, so
   the tag by the rule in its text, which age-encryption follows too, was computed with Python's
   hmac); the piv-p256 recipient and its tag 1f5dda61 are from the public enrolment log of
   sigsum/admin, .priv/age.md, written by age-plugin-yubikey. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/encode.h"
#include "crypto/age_seal.h"
#include "crypto/p256.h"

#define TAG_RECIPIENT "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e"
#define TAG_ENC                                                                            \
	"BOqTylUtZFwkMTxd6UENg8kopiMhRJBOUXMv5w2xVOmJu7eezoALGXiNtq5Vka+UQvaYbQvAdwjIJEDa" \
	"oBaq7So"
#define PIV_RECIPIENT "age1yubikey1qgad8tvv2y97zflqndlnms0ajtk7my54u9299v6ep5jrgpm08rtdjt6sus7"

struct card {
	struct seal_secret *key;
	struct seal_ecdh inner, ecdh;
	struct seal_p256_identity identity;
	unsigned asked;
	int answer;
};

static int card_derive(void *ctx, const uint8_t *point, size_t len, uint8_t out_z[32],
		       struct seal_diag *diag)
{
	struct card *card = ctx;

	card->asked++;
	return card->answer ? card->answer
			    : card->inner.derive(card->inner.ctx, point, len, out_z, diag);
}

static void card_init(struct card *card)
{
	*card = (struct card){0};
	assert_int_equal(seal_ecdh_generate(SEAL_CURVE_P256, &card->key, NULL), SEAL_OK);
	assert_int_equal(seal_ecdh_public(SEAL_CURVE_P256, card->key, card->identity.point, NULL),
			 SEAL_OK);
	card->inner = seal_ecdh_software(SEAL_CURVE_P256, card->key);
	card->ecdh = (struct seal_ecdh){card_derive, card};
	card->identity.ecdh = &card->ecdh;
}

static void published_recipients(void **state)
{
	static const char *text[] = {TAG_RECIPIENT, PIV_RECIPIENT};

	(void)state;
	for (int i = 0; i < 2; i++) {
		enum seal_p256_kind kind = SEAL_P256_TAG;
		uint8_t point[SEAL_P256_POINT];
		char back[SEAL_P256_TEXT];

		assert_int_equal(seal_p256_parse(text[i], &kind, point, NULL), SEAL_OK);
		assert_int_equal(kind, i == 0 ? SEAL_P256_TAG : SEAL_P256_PIV);
		assert_int_equal(seal_p256_text(kind, point, back, NULL), SEAL_OK);
		assert_string_equal(back, text[i]);
	}
}

static void published_tags(void **state)
{
	static const uint8_t piv_tag[4] = {0x1f, 0x5d, 0xda, 0x61};
	enum seal_p256_kind kind = SEAL_P256_TAG;
	uint8_t point[SEAL_P256_POINT];
	uint8_t enc[SEAL_P256_POINT];
	uint8_t tag[SEAL_P256_TAG_LEN];
	char text[SEAL_BASE64_LEN(4)];
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_p256_parse(TAG_RECIPIENT, &kind, point, NULL), SEAL_OK);
	assert_int_equal(seal_unbase64(SEAL_BASE64_RAW, TAG_ENC, strlen(TAG_ENC), enc, sizeof enc,
				       &len, NULL),
			 SEAL_OK);
	seal_p256_tag(kind, enc, len, point, tag);
	seal_base64(SEAL_BASE64_RAW, tag, 4, text);
	assert_string_equal(text, "Dajdvw");
	assert_int_equal(seal_p256_parse(PIV_RECIPIENT, &kind, point, NULL), SEAL_OK);
	seal_p256_tag(kind, NULL, 0, point, tag);
	assert_memory_equal(tag, piv_tag, 4);
}

static void bad_recipients(void **state)
{
	/* Nothing, an X25519 recipient, and a wrong checksum. */
	static const char *bad[] = {
		"", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
		"age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4q"};
	enum seal_p256_kind kind = SEAL_P256_TAG;
	uint8_t point[SEAL_P256_POINT];
	uint8_t small[SEAL_P256_COMPRESSED] = {2};
	unsigned refused = 0;
	char text[SEAL_P256_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(seal_p256_parse(bad[i], &kind, point, NULL), SEAL_E_FORMAT);
	/* About half of all x have no point; the text itself is well formed. */
	for (unsigned x = 0; x < 64; x++) {
		small[32] = (uint8_t)x;
		assert_int_equal(seal_bech32("age1tag", small, 33, 0, text, sizeof text, NULL),
				 SEAL_OK);
		refused += seal_p256_parse(text, &kind, point, NULL) == SEAL_E_FORMAT;
	}
	assert_in_range(refused, 10, 54);
}

static void wrap_and_unwrap(void **state)
{
	(void)state;
	for (int k = SEAL_P256_TAG; k <= SEAL_P256_PIV; k++) {
		struct seal_secret *key = NULL;
		struct seal_secret *back = NULL;
		struct seal_p256_stanza stanza;
		struct card card;
		struct card other;

		card_init(&card);
		card_init(&other);
		assert_int_equal(seal_secret_random(16, &key, NULL), SEAL_OK);
		assert_int_equal(seal_secret_new(16, &back, NULL), SEAL_OK);
		assert_int_equal(seal_p256_wrap((enum seal_p256_kind)k, card.identity.point, key,
						&stanza, NULL),
				 SEAL_OK);
		assert_int_equal(seal_p256_unwrap(&other.identity, &stanza, back, NULL),
				 SEAL_E_VERIFY);
		assert_int_equal(other.asked, 0);
		assert_int_equal(seal_p256_unwrap(&card.identity, &stanza, back, NULL), SEAL_OK);
		assert_true(seal_secret_equal(key, back));
		card.answer = SEAL_E_PINWRONG;
		assert_int_equal(seal_p256_unwrap(&card.identity, &stanza, back, NULL),
				 SEAL_E_PINWRONG);
		card.answer = 0;
		for (unsigned bit = 0; bit < 256; bit++) {
			stanza.body[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(seal_p256_unwrap(&card.identity, &stanza, back, NULL),
					 SEAL_E_VERIFY);
			stanza.body[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		seal_secret_free(key);
		seal_secret_free(back);
		seal_secret_free(card.key);
		seal_secret_free(other.key);
	}
}

/* piv-p256's tag does not cover the share, so a share off the curve has the right
   tag: it must be refused before the card is asked. */
static void bad_share_does_not_reach_the_card(void **state)
{
	struct seal_p256_stanza stanza = {
		.kind = SEAL_P256_PIV, .enc = {2}, .enc_len = SEAL_P256_COMPRESSED};
	struct seal_secret *back = NULL;
	struct card card;
	unsigned refused = 0;

	(void)state;
	card_init(&card);
	assert_int_equal(seal_secret_new(16, &back, NULL), SEAL_OK);
	seal_p256_tag(SEAL_P256_PIV, NULL, 0, card.identity.point, stanza.tag);
	for (unsigned x = 0; x < 64; x++) {
		int error;

		stanza.enc[32] = (uint8_t)x;
		error = seal_p256_unwrap(&card.identity, &stanza, back, NULL);
		assert_true(error == SEAL_E_FORMAT || error == SEAL_E_VERIFY);
		refused += error == SEAL_E_FORMAT;
	}
	assert_int_equal(card.asked, 64 - refused);
	assert_in_range(refused, 10, 54);
	seal_secret_free(back);
	seal_secret_free(card.key);
}

static void stanzas_are_read_strictly(void **state)
{
	static const uint8_t body[33];
	struct seal_p256_stanza out;
	struct seal_age_stanza good = {.type = "p256tag",
				       .args = 2,
				       .arg = {"CXBuUw", TAG_ENC},
				       .body = body,
				       .body_len = 32};
	struct seal_age_stanza bad[7];

	(void)state;
	for (size_t i = 0; i < 7; i++)
		bad[i] = good;
	bad[0].args = 1;
	bad[1].args = 3;
	bad[2].body_len = 31;
	bad[3].body_len = 33;
	bad[4].arg[0] = "CXBuUx"; /* trailing bits set */
	bad[5].arg[0] = "CXBu";
	bad[6].type = "piv-p256"; /* whose share has 33 bytes */
	assert_int_equal(seal_p256_read(&good, &out, NULL), SEAL_OK);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(seal_p256_read(&bad[i], &out, NULL), SEAL_E_FORMAT);
	good.type = "X25519";
	assert_int_equal(seal_p256_read(&good, &out, NULL), SEAL_E_NOTFOUND);
}

/* A file to both kinds of one card and to another card opens with either, and asks
   each card once. */
static void whole_files(void **state)
{
	static uint8_t sealed[4096];
	uint8_t back[16];
	struct card card[3];
	struct seal_age_recipient to[4];
	struct seal_mem_source in = {.bytes = (const uint8_t *)"share", .len = 5};
	struct seal_mem_sink out = {.bytes = sealed, .cap = sizeof sealed};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);

	(void)state;
	for (int i = 0; i < 3; i++)
		card_init(&card[i]);
	for (int i = 0; i < 3; i++) {
		char text[SEAL_P256_TEXT];

		assert_int_equal(seal_p256_text(i == 1 ? SEAL_P256_PIV : SEAL_P256_TAG,
						card[i / 2].identity.point, text, NULL),
				 SEAL_OK);
		assert_int_equal(seal_age_recipient_parse(text, &to[i], NULL), SEAL_OK);
	}
	assert_int_equal(seal_age_recipient_parse(
				 "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
				 &to[3], NULL),
			 SEAL_OK);
	assert_int_equal(seal_age_seal(to, 4, &source, &sink, NULL), SEAL_OK);
	for (int i = 0; i < 3; i++) {
		struct seal_age_identity identity = seal_p256_age_identity(&card[i].identity);
		struct seal_mem_source file = {.bytes = sealed, .len = out.len};
		struct seal_mem_sink plain = {.bytes = back, .cap = sizeof back};

		source = seal_source_mem(&file);
		sink = seal_sink_mem(&plain);
		assert_int_equal(seal_age_open(&identity, 1, &source, &sink, NULL),
				 i < 2 ? SEAL_OK : SEAL_E_NOIDENTITY);
		assert_int_equal(card[i].asked, i < 2);
		assert_int_equal(plain.len, i < 2 ? 5 : 0);
		if (i < 2)
			assert_memory_equal(back, "share", 5);
		seal_secret_free(card[i].key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_recipients),
		cmocka_unit_test(published_tags),
		cmocka_unit_test(bad_recipients),
		cmocka_unit_test(wrap_and_unwrap),
		cmocka_unit_test(bad_share_does_not_reach_the_card),
		cmocka_unit_test(stanzas_are_read_strictly),
		cmocka_unit_test(whole_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
