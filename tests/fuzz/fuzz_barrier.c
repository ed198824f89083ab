/* Seal configuration and state are read before any key is there, from a store that
   anybody may have written. What parses is written back byte for byte. The first byte
   chooses which; a state gets its sum here, or nothing would come past it. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "barrier/barrier_internal.h"
#include "base/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const char *text, size_t len, char *again, size_t again_len)
{
	if (again_len != len || memcmp(text, again, len) != 0)
		abort();
	free(again);
}

static void try_config(const char *text, size_t len)
{
	struct seal_barrier_config config = {0};
	struct seal_diag diag = {0};
	char *again = NULL;
	size_t again_len = 0;
	int error = seal_barrier_config_parse(text, len, &config, &diag);

	if (diag.error != error || (error && error != SEAL_E_VERIFY))
		abort();
	if (error)
		return;
	if (config.threshold < 1 || config.threshold > config.total ||
	    config.total > (config.plain ? SEAL_BARRIER_PLAIN : SEAL_MANIFEST_SHARES) ||
	    seal_barrier_config_text(&config, &again, &again_len, &diag) != 0)
		abort();
	same(text, len, again, again_len);
}

static void try_state(const char *text, size_t len)
{
	static const char name[] = "sealkit-barrier-state/1\n";
	const struct seal_barrier_config config = {
		.set = "0123456789abcdef0123456789abcdef",
		.epoch = 1,
		.threshold = 2,
		.total = 3,
	};
	struct seal_barrier_state state = {0};
	struct seal_diag diag = {0};
	char *summed = malloc(len + 80);
	char *again = NULL;
	size_t again_len = 0;
	uint8_t sum[32];
	char hex[65];

	if (!summed)
		abort();
	memcpy(summed, text, len);
	seal_barrier_digest(name, text, len, sum);
	seal_hex(sum, sizeof sum, hex);
	len += (size_t)snprintf(summed + len, 80, "sum: %s\n", hex);
	if (seal_barrier_state_parse(summed, len, &config, &state, &diag) == 0) {
		if (seal_barrier_state_text(&state, &config, &again, &again_len, &diag) != 0)
			abort();
		same(summed, len, again, again_len);
		free(state.rows);
	} else if (diag.error != SEAL_E_VERIFY) {
		abort();
	}
	free(summed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	if (data[0] % 2)
		try_config((const char *)data + 1, size - 1);
	else
		try_state((const char *)data + 1, size - 1);
	return 0;
}
