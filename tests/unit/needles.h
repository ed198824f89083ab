#ifndef SEALKIT_TESTS_NEEDLES_H
#define SEALKIT_TESTS_NEEDLES_H

/* Secrets that are looked for in memory and in files; kept masked, so that they do not find
   themselves. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <valgrind/valgrind.h>

#define MASK 0x5a
#define NEEDLE 24u /* bytes of each planted text that are looked for */

struct needle {
	uint8_t masked[NEEDLE];
};

static inline struct needle needle_of(const void *text)
{
	struct needle needle;

	for (size_t i = 0; i < NEEDLE; i++)
		needle.masked[i] = (uint8_t)(((const uint8_t *)text)[i] ^ MASK);
	return needle;
}

/* All of them in one pass. */
__attribute__((no_sanitize("address"))) static inline size_t
count_in(const uint8_t *at, size_t len, const struct needle *needles, size_t needle_count)
{
	uint8_t first[256] = {0};
	size_t count = 0;

	for (size_t n = 0; n < needle_count; n++)
		first[needles[n].masked[0] ^ MASK] = 1;
	for (size_t i = 0; i + NEEDLE <= len; i++)
		for (size_t n = 0; first[at[i]] && n < needle_count; n++) {
			size_t k = 0;

			while (k < NEEDLE && at[i + k] == (needles[n].masked[k] ^ MASK))
				k++;
			count += k == NEEDLE;
		}
	return count;
}

/* How often they stand in what the process can write to. */
static inline size_t count_all_in_memory(const struct needle *needles, size_t needle_count)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	size_t count = 0;

	assert_non_null(maps);
	VALGRIND_DISABLE_ERROR_REPORTING; /* of freed memory, which is what this is about */
	while (fgets(line, sizeof line, maps)) {
		unsigned long from, to;
		char rights[8];

		if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 &&
		    !strncmp(rights, "rw", 2) && to - from < (256ul << 20))
			count += count_in((const uint8_t *)from, to - from, needles, needle_count);
	}
	VALGRIND_ENABLE_ERROR_REPORTING;
	(void)fclose(maps);
	return count;
}

static inline size_t count_in_memory(const struct needle *needle)
{
	return count_all_in_memory(needle, 1);
}

#endif
