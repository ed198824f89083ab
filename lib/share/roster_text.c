/* A roster as text. */

#include "share/roster_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

static const char *const roles[] = {"administrator", "auditor", "custodian", "witness"};

const char *seal_roster_role_name(unsigned role)
{
	for (unsigned i = 0; i < sizeof roles / sizeof roles[0]; i++)
		if (role == 1u << i)
			return roles[i];
	return NULL;
}

void seal_roster_roles(unsigned set, char out[static SEAL_ROSTER_ROLES])
{
	size_t at = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < sizeof roles / sizeof roles[0]; i++)
		if (set & 1u << i)
			at += (size_t)snprintf(out + at, SEAL_ROSTER_ROLES - at, "%s%s",
					       at > 0 ? "," : "", roles[i]);
}

static void put_hex(FILE *out, const char *before, const uint8_t bytes[static 32],
		    const char *after)
{
	char hex[65];

	seal_hex(bytes, 32, hex);
	(void)fprintf(out, "%s%s%s", before, hex, after);
}

static void put_head(FILE *out, const struct seal_roster *roster)
{
	(void)fprintf(out, SEAL_ROSTER_MAGIC "\norganisation: %s\nversion: %u\n",
		      roster->organisation, roster->version);
	if (roster->version > 1)
		put_hex(out, "previous: ", roster->previous, "\n");
	(void)fprintf(out, "created: %s\nreview: %s\nchanges: %u\nduty: %u ", roster->created,
		      roster->review, roster->changes, roster->duty);
	put_hex(out, "", roster->duty_digest, "\n");
}

static void put_person(FILE *out, const struct seal_roster_person *person)
{
	char text[SEAL_ROSTER_ROLES];

	seal_roster_roles(person->roles, text);
	(void)fprintf(out, "person: id=%s department=%s roles=%s start=%s", person->id,
		      person->department, text, person->start);
	if (person->end[0])
		(void)fprintf(out, " end=%s", person->end);
	if (person->name[0])
		(void)fprintf(out, " name=%s", person->name);
	(void)fputc('\n', out);
}

static void put_card(FILE *out, const struct seal_roster_person *person, size_t i)
{
	const struct seal_roster_card *card = &person->cards[i];
	char key[SEAL_BASE64_LEN(sizeof card->key)];

	(void)fprintf(out, "card: person=%s use=%s ", person->id, i > 0 ? "spare" : "main");
	put_hex(out, "fingerprint=", card->fingerprint, " key=");
	seal_base64(SEAL_BASE64_PADDED, card->key, card->key_len, key);
	if (card->kind == SEAL_CARD_ASSERTION)
		(void)fprintf(out, "assertion:%s:%s\n", card->rp_id, key);
	else
		(void)fprintf(out, "%s:%s\n", card->kind == SEAL_CARD_P256 ? "p256" : "ed25519",
			      key);
}

static void put_accepted(FILE *out, const struct seal_roster *roster,
			 const struct seal_roster_person *person)
{
	const struct seal_roster_accepted *accepted = &person->accepted;
	char signature[SEAL_BASE64_LEN(sizeof accepted->signature)];

	if (!accepted->time[0])
		return;
	seal_base64(SEAL_BASE64_PADDED, accepted->signature, accepted->signature_len, signature);
	(void)fprintf(out, "accepted: person=%s duty=%u time=%s ", person->id, roster->duty,
		      accepted->time);
	put_hex(out, "card=", accepted->card, " signature=");
	(void)fprintf(out, "%s\n", signature);
}

int seal_roster_write(const struct seal_roster *roster, char **out_text, struct seal_diag *diag)
{
	char *text = NULL;
	size_t len = 0;
	int failed;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return seal_fail(diag, SEAL_E_NOMEM, "roster");
	put_head(out, roster);
	for (size_t i = 0; i < roster->count; i++)
		put_person(out, &roster->people[i]);
	for (size_t i = 0; i < roster->count; i++)
		for (size_t k = 0; k < roster->people[i].card_count; k++)
			put_card(out, &roster->people[i], k);
	for (size_t i = 0; i < roster->count; i++)
		put_accepted(out, roster, &roster->people[i]);
	failed = ferror(out);
	if (fclose(out) != 0 || failed) {
		free(text);
		return seal_fail(diag, SEAL_E_NOMEM, "roster");
	}
	*out_text = text;
	return SEAL_OK;
}
