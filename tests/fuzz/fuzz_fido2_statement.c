/* What a FIDO2 card keeps of its token's words comes by mail: authenticator data, a signature and
   a certificate, each after its length in two bytes. Without a root nothing of it may hold. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "token/fido2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct rest {
	const uint8_t *at;
	size_t left;
};

static size_t take(struct rest *rest, uint8_t *out, size_t cap)
{
	size_t len;

	if (rest->left < 2)
		return 0;
	len = (size_t)rest->at[0] << 8 | rest->at[1];
	rest->at += 2;
	rest->left -= 2;
	len = len < rest->left ? len : rest->left;
	len = len < cap ? len : cap;
	memcpy(out, rest->at, len);
	rest->at += len;
	rest->left -= len;
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seal_card card;
	struct seal_fido2prf_credential credential = {
		.id = "credential's id!", .id_len = 16, .rp_id = "seal.example"};
	struct rest rest = {data, size};
	struct seal_card_fido2 *fido2 = &card.fido2;
	struct seal_diag diag = {0};
	int error;

	memset(&card, 0, sizeof card);
	card.kind = SEAL_CARD_FIDO2;
	card.is_attested = 1;
	memcpy(card.recipient, "age1", 5);
	memcpy(fido2->rp_id, "seal.example", 13);
	memcpy(fido2->signing_rp_id, "sign.seal.example", 18);
	memcpy(fido2->credential, "credential's id!", 16);
	fido2->credential_len = 16;
	if (seal_fido2prf_text(&credential, fido2->identity, NULL) != 0)
		abort();
	fido2->unwrap.data_len = take(&rest, fido2->unwrap.data, sizeof fido2->unwrap.data);
	fido2->unwrap.signature_len =
		take(&rest, fido2->unwrap.signature, sizeof fido2->unwrap.signature);
	fido2->device.len = take(&rest, fido2->device.bytes, sizeof fido2->device.bytes);
	fido2->sign = fido2->unwrap;
	error = seal_fido2_prove_attestation(&card, NULL, &diag);
	if (error == 0 || diag.error != error)
		abort();
	return 0;
}
