/* Shamir: splits with given coefficients, recorded wrong input, the subsets that
   opened a server, and that coefficients are fresh for each byte and each power.
   Vectors: tests/vectors/shamir, or the folder that SEAL_VECTORS names. */

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

#define LONGEST 64u

/* The vectors list the t-1 coefficients of each byte; evaluation wants rows. */
static void given_split(const json_t *row)
{
	const json_t *coefficients = json_object_get(row, "coefficients");
	unsigned t = number(row, "t");
	uint8_t secret[LONGEST];
	uint8_t coefs[LONGEST * 8];
	size_t len = unhex(json_object_get(row, "secret"), secret, sizeof secret);

	assert_int_equal(json_array_size(coefficients), len);
	assert_in_range(t, 2, 8);
	for (size_t k = 0; k < len; k++) {
		uint8_t of_byte[8];

		assert_int_equal(unhex(json_array_get(coefficients, k), of_byte, sizeof of_byte),
				 t - 1);
		for (unsigned power = 0; power < t - 1; power++)
			coefs[power * len + k] = of_byte[power];
	}
	for (unsigned i = 0; i < number(row, "n"); i++) {
		uint8_t wanted[LONGEST + 1];
		uint8_t got[LONGEST];

		assert_int_equal(unhex(json_array_get(json_object_get(row, "shares"), i), wanted,
				       sizeof wanted),
				 len + 1);
		assert_int_equal(wanted[len],
				 json_integer_value(json_array_get(json_object_get(row, "x"), i)));
		seal_shamir_evaluate(secret, coefs, len, t, wanted[len], got);
		assert_memory_equal(got, wanted, len);
	}
}

static void given_coefficients(void **state)
{
	json_t *root = load("field.json");
	const json_t *splits = json_object_get(root, "splits_with_given_coefficients");
	const json_t *row;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(splits), 4);
	json_array_foreach(splits, i, row) given_split(row);
	json_decref(root);
}

/* What the server's package says to bad parts, and what we do: its errors are
   refused here too, and so is the x of 0 that it accepts; where it gives a wrong
   secret without noticing, the same bytes come out. */
static void combine_case(const json_t *test)
{
	const json_t *parts = json_object_get(test, "parts");
	const json_t *server = json_object_get(test, "server_package");
	const json_t *secret = json_object_get(server, "secret");
	unsigned k = (unsigned)json_array_size(parts);
	uint8_t stored[4][LONGEST];
	const uint8_t *shares[4];
	uint8_t got[LONGEST] = {0};
	size_t len = 0;
	unsigned zeros = 0;
	int error;

	assert_in_range(k, 0, 4);
	for (unsigned i = 0; i < k; i++) {
		size_t now = unhex(json_array_get(parts, i), stored[i], LONGEST);

		/* One length serves all: callers compare the lengths, as seal-combine does. */
		if (i > 0 && now != len)
			return;
		len = now;
		shares[i] = stored[i];
		zeros += len > 0 && stored[i][len - 1] == 0;
	}
	error = seal_shamir_combine(shares, len, k, got, NULL);
	if (zeros || !secret) {
		assert_int_not_equal(error, SEAL_OK);
		return;
	}
	assert_int_equal(error, SEAL_OK);
	assert_int_equal(unhex(secret, stored[0], LONGEST), len - 1);
	assert_memory_equal(got, stored[0], len - 1);
}

/* The buffers are never reached: every case must be refused before. */
static void split_case(const json_t *test)
{
	const json_t *args = json_object_get(test, "args");
	static uint8_t store[300][2];
	uint8_t *shares[300];
	uint8_t secret[LONGEST];
	uint8_t x[300];
	size_t len = unhex(json_object_get(args, "secret"), secret, sizeof secret);

	for (unsigned i = 0; i < 300; i++) {
		shares[i] = store[i];
		x[i] = (uint8_t)(1 + i % 255);
	}
	assert_int_equal(seal_shamir_split(secret, len, number(args, "t"), number(args, "n"), x,
					   shares, NULL),
			 SEAL_E_ARGUMENT);
}

static void recorded_wrong_input(void **state)
{
	json_t *root = load("negative.json");
	const json_t *cases = json_object_get(root, "cases");
	const json_t *test;
	unsigned splits = 0;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(cases), 18);
	json_array_foreach(cases, i, test)
	{
		if (json_object_get(test, "args")) {
			split_case(test);
			splits++;
		} else {
			combine_case(test);
		}
	}
	assert_int_equal(splits, 6);
	json_decref(root);
}

