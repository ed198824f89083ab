/* Plans come from anybody. What parses is written back byte for byte. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "share/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_plan plan = {.epoch = 77};
	struct seal_diag diag = {0};
	char *text = NULL;
	int error = seal_plan_parse((const char *)data, size, &plan, &diag);

	if (diag.error != error || (error && plan.epoch != 77))
		abort();
	if (!error && (seal_plan_text(&plan, &text, NULL) != 0 || strlen(text) != size ||
		       memcmp(text, data, size) != 0))
		abort();
	free(text);
	return 0;
}
