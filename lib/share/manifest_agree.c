/* Whether a manifest makes sense. A signature says who wrote it; this says that
   nobody counts twice in it and that its sums are right. */

#include "share/manifest_internal.h"

#include <string.h>

#include "base/secret.h"
#include "share/quorum_text.h"

#include "base/banned.h"

static int check_texts(const struct seal_manifest *manifest, struct seal_diag *diag)
{
	struct seal_field created = {manifest->created,
				     strnlen(manifest->created, sizeof manifest->created)};
	char time[21];
	int error = seal_purpose_check(manifest->purpose, diag);

	if (!error)
		error = seal_set_id_check(manifest->set, diag);
	if (!error)
		error = seal_field_time(created, time, diag);
	for (size_t i = 0; !error && i < manifest->group_count; i++)
		error = seal_card_check_name(manifest->groups[i].name, diag);
	for (size_t i = 0; !error && i < manifest->total; i++)
		error = seal_card_check_name(manifest->shares[i].custodian, diag);
	return error;
}

static int check_limits(const struct seal_manifest *manifest, struct seal_diag *diag)
{
	if (manifest->epoch < 1 || manifest->epoch > SEAL_MANIFEST_EPOCH_MAX ||
	    manifest->total < 1 || manifest->total > SEAL_MANIFEST_SHARES ||
	    manifest->threshold < 1 || manifest->threshold > manifest->total ||
	    manifest->group_count > SEAL_MANIFEST_GROUPS)
		return seal_fail(diag, SEAL_E_FORMAT,
				 "epoch %u, threshold %u of %u, %zu groups: these cannot be",
				 manifest->epoch, manifest->threshold, manifest->total,
				 manifest->group_count);
	for (size_t i = 0; i < manifest->total; i++) {
		const struct seal_manifest_share *share = &manifest->shares[i];

		if (share->x == 0 || share->card_count < 1 ||
		    share->card_count > SEAL_MANIFEST_CARDS ||
		    share->group >= (int)manifest->group_count ||
		    (share->group < 0) != (manifest->group_count == 0))
			return seal_fail(diag, SEAL_E_FORMAT, "share %zu: x, cards or group",
					 i + 1);
	}
	return SEAL_OK;
}

static int check_sums(const struct seal_manifest *manifest, struct seal_diag *diag)
{
	int member[SEAL_MANIFEST_SHARES];

	for (size_t i = 0; i < manifest->total; i++)
		member[i] = manifest->shares[i].group;
	return seal_quorum_check_groups(manifest->groups, manifest->group_count, member,
					manifest->total, manifest->threshold, diag);
}

static int has_card(const struct seal_manifest_share *share, const uint8_t *fingerprint,
		    size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (seal_eq_ct(share->cards[i], fingerprint, SEAL_CARD_FINGERPRINT))
			return 1;
	return 0;
}

/* A card of share i stands nowhere before. */
static int check_cards(const struct seal_manifest *manifest, size_t i, struct seal_diag *diag)
{
	const struct seal_manifest_share *share = &manifest->shares[i];

	for (size_t c = 0; c < share->card_count; c++) {
		int twice = has_card(share, share->cards[c], c);

		for (size_t k = 0; k < i; k++)
			twice |= has_card(&manifest->shares[k], share->cards[c],
					  manifest->shares[k].card_count);
		if (twice)
			return seal_fail(diag, SEAL_E_DUPLICATE,
					 "share %zu: a card that counts "
					 "already",
					 i + 1);
	}
	return SEAL_OK;
}

static int check_once(const struct seal_manifest *manifest, struct seal_diag *diag)
{
	for (size_t i = 0; i < manifest->total; i++) {
		const struct seal_manifest_share *share = &manifest->shares[i];
		int error = check_cards(manifest, i, diag);

		if (error)
			return error;
		for (size_t k = 0; k < i; k++) {
			const struct seal_manifest_share *other = &manifest->shares[k];
			const char *what =
				share->x == other->x				  ? "x"
				: strcmp(share->custodian, other->custodian) == 0 ? "custodian"
				: seal_eq_ct(share->proof, other->proof, sizeof share->proof)
					? "proof key"
					: NULL;

			if (what)
				return seal_fail(diag, SEAL_E_DUPLICATE,
						 "shares %zu and %zu: the same %s", k + 1, i + 1,
						 what);
		}
	}
	return SEAL_OK;
}

int seal_manifest_agree(const struct seal_manifest *manifest, struct seal_diag *diag)
{
	int error = check_limits(manifest, diag);

	if (!error)
		error = check_texts(manifest, diag);
	if (!error)
		error = check_sums(manifest, diag);
	return error ? error : check_once(manifest, diag);
}
