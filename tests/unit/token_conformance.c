/* The suite for all tokens. Each case begins with a token freshly opened by its card, so
   that it shows what a tool would meet. */

#include "token_conformance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/age_seal.h"
#include "crypto/ecdh.h"
#include "crypto/note.h"
#include "crypto/p256.h"

#define SHARE "a share of a key\n"

static struct {
	const struct conformance *of;
	struct seal_card card;
	struct seal_token_asker asker;
	int asked, touches, waiting, first_wrong, give_up; /* what the asker saw, and does */
	int last_wrong_before, first_tries, last_tries;
	const char *bad_question;
} run;
static int cases, failed;

static void check(const char *name, int good, const struct seal_diag *diag)
{
	char line[1024] = "";

	cases++;
	failed += !good;
	printf("%s %d - %s: %s\n", good ? "ok" : "not ok", cases, run.of->driver->name, name);
	if (!good && diag)
		seal_diag_line(diag, line, sizeof line);
	if (!good)
		printf("# %s\n", line);
}

void conformance_plan(void)
{
	printf("1..%d\n", cases);
}

static int answer(void *ctx, const struct seal_token_question *q, struct seal_secret **out_secret,
		  struct seal_diag *diag)
{
	const char *text = run.of->secret;

	(void)ctx;
	if (!q->applet || !q->applet[0] || !q->token || !q->token[0])
		run.bad_question = "a question without applet or token";
	if (q->what == SEAL_ASK_NEW_PUK)
		text = run.of->puk;
	else if (run.asked < run.first_wrong)
		text = run.of->wrong;
	if (run.asked++ == 0)
		run.first_tries = q->tries_left;
	run.last_tries = q->tries_left;
	run.last_wrong_before = q->wrong_before;
	if (run.give_up || !text)
		return seal_fail(diag, SEAL_E_INTERRUPTED, "given up");
	return seal_secret_copy((const uint8_t *)text, strlen(text), out_secret, diag);
}

static void touch(void *ctx, const struct seal_token_question *q, int waiting)
{
	(void)ctx;
	if (!q->token || waiting == run.waiting)
		run.bad_question = "touch told twice, or without a token";
	run.waiting = waiting;
	run.touches += waiting;
}

static void begin(int first_wrong, int once)
{
	run.asked = run.touches = run.waiting = run.give_up = run.last_wrong_before = 0;
	run.first_wrong = first_wrong;
	run.asker = (struct seal_token_asker){.secret = answer, .touch = touch, .once = once};
}

static struct seal_token *opened(void)
{
	struct seal_token *token = NULL;
	struct seal_diag diag = {0};

	if (seal_token_open_with(run.of->driver, run.of->place, &run.card, &token, &diag) !=
	    SEAL_OK) {
		check("opens by its card", 0, &diag);
		exit(1); /* nothing that follows would mean anything */
	}
	return token;
}

/* Seals to the card, to a stranger of its kind of recipient, or both. */
static size_t sealed(int to_card, const char *to_other, uint8_t out[static 8192])
{
	struct seal_age_recipient to[2];
	struct seal_mem_source from = {(const uint8_t *)SHARE, sizeof SHARE - 1, 0};
	struct seal_mem_sink into = {out, 8192, 0};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&into);
	size_t count = 0;
	int error = SEAL_OK;

	if (to_other)
		error = seal_age_recipient_parse(to_other, &to[count++], NULL);
	if (!error && to_card)
		error = seal_age_recipient_parse(run.card.recipient, &to[count++], NULL);
	if (!error)
		error = seal_age_seal(to, count, &source, &sink, NULL);
	return error ? 0 : into.len;
}

static void stranger(char out[static SEAL_P256_TEXT])
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t point[SEAL_P256_POINT];

	out[0] = '\0';
	if (seal_ecdh_generate(SEAL_CURVE_P256, &key, NULL) != SEAL_OK ||
	    seal_ecdh_public(SEAL_CURVE_P256, key, point, NULL) != SEAL_OK ||
	    seal_p256_text(SEAL_P256_TAG, point, out, NULL) != SEAL_OK)
		exit(1);
}

/* 0 only where what was sealed comes back. */
static int unseal(struct seal_token *token, const uint8_t *file, size_t len, struct seal_diag *diag)
{
	struct seal_token_opener opener = {token, &run.asker};
	struct seal_age_identity identity = seal_token_identity(&opener);
	uint8_t plain[64];
	struct seal_mem_source from = {file, len, 0};
	struct seal_mem_sink into = {plain, sizeof plain, 0};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&into);
	int error = seal_age_open(&identity, 1, &source, &sink, diag);

	if (!error && (into.len != sizeof SHARE - 1 || memcmp(plain, SHARE, into.len) != 0))
		error = seal_fail(diag, SEAL_E_ARGUMENT, "other bytes came back");
	return error;
}

