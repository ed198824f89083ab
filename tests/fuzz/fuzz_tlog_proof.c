/* Proofs come from anybody. What parses without extra data is written back byte for byte. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/tlog_proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t none[SEAL_MERKLE_HASH];
	struct seal_tlog_proof proof = {.from = 77};
	struct seal_diag diag = {0};
	const char *checkpoint;
	char *text = NULL;
	size_t len = 0;
	int error = seal_tlog_proof_parse(data, size, &proof, &diag);

	if (diag.error != error || (error && proof.from != 77))
		abort();
	if (error || size - proof.checkpoint_at > SEAL_CHECKPOINT_MAX)
		return 0;
	checkpoint = (const char *)data + proof.checkpoint_at;
	if (seal_tlog_proof_text(&proof, checkpoint, size - proof.checkpoint_at, &text, &len, NULL))
		abort();
	if (size < 29 || memcmp(data + 23, "extra ", 6) != 0)
		if (len != size || memcmp(text, data, size) != 0)
			abort();
	free(text);
	/* No proof leads to a root that nobody has found. */
	if (!seal_merkle_check_inclusion(&proof.path, proof.from, 1000, none, none, NULL))
		abort();
	if (proof.from &&
	    !seal_merkle_check_consistency(&proof.path, proof.from, 1000000, none, none, NULL))
		abort();
	return 0;
}
