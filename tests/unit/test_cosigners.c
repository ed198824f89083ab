/* Whose cosignatures are believed: people by their cards and by a roster, each kind of token; and
   not before or after their time in office. And a token that cosigns. */

#include "rosters.h"

#include <sys/stat.h>
#include <unistd.h>

#include "audit/checkpoint.h"
#include "ceremony/cosign_token.h"
#include "ceremony/cosigners.h"
#include "token/template.h"
#include "token/token_internal.h"

static struct staff staff;
static char folder[] = "/tmp/sealkit-cosigners-XXXXXX";
static char roster_path[64], other_path[64];

static void write_text(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

/* who signs version 1. */
static void write_roster(const char *path, size_t who)
{
	struct seal_roster *roster = roster_of(&staff);
	char *text = NULL;
	char *note;
	size_t len = 0;

	assert_int_equal(seal_roster_text(roster, &text, NULL), SEAL_OK);
	note = sign_as(&staff, text, &who, 1, &len);
	write_text(path, note);
	free(note);
	free(text);
	seal_roster_free(roster);
}

static int setup(void **state)
{
	(void)state;
	staff_init(&staff);
	assert_non_null(mkdtemp(folder));
	(void)snprintf(roster_path, sizeof roster_path, "%s/1.roster", folder);
	(void)snprintf(other_path, sizeof other_path, "%s/other.roster", folder);
	write_roster(roster_path, ADA);
	write_roster(other_path, FAY);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < CARDS; i++) {
		char path[80];

		(void)snprintf(path, sizeof path, "%s/%zu.card", folder, i);
		(void)unlink(path);
	}
	(void)unlink(roster_path);
	(void)unlink(other_path);
	staff_done(&staff);
	return rmdir(folder);
}

/* A head that the card's token cosigns is good for these keys. */
static void believes(const struct seal_cosigners *cosigners, size_t who, int want)
{
	static const struct seal_checkpoint head = {"log", 5, {1, 2, 3}, 0};
	struct made_card *made = &staff.made[who];
	struct seal_cosigner cosigner = {staff_sign, made, 1795000000};
	struct seal_note_key key;
	struct seal_note_signer signer;
	struct seal_cosign_verdict verdict;
	struct seal_note *note = NULL;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(seal_cosign_key_card(&made->card, &key, NULL), SEAL_OK);
	signer = seal_cosign_signer(&key, &cosigner);
	assert_int_equal(seal_checkpoint_sign(&head, &signer, 1, &text, &len, NULL), SEAL_OK);
	assert_int_equal(seal_note_parse(text, len, &note, NULL), SEAL_OK);
	seal_cosign_check(note, cosigners->keys, cosigners->count, &verdict);
	assert_int_equal(verdict.key != NULL, want);
	if (want) {
		assert_int_equal(verdict.error, SEAL_OK);
		assert_string_equal(verdict.key->name, made->card.name);
		assert_true(verdict.seconds == 1795000000);
	}
	seal_note_free(note);
	free(text);
}

static void by_cards(void **state)
{
	struct seal_cosigners cosigners = {0};

	(void)state;
	assert_int_equal(seal_cosigners_add_cards(&cosigners, folder, NULL), SEAL_E_NOTFOUND);
	for (size_t i = 0; i < CAT_SPARE; i++) {
		char path[80];
		char *text = NULL;

		(void)snprintf(path, sizeof path, "%s/%zu.card", folder, i);
		assert_int_equal(seal_card_text(&staff.made[i].card, &text, NULL), SEAL_OK);
		write_text(path, text);
		free(text);
	}
	assert_int_equal(seal_cosigners_add_cards(&cosigners, folder, NULL), SEAL_OK);
	assert_int_equal(cosigners.count, CAT_SPARE);
	for (size_t i = 0; i < CARDS; i++)
		believes(&cosigners, i, i != CAT_SPARE);
	seal_cosigners_done(&cosigners);
}

static void by_a_roster(void **state)
{
	struct seal_cosigners cosigners = {0};

	(void)state;
	assert_int_equal(seal_cosigners_add_roster(&cosigners, roster_path, NULL), SEAL_OK);
	for (size_t i = 0; i < CARDS; i++)
		believes(&cosigners, i, i != GIL); /* who has no card in it */
	/* Twice is once. */
	assert_int_equal(seal_cosigners_add_roster(&cosigners, roster_path, NULL), SEAL_OK);
	assert_int_equal(cosigners.count, CARDS - 1);
	assert_int_equal(cosigners.roster_count, 2);
	seal_cosigners_done(&cosigners);
}

