/* Proofs as text: there and back, and every other form refused. The first is the shape of the
   example in C2SP tlog-proof.md, the second the request body of tlog-witness.md. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/tlog_proof.h"

#define H1 "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
#define H2 "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n"
#define CHECKPOINT                                                                          \
	"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq"  \
	"2I=\n\n\xe2\x80\x94 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniM" \
	"p+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
#define MAGIC "c2sp.org/tlog-proof@v1\n"
#define INCLUSION MAGIC "index 73894\n" H1 H2 "\n" CHECKPOINT
#define CONSISTENCY                                                    \
	"old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n" \
	"jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"               \
	"5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"               \
	"/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n" CHECKPOINT

static void there_and_back(const char *text, int is_consistency, uint64_t from, size_t count)
{
	struct seal_tlog_proof proof = {0};
	char *again = NULL;
	size_t len = 0;

	assert_int_equal(seal_tlog_proof_parse(text, strlen(text), &proof, NULL), SEAL_OK);
	assert_int_equal(proof.is_consistency, is_consistency);
	assert_true(proof.from == from);
	assert_int_equal(proof.path.count, count);
	assert_string_equal(text + proof.checkpoint_at, CHECKPOINT);
	assert_int_equal(
		seal_tlog_proof_text(&proof, CHECKPOINT, strlen(CHECKPOINT), &again, &len, NULL),
		SEAL_OK);
	assert_string_equal(again, text);
	assert_int_equal(len, strlen(text));
	free(again);
}

static void published(void **state)
{
	struct seal_tlog_proof proof = {0};

	(void)state;
	there_and_back(INCLUSION, 0, 73894, 2);
	there_and_back(CONSISTENCY, 1, 20852014, 4);
	there_and_back(MAGIC "index 0\n\n" CHECKPOINT, 0, 0, 0);
	there_and_back("old 0\n\n" CHECKPOINT, 1, 0, 0);
	assert_int_equal(seal_tlog_proof_parse(INCLUSION, strlen(INCLUSION), &proof, NULL),
			 SEAL_OK);
	assert_int_equal(proof.path.hash[0][0], 0x81);
	assert_int_equal(proof.path.hash[1][31], 0x60);
}

static void other_forms(void **state)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{"", SEAL_E_TRUNCATED},
		{"\n", SEAL_E_FORMAT},
		{"c2sp.org/tlog-proof@v2\nindex 0\n\n", SEAL_E_VERSION},
		{"c2sp.org/tlog-proof@v1 \nindex 0\n\n", SEAL_E_VERSION},
		{"c2sp.org/tlog-proof\nindex 0\n\n", SEAL_E_FORMAT},
		{MAGIC, SEAL_E_TRUNCATED},
		{MAGIC "index 0\n", SEAL_E_TRUNCATED},
		{MAGIC "index 0\n\n", SEAL_OK}, /* the checkpoint is another's to judge */
		{MAGIC "extra \nindex 0\n\n", SEAL_OK},
		{MAGIC "extra YWdl\nindex 0\n\n", SEAL_OK},
		{MAGIC "extra YWd\nindex 0\n\n", SEAL_E_FORMAT},
		{MAGIC "extra YWdl\nextra YWdl\nindex 0\n\n", SEAL_E_FORMAT},
		{MAGIC "extra YWdl\n", SEAL_E_TRUNCATED},
		{MAGIC "index 01\n\n", SEAL_E_FORMAT},
		{MAGIC "index -1\n\n", SEAL_E_FORMAT},
		{MAGIC "index  1\n\n", SEAL_E_FORMAT},
		{MAGIC "index 9223372036854775808\n\n", SEAL_E_FORMAT},
		{MAGIC "index\n\n", SEAL_E_FORMAT},
		{MAGIC "index 0\nindex 0\n\n", SEAL_E_FORMAT},
		{MAGIC "index 0\n" H1 "x\n\n", SEAL_E_FORMAT},
		{MAGIC "index 0\nAAAA\n\n", SEAL_E_FORMAT},
		{MAGIC "index 0\r\n\n", SEAL_E_FORMAT},
		{"old \n\n", SEAL_E_FORMAT},
		{"old 1\n" H1, SEAL_E_TRUNCATED},
		{"old 1\nold 1\n\n", SEAL_E_FORMAT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct seal_tlog_proof proof = {.from = 77};
		int error = seal_tlog_proof_parse(rows[i].text, strlen(rows[i].text), &proof, NULL);

		if (error != rows[i].error)
			fail_msg("row %zu: %s", i, seal_error_name(error));
		if (error)
			assert_true(proof.from == 77);
		else
			assert_int_equal(proof.checkpoint_at, strlen(rows[i].text));
	}
}

static void too_long(void **state)
{
	struct seal_tlog_proof proof = {.from = 77};
	static char text[SEAL_TLOG_PROOF_MAX + 2];
	size_t at = 6;

	(void)state;
	memcpy(text, "old 1\n", at);
	for (unsigned i = 0; i < SEAL_MERKLE_PROOF; i++, at += strlen(H1))
		memcpy(text + at, H1, strlen(H1));
	text[at] = '\n';
	assert_int_equal(seal_tlog_proof_parse(text, at + 1, &proof, NULL), SEAL_OK);
	assert_int_equal(proof.path.count, SEAL_MERKLE_PROOF);
	memcpy(text + at, H1 "\n", strlen(H1) + 1);
	assert_int_equal(seal_tlog_proof_parse(text, at + strlen(H1) + 1, &proof, NULL),
			 SEAL_E_TOOLONG);
	text[at] = '\n';
	assert_int_equal(seal_tlog_proof_parse(text, SEAL_TLOG_PROOF_MAX, &proof, NULL), SEAL_OK);
	assert_int_equal(seal_tlog_proof_parse(text, SEAL_TLOG_PROOF_MAX + 1, &proof, NULL),
			 SEAL_E_TOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published),
		cmocka_unit_test(other_forms),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
