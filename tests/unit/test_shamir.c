/* Shamir: both backends against one another, recorded and computed vectors, every
   subset, every refusal. Vectors: tests/vectors/shamir, made with Vault 1.8. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"
#include "crypto/shamir.h"
#include "crypto/shamir_internal.h"
#include "shamir_files.h"

static void field_agrees(void **state)
{
	json_t *root = load("field.json");
	json_t *field = json_object_get(root, "field");
	json_t *inverses = json_object_get(field, "inverses");
	json_t *row;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(inverses), 255);
	json_array_foreach(inverses, i, row)
		assert_int_equal(seal_gf_inv((uint8_t)(i + 1)), json_integer_value(row));
	json_array_foreach(json_object_get(field, "products"), i, row)
	{
		uint8_t a = (uint8_t)json_integer_value(json_array_get(row, 0));
		uint8_t b = (uint8_t)json_integer_value(json_array_get(row, 1));

		assert_int_equal(seal_gf_mul(a, b), json_integer_value(json_array_get(row, 2)));
		assert_int_equal(seal_gf_mul(b, a), json_integer_value(json_array_get(row, 2)));
	}
	for (unsigned a = 1; a < 256; a++)
		assert_int_equal(seal_gf_mul((uint8_t)a, seal_gf_inv((uint8_t)a)), 1);
	json_decref(root);
}

/* All lengths around the lane sizes, all multipliers. */
static void backends_agree(void **state)
{
	uint8_t in[131];
	uint8_t acc[131];
	uint8_t one[131];
	uint8_t two[131];

	(void)state;
	if (!seal_gf_has_avx2())
		skip();
	for (unsigned c = 0; c < 256; c++) {
		size_t len = 1 + c % 131;

		assert_int_equal(seal_random(in, sizeof in, NULL), SEAL_OK);
		assert_int_equal(seal_random(acc, sizeof acc, NULL), SEAL_OK);
		memcpy(one, acc, sizeof acc);
		memcpy(two, acc, sizeof acc);
		seal_gf_mul_add_lanes(one, in, (uint8_t)c, len);
		seal_gf_mul_add_avx2(two, in, (uint8_t)c, len);
		assert_memory_equal(one, two, sizeof one);
		for (size_t i = 0; i < len; i++)
			assert_int_equal(one[i], seal_gf_mul(acc[i], (uint8_t)c) ^ in[i]);
		memcpy(one, acc, sizeof acc);
		memcpy(two, acc, sizeof acc);
		seal_gf_add_mul_lanes(one, in, (uint8_t)c, len);
		seal_gf_add_mul_avx2(two, in, (uint8_t)c, len);
		assert_memory_equal(one, two, sizeof one);
		assert_memory_equal(one + len, acc + len, sizeof acc - len);
		for (size_t i = 0; i < len; i++)
			assert_int_equal(one[i], seal_gf_mul(in[i], (uint8_t)c) ^ acc[i]);
	}
}

struct set {
	uint8_t *share[255];
	size_t len;
	unsigned n;
};

static void set_from(struct set *set, const json_t *shares)
{
	set->n = (unsigned)json_array_size(shares);
	for (unsigned i = 0; i < set->n; i++) {
		set->share[i] = malloc(1024);
		set->len = unhex(json_array_get(shares, i), set->share[i], 1024);
	}
}

static void set_done(struct set *set)
{
	for (unsigned i = 0; i < set->n; i++)
		free(set->share[i]);
}

/* First t, last t, all, and (for few shares) shifted runs of t. */
static void combines_to(const struct set *set, unsigned t, const uint8_t *secret)
{
	for (unsigned from = 0; from + t <= set->n; from += 1 + set->n / 16) {
		uint8_t got[1024];

		assert_int_equal(seal_shamir_combine((const uint8_t *const *)set->share + from,
						     set->len, t, got, NULL),
				 SEAL_OK);
		assert_memory_equal(got, secret, set->len - 1);
	}
	assert_int_equal(seal_shamir_check((const uint8_t *const *)set->share, set->len, t, set->n,
					   secret, NULL),
			 SEAL_OK);
}

static void recorded_sets_combine(const char *file, const char *secret_field)
{
	json_t *root = load(file);
	unsigned used = 0;
	json_t *row;
	size_t i;

	json_array_foreach(root, i, row)
	{
		unsigned t = number(row, "t");
		uint8_t secret[1024];
		struct set set = {0};

		if (t < 2)
			continue;
		set_from(&set, json_object_get(row, "shares"));
		unhex(json_object_get(row, secret_field), secret, sizeof secret);
		combines_to(&set, t, secret);
		set_done(&set);
		used++;
	}
	assert_true(used > 40);
	json_decref(root);
}

static void server_splits_combine(void **state)
{
	(void)state;
	recorded_sets_combine("server-splits.json", "combined");
}

static void known_secrets_combine(void **state)
{
	(void)state;
	recorded_sets_combine("known-secrets.json", "secret");
}

