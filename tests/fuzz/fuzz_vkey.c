/* Lines of keys. What parses has a name, and the id that the line says. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/vkey.h"
#include "base/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_note_key key = {.len = 0};
	struct seal_diag diag = {0};
	char id[9];
	int error = seal_vkey_parse((const char *)data, size, &key, &diag);

	if (diag.error != error || (error && key.len != 0))
		abort();
	if (error)
		return 0;
	seal_hex(key.id, 4, id);
	if (!key.name[0] || !key.verify || memcmp(data, key.name, strlen(key.name)) != 0 ||
	    memcmp(data + strlen(key.name) + 1, id, 8) != 0)
		abort();
	return 0;
}
