#ifndef SEALKIT_TESTS_ROSTERS_H
#define SEALKIT_TESTS_ROSTERS_H

/* A bank's people, with the signing keys of their tokens, and the rosters they make. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/own.h"
#include "share/duty.h"
#include "share/roster_internal.h"
#include "cards.h"

/* By id, as in a roster. ada and ben change it; cat, dan, eva hold shares; fay and gil watch. */
enum { ADA, BEN, CAT, DAN, EVA, FAY, GIL, STAFF };
#define CARDS (STAFF + 2) /* spares: of ada, of cat */
#define ADA_SPARE STAFF
#define CAT_SPARE (STAFF + 1)

struct staff {
	struct made_card made[CARDS];
};

static inline int staff_sign(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
			     size_t *out_len, struct seal_diag *diag)
{
	const struct made_card *made = ctx;

	(void)diag;
	if (made->card.signing_kind == SEAL_CARD_ED25519) {
		assert_int_equal(crypto_sign_detached(out, NULL, text, text_len, made->ed25519), 0);
		*out_len = 64;
	} else if (made->card.signing_kind == SEAL_CARD_P256) {
		*out_len = sign_ecdsa(made->p256, text, text_len, out, cap);
	} else {
		*out_len = sign_assertion(made->p256, made->card.fido2.signing_rp_id, 5, text,
					  text_len, out, cap);
	}
	return SEAL_OK;
}

static inline void staff_init(struct staff *staff)
{
	static const char *const names[CARDS] = {"ada", "ben", "cat", "dan", "eva",
						 "fay", "gil", "ada", "cat"};
	static const enum seal_card_kind kinds[] = {SEAL_CARD_PIV, SEAL_CARD_FIDO2,
						    SEAL_CARD_PASSPHRASE};

	for (size_t i = 0; i < CARDS; i++)
		make_card(&staff->made[i], kinds[i % 3], names[i]);
}

static inline void staff_done(struct staff *staff)
{
	for (size_t i = 0; i < CARDS; i++)
		made_done(&staff->made[i]);
}

static inline void give_card(struct seal_roster_person *person, const struct made_card *made)
{
	struct seal_roster_card *card = &person->cards[person->card_count++];

	assert_int_equal(seal_card_fingerprint(&made->card, card->fingerprint, NULL), SEAL_OK);
	card->kind = made->card.signing_kind;
	card->key_len = made->card.signing_len;
	memcpy(card->key, made->card.signing, card->key_len);
	if (card->kind == SEAL_CARD_ASSERTION)
		put_text(card->rp_id, sizeof card->rp_id, made->card.fido2.signing_rp_id);
}

/* As the person's token would, with that card. */
static inline void give_acceptance(struct seal_roster *roster, size_t person,
				   const struct made_card *made, const char *time)
{
	struct seal_roster_person *of = &roster->people[person];
	struct made_card signer = *made;
	struct seal_duty duty = {.organisation = roster->organisation,
				 .person = of->id,
				 .time = time,
				 .version = roster->duty};
	char text[SEAL_DUTY_TEXT];

	memcpy(duty.digest, roster->duty_digest, sizeof duty.digest);
	assert_int_equal(seal_card_fingerprint(&made->card, duty.card, NULL), SEAL_OK);
	assert_int_equal(seal_duty_text(&duty, text, NULL), SEAL_OK);
	put_text(of->accepted.time, sizeof of->accepted.time, time);
	memcpy(of->accepted.card, duty.card, sizeof duty.card);
	assert_int_equal(staff_sign(&signer, text, strlen(text), of->accepted.signature,
				    sizeof of->accepted.signature, &of->accepted.signature_len,
				    NULL),
			 SEAL_OK);
}

