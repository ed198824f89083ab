/* The attestation parser takes bytes from a token that may lie. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "token/attest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_attest a = {0};
	struct seal_diag diag = {0};
	int rc = seal_attest_parse(data, size, &a, &diag);
	if (rc != 0 && (diag.error != rc || a.has_point || a.has_serial))
		abort();
	if (rc == 0 && a.has_point && a.point[0] != 4)
		abort();
	return 0;
}
