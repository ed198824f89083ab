/* HPKE by RFC 9180's vectors (tests/vectors/hpke.json), a token in the place of
   the private key, points that are none, and damage. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "base/encode.h"
#include "crypto/hpke_internal.h"

struct field {
	uint8_t bytes[80];
	size_t len;
};

static struct field get(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	struct field field = {0};

	assert_non_null(text);
	assert_int_equal(
		seal_unhex(text, strlen(text), field.bytes, sizeof field.bytes, &field.len, NULL),
		SEAL_OK);
	return field;
}

static struct seal_secret *secret_of(const struct field *field)
{
	struct seal_secret *secret = NULL;

	assert_int_equal(seal_secret_copy(field->bytes, field->len, &secret, NULL), SEAL_OK);
	return secret;
}

static struct seal_hpke_suite suite_of(const json_t *row)
{
	json_int_t kem = json_integer_value(json_object_get(row, "kem"));
	json_int_t aead = json_integer_value(json_object_get(row, "aead"));

	return (struct seal_hpke_suite){kem == 16 ? SEAL_CURVE_P256 : SEAL_CURVE_X25519,
					(enum seal_aead)aead};
}

static void same(const uint8_t *got, const json_t *row, const char *name)
{
	struct field want = get(row, name);

	assert_memory_equal(got, want.bytes, want.len);
}

/* All messages up to 256 go through; three have a published text. */
static void messages(struct seal_hpke *to, struct seal_hpke *from, const json_t *row,
		     const struct field *pt)
{
	unsigned compared = 0;

	for (unsigned n = 0; n <= 256; n++) {
		uint8_t sealed[64];
		uint8_t back[64];
		char aad[16];
		char name[8];
		size_t aad_len = (size_t)snprintf(aad, sizeof aad, "Count-%u", n);

		(void)snprintf(name, sizeof name, "ct%u", n);
		assert_int_equal(seal_hpke_seal(to, (uint8_t *)aad, aad_len, pt->bytes, pt->len,
						sealed, NULL),
				 SEAL_OK);
		if (json_object_get(row, name)) {
			same(sealed, row, name);
			compared++;
		}
		assert_int_equal(seal_hpke_open(from, (uint8_t *)aad, aad_len, sealed, pt->len + 16,
						back, NULL),
				 SEAL_OK);
		assert_memory_equal(back, pt->bytes, pt->len);
	}
	assert_int_equal(compared, 3);
}

static void one_suite(const json_t *row, const struct field *info, const struct field *pt)
{
	struct seal_hpke_suite suite = suite_of(row);
	struct field sk_e = get(row, "skEm");
	struct field sk_r = get(row, "skRm");
	struct field pk_r = get(row, "pkRm");
	struct seal_secret *ephemeral = secret_of(&sk_e);
	struct seal_secret *private = secret_of(&sk_r);
	struct seal_ecdh ecdh = seal_ecdh_software(suite.curve, private);
	struct seal_hpke_own own = {&ecdh, pk_r.bytes, pk_r.len};
	struct seal_hpke *to = NULL;
	struct seal_hpke *from = NULL;
	uint8_t enc[SEAL_POINT_MAX];

	assert_int_equal(seal_hpke_send_with(suite, ephemeral, pk_r.bytes, pk_r.len, info->bytes,
					     info->len, enc, &to, NULL),
			 SEAL_OK);
	same(enc, row, "enc");
	same(seal_secret_bytes(to->key), row, "key");
	same(to->base_nonce, row, "base_nonce");
	same(seal_secret_bytes(to->exporter), row, "exporter_secret");
	assert_int_equal(
		seal_hpke_receive(suite, &own, enc, pk_r.len, info->bytes, info->len, &from, NULL),
		SEAL_OK);
	messages(to, from, row, pt);
	seal_hpke_free(to);
	seal_hpke_free(from);
	seal_secret_free(ephemeral);
	seal_secret_free(private);
}

static void rfc9180(void **state)
{
	json_t *root = json_load_file("tests/vectors/hpke.json", 0, NULL);
	struct field info;
	struct field pt;
	json_t *row;
	size_t i;

	(void)state;
	assert_non_null(root);
	info = get(root, "info");
	pt = get(root, "pt");
	assert_int_equal(json_array_size(json_object_get(root, "suites")), 4);
	json_array_foreach(json_object_get(root, "suites"), i, row) one_suite(row, &info, &pt);
	json_decref(root);
}

struct token {
	struct seal_ecdh inner;
	unsigned asked;
	int answer;
};

static int token_derive(void *ctx, const uint8_t *point, size_t len, uint8_t out_z[32],
			struct seal_diag *diag)
{
	struct token *token = ctx;

	token->asked++;
	return token->answer ? token->answer
			     : token->inner.derive(token->inner.ctx, point, len, out_z, diag);
}

struct pair {
	struct seal_secret *key;
	uint8_t point[SEAL_POINT_MAX];
	struct token token;
	struct seal_ecdh ecdh;
	struct seal_hpke_own own;
};

static void pair_init(struct pair *pair, enum seal_curve curve)
{
	*pair = (struct pair){0};
	assert_int_equal(seal_ecdh_generate(curve, &pair->key, NULL), SEAL_OK);
	assert_int_equal(seal_ecdh_public(curve, pair->key, pair->point, NULL), SEAL_OK);
	pair->token.inner = seal_ecdh_software(curve, pair->key);
	pair->ecdh = (struct seal_ecdh){token_derive, &pair->token};
	pair->own = (struct seal_hpke_own){&pair->ecdh, pair->point, seal_curve_point_len(curve)};
}

