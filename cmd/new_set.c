/* A new share set in a folder, at any tool that makes one. */

#include "new_set.h"

#include <stdio.h>

#include "base/encode.h"
#include "ceremony/confirm.h"
#include "ceremony/split.h"
#include "groups.h"

#include "base/banned.h"

int new_set_is_given(const struct new_set *set)
{
	return set->cards || set->output || set->groups || set->fingerprints || set->roots ||
	       set->allow_single || set->rehearsal;
}

int new_set_check(const struct new_set *set, struct seal_diag *diag)
{
	if (!set->output)
		return seal_fail(diag, SEAL_E_USAGE, "--output: missing (see --help)");
	if (set->threshold >= 0 && set->groups)
		return seal_fail(diag, SEAL_E_USAGE, "--threshold, --groups: give one of them");
	if (set->threshold < 0 && !set->groups)
		return seal_fail(diag, SEAL_E_USAGE, "--threshold: missing (see --help)");
	return SEAL_OK;
}

int new_set_policy(const struct new_set *set, struct seal_set_policy *policy,
		   struct seal_diag *diag)
{
	policy->threshold = set->groups ? 0 : (unsigned)set->threshold;
	policy->allow_no_spare = set->allow_no_spare;
	policy->allow_single = set->allow_single;
	policy->allow_virtual = set->rehearsal;
	return set->groups ? groups_read(set->groups, policy->groups, &policy->group_count, diag)
			   : SEAL_OK;
}

int new_set_confirm(const struct new_set *set, const struct seal_cards *cards,
		    struct seal_diag *diag)
{
	const struct seal_confirm how = {set->fingerprints, set->roots, NULL};
	int error = seal_confirm_cards(cards, &how, diag);

	return error == SEAL_E_USAGE && !set->fingerprints
		       ? seal_because(diag, error, "cards must be confirmed: give --fingerprints")
		       : error;
}

void new_set_print(const struct new_set *set, const struct seal_manifest *manifest)
{
	char signer[SEAL_BASE64_LEN(sizeof manifest->signer)];

	seal_base64(SEAL_BASE64_PADDED, manifest->signer, sizeof manifest->signer, signer);
	(void)printf("share set    %s\n", manifest->set);
	(void)printf("signer       %s\n", signer);
	(void)printf("purpose      %s\n", manifest->purpose);
	(void)printf("quorum       %u of %u\n", manifest->threshold, manifest->total);
	for (size_t i = 0; i < manifest->group_count; i++)
		(void)printf("             %u of %u of %s\n", manifest->groups[i].threshold,
			     manifest->groups[i].total, manifest->groups[i].name);
	for (unsigned i = 0; i < manifest->total; i++)
		(void)printf("sealed       %s/%s.share\n", set->output,
			     manifest->shares[i].custodian);
	(void)printf("secret       %s/" SEAL_SPLIT_SECRET "\n", set->output);
}

json_t *new_set_json(const struct new_set *set, const struct seal_manifest *manifest)
{
	json_t *names = json_array();
	char signer[SEAL_BASE64_LEN(sizeof manifest->signer)];

	for (unsigned i = 0; i < manifest->total; i++)
		(void)json_array_append_new(names, json_string(manifest->shares[i].custodian));
	seal_base64(SEAL_BASE64_PADDED, manifest->signer, sizeof manifest->signer, signer);
	return json_pack("{s:s,s:s,s:s,s:i,s:i,s:o}", "folder", set->output, "set", manifest->set,
			 "signer", signer, "threshold", (int)manifest->threshold, "total",
			 (int)manifest->total, "custodians", names);
}
