/* Statements of drills come from anybody. A text that parses is written back byte for byte; a
   whole note is looked at, and as no fuzzer signs, something is always wrong with it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "share/drill.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct seal_manifest manifest = {
		.purpose = "key of the vault",
		.set = "00112233445566778899aabbccddeeff",
		.created = "2026-11-10T10:00:00Z",
		.epoch = 2,
		.threshold = 1,
		.total = 1,
		.shares = {{.x = 17, .group = -1, .custodian = "cat", .card_count = 1}}};
	const struct seal_drill_world world = {.manifest = &manifest,
					       .latest = "2026-12-01T10:00:00Z"};
	struct seal_drill drill = {.epoch = 77};
	struct seal_drill_findings found;
	struct seal_diag diag = {0};
	char text[SEAL_DRILL_TEXT];
	unsigned line = 0;
	int error = seal_drill_parse((const char *)data, size, &drill, &line, &diag);

	if (diag.error != error || (error && drill.epoch != 77))
		abort();
	if (!error && (seal_drill_text(&drill, text, NULL) != 0 || strlen(text) != size ||
		       memcmp(text, data, size) != 0))
		abort();
	if (seal_drill_look(&world, data, size, &drill, &found, NULL) != 0 || found.count == 0 ||
	    found.count > SEAL_DRILL_FINDINGS)
		abort();
	return 0;
}
