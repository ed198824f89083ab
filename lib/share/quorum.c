/* Who can come together. */

#include "share/quorum.h"

#include <string.h>

#include "base/banned.h"

static void put(struct seal_quorum *quorum, unsigned share, int group)
{
	quorum->members[group < 0 ? 0 : group] |= UINT64_C(1) << share;
}

static void set_needs(struct seal_quorum *quorum, const struct seal_manifest_group *groups,
		      size_t count, unsigned threshold)
{
	quorum->group_count = count ? count : 1;
	quorum->need[0] = threshold;
	for (size_t i = 0; i < count; i++)
		quorum->need[i] = groups[i].threshold;
}

void seal_quorum_of_manifest(const struct seal_manifest *manifest, struct seal_quorum *out)
{
	*out = (struct seal_quorum){.total = manifest->total};
	set_needs(out, manifest->groups, manifest->group_count, manifest->threshold);
	for (unsigned i = 0; i < manifest->total; i++)
		put(out, i, manifest->shares[i].group);
}

void seal_quorum_of_plan(const struct seal_plan *plan, struct seal_quorum *out)
{
	*out = (struct seal_quorum){.total = plan->total};
	set_needs(out, plan->groups, plan->group_count, plan->threshold);
	for (unsigned i = 0; i < plan->total; i++)
		put(out, i, plan->custodians[i].group);
}

uint64_t seal_quorum_everybody(const struct seal_quorum *quorum)
{
	uint64_t all = 0;

	for (size_t i = 0; i < quorum->group_count; i++)
		all |= quorum->members[i];
	return all;
}

static unsigned count_of(uint64_t persons)
{
	return (unsigned)__builtin_popcountll(persons);
}

int seal_quorum_has(const struct seal_quorum *quorum, uint64_t present)
{
	for (size_t i = 0; i < quorum->group_count; i++)
		if (count_of(present & quorum->members[i]) < quorum->need[i])
			return 0;
	return 1;
}

/* How many choices of k among n, or UINT64_MAX. Each step divides without a rest. */
static uint64_t choose(unsigned n, unsigned k)
{
	uint64_t result = 1;

	if (k > n)
		return 0;
	if (k > n - k)
		k = n - k;
	for (unsigned i = 1; i <= k; i++) {
		unsigned __int128 next = (unsigned __int128)result * (n - k + i) / i;

		if (next > UINT64_MAX)
			return UINT64_MAX;
		result = (uint64_t)next;
	}
	return result;
}

uint64_t seal_quorum_count(const struct seal_quorum *quorum, uint64_t present)
{
	uint64_t result = 1;

	for (size_t i = 0; i < quorum->group_count; i++) {
		uint64_t one = choose(count_of(present & quorum->members[i]), quorum->need[i]);

		if (__builtin_mul_overflow(result, one, &result))
			return UINT64_MAX;
	}
	return result;
}

/* Chooses `left` more persons of group `at` above `from`, then goes on to the next group. */
static int walk(const struct seal_quorum *quorum, size_t at, unsigned from, unsigned left,
		uint64_t present, uint64_t chosen, int (*each)(void *ctx, uint64_t persons),
		void *ctx)
{
	if (left == 0) {
		if (at + 1 == quorum->group_count)
			return each(ctx, chosen);
		return walk(quorum, at + 1, 0, quorum->need[at + 1], present, chosen, each, ctx);
	}
	for (unsigned i = from; i < quorum->total; i++) {
		uint64_t one = UINT64_C(1) << i;
		int stop = 0;

		if (present & quorum->members[at] & one)
			stop = walk(quorum, at, i + 1, left - 1, present, chosen | one, each, ctx);
		if (stop)
			return stop;
	}
	return 0;
}

int seal_quorum_each(const struct seal_quorum *quorum, uint64_t present,
		     int (*each)(void *ctx, uint64_t persons), void *ctx)
{
	return quorum->total ? walk(quorum, 0, 0, quorum->need[0], present, 0, each, ctx) : 0;
}

uint64_t seal_quorum_missing(const struct seal_quorum *quorum, uint64_t present, unsigned absent)
{
	if (absent == 0)
		return 0;
	for (unsigned i = 0; i < quorum->total; i++) {
		uint64_t one = UINT64_C(1) << i;
		uint64_t rest;

		if (!(present & one))
			continue;
		if (absent == 1 && !seal_quorum_has(quorum, present & ~one))
			return one;
		rest = seal_quorum_missing(quorum, present & ~one, absent - 1);
		if (rest)
			return rest | one;
	}
	return 0;
}
