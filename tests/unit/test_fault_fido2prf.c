/* Every allocation and random byte of sealing to a FIDO2 credential and of opening fails
   in turn: an error, no crash, and nothing that passes for whole. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/fido2prf.h"
#include "crypto/hmac.h"
#include "faults.h"

static uint8_t store[1024];
static size_t stored;

static int evaluate(void *ctx, const uint8_t salts[static SEAL_FIDO2PRF_SALTS],
		    struct seal_secret *output, struct seal_diag *diag)
{
	(void)ctx;
	(void)diag;
	for (size_t i = 0; i < 2; i++)
		seal_hmac((const uint8_t *)"planted", 7, &(struct seal_piece){salts + 32 * i, 32},
			  1, seal_secret_data(output) + 32 * i);
	return SEAL_OK;
}

static int seal_file(void)
{
	struct seal_fido2prf prf = {evaluate, NULL};
	struct seal_mem_source in = {.bytes = (const uint8_t *)"a share", .len = 7};
	struct seal_mem_sink out = {.bytes = store, .cap = sizeof store};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);
	int error = seal_fido2prf_seal(&prf, &source, &sink, NULL);

	stored = out.len;
	return error;
}

static int open_file(void)
{
	static uint8_t plain[64];
	struct seal_fido2prf prf = {evaluate, NULL};
	struct seal_age_identity identity = seal_fido2prf_identity(&prf);
	struct seal_mem_source in = {.bytes = store, .len = stored};
	struct seal_mem_sink out = {.bytes = plain, .cap = sizeof plain};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);

	return seal_age_open(&identity, 1, &source, &sink, NULL);
}

static void opens_only_if_whole(int error)
{
	assert_int_equal(open_file() == SEAL_OK, error == SEAL_OK);
}

static void sealing(void **state)
{
	(void)state;
	fault_each(seal_file, opens_only_if_whole);
}

static void opening(void **state)
{
	(void)state;
	assert_int_equal(seal_file(), SEAL_OK);
	fault_each(open_file, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealing),
		cmocka_unit_test(opening),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