/* Each refusal by its code; that of the recorded wrong input is in test_shamir_vectors. */
static void refusals(void **state)
{
	static const uint8_t a[3] = {1, 2, 7};
	static const uint8_t b[3] = {3, 4, 7};
	static const uint8_t z[3] = {3, 4, 0};
	const uint8_t *same[2] = {a, b};
	const uint8_t *zero[2] = {a, z};
	uint8_t out[3] = {9, 9, 9};
	uint8_t x[2] = {1, 1};
	uint8_t *shares[2] = {out, out};
	struct seal_diag diag = {0};

	(void)state;
	assert_int_equal(seal_shamir_combine(same, 3, 2, out, &diag), SEAL_E_DUPLICATE);
	assert_non_null(strstr(diag.cause[0], "shares 1 and 2"));
	assert_int_equal(seal_shamir_combine(zero, 3, 2, out, NULL), SEAL_E_FORMAT);
	assert_int_equal(seal_shamir_combine(same, 3, 1, out, NULL), SEAL_E_QUORUM);
	assert_int_equal(seal_shamir_combine(same, 1, 2, out, NULL), SEAL_E_FORMAT);
	assert_int_equal(seal_shamir_split(a, 2, 2, 2, x, shares, NULL), SEAL_E_DUPLICATE);
	assert_int_equal(seal_shamir_split(a, 2, 1, 2, x, shares, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_shamir_split(a, 2, 3, 2, x, shares, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_shamir_split(a, 0, 2, 2, x, shares, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_shamir_pick_x(0, x, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_shamir_pick_x(256, x, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(out[0], 9);
}

static void split_into(struct set *set, const uint8_t *secret, size_t len, unsigned t, unsigned n)
{
	uint8_t x[255];

	assert_int_equal(seal_shamir_pick_x(n, x, NULL), SEAL_OK);
	set->n = n;
	set->len = len + 1;
	for (unsigned i = 0; i < n; i++)
		set->share[i] = malloc(len + 1);
	assert_int_equal(seal_shamir_split(secret, len, t, n, x, set->share, NULL), SEAL_OK);
}

/* Every subset of a 3 of 6 gives the secret where it has 3 or more shares, and
   something else where it has 2. */
static void every_subset(void **state)
{
	uint8_t secret[32];
	struct set set = {0};

	(void)state;
	assert_int_equal(seal_random(secret, sizeof secret, NULL), SEAL_OK);
	split_into(&set, secret, sizeof secret, 3, 6);
	for (unsigned mask = 0; mask < 64; mask++) {
		const uint8_t *some[6];
		uint8_t got[32];
		unsigned k = 0;

		for (unsigned i = 0; i < 6; i++)
			if (mask >> i & 1)
				some[k++] = set.share[i];
		if (k < 2)
			continue;
		assert_int_equal(seal_shamir_combine(some, set.len, k, got, NULL), SEAL_OK);
		assert_int_equal(seal_eq_ct(got, secret, sizeof secret), k >= 3);
	}
	set_done(&set);
}

static void sizes_around_chunks(void **state)
{
	static const size_t sizes[] = {1, 7, 31, 32, 33, 4095, 4096, 4097, 8192, 100000};
	static const struct {
		unsigned t, n;
	} shapes[] = {{2, 2}, {2, 3}, {3, 5}, {7, 10}};

	(void)state;
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
			struct set set = {0};
			uint8_t *secret = malloc(sizes[s]);

			assert_int_equal(seal_random(secret, sizes[s], NULL), SEAL_OK);
			split_into(&set, secret, sizes[s], shapes[k].t, shapes[k].n);
			assert_int_equal(seal_shamir_check((const uint8_t *const *)set.share,
							   set.len, shapes[k].t, shapes[k].n,
							   secret, NULL),
					 SEAL_OK);
			set.share[set.n - 1][sizes[s] / 2] ^= 0x10;
			assert_int_equal(seal_shamir_check((const uint8_t *const *)set.share,
							   set.len, shapes[k].t, shapes[k].n,
							   secret, NULL),
					 SEAL_E_VERIFY);
			free(secret);
			set_done(&set);
		}
	}
}

/* The largest set: all x used once; and two splits never share coefficients. */
static void largest_set(void **state)
{
	static const uint8_t secret[4] = {1, 2, 3, 4};
	uint8_t seen[256] = {0};
	struct set one = {0};
	struct set two = {0};
	unsigned equal = 0;

	(void)state;
	split_into(&one, secret, 4, 128, 255);
	split_into(&two, secret, 4, 128, 255);
	for (unsigned i = 0; i < 255; i++) {
		assert_int_not_equal(one.share[i][4], 0);
		assert_int_equal(seen[one.share[i][4]]++, 0);
		for (unsigned j = 0; j < 255; j++)
			equal += memcmp(one.share[i], two.share[j], 5) == 0;
	}
	assert_true(equal < 3);
	combines_to(&one, 128, secret);
	set_done(&one);
	set_done(&two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(field_agrees),
		cmocka_unit_test(backends_agree),
		cmocka_unit_test(server_splits_combine),
		cmocka_unit_test(known_secrets_combine),
		cmocka_unit_test(refusals),
		cmocka_unit_test(every_subset),
		cmocka_unit_test(sizes_around_chunks),
		cmocka_unit_test(largest_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
