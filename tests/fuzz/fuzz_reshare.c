/* Minutes of a reshare come from anybody, and their text is read before signatures are looked at:
   nothing but an error, and nothing filled in, as a fuzzer cannot sign. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "share/reshare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set_of(struct seal_manifest *manifest, char digit, unsigned epoch)
{
	static const char *const names[] = {"alice", "bruno", "chloe"};

	*manifest = (struct seal_manifest){
		.purpose = "a test", .epoch = epoch, .threshold = 2, .total = 3};
	memset(manifest->set, digit, SEAL_SET_ID);
	memcpy(manifest->created, "2026-11-24T10:00:00Z", 21);
	for (unsigned i = 0; i < 3; i++) {
		manifest->shares[i].group = -1;
		manifest->shares[i].card_count = 1;
		manifest->shares[i].cards[0][0] = (uint8_t)i;
		memcpy(manifest->shares[i].custodian, names[i], 6);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seal_manifest former, fresh;
	struct seal_reshare minutes;
	struct seal_diag diag = {0};
	int error;

	set_of(&former, '1', 1);
	set_of(&fresh, '2', 2);
	seal_reshare_init(&minutes, &former, "former", 6, &fresh, "fresh", 5);
	error = seal_reshare_verify(&minutes, data, size, &diag);
	if (!error || diag.error != error)
		abort();
	for (unsigned i = 0; i < SEAL_MANIFEST_SHARES; i++)
		if (minutes.opened[i].is_opened)
			abort();
	return 0;
}
