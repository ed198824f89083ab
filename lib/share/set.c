/* Making a share set: people, split, proof, sealing, and a second look at all that
   was made before any of it is handed out. */

#include "share/set_internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/encode.h"
#include "base/own.h"
#include "crypto/age.h"
#include "crypto/age_seal.h"
#include "share/field.h"

#include "base/banned.h"

#define FILE_CAP 16384u

static size_t recipients_of(const struct seal_card *card, struct seal_age_recipient *out)
{
	/* The card's own text was parsed before. */
	if (seal_age_recipient_parse(card->recipient, out, NULL) != SEAL_OK)
		return 0;
	if (out->kind == SEAL_AGE_X25519)
		return 1;
	/* For PIV both stanzas: p256tag for age of today, piv-p256 for the plugin. */
	out[1] = out[0];
	out[0].kind = SEAL_AGE_P256TAG;
	out[1].kind = SEAL_AGE_PIV_P256;
	return 2;
}

/* How many stanzas of each kind a file has: an identity that opens nothing. */
struct seen {
	size_t count[SEAL_AGE_PIV_P256 + 1], all;
};

static int look(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
		struct seal_secret *file_key SEAL_UNUSED, struct seal_diag *diag)
{
	static const char *const types[] = {[SEAL_AGE_X25519] = "X25519",
					    [SEAL_AGE_P256TAG] = "p256tag",
					    [SEAL_AGE_PIV_P256] = "piv-p256"};
	struct seen *seen = ctx;

	seen->all = count;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < sizeof types / sizeof types[0]; k++)
			seen->count[k] += strcmp(stanzas[i].type, types[k]) == 0;
	return seal_fail(diag, SEAL_E_NOIDENTITY, "looked at");
}

static int check_file(const char *text, size_t len, const struct seal_age_recipient *recipients,
		      size_t count, struct seal_diag *diag)
{
	struct seen wanted = {.all = count};
	struct seen seen = {0};
	struct seal_age_identity identity = {.unwrap = look, .ctx = &seen};
	struct seal_mem_source from = {.bytes = (const uint8_t *)text, .len = len};
	struct seal_mem_sink nowhere = {0};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&nowhere);
	int error = seal_age_open(&identity, 1, &source, &sink, diag);
	int same;

	for (size_t i = 0; i < count; i++)
		wanted.count[recipients[i].kind]++;
	same = seen.all == wanted.all;
	for (size_t k = 0; k <= SEAL_AGE_PIV_P256; k++)
		same = same && seen.count[k] == wanted.count[k];
	if (error != SEAL_E_NOIDENTITY)
		return error ? error : seal_fail(diag, SEAL_E_VERIFY, "it opens without a token");
	return same ? SEAL_OK
		    : seal_fail(diag, SEAL_E_VERIFY, "it is not sealed to the cards it should be");
}

int seal_set_check_file(const char *text, size_t len, const struct seal_card *const *cards,
			size_t count, struct seal_diag *diag)
{
	struct seal_age_recipient recipients[2 * SEAL_MANIFEST_CARDS];
	size_t total = 0;

	if (count > SEAL_MANIFEST_CARDS)
		return seal_fail(diag, SEAL_E_ARGUMENT, "%zu cards of one person", count);
	for (size_t i = 0; i < count; i++)
		total += recipients_of(cards[i], recipients + total);
	return check_file(text, len, recipients, total, diag);
}

static void payload_of(const struct seal_manifest *manifest, size_t i, struct seal_payload *out)
{
	const struct seal_manifest_share *share = &manifest->shares[i];

	memcpy(out->purpose, manifest->purpose, sizeof out->purpose);
	memcpy(out->set, manifest->set, sizeof out->set);
	memcpy(out->custodian, share->custodian, sizeof out->custodian);
	memcpy(out->signer, manifest->signer, sizeof out->signer);
	out->epoch = manifest->epoch;
	out->index = (unsigned)i + 1;
	out->total = manifest->total;
	out->threshold = manifest->threshold;
	if (share->group >= 0) {
		memcpy(out->group, manifest->groups[share->group].name, sizeof out->group);
		out->threshold = manifest->groups[share->group].threshold;
	}
}

/* The text must say what it was made of before it is sealed where no one can look. */
static int make_text(const struct seal_manifest *manifest, const struct seal_set_work *work,
		     size_t i, struct seal_secret **out_text, struct seal_diag *diag)
{
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *share SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_payload payload = {0};
	struct seal_payload again = {0};
	size_t is = 0;
	int error;

	payload_of(manifest, i, &payload);
	error = seal_payload_text(&payload, work->share[i], &text, diag);
	if (!error)
		error = seal_payload_parse(text, &again, &share, diag);
	if (!error)
		error = seal_manifest_check(manifest, &again, share, &is, diag);
	if (!error && is != i)
		error = seal_fail(diag, SEAL_E_VERIFY, "text of another share");
	if (!error)
		*out_text = seal_steal(&text);
	return error;
}

