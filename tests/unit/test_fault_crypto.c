/* Every allocation and random byte of sealing, splitting and signing fails in turn:
   an error, no crash, and no output that passes for whole. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/io.h"
#include "crypto/age.h"
#include "crypto/age_seal.h"
#include "crypto/note.h"
#include "crypto/proof.h"
#include "crypto/xaes.h"
#include "faults.h"
#include "share/lines.h"

#define IDENTITY "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
#define RECIPIENT "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
#define TAGGED "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e"

static uint8_t store[8192];
static uint8_t back[8192];
static size_t stored;

static int seal_file(void)
{
	static const char text[] = "a share";
	struct seal_mem_source in = {.bytes = (const uint8_t *)text, .len = sizeof text};
	struct seal_mem_sink out = {.bytes = store, .cap = sizeof store};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);
	struct seal_age_recipient to[2];
	int error = seal_age_recipient_parse(RECIPIENT, &to[0], NULL);

	if (!error)
		error = seal_age_recipient_parse(TAGGED, &to[1], NULL);
	if (!error)
		error = seal_age_seal(to, 2, &source, &sink, NULL);
	stored = out.len;
	return error;
}

static int open_file(void)
{
	struct seal_mem_source in = {.bytes = store, .len = stored};
	struct seal_mem_sink out = {.bytes = back, .cap = sizeof back};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_age_identity identity;
	int error = seal_age_x25519_parse(IDENTITY, &key, NULL);

	if (error)
		return error;
	identity = seal_age_x25519_identity(key);
	return seal_age_open(&identity, 1, &source, &sink, NULL);
}

/* What a failed sealing wrote must not open: a share that is half there is none. */
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

static int split_secret(void)
{
	static const struct seal_plain_policy policy = {.threshold = 3, .shares = 5};
	static const char secret[] = "thirty-two bytes, or nearly that";
	struct seal_mem_source in = {.bytes = (const uint8_t *)secret, .len = 32};
	struct seal_mem_sink out = {.bytes = store, .cap = sizeof store};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);
	int error = seal_plain_split(&policy, &source, &sink, NULL);

	stored = out.len;
	return error;
}

/* Nothing is handed out before all of it is proved. */
static void all_lines_or_none(int error)
{
	assert_int_equal(stored, error ? 0 : 5 * 45);
}

static int combine_lines(void)
{
	struct seal_mem_source in = {.bytes = store, .len = stored};
	struct seal_mem_sink out = {.bytes = back, .cap = sizeof back};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);
	int error = seal_plain_combine(&source, &sink, NULL);

	assert_int_equal(out.len, error ? 0 : 32);
	return error;
}

static void shares(void **state)
{
	(void)state;
	fault_each(split_secret, all_lines_or_none);
	assert_int_equal(split_secret(), SEAL_OK);
	fault_each(combine_lines, NULL);
}

static int sign_note(void)
{
	static const char text[] = "sealkit-test/1\n";
	struct seal_secret *seed SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_proof *proof SEAL_CLEANUP(seal_proof_freep) = NULL;
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	char *signed_text = NULL;
	size_t len = 0;
	uint8_t signature[SEAL_PROOF_SIGNATURE];
	int error = seal_secret_random(33, &seed, NULL);

	if (!error)
		error = seal_proof_new(seed, "set", &proof, NULL);
	if (!error)
		error = seal_proof_sign(proof, (const uint8_t *)text, 5, signature, NULL);
	if (!error) {
		struct seal_note_signer signer;
		struct seal_note_key key;
		struct seal_secret *own SEAL_CLEANUP(seal_secret_freep) = NULL;
		static const uint8_t pair[64] = {
			0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
			0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
			0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60, 0xd7,
			0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3,
			0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23,
			0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a}; /* RFC 8032 7.1 */

		error = seal_secret_copy(pair, sizeof pair, &own, NULL);
		if (!error)
			error = seal_note_key_ed25519("alice", pair + 32, &key, NULL);
		if (error)
			return error;
		signer = seal_note_signer_ed25519(&key, own);
		error = seal_note_sign(text, sizeof text - 1, &signer, 1, &signed_text, &len, NULL);
	}
	if (!error)
		error = seal_note_parse(signed_text, len, &note, NULL);
	free(signed_text);
	return error;
}

static void notes_and_proofs(void **state)
{
	(void)state;
	fault_each(sign_note, NULL);
}

static int seal_entry(void)
{
	static const uint8_t key[32] = {1};
	static const uint8_t nonce[24] = {2};

	return seal_xaes_seal(key, nonce, NULL, 0, (const uint8_t *)"entry", 5, store, NULL);
}

static void entries(void **state)
{
	(void)state;
	fault_each(seal_entry, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealing), cmocka_unit_test(opening),
		cmocka_unit_test(shares),  cmocka_unit_test(notes_and_proofs),
		cmocka_unit_test(entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
