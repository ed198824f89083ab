/* seal-split for the holders of cards. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../confirm.h"
#include "base/encode.h"
#include "ceremony/new_folder.h"
#include "ceremony/split.h"
#include "seal-split.h"

#include "base/banned.h"

static char *details(const struct values *values, const struct seal_manifest *manifest)
{
	json_t *json = new_set_json(&values->set, manifest);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

static void print(const struct values *values, const struct seal_manifest *manifest)
{
	char signer[SEAL_BASE64_LEN(sizeof manifest->signer)];

	new_set_print(&values->set, manifest);
	seal_base64(SEAL_BASE64_PADDED, manifest->signer, sizeof manifest->signer, signer);
	(void)printf(
		"next         keep the whole folder, and set and signer where nobody can change "
		"them;\n             seal-combine --signer %s %s gives the secret back\n",
		signer, values->set.output);
}

static int make_policy(const struct values *values, struct seal_set_policy *policy,
		       struct seal_diag *diag)
{
	const char *purpose = values->purpose ? values->purpose : "a secret";
	int len = snprintf(policy->purpose, sizeof policy->purpose, "%s", purpose);

	policy->epoch = 1;
	if (len < 1 || len > (int)SEAL_PURPOSE)
		return seal_fail(diag, SEAL_E_USAGE, "--purpose: 1 to %u bytes", SEAL_PURPOSE);
	return new_set_policy(&values->set, policy, diag);
}

int split_for_cards(const struct values *values, struct seal_diag *diag)
{
	struct seal_cards cards SEAL_CLEANUP(seal_cards_done) = {0};
	struct seal_set_policy policy = {0};
	struct seal_manifest manifest;
	int in = STDIN_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_split_job job = {
		.dir = values->set.output, .cards = &cards, .policy = &policy, .source = &source};
	int error = new_set_check(&values->set, diag);

	if (!error)
		error = make_policy(values, &policy, diag);
	if (!error)
		error = seal_cards_add_folder(&cards, values->set.cards, diag);
	if (!error && isatty(STDIN_FILENO))
		error = seal_fail(diag, SEAL_E_USAGE,
				  "the secret is read from stdin, which is the terminal here and "
				  "would show it: give it from a file or a pipe");
	/* What cannot end well is said before people confirm cards one by one. */
	if (!error)
		error = seal_new_folder_check(values->set.output, diag);
	if (!error)
		error = seal_set_check(cards.list, cards.count, &policy, diag);
	if (!error)
		error = new_set_confirm(&values->set, &cards, diag);
	if (!error)
		error = seal_split_run(&job, &manifest, diag);
	if (error)
		return error;
	if (values->json)
		*values->details = details(values, &manifest);
	else
		print(values, &manifest);
	if (values->set.fingerprints)
		confirm_warn("seal-split", &cards, NULL);
	return fflush(stdout) == 0 ? SEAL_OK : seal_fail_errno(diag, SEAL_E_IO, "stdout");
}
