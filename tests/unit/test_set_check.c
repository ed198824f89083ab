/* What a quorum can know of the shares that it has not: every quorum of a good set makes all of
   them, and a share that was split from anything else is named, whether it was given or not. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/proof.h"
#include "share/set_internal.h"

struct kit {
	struct seal_manifest manifest;
	struct seal_set_work work;
	struct seal_secret *key;
};

/* groups: how many of 5 each is of and needs, {0} for none: then 3 of 5. */
static void kit_init(struct kit *kit, unsigned threshold, const unsigned (*groups)[2])
{
	struct seal_manifest *manifest = &kit->manifest;

	*kit = (struct kit){.manifest = {.set = "00112233445566778899aabbccddeeff",
					 .epoch = 1,
					 .threshold = threshold,
					 .total = 5}};
	for (unsigned i = 0; i < 5; i++) {
		(void)snprintf(manifest->shares[i].custodian, 8, "name-%u", i);
		manifest->shares[i].group = -1;
	}
	for (unsigned g = 0, at = 0; groups && g < 2; g++) {
		struct seal_manifest_group *group = &manifest->groups[manifest->group_count++];

		(void)snprintf(group->name, 8, "group-%u", g);
		group->total = groups[g][0];
		group->threshold = groups[g][1];
		for (unsigned i = 0; i < group->total; i++)
			manifest->shares[at++].group = (int)g;
	}
	assert_int_equal(seal_secret_random(SEAL_SET_KEY, &kit->key, NULL), SEAL_OK);
	assert_int_equal(seal_set_split(kit->key, manifest, &kit->work, NULL), SEAL_OK);
}

static void kit_done(struct kit *kit)
{
	seal_set_work_done(&kit->work);
	seal_secret_free(kit->key);
}

/* *out_quorum: whether this subset is one. */
static int check(const struct kit *kit, unsigned subset, int *out_quorum, struct seal_diag *diag)
{
	struct seal_secret *given[SEAL_MANIFEST_SHARES] = {0};
	uint8_t is_given[SEAL_MANIFEST_SHARES] = {0};
	unsigned checked = 77, progress = 0;
	int error;

	for (unsigned i = 0; i < 5; i++) {
		is_given[i] = subset >> i & 1;
		given[i] = is_given[i] ? kit->work.share[i] : NULL;
	}
	*out_quorum = seal_manifest_quorum(&kit->manifest, is_given, &progress);
	error = seal_set_check_quorum(&kit->manifest, given, &checked, diag);
	assert_int_equal(checked, error ? 77 : 5 - kit->manifest.threshold);
	return error;
}

static void every_quorum(struct kit *kit)
{
	for (unsigned subset = 0; subset < 32; subset++) {
		int is_quorum = 0;
		int error = check(kit, subset, &is_quorum, NULL);

		assert_int_equal(error, is_quorum ? SEAL_OK : SEAL_E_QUORUM);
	}
	kit_done(kit);
}

static void good_sets(void **state)
{
	static const unsigned two_one[2][2] = {{3, 2}, {2, 1}};
	static const unsigned all_of_one[2][2] = {{4, 3}, {1, 1}};
	struct kit kit;

	(void)state;
	for (unsigned t = 1; t <= 5; t++) {
		kit_init(&kit, t, NULL);
		every_quorum(&kit);
	}
	kit_init(&kit, 3, two_one);
	every_quorum(&kit);
	kit_init(&kit, 4, all_of_one);
	every_quorum(&kit);
}

/* Share i is of another polynomial, and the manifest has its proof key: nothing else shows it. */
static void spoil(struct kit *kit, unsigned i)
{
	struct seal_proof *proof = NULL;

	seal_secret_data(kit->work.share[i])[7] ^= 0x40;
	assert_int_equal(seal_proof_new(kit->work.share[i], kit->manifest.set, &proof, NULL),
			 SEAL_OK);
	seal_proof_public(proof, kit->manifest.shares[i].proof);
	seal_proof_free(proof);
}

static void bad_sets(void **state)
{
	static const unsigned two_one[2][2] = {{3, 2}, {2, 1}};
	const struct {
		unsigned threshold;
		const unsigned (*groups)[2];
		unsigned spoilt, subset;
		const char *named;
	} cases[] = {
		{3, NULL, 4, 0x07, "name-4"},				       /* not given */
		{3, NULL, 4, 0x0f, "name-4"},	 {3, NULL, 4, 0x1f, "name-4"}, /* not needed */
		{3, NULL, 0, 0x07, "name-3"}, /* given: then others do not follow */
		{1, NULL, 1, 0x01, "name-1"},	 {3, two_one, 4, 0x0b, "name-4"},
		{3, two_one, 2, 0x0b, "name-2"}, {3, two_one, 1, 0x0b, "name-2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct seal_diag diag = {0};
		int is_quorum = 0;
		struct kit kit;

		kit_init(&kit, cases[i].threshold, cases[i].groups);
		spoil(&kit, cases[i].spoilt);
		assert_int_equal(check(&kit, cases[i].subset, &is_quorum, &diag), SEAL_E_VERIFY);
		assert_true(is_quorum);
		assert_non_null(strstr(diag.cause[0], cases[i].named));
		kit_done(&kit);
	}
}

static void not_of_the_set(void **state)
{
	int is_quorum = 0;
	struct kit kit;

	(void)state;
	kit_init(&kit, 3, NULL);
	seal_secret_data(kit.work.share[1])[0] ^= 1;
	assert_int_equal(check(&kit, 0x07, &is_quorum, NULL), SEAL_E_MISMATCH);
	kit_done(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_sets),
		cmocka_unit_test(bad_sets),
		cmocka_unit_test(not_of_the_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
