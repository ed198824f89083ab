/* A statement of a drill, held against manifest, people and clock: every line that is wrong. */

#include "share/drill.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"

#include "base/banned.h"

/* Lines of the text. */
#define LINE_SET 2u
#define LINE_EPOCH 3u
#define LINE_MANIFEST 4u
#define LINE_SHARE 5u
#define LINE_CARD 6u
#define LINE_CHALLENGE 7u
#define LINE_TIME 8u
#define LINE_VERSION 9u
#define LINE_REHEARSAL 10u
#define SIGNATURES 2u

struct look {
	const struct seal_drill_world *world;
	const struct seal_note *note;
	const struct seal_drill *drill;
	struct seal_note_key token; /* len 0: it is not known */
	struct seal_drill_findings *found;
};

static void add(struct seal_drill_findings *found, unsigned line, int error, const char *fmt, ...)
	SEAL_PRINTF(4, 5);

static void add(struct seal_drill_findings *found, unsigned line, int error, const char *fmt, ...)
{
	struct seal_drill_finding *one = &found->list[found->count];
	va_list args;

	if (found->count == SEAL_DRILL_FINDINGS)
		return;
	found->count++;
	one->line = line;
	one->error = error;
	va_start(args, fmt);
	(void)vsnprintf(one->text, sizeof one->text, fmt, args);
	va_end(args);
}

static void look_at_set(const struct look *look, const uint8_t *digest)
{
	const struct seal_manifest *manifest = look->world->manifest;
	const struct seal_drill *drill = look->drill;
	int error = drill->epoch < manifest->epoch ? SEAL_E_OLD : SEAL_E_MISMATCH;

	if (strcmp(drill->set, manifest->set) != 0)
		add(look->found, LINE_SET, error,
		    "set: %.8s, and the manifest is of %.8s: of %s set", drill->set, manifest->set,
		    error == SEAL_E_OLD ? "an older" : "another");
	if (drill->epoch != manifest->epoch)
		add(look->found, LINE_EPOCH, error, "epoch: %u, and the manifest's is %u",
		    drill->epoch, manifest->epoch);
	if (!seal_eq_ct(drill->manifest, digest, SEAL_MANIFEST_DIGEST))
		add(look->found, LINE_MANIFEST, SEAL_E_MISMATCH,
		    "manifest: its holder saw another one");
	if (drill->share > manifest->total)
		add(look->found, LINE_SHARE, SEAL_E_MISMATCH, "share: %u of %u", drill->share,
		    manifest->total);
}

/* NULL: the share is none of this set, which is told elsewhere. */
static const struct seal_manifest_share *share_of(const struct look *look)
{
	const struct seal_manifest *manifest = look->world->manifest;

	return look->drill->share > manifest->total ? NULL
						    : &manifest->shares[look->drill->share - 1];
}

static int is_of(const struct seal_manifest_share *share, const uint8_t *card)
{
	for (size_t i = 0; i < share->card_count; i++)
		if (seal_eq_ct(share->cards[i], card, SEAL_CARD_FINGERPRINT))
			return 1;
	return 0;
}

/* A custodian, in office on that day; then the key is the roster's. */
static int find_in_roster(struct look *look, const char *holder, struct seal_diag *diag)
{
	const struct seal_drill *drill = look->drill;
	const struct seal_roster_card *card = NULL;
	const struct seal_roster_person *person =
		seal_roster_holder(look->world->roster, drill->card, &card);

	if (!person || strcmp(person->id, holder) != 0) {
		add(look->found, LINE_CARD, SEAL_E_MISMATCH,
		    "card: in the roster it is %s%s's, not %s's", person ? "" : "nobody",
		    person ? person->id : "", holder);
		return SEAL_OK;
	}
	if (!(person->roles & SEAL_ROLE_CUSTODIAN))
		add(look->found, LINE_CARD, SEAL_E_POLICY, "card: %s is no custodian in the roster",
		    holder);
	if (!seal_roster_active(person, drill->time))
		add(look->found, LINE_TIME, SEAL_E_POLICY, "time: %s was not in office: %s to %s",
		    holder, person->start, person->end[0] ? person->end : "no end");
	return seal_roster_note_key(person, (size_t)(card - person->cards), &look->token, diag);
}

/* *out_card: NULL where it is not among those given. */
static int find_card(const struct look *look, const struct seal_card **out_card,
		     struct seal_diag *diag)
{
	const struct seal_drill_world *world = look->world;

	*out_card = NULL;
	for (size_t i = 0; i < world->card_count && !*out_card; i++) {
		uint8_t print[SEAL_CARD_FINGERPRINT];
		int error = seal_card_fingerprint(&world->cards[i], print, diag);

		if (error)
			return error;
		if (seal_eq_ct(print, look->drill->card, sizeof print))
			*out_card = &world->cards[i];
	}
	return SEAL_OK;
}

