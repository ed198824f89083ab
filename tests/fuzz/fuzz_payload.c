/* The text of a share comes out of a file that anybody may have sealed. What parses is
   written back byte for byte: there is one spelling. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "share/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_secret *text = NULL;
	struct seal_secret *share = NULL;
	struct seal_secret *again = NULL;
	struct seal_payload payload = {0};
	struct seal_diag diag = {0};
	int error;

	if (size < 1 || size > 4096 || seal_secret_copy(data, size, &text, NULL) != 0)
		return 0;
	error = seal_payload_parse(text, &payload, &share, &diag);
	if ((error != 0) != (share == NULL) || diag.error != error)
		abort();
	if (!error &&
	    (seal_payload_text(&payload, share, &again, &diag) != 0 ||
	     seal_secret_len(again) != size || memcmp(seal_secret_bytes(again), data, size) != 0))
		abort();
	seal_secret_free(again);
	seal_secret_free(share);
	seal_secret_free(text);
	return 0;
}
