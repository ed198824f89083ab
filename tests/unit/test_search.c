/* Which tokens that are here open which shares: many shares at once, too many tokens, and files
   that are no shares. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "ceremony/search.h"
#include "crypto/age_seal.h"

#define CARDS (SEAL_OPEN_FITS + 1)

static char dir[] = "/tmp/sealkit-search.XXXXXX";
static char path[64];
static const char *identities[1] = {path};
static struct seal_token_place place = {.identities = identities, .identity_count = 1};
static struct seal_card cards[CARDS];
static uint8_t share[2048];
static size_t share_len;

static int answer(void *ctx, const struct seal_token_question *question,
		  struct seal_secret **out_secret, struct seal_diag *diag)
{
	(void)ctx;
	(void)question;
	return seal_secret_copy((const uint8_t *)"correct horse", 13, out_secret, diag);
}

static int enrol(void **state)
{
	const struct seal_token_asker asker = {.secret = answer};
	const struct seal_token_plan plan = {.name = "alice", .identity_out = path};
	const struct seal_token_place nowhere = {0};
	struct seal_token *token = NULL;
	struct seal_age_recipient to;
	struct seal_mem_source in = {(const uint8_t *)"a share", 7, 0};
	struct seal_mem_sink out = {share, sizeof share, 0};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof path, "%s/alice.identity", dir);
	if (seal_token_enrol(SEAL_CARD_PASSPHRASE, &nowhere, &plan, &asker, &cards[0], &token,
			     NULL))
		return -1;
	seal_token_free(token);
	for (size_t i = 1; i < CARDS; i++)
		cards[i] = cards[0];
	if (seal_age_recipient_parse(cards[0].recipient, &to, NULL) ||
	    seal_age_seal(&to, 1, &source, &sink, NULL))
		return -1;
	share_len = out.len;
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

static struct seal_open_job job(size_t count)
{
	return (struct seal_open_job){.file = share,
				      .len = share_len,
				      .cards = cards,
				      .card_count = count,
				      .custodian = "alice",
				      .place = &place};
}

/* The search is the caller's to free. */
static struct seal_open_search *searched(const struct seal_open_job *one)
{
	struct seal_open_search *search = calloc(1, sizeof *search);

	assert_non_null(search);
	search->job = one;
	assert_int_equal(seal_open_search(search, 1, NULL), SEAL_OK);
	assert_int_equal(search->error, search->why.error);
	return search;
}

#define expect(...) expect_at(__LINE__, __VA_ARGS__)
static void expect_at(int line, const struct seal_open_job *one, int error, size_t count)
{
	struct seal_open_search *search = searched(one);

	if (search->error != error)
		fail_msg("line %d: %s", line, seal_error_name(search->error));
	assert_int_equal(search->count, count);
	free(search);
}

static void finds(void **state)
{
	struct seal_open_job one = job(1);
	struct seal_open_search *search = searched(&one);

	(void)state;
	assert_int_equal(search->error, SEAL_OK);
	assert_int_equal(search->count, 1);
	assert_ptr_equal(search->fits[0].card, &cards[0]);
	assert_string_equal(search->fits[0].info.where, path);
	assert_int_equal(search->fits[0].sure, 0);
	free(search);
}

/* As many as there is room for are all shown; of one more none is dropped in silence. */
static void too_many(void **state)
{
	struct seal_open_job one = job(SEAL_OPEN_FITS);
	struct seal_open_search *search;

	(void)state;
	expect(&one, SEAL_OK, SEAL_OPEN_FITS);
	one = job(CARDS);
	search = searched(&one);
	assert_int_equal(search->error, SEAL_E_TOKENWRONG);
	assert_non_null(strstr(search->why.cause[0], "over 8 tokens that fit are here"));
	free(search);
}

static void nobodys(void **state)
{
	static const char *const none[1] = {"/nonexistent/x.identity"};
	struct seal_token_place elsewhere = {0};
	struct seal_open_job one = job(1);

	(void)state;
	one.custodian = "bruno";
	expect(&one, SEAL_E_NOIDENTITY, 0);
	one = job(0);
	one.custodian = NULL;
	expect(&one, SEAL_E_NOIDENTITY, 0);
	one = job(1);
	one.place = &elsewhere;
	expect(&one, SEAL_E_TOKENABSENT, 0);
	elsewhere.identities = none;
	elsewhere.identity_count = 1;
	expect(&one, SEAL_E_NOTFOUND, 0);
	one = job(1);
	one.has_serial = 1;
	one.serial = 7;
	expect(&one, SEAL_E_TOKENABSENT, 0);
}

static void no_shares(void **state)
{
	struct seal_open_job one = job(1);

	(void)state;
	one.len = 60; /* in the middle of the header */
	expect(&one, SEAL_E_TRUNCATED, 0);
	one.file = (const uint8_t *)"not an age file\nand not a short text";
	one.len = 37;
	expect(&one, SEAL_E_FORMAT, 0);
	one.len = 0;
	expect(&one, SEAL_E_TRUNCATED, 0);
	one.len = SEAL_OPEN_FILE + 1;
	expect(&one, SEAL_E_TOOLONG, 0);
}

/* The trouble of one share is no other's. */
static void together(void **state)
{
	struct seal_open_job jobs[3] = {job(1), job(CARDS), job(2)};
	struct seal_open_search *searches = calloc(3, sizeof *searches);

	(void)state;
	assert_non_null(searches);
	jobs[0].custodian = "bruno";
	for (size_t i = 0; i < 3; i++)
		searches[i].job = &jobs[i];
	assert_int_equal(seal_open_search(searches, 3, NULL), SEAL_OK);
	assert_int_equal(searches[0].error, SEAL_E_NOIDENTITY);
	assert_int_equal(searches[1].error, SEAL_E_TOKENWRONG);
	assert_int_equal(searches[2].error, SEAL_OK);
	assert_int_equal(searches[2].count, 2);
	assert_ptr_equal(searches[2].fits[1].card, &cards[1]);
	assert_int_equal(seal_open_search(searches, 0, NULL), SEAL_OK);
	free(searches);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(finds), cmocka_unit_test(too_many),
					   cmocka_unit_test(nobodys), cmocka_unit_test(no_shares),
					   cmocka_unit_test(together)};

	return cmocka_run_group_tests(tests, enrol, tidy);
}