static void rosters_that_are_none(void **state)
{
	struct seal_cosigners cosigners = {0};

	(void)state;
	/* Signed by a witness. */
	assert_int_equal(seal_cosigners_add_roster(&cosigners, other_path, NULL), SEAL_E_QUORUM);
	write_text(other_path, "sealkit-roster/1\n");
	assert_int_equal(seal_cosigners_add_roster(&cosigners, other_path, NULL), SEAL_E_FORMAT);
	assert_int_equal(seal_cosigners_add_roster(&cosigners, "/nonexistent", NULL),
			 SEAL_E_NOTFOUND);
	assert_int_equal(cosigners.count, 0);
	seal_cosigners_done(&cosigners);
}

static void times_in_office(void **state)
{
	struct seal_cosigners cosigners = {0};

	(void)state;
	assert_null(seal_cosigners_object(&cosigners, "cat", 1795000000));
	assert_int_equal(seal_cosigners_add_roster(&cosigners, roster_path, NULL), SEAL_OK);
	/* 2026-11-18; all from the first of that month on. */
	assert_null(seal_cosigners_object(&cosigners, "cat", 1795000000));
	assert_non_null(seal_cosigners_object(&cosigners, "cat", 1793491199)); /* 10-31 */
	assert_null(seal_cosigners_object(&cosigners, "cat", 1793491200));
	assert_null(seal_cosigners_object(&cosigners, "dan", 1796083199)); /* 11-30 */
	assert_string_equal(seal_cosigners_object(&cosigners, "dan", 1796083200),
			    "was not in office on that day");
	/* Who is in no roster is not its matter. */
	assert_null(seal_cosigners_object(&cosigners, "zoe", 1));
	seal_cosigners_done(&cosigners);
}

static int answer(void *ctx, const struct seal_token_question *question,
		  struct seal_secret **out_secret, struct seal_diag *diag)
{
	(void)question;
	if (*(int *)ctx)
		return seal_fail(diag, SEAL_E_INTERRUPTED, "given up");
	return seal_secret_copy((const uint8_t *)"246810", 6, out_secret, diag);
}

static void touch(void *ctx, const struct seal_token_question *question, int waiting)
{
	(void)ctx;
	(void)question;
	(void)waiting;
}

/* A head that nobody has signed, and one that has a signature: by a token, which may be refused
   its PIN. */
static void with_a_token(void **state)
{
	static const struct seal_checkpoint head = {"log", 5, {1, 2, 3}, 0};
	static const struct seal_token_place place;
	static const struct seal_token_plan plan = {.name = "alice"};
	static struct seal_card card;
	int give_up = 0;
	const struct seal_token_asker asker = {.secret = answer, .touch = touch, .ctx = &give_up};
	struct seal_cosign_verdict verdict[2];
	struct seal_cosign_token by;
	struct seal_note_signer signer;
	struct seal_note_key key;
	struct seal_token *token = NULL;
	struct seal_note *note = NULL;
	char *first = NULL, *second = NULL;
	size_t first_len = 0, len = 0;

	(void)state;
	assert_int_equal(seal_token_enrol_with(&seal_template_driver, &place, &plan, &asker, &card,
					       &token, NULL),
			 SEAL_OK);
	assert_int_equal(seal_cosign_token(token, &asker, 1795000000, &by, &signer, NULL), SEAL_OK);
	assert_int_equal(seal_checkpoint_sign(&head, &signer, 1, &first, &first_len, NULL),
			 SEAL_OK);
	assert_int_equal(seal_cosign_token(token, &asker, 1795000001, &by, &signer, NULL), SEAL_OK);
	assert_int_equal(seal_cosign_add(first, first_len, &signer, 1, &second, &len, NULL),
			 SEAL_OK);
	assert_int_equal(seal_note_parse(second, len, &note, NULL), SEAL_OK);
	assert_int_equal(seal_cosign_key_card(&card, &key, NULL), SEAL_OK);
	seal_cosign_check(note, &key, 1, verdict);
	for (uint64_t i = 0; i < 2; i++) {
		assert_ptr_equal(verdict[i].key, &key);
		assert_int_equal(verdict[i].error, SEAL_OK);
		assert_true(verdict[i].seconds == 1795000000 + i);
	}
	seal_note_free(note);
	free(first);
	free(second);
	seal_token_freep(&token);
	give_up = 1;
	second = NULL;
	assert_int_equal(seal_token_open_with(&seal_template_driver, &place, &card, &token, NULL),
			 SEAL_OK);
	assert_int_equal(seal_cosign_token(token, &asker, 1795000002, &by, &signer, NULL), SEAL_OK);
	assert_int_equal(seal_checkpoint_sign(&head, &signer, 1, &second, &len, NULL),
			 SEAL_E_INTERRUPTED);
	assert_null(second);
	seal_token_free(token);
	seal_template_pull();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_cards),
		cmocka_unit_test(by_a_roster),
		cmocka_unit_test(rosters_that_are_none),
		cmocka_unit_test(times_in_office),
		cmocka_unit_test(with_a_token),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
