/* seal-reshare: new holders, another threshold or fresh shares for a secret that seal-split has
   split. */

#include <stdio.h>
#include <stdlib.h>

#include "../confirm.h"
#include "../gather.h"
#include "../tool.h"
#include "ceremony/busy.h"
#include "seal-reshare.h"

#include "base/banned.h"

#define NAMES_BYTES 4096

/* Until all has been told: then the journal goes. */
static struct gather gather;
static struct seal_reshare_run at;

static const struct seal_option options[] = {
	NEW_SET_ROWS(struct values, set),
	USE_TOKENS_ROWS(struct values, tokens),
	{"signer", 0, SEAL_OPTION_TEXT, offsetof(struct values, signer), "BASE64",
	 "who signed the former set, as was told when it was made"},
	{"walk", 0, SEAL_OPTION_FLAG, offsetof(struct values, walk), NULL,
	 "one custodian after another at this keyboard"},
	{"check", 0, SEAL_OPTION_FLAG, offsetof(struct values, check), NULL,
	 "only verify that the former set's quorum has made the one in -o"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "report the result as one JSON object"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int is_one(const struct values *values, const char *file)
{
	const char *const *first = values->arguments;

	while (*first != file)
		first++;
	return first[1] == NULL;
}

/* An auditor has the manifest of the former set, and may have no more of it. */
static int check_audit(const struct values *values, const char *file, struct seal_diag *diag)
{
	if (values->set.cards || values->set.threshold >= 0 || values->set.groups || values->walk ||
	    !is_one(values, file))
		return seal_fail(diag, SEAL_E_USAGE,
				 "--check: takes -o, --signer and the folder of the former set");
	if (!values->set.output)
		return seal_fail(diag, SEAL_E_USAGE, "--output: missing (see --help)");
	return SEAL_OK;
}

static int check(const struct values *values, const char *file, struct seal_diag *diag)
{
	if (!file)
		return seal_fail(diag, SEAL_E_USAGE,
				 "name the folder of the former set (see --help)");
	if (values->walk && values->tokens.non_interactive)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--walk: asks who is next: not with --non-interactive");
	if (values->check)
		return check_audit(values, file, diag);
	if (!values->set.cards)
		return seal_fail(diag, SEAL_E_USAGE, "--cards: missing (see --help)");
	return new_set_check(&values->set, diag);
}

/* What was opened for a run that was killed is nowhere: those people are asked again. */
static void tell_broken_off(void)
{
	const struct seal_manifest *manifest = &at.former->manifest;
	char names[NAMES_BYTES];
	unsigned progress = 0;

	(void)seal_manifest_quorum(manifest, at.had_opened, &progress);
	if (!at.is_broken_off || progress == 0)
		return;
	seal_set_folder_names(at.former, at.had_opened, 1, names, sizeof names);
	(void)fprintf(stderr,
		      "seal-reshare: a run was broken off after %s had opened: nothing was made, "
		      "their shares are needed again\n",
		      names);
}

/* All that can be said before a person is asked for anything is said by begin and here. */
static int make(const struct values *values, struct seal_diag *diag)
{
	struct seal_cards cards SEAL_CLEANUP(seal_cards_done) = {0};
	struct seal_set_policy policy = {0};
	struct seal_set_policy whole;
	int error = new_set_policy(&values->set, &policy, diag);

	if (!error)
		error = seal_cards_add_folder(&cards, values->set.cards, diag);
	whole = seal_reshare_policy(&gather.folder, &policy);
	if (!error)
		error = seal_set_check(cards.list, cards.count, &whole, diag);
	if (!error)
		error = new_set_confirm(&values->set, &cards, diag);
	if (!error)
		tell_broken_off();
	if (!error)
		error = seal_reshare_make(&at, &gather.combine, &cards, &policy, diag);
	if (error)
		return error;
	gather_tell(&gather);
	if (values->set.fingerprints)
		confirm_warn("seal-reshare", &cards, NULL);
	return SEAL_OK;
}

static int reshare(const struct values *values, struct seal_diag *diag)
{
	int error = seal_reshare_begin(&at, values->set.output, &gather.folder, diag);

	if (!error && at.is_done)
		(void)fprintf(stderr, "seal-reshare: a run before has made this set, and was "
				      "broken off before it said so\n");
	else if (!error)
		error = make(values, diag);
	if (error)
		return error;
	seal_busy(NULL);
	report(values, gather.combine.dir, &at.minutes, 0);
	return fflush(stdout) == 0 ? SEAL_OK : seal_fail_errno(diag, SEAL_E_IO, "stdout");
}

static int verify(const struct values *values, struct seal_diag *diag)
{
	struct seal_manifest manifest;
	struct seal_reshare minutes;
	int error =
		seal_reshare_check(&gather.folder, values->set.output, &manifest, &minutes, diag);

	if (!error)
		report(values, gather.options.file, &minutes, 1);
	return error;
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	const struct gather_options how = {.tool = "seal-reshare",
					   .tokens = &values->tokens,
					   .signer = values->signer,
					   .walk = values->walk,
					   .manifest_only = values->check,
					   .arguments = values->arguments,
					   .file = file};
	int error = check(values, file, diag);

	if (!error)
		error = gather_begin(&how, &gather, diag);
	if (error)
		return error;
	return values->check ? verify(values, diag) : reshare(values, diag);
}

int main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.set = NEW_SET_INIT,
				.tokens = USE_TOKENS_INIT,
				.arguments = (const char *const *)argv,
				.details = &text};
	const struct tool tool = {
		{"seal-reshare",
		 "-k K --cards DIR -o NEW [--signer BASE64] [-i FILE]... [--walk] [--json] DIR...\n"
		 "       seal-reshare --check -o NEW [--signer BASE64] [--json] DIR",
		 "Gives a secret that seal-split has split new holders, another threshold or fresh "
		 "shares:\na quorum of the former set, in DIR, opens it, and a set of the next "
		 "epoch is made in NEW.\nThe former set still opens, until its shares are "
		 "destroyed.",
		 options, SEAL_MANIFEST_SHARES},
		run,
		&values.json,
		values.details,
		"nothing is lost: the former set is as it was; run the same again"};
	int code = tool_main(&tool, &values, argc, argv);

	seal_reshare_end(&at, code == 0);
	gather_done(&gather);
	free(text);
	return code;
}
