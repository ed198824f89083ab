/* Lines of logs come from whoever keeps the log. What needs no parser, the parser takes; and what
   is read without it is what it finds. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "audit/verify_internal.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int is_set_up;
	const char *line = (const char *)data;
	struct seal_verify_line quick = {0};
	struct seal_verify_line strict = {0};
	struct json_t *json = NULL;
	int error;

	if (!is_set_up)
		seal_json_setup();
	is_set_up = 1;
	error = seal_json_parse(line, size, &json, NULL);
	if (seal_verify_plain(line, size) && error)
		abort();
	seal_json_free(json);
	if (seal_verify_read(line, size, 1, &strict, NULL))
		return 0;
	if (error || seal_verify_read(line, size, 0, &quick, NULL) || quick.seq != strict.seq ||
	    seal_verify_compare(&quick.time, &strict.time) != 0)
		abort();
	return 0;
}
