/* jansson's memory. Where an allocation of its lexer fails, jansson 2.14 goes on, reads and
   writes past its buffer: so while it parses, a failed one ends the parsing at once, and what
   was allocated for it is freed here. */

#include "json.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "json_internal.h"
#include "secret.h"

#include "base/banned.h"

/* Of the parsing that is under way: the blocks that it has. No automatic variable, as those
   may be lost by longjmp. */
static _Thread_local struct {
	int on;
	jmp_buf out;
	void **blocks;
	size_t count, cap;
} load;

/* Its usable size is what may have been written to; blocks from before the set-up
   are wiped as well. */
void seal_json_wipe(void *block)
{
	if (!block)
		return;
	seal_wipe(block, malloc_usable_size(block));
	free(block);
}

/* 0: no room to note it. */
static int note(void *block)
{
	if (load.count == load.cap) {
		size_t cap = load.cap ? 2 * load.cap : 64;
		void **blocks = realloc(load.blocks, cap * sizeof *blocks);

		if (!blocks)
			return 0;
		load.blocks = blocks;
		load.cap = cap;
	}
	load.blocks[load.count++] = block;
	return 1;
}

/* Mostly one of the last: texts of names, tables that have grown. */
static void forget(const void *block)
{
	for (size_t i = load.count; i-- > 0;)
		if (load.blocks[i] == block) {
			load.blocks[i] = load.blocks[--load.count];
			return;
		}
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

void seal_json_setup(void)
{
	json_set_alloc_funcs(alloc, release);
}

static void end(int failed)
{
	load.on = 0;
	for (size_t i = 0; failed && i < load.count; i++)
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