static int sign(struct seal_token *token, struct seal_diag *diag)
{
	static const char text[] = "a text of its own\n";
	struct seal_note_key key = {0};
	uint8_t out[SEAL_CARD_SIGNATURE];
	size_t len = 0;
	int error = seal_token_sign(token, &run.asker, text, sizeof text - 1, out, sizeof out, &len,
				    diag);

	if (!error)
		error = seal_card_note_key(&run.card, &key, diag);
	if (!error)
		error = key.verify(&key, text, sizeof text - 1, out, len, diag);
	if (!error && key.verify(&key, text, sizeof text - 2, out, len, NULL) == SEAL_OK)
		error = seal_fail(diag, SEAL_E_ARGUMENT, "signs any text");
	if (!error && seal_token_sign(token, &run.asker, text, sizeof text - 1, out, 8, &len,
				      NULL) == SEAL_OK)
		error = seal_fail(diag, SEAL_E_ARGUMENT, "writes where there is no room");
	return error;
}

static int enrols(void)
{
	const struct conformance *of = run.of;
	struct seal_token_plan bad = *of->plan;
	struct seal_token *token = NULL;
	struct seal_card read;
	struct seal_diag diag = {0};
	char *text = NULL;
	uint8_t file[8192];
	int asked;
	int error;

	begin(0, 0);
	bad.name = "no/name";
	error = seal_token_enrol_with(of->driver, of->place, &bad, &run.asker, &run.card, &token,
				      NULL);
	check("a bad name is refused before anything is asked",
	      error == SEAL_E_FORMAT && run.asked == 0 && !token, NULL);
	error = seal_token_enrol_with(of->driver, of->place, of->plan, &run.asker, &run.card,
				      &token, &diag);
	check("enrols", error == SEAL_OK && token, &diag);
	if (error)
		return error;
	asked = run.asked;
	check("each secret is asked for once", asked <= (of->puk ? 3 : 1), NULL);
	error = seal_card_text(&run.card, &text, &diag);
	if (!error)
		error = seal_card_parse(text, strlen(text), &read, &diag);
	free(text);
	check("its card reads and verifies", error == SEAL_OK, &diag);
	check("its card says what was planned",
	      !error && strcmp(read.name, of->plan->name) == 0 &&
		      strcmp(read.group, of->plan->group ? of->plan->group : "") == 0 &&
		      read.kind == of->driver->kind && strlen(read.created) == 20,
	      NULL);
	error = unseal(token, file, sealed(1, NULL, file), &diag);
	check("opens a share right after", error == SEAL_OK, &diag);
	error = sign(token, &diag);
	check("signs right after", error == SEAL_OK, &diag);
	check("and nothing is asked twice", run.asked == asked, NULL);
	seal_token_free(token);
	return SEAL_OK;
}

static int count_it(void *ctx, const struct seal_token_info *info)
{
	struct seal_token_info *first = ctx;

	if (info->kind == run.card.kind && info->where[0])
		*first = *info;
	return SEAL_OK;
}

/* Two cards at once: its own, and one of a token that is not here. */
static void matches(const struct seal_token_info *own)
{
	struct seal_token_match *both = calloc(2, sizeof *both);
	struct seal_card *other = calloc(1, sizeof *other);

	if (!both || !other)
		exit(1);
	*other = run.card;
	stranger(other->recipient);
	memset(other->signing + 1, 0x5a, 31);
	other->fido2.credential[0] ^= 1;
	both[0].card = other;
	both[1].card = &run.card;
	seal_token_match_with(run.of->driver, run.of->place, both, 2);
	check("is found among cards",
	      both[1].error == SEAL_OK && strcmp(both[1].info.where, own->where) == 0 &&
		      both[1].info.serial == own->serial,
	      &both[1].why);
	check("and is not taken for another's",
	      both[0].error != SEAL_OK && both[0].why.error == both[0].error, &both[0].why);
	check("which asks nothing", run.asked == 0 && run.touches == 0, NULL);
	free(other);
	free(both);
}

