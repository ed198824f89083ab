/* Who can come together: against all subsets, counted one by one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "share/quorum.h"

#define ROUNDS 400u

static unsigned random_below(unsigned n)
{
	static uint32_t state = 0x5eed;

	state = state * 1664525u + 1013904223u;
	return (state >> 8) % n;
}

/* Up to 10 persons in up to 4 groups, or in none. */
static void random_manifest(struct seal_manifest *out)
{
	*out = (struct seal_manifest){.total = 1 + random_below(10)};
	out->group_count = random_below(5);
	if (out->group_count > out->total)
		out->group_count = 0;
	for (unsigned i = 0; i < out->total; i++) {
		int group = i < out->group_count ? (int)i : (int)random_below(4);

		group = out->group_count ? group % (int)out->group_count : -1;
		out->shares[i].group = group;
		if (group >= 0)
			out->groups[group].total++;
	}
	out->threshold = out->group_count ? 0 : 1 + random_below(out->total);
	for (size_t i = 0; i < out->group_count; i++) {
		out->groups[i].threshold = 1 + random_below(out->groups[i].total);
		out->threshold += out->groups[i].threshold;
	}
}

static int enough(const struct seal_manifest *manifest, uint64_t persons)
{
	uint8_t given[SEAL_MANIFEST_SHARES];
	unsigned progress;

	for (unsigned i = 0; i < SEAL_MANIFEST_SHARES; i++)
		given[i] = persons >> i & 1;
	return seal_manifest_quorum(manifest, given, &progress);
}

static int is_smallest(const struct seal_manifest *manifest, uint64_t persons)
{
	if (!enough(manifest, persons))
		return 0;
	for (unsigned i = 0; i < manifest->total; i++)
		if (persons >> i & 1 && enough(manifest, persons & ~(UINT64_C(1) << i)))
			return 0;
	return 1;
}

struct seen {
	uint64_t list[1024];
	size_t count, stop_after;
};

static int see(void *ctx, uint64_t persons)
{
	struct seen *seen = ctx;

	for (size_t i = 0; i < seen->count; i++)
		assert_int_not_equal(seen->list[i], persons);
	seen->list[seen->count++] = persons;
	return seen->count == seen->stop_after ? 7 : 0;
}

static void against_all_subsets(void **state)
{
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct seal_manifest manifest;
		struct seal_quorum quorum;
		struct seen seen = {0};
		uint64_t present;
		size_t smallest = 0;

		random_manifest(&manifest);
		seal_quorum_of_manifest(&manifest, &quorum);
		assert_int_equal(seal_quorum_everybody(&quorum),
				 (UINT64_C(1) << manifest.total) - 1);
		present = random_below(1u << manifest.total);
		for (uint64_t some = 0; some < UINT64_C(1) << manifest.total; some++) {
			assert_int_equal(seal_quorum_has(&quorum, some), enough(&manifest, some));
			smallest += (some & ~present) == 0 && is_smallest(&manifest, some);
		}
		assert_int_equal(seal_quorum_count(&quorum, present), smallest);
		assert_int_equal(seal_quorum_each(&quorum, present, see, &seen), 0);
		assert_int_equal(seen.count, smallest);
		for (size_t i = 0; i < seen.count; i++)
			assert_true(is_smallest(&manifest, seen.list[i]) &&
				    (seen.list[i] & ~present) == 0);
	}
}

/* Whether some `absent` of those present are needed. */
static int is_short(const struct seal_manifest *manifest, uint64_t present, unsigned absent)
{
	for (uint64_t gone = 0; gone < UINT64_C(1) << manifest->total; gone++)
		if ((gone & ~present) == 0 && (unsigned)__builtin_popcountll(gone) == absent &&
		    !enough(manifest, present & ~gone))
			return 1;
	return 0;
}

static void who_is_missed(void **state)
{
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct seal_manifest manifest;
		struct seal_quorum quorum;
		uint64_t present, gone;

		random_manifest(&manifest);
		seal_quorum_of_manifest(&manifest, &quorum);
		present = random_below(1u << manifest.total);
		for (unsigned absent = 1; absent <= 3; absent++) {
			gone = seal_quorum_missing(&quorum, present, absent);
			assert_int_equal(gone != 0, is_short(&manifest, present, absent));
			if (!gone)
				continue;
			assert_int_equal(__builtin_popcountll(gone), absent);
			assert_int_equal(gone & ~present, 0);
			assert_false(enough(&manifest, present & ~gone));
		}
		assert_int_equal(seal_quorum_missing(&quorum, present, 0), 0);
	}
}

static void large_numbers(void **state)
{
	struct seal_quorum quorum = {.total = 64, .group_count = 1, .need = {32}};

	(void)state;
	quorum.members[0] = UINT64_MAX;
	assert_true(seal_quorum_count(&quorum, UINT64_MAX) == UINT64_C(1832624140942590534));
	assert_int_equal(seal_quorum_missing(&quorum, UINT64_MAX, 3), 0);
	quorum = (struct seal_quorum){.total = 64, .group_count = 16};
	for (size_t i = 0; i < 16; i++) {
		quorum.members[i] = UINT64_C(15) << 4 * i;
		quorum.need[i] = 2;
	}
	assert_true(seal_quorum_count(&quorum, UINT64_MAX) == UINT64_C(2821109907456));
	for (size_t i = 0; i < 16; i++)
		quorum.members[i] = UINT64_MAX;
	assert_true(seal_quorum_count(&quorum, UINT64_MAX) == UINT64_MAX);
	quorum.need[3] = 65;
	assert_int_equal(seal_quorum_has(&quorum, UINT64_MAX), 0);
}

static void stops_when_told(void **state)
{
	struct seal_quorum quorum = {.total = 5, .group_count = 1, .need = {3}, .members = {31}};
	struct seen seen = {.stop_after = 4};
	struct seal_quorum nobody = {0};

	(void)state;
	assert_int_equal(seal_quorum_each(&quorum, 31, see, &seen), 7);
	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.list[0], 7);
	assert_int_equal(seen.list[3], 13);
	assert_int_equal(seal_quorum_each(&nobody, 31, see, &seen), 0);
}

static void of_a_plan(void **state)
{
	struct seal_plan plan = {.threshold = 3, .total = 4, .group_count = 2};
	struct seal_quorum quorum;

	(void)state;
	plan.groups[0].threshold = 2;
	plan.groups[1].threshold = 1;
	plan.custodians[2].group = plan.custodians[3].group = 1;
	seal_quorum_of_plan(&plan, &quorum);
	assert_true(seal_quorum_has(&quorum, 7) && seal_quorum_has(&quorum, 11));
	assert_false(seal_quorum_has(&quorum, 13));
	plan = (struct seal_plan){.kind = SEAL_PLAN_UNSEAL};
	seal_quorum_of_plan(&plan, &quorum);
	assert_int_equal(quorum.total, 0);
	assert_int_equal(seal_quorum_everybody(&quorum), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_all_subsets), cmocka_unit_test(who_is_missed),
		cmocka_unit_test(large_numbers),       cmocka_unit_test(stops_when_told),
		cmocka_unit_test(of_a_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
