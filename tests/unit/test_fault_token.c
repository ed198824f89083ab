/* Every allocation, lock and random byte of enrolling and using a token fails in turn, and of
   reading a folder of cards: an error, no crash, no token and no card that is half made. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "ceremony/cards.h"
#include "crypto/age_seal.h"
#include "faults.h"
#include "token/template.h"
#include "token/token_internal.h"

static const struct seal_token_place place;
static const struct seal_token_plan plan = {.name = "alice", .group = "ops"};
static struct seal_card card;
static char folder[] = "/tmp/sealkit-fault.XXXXXX";
static uint8_t file[2048];
static size_t file_len;

static int answer(void *ctx, const struct seal_token_question *question,
		  struct seal_secret **out_secret, struct seal_diag *diag)
{
	(void)ctx;
	(void)question;
	return seal_secret_copy((const uint8_t *)"246810", 6, out_secret, diag);
}

static void touch(void *ctx, const struct seal_token_question *question, int waiting)
{
	(void)ctx;
	(void)question;
	(void)waiting;
}

static const struct seal_token_asker asker = {.secret = answer, .touch = touch};

static int enrol(void)
{
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;

	seal_template_pull();
	return seal_token_enrol_with(&seal_template_driver, &place, &plan, &asker, &card, &token,
				     NULL);
}

static int use(void)
{
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	struct seal_token_opener opener = {NULL, &asker};
	struct seal_age_identity identity;
	uint8_t back[16];
	uint8_t signature[64];
	size_t len = 0;
	struct seal_mem_source in = {file, file_len, 0};
	struct seal_mem_sink out = {back, sizeof back, 0};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);
	int error = seal_token_open_with(&seal_template_driver, &place, &card, &token, NULL);

	if (error)
		return error;
	opener.token = token;
	identity = seal_token_identity(&opener);
	error = seal_age_open(&identity, 1, &source, &sink, NULL);
	if (!error)
		error = seal_token_sign(token, &asker, "x\n", 2, signature, sizeof signature, &len,
					NULL);
	return error;
}

static int read_folder(void)
{
	struct seal_cards cards SEAL_CLEANUP(seal_cards_done) = {0};
	int error = seal_cards_add_folder(&cards, folder, NULL);

	assert_int_equal(cards.count, error ? 0 : 1);
	return error;
}

static void enrolling(void **state)
{
	(void)state;
	fault_each(enrol, NULL);
	assert_int_equal(enrol(), SEAL_OK);
}

static void using(void **state)
{
	struct seal_age_recipient to;
	struct seal_mem_source in = {(const uint8_t *)"a share", 7, 0};
	struct seal_mem_sink out = {file, sizeof file, 0};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);

	(void)state;
	assert_int_equal(enrol(), SEAL_OK);
	assert_int_equal(seal_age_recipient_parse(card.recipient, &to, NULL), SEAL_OK);
	assert_int_equal(seal_age_seal(&to, 1, &source, &sink, NULL), SEAL_OK);
	file_len = out.len;
	fault_each(use, NULL);
}

static void reading(void **state)
{
	char path[64];
	char *text = NULL;
	FILE *to;

	(void)state;
	assert_int_equal(enrol(), SEAL_OK);
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/alice.card", folder);
	assert_int_equal(seal_card_text(&card, &text, NULL), SEAL_OK);
	to = fopen(path, "w");
	assert_non_null(to);
	assert_true(fputs(text, to) >= 0);
	assert_int_equal(fclose(to), 0);
	free(text);
	fault_each(read_folder, NULL);
	(void)unlink(path);
	(void)rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(enrolling), cmocka_unit_test(using),
					   cmocka_unit_test(reading)};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	seal_template_pull();
	return failed;
}