/* A token is asked once; what it says on failure reaches the caller. */
static void token_does_the_agreement(void **state)
{
	static const struct seal_hpke_suite suite = {SEAL_CURVE_P256, SEAL_AEAD_AES256GCM};
	struct seal_hpke *to = NULL;
	struct seal_hpke *from = NULL;
	struct pair pair;
	uint8_t enc[65];
	uint8_t sealed[21];
	uint8_t back[5];

	(void)state;
	pair_init(&pair, suite.curve);
	assert_int_equal(seal_hpke_send(suite, pair.point, 65, NULL, 0, enc, &to, NULL), SEAL_OK);
	pair.token.answer = SEAL_E_TOUCH;
	assert_int_equal(seal_hpke_receive(suite, &pair.own, enc, 65, NULL, 0, &from, NULL),
			 SEAL_E_TOUCH);
	assert_null(from);
	pair.token.answer = 0;
	assert_int_equal(seal_hpke_receive(suite, &pair.own, enc, 65, NULL, 0, &from, NULL),
			 SEAL_OK);
	assert_int_equal(pair.token.asked, 2);
	assert_int_equal(seal_hpke_seal(to, NULL, 0, (const uint8_t *)"share", 5, sealed, NULL),
			 SEAL_OK);
	for (unsigned bit = 0; bit < 21 * 8; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(seal_hpke_open(from, NULL, 0, sealed, 21, back, NULL),
				 SEAL_E_VERIFY);
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(seal_hpke_open(from, (const uint8_t *)"x", 1, sealed, 21, back, NULL),
			 SEAL_E_VERIFY);
	assert_int_equal(seal_hpke_open(from, NULL, 0, sealed, 15, back, NULL), SEAL_E_TRUNCATED);
	assert_int_equal(seal_hpke_open(from, NULL, 0, sealed, 21, back, NULL), SEAL_OK);
	assert_memory_equal(back, "share", 5);
	assert_int_equal(seal_hpke_open(from, NULL, 0, sealed, 21, back, NULL), SEAL_E_VERIFY);
	seal_hpke_free(to);
	seal_hpke_free(from);
	seal_secret_free(pair.key);
}

/* A point off the curve, infinity, and wrong forms never reach the token. */
static void bad_points_do_not_reach_the_key(void **state)
{
	static const struct seal_hpke_suite suite = {SEAL_CURVE_P256, SEAL_AEAD_CHACHA20POLY1305};
	struct seal_hpke *hpke = NULL;
	struct pair pair;
	uint8_t enc[65];
	uint8_t bad[65];
	uint8_t prefix[] = {0, 2, 3, 5, 6, 7};

	(void)state;
	pair_init(&pair, suite.curve);
	memcpy(bad, pair.point, 65);
	bad[64] ^= 1;
	assert_int_equal(seal_hpke_receive(suite, &pair.own, bad, 65, NULL, 0, &hpke, NULL),
			 SEAL_E_FORMAT);
	assert_int_equal(seal_hpke_send(suite, bad, 65, NULL, 0, enc, &hpke, NULL), SEAL_E_FORMAT);
	bad[64] ^= 1;
	for (size_t i = 0; i < sizeof prefix; i++) {
		bad[0] = prefix[i];
		assert_int_equal(seal_hpke_receive(suite, &pair.own, bad, 65, NULL, 0, &hpke, NULL),
				 SEAL_E_FORMAT);
	}
	bad[0] = 0;
	for (size_t len = 0; len < 65; len++)
		assert_int_equal(
			seal_hpke_receive(suite, &pair.own, bad, len, NULL, 0, &hpke, NULL),
			SEAL_E_FORMAT);
	assert_int_equal(pair.token.asked, 0);
	assert_null(hpke);
	seal_secret_free(pair.key);
}

static void low_order_is_refused(void **state)
{
	static const struct seal_hpke_suite suite = {SEAL_CURVE_X25519, SEAL_AEAD_CHACHA20POLY1305};
	static const uint8_t zero[32];
	struct seal_hpke *hpke = NULL;
	struct pair pair;
	uint8_t enc[32];

	(void)state;
	pair_init(&pair, suite.curve);
	assert_int_equal(seal_hpke_receive(suite, &pair.own, zero, 32, NULL, 0, &hpke, NULL),
			 SEAL_E_FORMAT);
	assert_int_equal(seal_hpke_send(suite, zero, 32, NULL, 0, enc, &hpke, NULL), SEAL_E_FORMAT);
	assert_null(hpke);
	seal_secret_free(pair.key);
}

/* 0, n and 2^256-1 are no private keys; n-1 is (n: SEC 2, secp256r1). */
static void scalars_have_a_range(void **state)
{
	static const char *text[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"};
	uint8_t point[65];
	uint8_t small[33];
	uint8_t big[65];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct field field = {0};
		struct seal_secret *key;

		assert_int_equal(seal_unhex(text[i], 64, field.bytes, 32, &field.len, NULL),
				 SEAL_OK);
		key = secret_of(&field);
		assert_int_equal(seal_ecdh_public(SEAL_CURVE_P256, key, point, NULL),
				 i == 3 ? SEAL_OK : SEAL_E_FORMAT);
		seal_secret_free(key);
	}
	seal_p256_compress(point, small);
	assert_int_equal(seal_p256_expand(small, big, NULL), SEAL_OK);
	assert_memory_equal(point, big, 65);
	small[0] = 4;
	assert_int_equal(seal_p256_expand(small, big, NULL), SEAL_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc9180),
		cmocka_unit_test(token_does_the_agreement),
		cmocka_unit_test(bad_points_do_not_reach_the_key),
		cmocka_unit_test(low_order_is_refused),
		cmocka_unit_test(scalars_have_a_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
