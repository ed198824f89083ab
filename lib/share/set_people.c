/* Who is in a share set. One person counts once, and so does one token: else a
   quorum is fewer people than its number says (design section 7.5). */

#include "share/set_internal.h"

#include <stdio.h>
#include <string.h>

#include "crypto/age_seal.h"

#include "base/banned.h"

#define CARDS (SEAL_MANIFEST_SHARES * SEAL_MANIFEST_CARDS)

/* What tells one token from another. */
struct mark {
	uint8_t fingerprint[SEAL_CARD_FINGERPRINT];
	uint8_t point[33];
};

static int mark_card(const struct seal_card *card, struct mark *mark, struct seal_diag *diag)
{
	struct seal_age_recipient recipient = {0};
	int error = seal_card_fingerprint(card, mark->fingerprint, diag);

	if (!error)
		error = seal_age_recipient_parse(card->recipient, &recipient, diag);
	if (error)
		return seal_because(diag, error, "card of %s", card->name);
	/* A P-256 key with the other sign of y gives the same ECDH; so does an X25519 key
	   with the other top bit. */
	mark->point[0] = recipient.kind == SEAL_AGE_X25519;
	memcpy(mark->point + 1, recipient.point + (mark->point[0] ? 0 : 1), 32);
	if (mark->point[0])
		mark->point[32] &= 0x7f;
	return SEAL_OK;
}

static const char *what_is_same(const struct seal_card *a, const struct mark *mark_a,
				const struct seal_card *b, const struct mark *mark_b)
{
	if (seal_eq_ct(mark_a->fingerprint, mark_b->fingerprint, SEAL_CARD_FINGERPRINT))
		return "card";
	if (seal_eq_ct(mark_a->point, mark_b->point, sizeof mark_a->point))
		return "recipient";
	if (a->signing_len == b->signing_len && seal_eq_ct(a->signing, b->signing, a->signing_len))
		return "signing key";
	if (a->kind == SEAL_CARD_PIV && b->kind == SEAL_CARD_PIV && a->piv.has_serial &&
	    b->piv.has_serial && a->piv.serial == b->piv.serial)
		return "YubiKey";
	return NULL;
}

static int check_cards(const struct seal_card *cards, size_t count, int allow_virtual,
		       struct mark *marks, struct seal_diag *diag)
{
	for (size_t i = 0; i < count; i++) {
		int error = mark_card(&cards[i], &marks[i], diag);

		if (error)
			return error;
		if (cards[i].is_virtual && !allow_virtual)
			return seal_fail(
				diag, SEAL_E_POLICY,
				"card of %s: a virtual token, which only a rehearsal takes",
				cards[i].name);
		for (size_t k = 0; k < i; k++) {
			const char *same = what_is_same(&cards[i], &marks[i], &cards[k], &marks[k]);

			if (same)
				return seal_fail(diag, SEAL_E_DUPLICATE,
						 "cards of %s and %s: the same %s; one token "
						 "counts once",
						 cards[k].name, cards[i].name, same);
		}
	}
	return SEAL_OK;
}

/* -1 where the set has no groups. */
static int find_group(const struct seal_manifest *manifest, const struct seal_card *card,
		      int *out_group, struct seal_diag *diag)
{
	*out_group = -1;
	if (manifest->group_count == 0)
		return SEAL_OK;
	for (size_t i = 0; i < manifest->group_count; i++)
		if (strcmp(manifest->groups[i].name, card->group) == 0) {
			*out_group = (int)i;
			return SEAL_OK;
		}
	return seal_fail(diag, SEAL_E_POLICY,
			 card->group[0]
				 ? "card of %s: its group %s is not in this set"
				 : "card of %s: it names no group%s, and this set has groups",
			 card->name, card->group);
}

static int add_card(const struct seal_card *card, const uint8_t *fingerprint,
		    struct seal_manifest *manifest, struct seal_set_work *work,
		    struct seal_diag *diag)
{
	struct seal_manifest_share *share;
	size_t i = 0;
	int error = SEAL_OK;

