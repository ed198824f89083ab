/* What a new holder takes from a rekey: the set that is pending, held to the plan. */

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/own.h"
#include "ceremony/new_folder.h"
#include "ceremony/rekey.h"

#include "base/banned.h"

static int has_card(const struct seal_manifest_share *share, const uint8_t *print)
{
	for (size_t i = 0; i < share->card_count; i++)
		if (seal_eq_ct(share->cards[i], print, SEAL_CARD_FINGERPRINT))
			return 1;
	return 0;
}

static int check_share(const struct seal_plan *plan, const struct seal_manifest *manifest,
		       unsigned i, struct seal_diag *diag)
{
	const struct seal_plan_custodian *one = &plan->custodians[i];
	const struct seal_manifest_share *share = NULL;

	for (unsigned k = 0; k < manifest->total; k++)
		if (strcmp(manifest->shares[k].custodian, one->name) == 0)
			share = &manifest->shares[k];
	if (!share)
		return seal_fail(diag, SEAL_E_MISMATCH, "the new set has no share of %s",
				 one->name);
	if (share->group != one->group || share->card_count != one->card_count)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "the new set has %s in another group or with other cards",
				 one->name);
	for (size_t k = 0; k < one->card_count; k++)
		if (!has_card(share, one->cards[k]))
			return seal_fail(diag, SEAL_E_MISMATCH,
					 "the new set has a card of %s that is not the plan's",
					 one->name);
	return SEAL_OK;
}

int seal_rekey_check(const struct seal_plan *plan, const struct seal_manifest *manifest,
		     struct seal_diag *diag)
{
	int error = SEAL_OK;

	if (!seal_eq_ct(manifest->signer, plan->core, sizeof plan->core))
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "the new set is signed by another core than the plan's");
	if (manifest->epoch != plan->epoch + 1 || strcmp(manifest->set, plan->set) == 0)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "the new set is of epoch %u, and the plan's is %u",
				 manifest->epoch, plan->epoch + 1);
	if (strcmp(manifest->purpose, plan->purpose) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH, "the new set is for another purpose: %s",
				 manifest->purpose);
	if (manifest->threshold != plan->threshold || manifest->total != plan->total ||
	    manifest->group_count != plan->group_count || manifest->has_root_card)
		return seal_fail(
			diag, SEAL_E_MISMATCH,
			"the new set is %u of %u in %zu groups, and the plan says %u of %u "
			"in %zu",
			manifest->threshold, manifest->total, manifest->group_count,
			plan->threshold, plan->total, plan->group_count);
	for (size_t i = 0; i < plan->group_count; i++)
		if (strcmp(manifest->groups[i].name, plan->groups[i].name) != 0 ||
		    manifest->groups[i].threshold != plan->groups[i].threshold ||
		    manifest->groups[i].total != plan->groups[i].total)
			return seal_fail(diag, SEAL_E_MISMATCH,
					 "the new set's group %s is not the plan's",
					 manifest->groups[i].name);
	for (unsigned i = 0; i < plan->total && !error; i++)
		error = check_share(plan, manifest, i, diag);
	return error;
}

/* Fetched together, for one custodian; each share's manifest must be the first one's. */
struct fetched {
	char *file[SEAL_MANIFEST_SHARES]; /* by custodian of the plan */
	char *note;
};

static void fetched_done(struct fetched *fetched)
{
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		free(fetched->file[i]);
	free(fetched->note);
}

static int fetch_one(const struct seal_rekey *rekey, unsigned i, struct fetched *fetched,
		     struct seal_diag *diag)
{
	char print[2 * SEAL_CARD_FINGERPRINT + 1];
	char *note SEAL_CLEANUP(seal_text_freep) = NULL;
	int error;

	seal_hex(rekey->file->plan.custodians[i].cards[0], SEAL_CARD_FINGERPRINT, print);
	error = seal_client_rekey_share(rekey->client, print, &fetched->file[i], &note, diag);
	if (error)
		return seal_because(diag, error, "share of %s",
				    rekey->file->plan.custodians[i].name);
	if (fetched->note && strcmp(fetched->note, note) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "the daemon gave two manifests: something stands between");
	if (!fetched->note)
		fetched->note = seal_steal(&note);
	return SEAL_OK;
}

static int check_fetched(const struct seal_rekey *rekey, const struct fetched *fetched,
			 struct seal_diag *diag)
{
	const struct seal_plan *plan = &rekey->file->plan;
	struct seal_manifest *manifest = malloc(sizeof *manifest);
	int error = manifest ? seal_manifest_parse(fetched->note, strlen(fetched->note), plan->core,
						   manifest, diag)
			     : seal_fail(diag, SEAL_E_NOMEM, "manifest");

	if (!error)
		error = seal_rekey_check(plan, manifest, diag);
	free(manifest);
	return error;
}

static int write_folder(const struct seal_rekey *rekey, const struct fetched *fetched,
			const char *dir, struct seal_diag *diag)
{
	struct seal_new_folder folder SEAL_CLEANUP(seal_new_folder_done) = {0};
	int error = seal_new_folder_begin(dir, &folder, diag);

	if (!error)
		error = seal_cards_write(&rekey->file->cards, &folder, diag);
	if (!error)
		error = seal_new_folder_file(&folder, "manifest", "", fetched->note,
					     strlen(fetched->note), diag);
	for (unsigned i = 0; i < rekey->file->plan.total && !error; i++)
		if (fetched->file[i])
			error = seal_new_folder_file(&folder, rekey->file->plan.custodians[i].name,
						     ".share", fetched->file[i],
						     strlen(fetched->file[i]), diag);
	return error ? error : seal_new_folder_commit(&folder, diag);
}

int seal_rekey_fetch(const struct seal_rekey *rekey, const char *custodian, const char *dir,
		     struct seal_diag *diag)
{
	const struct seal_plan *plan = &rekey->file->plan;
	struct fetched fetched SEAL_CLEANUP(fetched_done) = {0};
	int error = seal_new_folder_check(dir, diag);

	for (unsigned i = 0; i < plan->total && !error; i++)
		if (!custodian || strcmp(custodian, plan->custodians[i].name) == 0)
			error = fetch_one(rekey, i, &fetched, diag);
	if (!error && !fetched.note)
		error = seal_fail(diag, SEAL_E_NOTFOUND, "the plan has no custodian %s", custodian);
	if (!error)
		error = check_fetched(rekey, &fetched, diag);
	return error ? error : write_folder(rekey, &fetched, dir, diag);
}
