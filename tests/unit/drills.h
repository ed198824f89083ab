#ifndef SEALKIT_TESTS_DRILLS_H
#define SEALKIT_TESTS_DRILLS_H

/* A share set of cat (with a spare), dan and eva, and what they say in drills: the signatures are
   made here anew, by keys that the test holds. */

#include "rosters.h"

#include <sodium.h>

#include "share/drill.h"

#define HOLDERS 3u
#define DRILL_NOW "2026-12-01T10:00:00Z"

struct drills {
	struct staff staff;
	struct seal_roster *roster;
	struct seal_manifest manifest;
	struct seal_secret *share[HOLDERS];
	struct seal_card cards[CARDS];
};

static const size_t holder_card[HOLDERS] = {CAT, DAN, EVA};

static inline void drills_share(struct drills *drills, unsigned i)
{
	struct seal_manifest_share *share = &drills->manifest.shares[i];
	struct seal_proof *proof = NULL;
	uint8_t bytes[33];

	randombytes_buf(bytes, sizeof bytes);
	bytes[32] = share->x = (uint8_t)(17 * (i + 1));
	share->group = -1;
	put_text(share->custodian, sizeof share->custodian,
		 drills->staff.made[holder_card[i]].card.name);
	assert_int_equal(seal_card_fingerprint(&drills->staff.made[holder_card[i]].card,
					       share->cards[0], NULL),
			 SEAL_OK);
	share->card_count = 1;
	assert_int_equal(seal_secret_copy(bytes, sizeof bytes, &drills->share[i], NULL), SEAL_OK);
	assert_int_equal(seal_proof_new(drills->share[i], drills->manifest.set, &proof, NULL),
			 SEAL_OK);
	seal_proof_public(proof, share->proof);
	seal_proof_free(proof);
}

static inline void drills_init(struct drills *drills)
{
	struct seal_manifest *manifest = &drills->manifest;

	*drills = (struct drills){0};
	staff_init(&drills->staff);
	drills->roster = roster_of(&drills->staff);
	put_text(manifest->purpose, sizeof manifest->purpose, "key of the vault");
	put_text(manifest->set, sizeof manifest->set, "00112233445566778899aabbccddeeff");
	put_text(manifest->created, sizeof manifest->created, "2026-11-10T10:00:00Z");
	manifest->epoch = 2;
	manifest->threshold = 2;
	manifest->total = HOLDERS;
	for (unsigned i = 0; i < HOLDERS; i++)
		drills_share(drills, i);
	assert_int_equal(seal_card_fingerprint(&drills->staff.made[CAT_SPARE].card,
					       manifest->shares[0].cards[1], NULL),
			 SEAL_OK);
	manifest->shares[0].card_count = 2;
	for (size_t i = 0; i < CARDS; i++)
		drills->cards[i] = drills->staff.made[i].card;
}

static inline void drills_done(struct drills *drills)
{
	for (unsigned i = 0; i < HOLDERS; i++)
		seal_secret_free(drills->share[i]);
	seal_roster_free(drills->roster);
	staff_done(&drills->staff);
}

/* What the holder of share i (from 0) says with card `card` of the staff. */
static inline struct seal_drill drill_of(const struct drills *drills, unsigned i, size_t card,
					 const char *time)
{
	struct seal_drill drill = {.epoch = drills->manifest.epoch, .share = i + 1};

	put_text(drill.set, sizeof drill.set, drills->manifest.set);
	put_text(drill.time, sizeof drill.time, time);
	put_text(drill.version, sizeof drill.version, "0.1.0");
	assert_int_equal(seal_manifest_digest(&drills->manifest, drill.manifest, NULL), SEAL_OK);
	assert_int_equal(seal_card_fingerprint(&drills->cards[card], drill.card, NULL), SEAL_OK);
	return drill;
}

static inline void put_signature(FILE *out, const struct seal_note_key *key, const uint8_t *bytes,
				 size_t len)
{
	uint8_t all[4 + SEAL_CARD_SIGNATURE];
	char text[SEAL_BASE64_LEN(sizeof all)];

	memcpy(all, key->id, 4);
	memcpy(all + 4, bytes, len);
	seal_base64(SEAL_BASE64_PADDED, all, len + 4, text);
	(void)fprintf(out, "\xe2\x80\x94 %s %s\n", key->name, text);
}

/* Ed25519 over the prefix of crypto/proof.h and the text, by the key that the share gives. */
static inline void put_proof(FILE *out, const struct drills *drills, unsigned i, const char *text)
{
	struct seal_proof *proof = NULL;
	uint8_t bytes[SEAL_PROOF_SIGNATURE];
	struct seal_note_key key;

	assert_int_equal(seal_proof_new(drills->share[i], drills->manifest.set, &proof, NULL),
			 SEAL_OK);
	assert_int_equal(seal_proof_sign(proof, (const uint8_t *)text, strlen(text), bytes, NULL),
			 SEAL_OK);
	seal_proof_free(proof);
	assert_int_equal(seal_drill_key(&drills->manifest, i, &key, NULL), SEAL_OK);
	put_signature(out, &key, bytes, sizeof bytes);
}

static inline void put_token(FILE *out, struct drills *drills, size_t card, const char *text)
{
	uint8_t bytes[SEAL_CARD_SIGNATURE];
	struct seal_note_key key;
	size_t len = 0;

	assert_int_equal(staff_sign(&drills->staff.made[card], text, strlen(text), bytes,
				    sizeof bytes, &len, NULL),
			 SEAL_OK);
	assert_int_equal(seal_card_note_key(&drills->cards[card], &key, NULL), SEAL_OK);
	put_signature(out, &key, bytes, len);
}

/* The file; the caller's. */
static inline char *drill_note(struct drills *drills, const struct seal_drill *drill, unsigned by,
			       size_t card)
{
	char text[SEAL_DRILL_TEXT];
	char *note = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&note, &len);

	assert_non_null(out);
	assert_int_equal(seal_drill_text(drill, text, NULL), SEAL_OK);
	(void)fprintf(out, "%s\n", text);
	put_proof(out, drills, by, text);
	put_token(out, drills, card, text);
	assert_int_equal(fclose(out), 0);
	return note;
}

#endif