/* The very shares, in their order, with which the server was really opened. */
static void server_openings(void **state)
{
	json_t *root = load("server-splits.json");
	unsigned used = 0;
	const json_t *row;
	size_t i;

	(void)state;
	json_array_foreach(root, i, row)
	{
		const json_t *list;
		size_t l;

		if (number(row, "t") < 2)
			continue;
		json_array_foreach(json_object_get(row, "unsealed_with"), l, list)
		{
			static uint8_t stored[255][LONGEST];
			const uint8_t *shares[255];
			uint8_t wanted[LONGEST];
			uint8_t got[LONGEST];
			unsigned k = (unsigned)json_array_size(list);

			assert_in_range(k, 2, 255);
			for (unsigned s = 0; s < k; s++) {
				size_t at = (size_t)json_integer_value(json_array_get(list, s));

				assert_int_equal(
					unhex(json_array_get(json_object_get(row, "shares"), at),
					      stored[s], LONGEST),
					33);
				shares[s] = stored[s];
			}
			assert_int_equal(seal_shamir_combine(shares, 33, k, got, NULL), SEAL_OK);
			assert_int_equal(unhex(json_object_get(row, "combined"), wanted, LONGEST),
					 32);
			assert_memory_equal(got, wanted, 32);
			used++;
		}
	}
	assert_true(used > 40);
	json_decref(root);
}

/* A secret of zeros shows the coefficients: for 2 of 2, y/x. Four stretches, so
   that a stream used again for the next piece of a long secret is found. */
static void coefficients_are_fresh(void **state)
{
	enum { PIECE = 4096, LEN = 4 * PIECE };
	static const uint8_t zeros[LEN];
	static uint8_t one[LEN + 1];
	static uint8_t two[LEN + 1];
	uint8_t *shares[2] = {one, two};
	uint8_t x[2] = {1, 2};
	unsigned seen[256] = {0};

	(void)state;
	assert_int_equal(seal_shamir_split(zeros, LEN, 2, 2, x, shares, NULL), SEAL_OK);
	for (unsigned i = 0; i < LEN; i++)
		seen[one[i]]++;
	for (unsigned v = 0; v < 256; v++)
		assert_true(seen[v] > 0);
	for (unsigned a = 0; a < LEN; a += PIECE)
		for (unsigned b = 0; b < a; b += PIECE)
			assert_memory_not_equal(one + a, one + b, 64);
}

/* 3 of 3 of zeros at x and y = a1 x + a2 x^2: with one coefficient for both powers
   all shares would be multiples of one another. Short and long: two sources. */
static void powers_differ(void **state)
{
	static const size_t lens[] = {32, 100, 5000};
	static const uint8_t zeros[5000];
	static uint8_t store[3][5001];
	uint8_t *shares[3] = {store[0], store[1], store[2]};
	uint8_t x[3] = {2, 3, 4};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		uint8_t f2 = seal_gf_inv(2 ^ seal_gf_mul(2, 2));
		uint8_t f3 = seal_gf_inv(3 ^ seal_gf_mul(3, 3));
		unsigned equal = 0;

		assert_int_equal(seal_shamir_split(zeros, lens[i], 3, 3, x, shares, NULL), SEAL_OK);
		for (size_t k = 0; k < lens[i]; k++)
			equal += seal_gf_mul(store[0][k], f2) == seal_gf_mul(store[1][k], f3);
		assert_true(equal < lens[i] / 2);
	}
}

/* The check says so, for a wrong secret, and refuses what it cannot judge. */
static void check_refuses(void **state)
{
	static const uint8_t secret[4] = {1, 2, 3, 4};
	static const uint8_t other[4] = {1, 2, 3, 5};
	uint8_t store[4][5];
	uint8_t *shares[4] = {store[0], store[1], store[2], store[3]};
	const uint8_t *const *given = (const uint8_t *const *)shares;
	uint8_t x[4] = {9, 8, 7, 6};

	(void)state;
	assert_int_equal(seal_shamir_split(secret, 4, 3, 4, x, shares, NULL), SEAL_OK);
	assert_int_equal(seal_shamir_check(given, 5, 3, 4, secret, NULL), SEAL_OK);
	assert_int_equal(seal_shamir_check(given, 5, 3, 4, other, NULL), SEAL_E_VERIFY);
	assert_int_equal(seal_shamir_check(given, 5, 2, 4, secret, NULL), SEAL_E_VERIFY);
	assert_int_equal(seal_shamir_check(given, 5, 1, 4, secret, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_shamir_check(given, 5, 5, 4, secret, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_shamir_check(given, 1, 3, 4, secret, NULL), SEAL_E_ARGUMENT);
	store[3][4] = 9;
	assert_int_equal(seal_shamir_check(given, 5, 3, 4, secret, NULL), SEAL_E_DUPLICATE);
	store[3][4] = 0;
	assert_int_equal(seal_shamir_check(given, 5, 3, 4, secret, NULL), SEAL_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_coefficients), cmocka_unit_test(recorded_wrong_input),
		cmocka_unit_test(server_openings),    cmocka_unit_test(coefficients_are_fresh),
		cmocka_unit_test(powers_differ),      cmocka_unit_test(check_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