static void lists(void)
{
	struct seal_token_info first = {0};
	struct seal_token_info second = {0};
	struct seal_token_info own;
	struct seal_diag diag = {0};
	struct seal_token *token = NULL;
	int error = run.of->driver->list(run.of->place, count_it, &first, &diag);

	check("is listed", error == SEAL_OK && first.where[0], &diag);
	error = run.of->driver->list(run.of->place, count_it, &second, &diag);
	check("listing spends no try", error == SEAL_OK && second.tries_left == first.tries_left,
	      &diag);
	begin(0, 0);
	token = opened();
	seal_token_describe(token, &own);
	check("is the same token when opened",
	      own.kind == first.kind && own.has_serial == first.has_serial &&
		      own.serial == first.serial && strcmp(own.where, first.where) == 0,
	      NULL);
	check("opening asks nothing", run.asked == 0 && run.touches == 0, NULL);
	matches(&own);
	seal_token_free(token);
}

static void asks_once(void)
{
	struct seal_token *token = opened();
	struct seal_diag diag = {0};
	uint8_t file[8192];
	size_t len = sealed(1, NULL, file);
	int error;

	begin(0, 0);
	error = unseal(token, file, len, &diag);
	check("opens a share", error == SEAL_OK && run.asked == 1, &diag);
	error = unseal(token, file, len, &diag);
	check("opens another without a question", error == SEAL_OK && run.asked == 1, &diag);
	error = sign(token, &diag);
	check("signs without a question", error == SEAL_OK && run.asked == 1, &diag);
	check("no touch is left waiting", run.waiting == 0, NULL);
	seal_token_free(token);
}

static void refuses_others(void)
{
	struct seal_token *token = opened();
	struct seal_diag diag = {0};
	char other[SEAL_P256_TEXT];
	uint8_t file[8192];
	int error;

	stranger(other);
	begin(0, 0);
	error = unseal(token, file, sealed(0, other, file), NULL);
	check("refuses a stranger's share and asks nothing",
	      error == SEAL_E_NOIDENTITY && run.asked == 0 && run.touches == 0, NULL);
	error = unseal(token, file, sealed(1, other, file), &diag);
	check("opens what is sealed to it among others", error == SEAL_OK, &diag);
	seal_token_free(token);
}

static void wrong_secrets(void)
{
	struct seal_token *token = opened();
	struct seal_diag diag = {0};
	uint8_t file[8192];
	size_t len = sealed(1, NULL, file);
	int error;

	begin(1, 1);
	error = unseal(token, file, len, NULL);
	check("a wrong secret from a descriptor: PINWRONG, asked once",
	      error == SEAL_E_PINWRONG && run.asked == 1, NULL);
	seal_token_free(token);
	token = opened();
	begin(0, 0);
	run.give_up = 1;
	error = unseal(token, file, len, NULL);
	check("given up: said so, asked once", error == SEAL_E_INTERRUPTED && run.asked == 1, NULL);
	begin(0, 0);
	error = unseal(token, file, len, &diag);
	check("then the right one: opens", error == SEAL_OK && run.asked == 1, &diag);
	seal_token_free(token);
	token = opened();
	begin(1, 0);
	error = unseal(token, file, len, &diag);
	check("wrong, then right: opens", error == SEAL_OK && run.asked == 2, &diag);
	check("the second question says that the first was wrong", run.last_wrong_before == 1,
	      NULL);
	check("and the tries left", !run.of->counted || run.last_tries == run.first_tries - 1,
	      NULL);
	seal_token_free(token);
}

/* The card of another token: at the latest nothing gets signed. */
static void other_cards(void)
{
	static const char other[48] = "\x04"
				      "another key, of another token that is not here";
	struct seal_card *card = calloc(1, sizeof *card);
	struct seal_token *token = NULL;
	uint8_t out[SEAL_CARD_SIGNATURE];
	size_t len = 0;
	int error;

	if (!card)
		exit(1);
	begin(0, 1);
	*card = run.card;
	memcpy(card->signing, other, card->signing_len < 47 ? card->signing_len : 47);
	error = seal_token_open_with(run.of->driver, run.of->place, card, &token, NULL);
	if (!error)
		error = seal_token_sign(token, &run.asker, "x\n", 2, out, sizeof out, &len, NULL);
	check("does not sign by a card with another signing key", error != SEAL_OK && len == 0,
	      NULL);
	seal_token_free(token);
	free(card);
}

int conformance_run(const struct conformance *conformance)
{
	int before = failed;

	run.of = conformance;
	if (enrols() == SEAL_OK) {
		if (conformance->card)
			*conformance->card = run.card;
		lists();
		asks_once();
		refuses_others();
		wrong_secrets();
		other_cards();
	}
	check("every question named applet and token", !run.bad_question, NULL);
	conformance->driver->done(NULL);
	seal_token_free(NULL);
	check("done accepts nothing", 1, NULL);
	return failed - before;
}
