/* Identity files lie about on disks. One that is read without its passphrase must be in its
   one spelling: written again from what was read, it is the same file. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/identity_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seal_identity_file file;
	struct seal_identity_public seen = {.recipient = "\n"};
	struct seal_diag diag = {0};
	char again[SEAL_IDENTITY_TEXT];
	char *text = malloc(size + 1);
	int error;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	error = seal_identity_peek(text, size, &seen, &diag);
	if (diag.error != error || (error != 0) != (seen.recipient[0] == '\n'))
		abort();
	if (error == 0) {
		if (seal_identity_read(text, size, &file, NULL) != 0)
			abort();
		seal_identity_write(&file, 1, again);
		if (strlen(again) != size || memcmp(again, text, size) != 0)
			abort();
	}
	free(text);
	return 0;
}
