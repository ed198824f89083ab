/* The CBOR of a fido2prf identity: what parses is the only way to write it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "crypto/fido2prf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A credential and an rp id that are both long do not fit the text. */
static void write_again(const struct seal_fido2prf_credential *credential, const uint8_t *data,
			size_t size)
{
	static char text[SEAL_FIDO2PRF_TEXT];
	static uint8_t back[SEAL_FIDO2PRF_TEXT];
	char hrp[32];
	size_t len = 0;
	int error = seal_fido2prf_text(credential, text, NULL);

	if (error == SEAL_E_TOOLONG && size > 1200)
		return;
	if (error || seal_unbech32(text, hrp, sizeof hrp, back, sizeof back, &len, NULL))
		abort();
	if (len != size || memcmp(back, data, size) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seal_fido2prf_credential credential;
	struct seal_diag diag = {0};

	if (size > 65536)
		return 0;
	if (seal_fido2prf_parse_bytes(data, size, &credential, &diag) == SEAL_OK)
		write_again(&credential, data, size);
	else if (diag.causes == 0)
		abort();
	return 0;
}