static int look_at_card(struct look *look, struct seal_diag *diag)
{
	const struct seal_manifest_share *share = share_of(look);
	const struct seal_card *card = NULL;
	int error;

	if (!share)
		return SEAL_OK;
	if (!is_of(share, look->drill->card)) {
		add(look->found, LINE_CARD, SEAL_E_MISMATCH, "card: none of %s's in this set",
		    share->custodian);
		return SEAL_OK;
	}
	error = find_card(look, &card, diag);
	if (error)
		return error;
	if (card && card->is_virtual && !look->drill->rehearsal)
		add(look->found, LINE_CARD, SEAL_E_POLICY,
		    "card: of a virtual token, and this is no rehearsal");
	if (look->world->roster)
		return find_in_roster(look, share->custodian, diag);
	if (card)
		return seal_card_note_key(card, &look->token, diag);
	add(look->found, LINE_CARD, SEAL_E_NOTFOUND,
	    "card: the one of %s with this fingerprint is not here", share->custodian);
	return SEAL_OK;
}

static void look_at_time(const struct look *look)
{
	const struct seal_drill_world *world = look->world;
	const struct seal_drill *drill = look->drill;

	if (strcmp(drill->time, world->manifest->created) < 0)
		add(look->found, LINE_TIME, SEAL_E_MISMATCH,
		    "time: %s, before the set was made (%s)", drill->time,
		    world->manifest->created);
	if (strcmp(drill->time, world->latest) > 0)
		add(look->found, LINE_TIME, SEAL_E_MISMATCH, "time: %s is in the future",
		    drill->time);
	if (drill->rehearsal && !world->rehearsal)
		add(look->found, LINE_REHEARSAL, SEAL_E_POLICY,
		    "rehearsal: counts in a rehearsal only");
	if (!drill->rehearsal && world->rehearsal)
		add(look->found, LINE_VERSION, SEAL_E_POLICY,
		    "version: no rehearsal's statement, and this is one");
}

static void look_at_challenge(const struct look *look)
{
	const char *wanted = look->world->challenge;
	const char *is = look->drill->challenge;

	if (wanted && strcmp(wanted, is) != 0)
		add(look->found, LINE_CHALLENGE, SEAL_E_MISMATCH,
		    is[0] ? "challenge: another than was asked with"
			  : "challenge: none, and one was asked with");
}

/* Its line: an empty one stands behind the text. */
static unsigned first_signature(const struct look *look)
{
	return (look->drill->rehearsal ? LINE_REHEARSAL : LINE_VERSION) + 2;
}

/* Whether signature at is by key; what: whose it must be. */
static void look_at_signature(const struct look *look, size_t at, const struct seal_note_key *key,
			      const char *what)
{
	const struct seal_note_signature *signature = seal_note_signature(look->note, at);
	size_t len = 0;
	const char *text = seal_note_text(look->note, &len);
	unsigned line = first_signature(look) + (unsigned)at;

	if (strcmp(signature->name, key->name) != 0 ||
	    !seal_eq_ct(signature->id, key->id, sizeof key->id))
		add(look->found, line, SEAL_E_VERIFY, "signature: by another key than %s", what);
	else if (key->verify(key, text, len, signature->bytes, signature->len, NULL))
		add(look->found, line, SEAL_E_VERIFY, "signature: does not verify as of %s", what);
}

static int look_at_signatures(const struct look *look, struct seal_diag *diag)
{
	struct seal_note_key share;
	size_t count = seal_note_count(look->note);
	int error;

	if (count != SIGNATURES) {
		add(look->found, first_signature(look), SEAL_E_VERIFY,
		    "signatures: %zu, and two are due: of the share and of the token", count);
		return SEAL_OK;
	}
	if (!share_of(look))
		return SEAL_OK;
	error = seal_drill_key(look->world->manifest, look->drill->share - 1, &share, diag);
	if (error)
		return error;
	look_at_signature(look, 0, &share, "the share's proof key");
	if (look->token.len > 0)
		look_at_signature(look, 1, &look->token, "the card's token");
	return SEAL_OK;
}

/* Line 0: of the whole file. */
static int unread(struct seal_drill_findings *found, unsigned line, const struct seal_diag *why)
{
	char text[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	seal_diag_line(why, text, sizeof text);
	add(found, line, why->error, "%s", text);
	return SEAL_OK;
}

static int look_at_all(struct look *look, struct seal_diag *diag)
{
	uint8_t digest[SEAL_MANIFEST_DIGEST];
	int error = seal_manifest_digest(look->world->manifest, digest, diag);

	if (error)
		return error;
	look_at_set(look, digest);
	error = look_at_card(look, diag);
	if (error)
		return error;
	look_at_challenge(look);
	look_at_time(look);
	return look_at_signatures(look, diag);
}

int seal_drill_look(const struct seal_drill_world *world, const void *bytes, size_t len,
		    struct seal_drill *out_drill, struct seal_drill_findings *out_found,
		    struct seal_diag *diag)
{
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	struct seal_drill drill = {0};
	struct seal_diag why = {0};
	struct look look = {.world = world, .drill = &drill, .found = out_found};
	size_t text_len = 0;
	unsigned line = 0;
	const char *text;
	int error = seal_note_parse(bytes, len, &note, &why);

	*out_found = (struct seal_drill_findings){0};
	*out_drill = (struct seal_drill){0};
	if (error == SEAL_E_NOMEM)
		return seal_fail(diag, error, "statement");
	if (error)
		return unread(out_found, 0, &why);
	text = seal_note_text(note, &text_len);
	if (seal_drill_parse(text, text_len, &drill, &line, &why))
		return unread(out_found, line, &why);
	look.note = note;
	*out_drill = drill;
	return look_at_all(&look, diag);
}