/* Seals share i to its person's cards and parses what was made again. */
static int seal_one(struct seal_set *set, const struct seal_set_work *work, size_t i,
		    struct seal_diag *diag)
{
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	char *out SEAL_CLEANUP(seal_text_freep) = calloc(1, FILE_CAP);
	struct seal_age_recipient recipients[2 * SEAL_MANIFEST_CARDS] = {0};
	struct seal_mem_source from = {0};
	struct seal_mem_sink to = {.bytes = (uint8_t *)out, .cap = FILE_CAP - 1};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&to);
	struct seal_age_armor_out armor = {0};
	struct seal_sink armored = seal_age_armor_sink(&armor, &sink);
	size_t count = 0;
	int error = out ? make_text(&set->manifest, work, i, &text, diag)
			: seal_fail(diag, SEAL_E_NOMEM, "sealed share");

	for (size_t c = 0; c < set->manifest.shares[i].card_count; c++)
		count += recipients_of(work->person[i].card[c], recipients + count);
	if (!error) {
		from = (struct seal_mem_source){.bytes = seal_secret_bytes(text),
						.len = seal_secret_len(text)};
		error = seal_age_seal(recipients, count, &source, &armored, diag);
	}
	if (!error)
		error = seal_age_armor_end(&armor, diag);
	if (!error)
		error = check_file(out, to.len, recipients, count, diag);
	if (error)
		return seal_because(diag, error, "share of %s", set->manifest.shares[i].custodian);
	set->file_len[i] = to.len;
	set->file[i] = seal_steal(&out);
	return SEAL_OK;
}

int seal_set_id(char out[static SEAL_SET_ID + 1], struct seal_diag *diag)
{
	uint8_t id[SEAL_SET_ID / 2];
	int error = seal_random(id, sizeof id, diag);

	if (!error)
		seal_hex(id, sizeof id, out);
	return error;
}

/* What is neither of people nor of shares. */
static int begin(const struct seal_set_policy *policy, const struct seal_secret *signer,
		 struct seal_manifest *manifest, struct seal_diag *diag)
{
	time_t now = time(NULL);
	struct tm parts;
	int error = SEAL_OK;

	memcpy(manifest->set, policy->set, sizeof manifest->set);
	if (!manifest->set[0])
		error = seal_set_id(manifest->set, diag);
	if (error)
		return error;
	if (seal_secret_len(signer) != 64)
		return seal_fail(diag, SEAL_E_ARGUMENT, "signer of %zu bytes",
				 seal_secret_len(signer));
	if (!gmtime_r(&now, &parts) || strftime(manifest->created, sizeof manifest->created,
						"%Y-%m-%dT%H:%M:%SZ", &parts) != 20)
		return seal_fail(diag, SEAL_E_SYSTEM, "the clock shows no usable time");
	memcpy(manifest->purpose, policy->purpose, sizeof manifest->purpose);
	memcpy(manifest->signer, seal_secret_bytes(signer) + 32, sizeof manifest->signer);
	manifest->epoch = policy->epoch;
	manifest->has_root_card = policy->root_card != NULL;
	return policy->root_card
		       ? seal_card_fingerprint(policy->root_card, manifest->root_card, diag)
		       : SEAL_OK;
}

static int sign(struct seal_set *set, struct seal_secret *signer, struct seal_diag *diag)
{
	struct seal_manifest again;
	int error = seal_manifest_sign(&set->manifest, signer, &set->note, &set->note_len, diag);

	if (!error)
		error = seal_manifest_parse(set->note, set->note_len, set->manifest.signer, &again,
					    diag);
	return error;
}

int seal_set_new(const struct seal_secret *key, const struct seal_card *cards, size_t count,
		 const struct seal_set_policy *policy, struct seal_secret *signer,
		 struct seal_set **out_set, struct seal_diag *diag)
{
	struct seal_set *set SEAL_CLEANUP(seal_set_freep) = calloc(1, sizeof *set);
	struct seal_set_work work SEAL_CLEANUP(seal_set_work_done) = {0};
	int error;

	if (!set)
		return seal_fail(diag, SEAL_E_NOMEM, "share set");
	if (seal_secret_len(key) != SEAL_SET_KEY)
		return seal_fail(diag, SEAL_E_ARGUMENT, "key of %zu bytes", seal_secret_len(key));
	error = begin(policy, signer, &set->manifest, diag);
	if (!error)
		error = seal_set_people(cards, count, policy, &set->manifest, &work, diag);
	if (!error)
		error = seal_set_split(key, &set->manifest, &work, diag);
	if (!error)
		error = sign(set, signer, diag);
	for (size_t i = 0; !error && i < set->manifest.total; i++)
		error = seal_one(set, &work, i, diag);
	if (!error)
		*out_set = seal_steal(&set);
	return error;
}

int seal_set_check(const struct seal_card *cards, size_t count,
		   const struct seal_set_policy *policy, struct seal_diag *diag)
{
	struct seal_set_work work SEAL_CLEANUP(seal_set_work_done) = {0};
	struct seal_manifest manifest = {0};
	int error = seal_purpose_check(policy->purpose, diag);

	return error ? error : seal_set_people(cards, count, policy, &manifest, &work, diag);
}

void seal_set_free(struct seal_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		free(set->file[i]);
	free(set->note);
	free(set);
}

void seal_set_freep(struct seal_set **set)
{
	seal_set_free(*set);
	*set = NULL;
}

const struct seal_manifest *seal_set_manifest(const struct seal_set *set)
{
	return &set->manifest;
}

const char *seal_set_note(const struct seal_set *set, size_t *out_len)
{
	*out_len = set->note_len;
	return set->note;
}

const char *seal_set_file(const struct seal_set *set, size_t i, size_t *out_len)
{
	*out_len = set->file_len[i];
	return set->file[i];
}
