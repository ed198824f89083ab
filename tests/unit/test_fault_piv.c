/* Certificates and attestations of PIV tokens while memory runs out, in OpenSSL too: what is good
   may then be refused, but nothing bad is taken, and nothing is read that is not there. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <valgrind/valgrind.h>
#include <cmocka.h>
#include <openssl/crypto.h>

#include "faults.h"
#include "parties.h"
#include "signers.h"
#include "token/piv_internal.h"

struct der {
	uint8_t bytes[SEAL_CARD_CERTIFICATE];
	size_t len;
};

/* root <- f9 <- leaf is good; root <- attested <- forged is not: attested may not attest. */
static struct party root, f9, leaf, attested, forged, foreign;
static struct der der_f9, der_leaf, der_attested, der_forged, der_foreign;
static struct seal_attest_want want, want_forged;
static char folder[] = "/tmp/test_fault_piv.XXXXXX";
static char root_path[ROOT_PATH];

/* OpenSSL's memory: --wrap of this program's malloc makes it fail. What OpenSSL forgets when it
   runs out is no leak of ours, so all of it is kept in a list. */
struct block {
	struct block *next, *prev;
};
static struct block blocks = {&blocks, &blocks};

static void *keep(struct block *block)
{
	if (!block)
		return NULL;
	*block = (struct block){blocks.next, &blocks};
	blocks.next->prev = block;
	blocks.next = block;
	return block + 1;
}

static void *take(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return keep(malloc(sizeof(struct block) + len));
}

static void give(void *bytes, const char *file, int line)
{
	struct block *block = bytes;

	(void)file;
	(void)line;
	if (!block)
		return;
	block--;
	block->prev->next = block->next;
	block->next->prev = block->prev;
	free(block);
}

static void *take_more(void *old, size_t len, const char *file, int line)
{
	struct block *block = old;
	struct block *more;

	(void)file;
	(void)line;
	if (!block)
		return take(len, file, line);
	block--;
	more = realloc(block, sizeof *more + len);
	if (!more)
		return NULL;
	more->prev->next = more;
	more->next->prev = more;
	return more + 1;
}

static void to_der(const struct party *party, struct der *out)
{
	out->len = party_der(party, out->bytes, sizeof out->bytes);
}

static struct party attestation(const struct party *by, struct der *out)
{
	struct party made = begin("YubiKey PIV Attestation 82", by, 0);

	add_raw(made.cert, "1.3.6.1.4.1.41482.3.3", "\5\7\1", 3);
	add_raw(made.cert, "1.3.6.1.4.1.41482.3.8", "\3\2", 2);
	finish(&made, by);
	to_der(&made, out);
	return made;
}

static int setup(void **state)
{
	(void)state;
	root = begin("root", NULL, 1);
	finish(&root, NULL);
	f9 = begin("F9", &root, 1);
	finish(&f9, &root);
	to_der(&f9, &der_f9);
	foreign = begin("F9", &root, 1); /* names the root, which has not signed it */
	finish(&foreign, NULL);
	to_der(&foreign, &der_foreign);
	leaf = attestation(&f9, &der_leaf);
	attested = attestation(&root, &der_attested);
	forged = attestation(&attested, &der_forged);
	want = (struct seal_attest_want){.slot = 0x82, .pin = 3, .touch = 2};
	want_forged = want;
	point_of(leaf.key, want.point);
	point_of(forged.key, want_forged.point);
	root_folder(&root, folder, root_path);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	drop(&root);
	drop(&f9);
	drop(&leaf);
	drop(&attested);
	drop(&forged);
	drop(&foreign);
	(void)unlink(root_path);
	return rmdir(folder);
}

/* With every malloc and realloc failing in turn. check looks at what came of each run. */
static void each(int (*act)(void), void (*check)(int error, int met))
{
	static const enum fault faults[] = {FAULT_MALLOC, FAULT_REALLOC, FAULT_CALLOC};
	/* Each run is thirty times as slow there. */
	const unsigned step = RUNNING_ON_VALGRIND ? 23 : 1;
	unsigned hits = 0;

	(void)act(); /* what OpenSSL loads once */
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		for (unsigned at = 1, met = 1; met; at += step) {
			int error;

			fault_arm(faults[i], at);
			error = act();
			met = (unsigned)fault_disarm();
			hits += met;
			check(error, (int)met);
		}
	assert_true(hits > 50 / step);
}

static struct seal_card_der made;
static struct seal_piv_named named;

static int name_a_slot(void)
{
	int error = seal_piv_cert_make(0x82, "alice", want.point, 3, 2, &made, NULL);

	named = (struct seal_piv_named){.mark = SEAL_PIV_FOREIGN};
	return error ? error : seal_piv_cert_read(&made, &named);
}

static void named_right(int error, int met)
{
	if (!met)
		assert_int_equal(error, SEAL_OK);
	if (!met)
		assert_true(named.mark == SEAL_PIV_NAMED && named.has_point);
	if (error || named.mark == SEAL_PIV_FOREIGN)
		return; /* its slot is left alone */
	assert_int_equal(named.mark, SEAL_PIV_NAMED);
	if (named.has_point)
		assert_memory_equal(named.point, want.point, sizeof want.point);
}

static struct seal_attest said;
static struct seal_roots *roots;

static int verify(const struct der *der, const struct der *by,
		  const struct seal_attest_want *wanted)
{
	said = (struct seal_attest){0};
	return seal_attest_verify(roots, der->bytes, der->len, by->bytes, by->len, wanted, &said,
				  NULL);
}

static int good(void)
{
	return verify(&der_leaf, &der_f9, &want);
}

static void good_or_refused(int error, int met)
{
	assert_true(met || error == SEAL_OK);
	assert_int_equal(said.has_point, error == SEAL_OK);
	if (!error)
		assert_memory_equal(said.point, want.point, sizeof want.point);
}

static int by_attested_key(void)
{
	return verify(&der_forged, &der_attested, &want_forged);
}

static int by_another_f9(void)
{
	return verify(&der_leaf, &der_foreign, &want);
}

static void never(int error, int met)
{
	(void)met;
	assert_true(error < 0);
	assert_false(said.has_point);
}

static void names(void **state)
{
	(void)state;
	each(name_a_slot, named_right);
}

static void attestations(void **state)
{
	(void)state;
	assert_int_equal(seal_roots_load(folder, SEAL_ROOTS_PIV, &roots, NULL), SEAL_OK);
	each(good, good_or_refused);
	each(by_attested_key, never);
	each(by_another_f9, never);
	seal_roots_free(roots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(attestations)};

	if (CRYPTO_set_mem_functions(take, take_more, give) != 1)
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
