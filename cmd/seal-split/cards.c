/* seal-split for the holders of cards. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../confirm.h"
#include "../groups.h"
#include "base/encode.h"
#include "ceremony/confirm.h"
#include "ceremony/new_folder.h"
#include "ceremony/split.h"
#include "seal-split.h"

#include "base/banned.h"

static char *details(const struct values *values, const struct seal_manifest *manifest)
{
	json_t *names = json_array();
	json_t *json;
	char signer[SEAL_BASE64_LEN(sizeof manifest->signer)];
	char *text;

	for (unsigned i = 0; i < manifest->total; i++)
		(void)json_array_append_new(names, json_string(manifest->shares[i].custodian));
	seal_base64(SEAL_BASE64_PADDED, manifest->signer, sizeof manifest->signer, signer);
	json = json_pack("{s:s,s:s,s:s,s:i,s:i,s:o}", "folder", values->output, "set",
			 manifest->set, "signer", signer, "threshold", (int)manifest->threshold,
			 "total", (int)manifest->total, "custodians", names);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}

static void print(const struct values *values, const struct seal_manifest *manifest)
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
		(void)printf("sealed       %s/%s.share\n", values->output,
			     manifest->shares[i].custodian);
	(void)printf("secret       %s/" SEAL_SPLIT_SECRET "\n", values->output);
	(void)printf(
		"next         keep the whole folder, and set and signer where nobody can change "
		"them;\n             seal-combine --signer %s %s gives the secret back\n",
		signer, values->output);
}

static int check(const struct values *values, struct seal_diag *diag)
{
	if (!values->output)
		return seal_fail(diag, SEAL_E_USAGE, "--output: missing (see --help)");
	if (values->threshold >= 0 && values->groups)
		return seal_fail(diag, SEAL_E_USAGE, "--threshold, --groups: give one of them");
	if (values->threshold < 0 && !values->groups)
		return seal_fail(diag, SEAL_E_USAGE, "--threshold: missing (see --help)");
	return SEAL_OK;
}

static int make_policy(const struct values *values, struct seal_set_policy *policy,
		       struct seal_diag *diag)
{
	const char *purpose = values->purpose ? values->purpose : "a secret";
	int len = snprintf(policy->purpose, sizeof policy->purpose, "%s", purpose);

	policy->epoch = 1;
	policy->threshold = values->groups ? 0 : (unsigned)values->threshold;
	policy->allow_no_spare = values->allow_no_spare;
	policy->allow_single = values->allow_single;
	policy->allow_virtual = values->rehearsal;
	if (len < 1 || len > (int)SEAL_PURPOSE)
		return seal_fail(diag, SEAL_E_USAGE, "--purpose: 1 to %u bytes", SEAL_PURPOSE);
	return values->groups
		       ? groups_read(values->groups, policy->groups, &policy->group_count, diag)
		       : SEAL_OK;
}

static int confirm(const struct values *values, const struct seal_cards *cards,
		   struct seal_diag *diag)
{
	const struct seal_confirm how = {values->fingerprints, values->roots, NULL};
	int error = seal_confirm_cards(cards, &how, diag);

	return error == SEAL_E_USAGE && !values->fingerprints
		       ? seal_because(diag, error, "cards must be confirmed: give --fingerprints")
		       : error;
}

int split_for_cards(const struct values *values, struct seal_diag *diag)
{
	struct seal_cards cards SEAL_CLEANUP(seal_cards_done) = {0};
	struct seal_set_policy policy = {0};
	struct seal_manifest manifest;
	int in = STDIN_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_split_job job = {
		.dir = values->output, .cards = &cards, .policy = &policy, .source = &source};
	int error = check(values, diag);

	if (!error)
		error = make_policy(values, &policy, diag);
	if (!error)
		error = seal_cards_add_folder(&cards, values->cards, diag);
	if (!error && isatty(STDIN_FILENO))
		error = seal_fail(diag, SEAL_E_USAGE,
				  "the secret is read from stdin, which is the terminal here and "
				  "would show it: give it from a file or a pipe");
	/* What cannot end well is said before people confirm cards one by one. */
	if (!error)
		error = seal_new_folder_check(values->output, diag);
	if (!error)
		error = seal_set_check(cards.list, cards.count, &policy, diag);
	if (!error)
		error = confirm(values, &cards, diag);
	if (!error)
		error = seal_split_run(&job, &manifest, diag);
	if (error)
		return error;
	if (values->json)
		*values->details = details(values, &manifest);
	else
		print(values, &manifest);
	if (values->fingerprints)
		confirm_warn("seal-split", &cards, NULL);
	return fflush(stdout) == 0 ? SEAL_OK : seal_fail_errno(diag, SEAL_E_IO, "stdout");
}