	while (i < manifest->total && strcmp(manifest->shares[i].custodian, card->name) != 0)
		i++;
	if (i == SEAL_MANIFEST_SHARES)
		return seal_fail(diag, SEAL_E_POLICY, "more than %u persons", SEAL_MANIFEST_SHARES);
	share = &manifest->shares[i];
	if (i == manifest->total) {
		(void)snprintf(share->custodian, sizeof share->custodian, "%s", card->name);
		error = find_group(manifest, card, &share->group, diag);
		manifest->total++;
	} else if (strcmp(work->person[i].card[0]->group, card->group) != 0) {
		error = seal_fail(diag, SEAL_E_MISMATCH,
				  "cards of %s: one is of group '%s', one of '%s'; a person is in "
				  "one group",
				  card->name, work->person[i].card[0]->group, card->group);
	} else if (share->card_count == SEAL_MANIFEST_CARDS) {
		error = seal_fail(diag, SEAL_E_POLICY, "more than %u cards of %s",
				  SEAL_MANIFEST_CARDS, card->name);
	}
	if (error)
		return error;
	memcpy(share->cards[share->card_count], fingerprint, SEAL_CARD_FINGERPRINT);
	work->person[i].card[share->card_count++] = card;
	return SEAL_OK;
}

/* A threshold among persons; of: "", or " of group ops". */
static int check_spare(unsigned threshold, unsigned persons, const char *of,
		       const struct seal_set_policy *policy, struct seal_diag *diag)
{
	if (threshold < 1)
		return seal_fail(diag, SEAL_E_POLICY, "threshold%s: 0 is none; choose 2 or more",
				 of);
	if (threshold > persons)
		return seal_fail(diag, SEAL_E_POLICY,
				 "threshold%s: %u is above the %u person%s; lower it, or add cards",
				 of, threshold, persons, persons == 1 ? "" : "s");
	if (threshold == persons && !policy->allow_no_spare)
		return seal_fail(diag, SEAL_E_POLICY,
				 "%u of %u%s: one lost share would lose the secret; add a person, "
				 "or say --allow-no-spare",
				 threshold, persons, of);
	return SEAL_OK;
}

static int check_policy(const struct seal_manifest *manifest, const struct seal_set_policy *policy,
			struct seal_diag *diag)
{
	for (size_t i = 0; i < manifest->group_count; i++) {
		const struct seal_manifest_group *group = &manifest->groups[i];
		char of[SEAL_CARD_NAME + 16];
		int error;

		(void)snprintf(of, sizeof of, " of group %s", group->name);
		error = check_spare(group->threshold, group->total, of, policy, diag);
		if (error)
			return error;
	}
	if (policy->group_count > 0 && policy->threshold != 0 &&
	    policy->threshold != manifest->threshold)
		return seal_fail(diag, SEAL_E_POLICY,
				 "a threshold of %u, but those of the groups make %u",
				 policy->threshold, manifest->threshold);
	if (manifest->threshold == 1 && !policy->allow_single)
		return seal_fail(diag, SEAL_E_POLICY,
				 "a threshold of 1: one person alone would have the secret; choose "
				 "2 or more, or say --allow-single");
	return manifest->group_count > 0
		       ? SEAL_OK
		       : check_spare(manifest->threshold, manifest->total, "", policy, diag);
}

int seal_set_people(const struct seal_card *cards, size_t count,
		    const struct seal_set_policy *policy, struct seal_manifest *manifest,
		    struct seal_set_work *work, struct seal_diag *diag)
{
	struct mark marks[CARDS];
	int error = SEAL_OK;

	if (count < 1 || count > CARDS || policy->group_count > SEAL_MANIFEST_GROUPS)
		return seal_fail(diag, SEAL_E_POLICY,
				 "%zu cards, %zu groups: choose 1 to %u and "
				 "0 to %u",
				 count, policy->group_count, CARDS, SEAL_MANIFEST_GROUPS);
	error = check_cards(cards, count, policy->allow_virtual, marks, diag);
	manifest->group_count = policy->group_count;
	manifest->threshold = policy->group_count > 0 ? 0 : policy->threshold;
	for (size_t i = 0; i < policy->group_count; i++) {
		manifest->groups[i] = policy->groups[i];
		manifest->groups[i].total = 0;
		manifest->threshold += policy->groups[i].threshold;
	}
	for (size_t i = 0; !error && i < count; i++)
		error = add_card(&cards[i], marks[i].fingerprint, manifest, work, diag);
	for (size_t i = 0; !error && i < manifest->total; i++)
		if (manifest->shares[i].group >= 0)
			manifest->groups[manifest->shares[i].group].total++;
	return error ? error : check_policy(manifest, policy, diag);
}
