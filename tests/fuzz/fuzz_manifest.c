/* Manifests come from anybody. The text of one, as if its signature were good (a fuzzer
   cannot sign), and the whole note. What parses is written back byte for byte. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "share/manifest_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_field_reader reader = {.at = (const char *)data, .left = size};
	struct seal_manifest manifest = {0};
	struct seal_manifest whole = {.epoch = 77};
	struct seal_diag diag = {0};
	char *text = NULL;
	int error = seal_manifest_head(&reader, &manifest, &diag);

	if (!error)
		error = seal_manifest_body(&reader, &manifest, &diag);
	if (diag.error != error)
		abort();
	if (!error && (seal_manifest_text(&manifest, &text, NULL) != 0 || strlen(text) != size ||
		       memcmp(text, data, size) != 0))
		abort();
	free(text);
	if (seal_manifest_parse(data, size, NULL, &whole, &diag) != 0 && whole.epoch != 77)
		abort();
	return 0;
}