/* Version 1, which obeys all rules; the caller frees it. */
static inline struct seal_roster *roster_of(const struct staff *staff)
{
	static const unsigned roles[STAFF] = {
		SEAL_ROLE_ADMINISTRATOR, SEAL_ROLE_ADMINISTRATOR,
		SEAL_ROLE_CUSTODIAN,	 SEAL_ROLE_CUSTODIAN,
		SEAL_ROLE_CUSTODIAN,	 SEAL_ROLE_WITNESS | SEAL_ROLE_AUDITOR,
		SEAL_ROLE_AUDITOR};
	struct seal_roster *roster = calloc(1, sizeof *roster);

	assert_non_null(roster);
	put_text(roster->organisation, sizeof roster->organisation, "Banque d'\xc3\x89pargne SA");
	put_text(roster->created, sizeof roster->created, "2026-11-30T20:00:00Z");
	put_text(roster->review, sizeof roster->review, "2027-05-31");
	roster->version = 1;
	roster->changes = 1;
	roster->duty = 1;
	for (size_t i = 0; i < sizeof roster->duty_digest; i++)
		roster->duty_digest[i] = (uint8_t)(i + 1);
	for (size_t i = 0; i < STAFF; i++) {
		struct seal_roster_person *person = &roster->people[roster->count++];

		put_text(person->id, sizeof person->id, staff->made[i].card.name);
		put_text(person->department, sizeof person->department, i % 2 ? "ops" : "security");
		put_text(person->start, sizeof person->start, "2026-11-01");
		person->roles = roles[i];
		if (i != GIL)
			give_card(person, &staff->made[i]);
	}
	give_card(&roster->people[ADA], &staff->made[ADA_SPARE]);
	give_card(&roster->people[CAT], &staff->made[CAT_SPARE]);
	put_text(roster->people[BEN].name, 20, "Ben H. Renard");
	put_text(roster->people[CAT].name, 20, "Cat");
	put_text(roster->people[CAT].end, 11, "2027-11-01");
	put_text(roster->people[DAN].end, 11, "2026-11-30");
	give_acceptance(roster, CAT, &staff->made[CAT_SPARE], "2026-11-30T19:00:00Z");
	give_acceptance(roster, DAN, &staff->made[DAN], "2026-11-30T20:00:00Z");
	give_acceptance(roster, EVA, &staff->made[EVA], "2026-11-29T08:00:00Z");
	return roster;
}

/* The version after it, as the tool would begin it. */
static inline struct seal_roster *roster_after(const struct seal_roster *roster)
{
	struct seal_roster *next = malloc(sizeof *next);

	assert_non_null(next);
	*next = *roster;
	next->note = NULL;
	next->version++;
	assert_int_equal(seal_roster_digest(roster, next->previous, NULL), SEAL_OK);
	put_text(next->created, sizeof next->created, "2026-12-24T10:00:00Z");
	return next;
}

/* Signs any text as those whose cards are named; the note is the caller's. */
static inline char *sign_as(struct staff *staff, const char *text, const size_t *who, size_t count,
			    size_t *out_len)
{
	struct seal_note_key keys[CARDS];
	struct seal_note_signer by[CARDS];
	char *note = NULL;

	for (size_t i = 0; i < count; i++) {
		struct made_card *made = &staff->made[who[i]];

		assert_int_equal(seal_card_note_key(&made->card, &keys[i], NULL), SEAL_OK);
		by[i] = (struct seal_note_signer){&keys[i], staff_sign, made};
	}
	assert_int_equal(seal_note_sign(text, strlen(text), by, count, &note, out_len, NULL),
			 SEAL_OK);
	return note;
}

/* Written, signed and read. roster is freed. */
static inline struct seal_roster *roster_signed(struct staff *staff, struct seal_roster *roster,
						const size_t *who, size_t count)
{
	struct seal_roster *out = NULL;
	struct seal_diag diag = {0};
	char *text = NULL;
	char *note;
	size_t len = 0;

	if (seal_roster_text(roster, &text, &diag) != SEAL_OK)
		fail_msg("%s", diag.cause[0]);
	note = sign_as(staff, text, who, count, &len);
	assert_int_equal(seal_roster_parse(note, len, &out, NULL), SEAL_OK);
	free(note);
	free(text);
	seal_roster_free(roster);
	return out;
}
#define SIGNED(staff, roster, ...)                                \
	roster_signed((staff), (roster), (size_t[]){__VA_ARGS__}, \
		      sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t))

#endif
