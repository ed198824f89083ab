/* jansson's memory. Where an allocation of its lexer fails, jansson 2.14 goes on, reads and
   writes past its buffer: so while it parses, a failed one ends the parsing at once, and what
   was allocated for it is freed here. */

#include "json.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "json_internal.h"
#include "secret.h"

#include "base/banned.h"

/* Of the parsing that is under way: the blocks that it has, as a table by address, half empty.
   A stranger chooses how many there are, so none is looked for in a list. No automatic
   variable, as those may be lost by longjmp. */
static _Thread_local struct {
	int on;
	jmp_buf out;
	void **blocks;
	size_t count, cap; /* cap: a power of two, or 0 */
} load;

#define FIRST_CAP 128u

/* Its usable size is what may have been written to; blocks from before the set-up
   are wiped as well. */
void seal_json_wipe(void *block)
{
	if (!block)
		return;
	seal_wipe(block, malloc_usable_size(block));
	free(block);
}

static size_t home_of(const void *block)
{
	uint64_t mixed = ((uint64_t)(uintptr_t)block >> 4) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(mixed >> 32) & (load.cap - 1);
}

static size_t next_of(size_t at)
{
	return (at + 1) & (load.cap - 1);
}

static void put(void *block)
{
	size_t at = home_of(block);

	while (load.blocks[at])
		at = next_of(at);
	load.blocks[at] = block;
}

/* 0: no room. */
static int grow(void)
{
	void **old = load.blocks;
	size_t old_cap = load.cap;
	void **blocks = calloc(old_cap ? 2 * old_cap : FIRST_CAP, sizeof *blocks);

	if (!blocks)
		return 0;
	load.blocks = blocks;
	load.cap = old_cap ? 2 * old_cap : FIRST_CAP;
	for (size_t i = 0; i < old_cap; i++)
		if (old[i])
			put(old[i]);
	free(old);
	return 1;
}

/* 0: no room to note it. */
static int note(void *block)
{
	if (2 * (load.count + 1) > load.cap && !grow())
		return 0;
	put(block);
	load.count++;
	return 1;
}

/* Those behind that this one had pushed on move up. */
static void forget(const void *block)
{
	size_t hole;

	if (!load.cap)
		return;
	for (hole = home_of(block); load.blocks[hole] != block; hole = next_of(hole))
		if (!load.blocks[hole])
			return;
	for (size_t at = next_of(hole); load.blocks[at]; at = next_of(at)) {
		size_t far = (at - home_of(load.blocks[at])) & (load.cap - 1);

		if (far < ((at - hole) & (load.cap - 1)))
			continue;
		load.blocks[hole] = load.blocks[at];
		hole = at;
	}
	load.blocks[hole] = NULL;
	load.count--;
}

static void *alloc(size_t len)
{
	void *block = malloc(len);

	if (load.on && (!block || !note(block))) {
		free(block);
		longjmp(load.out, 1);
	}
	return block;
}

static void release(void *block)
{
	if (load.on)
		forget(block);
	seal_json_wipe(block);
}

/* jansson would take the seed of its tables out of a file, which a sandbox refuses, and then from
   the clock: who guesses that makes names which all fall into one list. */
void seal_json_setup(void)
{
	static int seeded;
	size_t seed = 0;

	json_set_alloc_funcs(alloc, release);
	if (seeded || seal_random(&seed, sizeof seed, NULL))
		return;
	json_object_seed(seed | 1u);
	seeded = 1;
}

static void end(int failed)
{
	load.on = 0;
	for (size_t i = 0; failed && i < load.cap; i++)
		seal_json_wipe(load.blocks[i]);
	free(load.blocks);
	load.blocks = NULL;
	load.count = load.cap = 0;
}

int seal_json_load(const void *text, size_t len, size_t flags, struct json_t **out_json,
		   struct seal_json_where *out_where, struct seal_diag *diag)
{
	json_error_t why;

	if (setjmp(load.out)) {
		end(1);
		return seal_fail(diag, SEAL_E_NOMEM, "JSON");
	}
	load.on = 1;
	*out_json = json_loadb(text, len, flags, &why);
	end(0);
	if (*out_json)
		return SEAL_OK;
	out_where->line = why.line;
	out_where->column = why.column;
	(void)snprintf(out_where->text, sizeof out_where->text, "%s", why.text);
	return json_error_code(&why) == json_error_out_of_memory
		       ? seal_fail(diag, SEAL_E_NOMEM, "JSON")
		       : SEAL_E_FORMAT;
}
