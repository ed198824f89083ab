/* seal-init: has a seal daemon make its keys, split for the holders of cards. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../api_token.h"
#include "../confirm.h"
#include "../connect.h"
#include "../groups.h"
#include "../tool.h"
#include "ceremony/confirm.h"
#include "ceremony/init.h"
#include "seal-init.h"

#include "base/banned.h"

#define BOOTSTRAP "/var/lib/seald/bootstrap-token"

static const struct seal_option options[] = {
	{"threshold", 'k', SEAL_OPTION_NUMBER, offsetof(struct values, threshold), "K",
	 "how many custodians open it"},
	{"groups", 'g', SEAL_OPTION_TEXT, offsetof(struct values, groups), "LIST",
	 "instead: how many of each group, ops=2,security=1"},
	{"cards", 'c', SEAL_OPTION_TEXT, offsetof(struct values, cards), "DIR",
	 "cards of the custodians, *.card"},
	{"output", 'o', SEAL_OPTION_TEXT, offsetof(struct values, output), "DIR",
	 "new folder for manifest and sealed shares"},
	{"purpose", 0, SEAL_OPTION_TEXT, offsetof(struct values, purpose), "TEXT",
	 "what the key is for, in words (unseal key of the daemon's address)"},
	{"fingerprints", 0, SEAL_OPTION_TEXT, offsetof(struct values, fingerprints), "FILE",
	 "confirm cards by lines NAME HEX64 instead of asking"},
	{"roots", 0, SEAL_OPTION_TEXT, offsetof(struct values, roots), "DIR",
	 "certificates that are believed, instead of the built-in ones"},
	{"root-token-card", 0, SEAL_OPTION_TEXT, offsetof(struct values, root_card), "CARD",
	 "make a root token, sealed to this card"},
	{"bootstrap-token", 0, SEAL_OPTION_TEXT, offsetof(struct values, bootstrap), "FILE",
	 "token file of seald's first start (" BOOTSTRAP ")"},
	{"allow-no-spare", 0, SEAL_OPTION_FLAG, offsetof(struct values, allow_no_spare), NULL,
	 "all shares needed: one lost share loses all"},
	{"allow-single", 0, SEAL_OPTION_FLAG, offsetof(struct values, allow_single), NULL,
	 "one person opens it alone"},
	{"again", 0, SEAL_OPTION_FLAG, offsetof(struct values, again), NULL,
	 "forget an earlier init that no quorum has used yet"},
	CONNECT_ROWS(struct values, connect),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int check(const struct values *values, struct seal_diag *diag)
{
	if (!values->cards)
		return seal_fail(diag, SEAL_E_USAGE, "--cards: missing (see --help)");
	if (!values->output)
		return seal_fail(diag, SEAL_E_USAGE, "--output: missing (see --help)");
	/* Without it a gate could invent core, set and shares, and nobody would see. */
	if (!values->connect.core)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--core: missing: seald prints it when it starts, in its log, "
				 "after `identity`");
	if ((values->threshold > 0) == (values->groups != NULL))
		return seal_fail(diag, SEAL_E_USAGE,
				 "--threshold: give it or --groups, not both (see --help)");
	return SEAL_OK;
}

/* The address in the purpose: it is what a custodian reads years later. */
static int set_purpose(const struct values *values, const struct seal_client *client,
		       char out[SEAL_PURPOSE + 1], struct seal_diag *diag)
{
	int len = values->purpose ? snprintf(out, SEAL_PURPOSE + 1, "%s", values->purpose)
				  : snprintf(out, SEAL_PURPOSE + 1, "unseal key of %s",
					     seal_client_address(client));

	return len > 0 && len <= (int)SEAL_PURPOSE
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_USAGE, "--purpose: 1 to %u bytes", SEAL_PURPOSE);
}

static int run_with(const struct values *values, struct seal_init_job *job,
		    struct seal_cards *cards, struct seal_diag *diag)
{
	struct seal_init_result result = {0};
	const struct seal_confirm how = {values->fingerprints, values->roots, job->root_card};
	int error = seal_cards_add_folder(cards, values->cards, diag);

	if (!error)
		error = seal_confirm_cards(cards, &how, diag);
	if (!error)
		error = seal_init_run(job, &result, diag);
	if (!error)
		error = init_report(values, &result, diag);
	if (!error && values->fingerprints)
		confirm_warn("seal-init", cards, job->root_card);
	return error;
}

static int run(const void *given, const char *file SEAL_UNUSED, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = NULL;
	struct seal_secret *bootstrap SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_cards cards SEAL_CLEANUP(seal_cards_done) = {0};
	struct seal_card root = {0};
	char purpose[SEAL_PURPOSE + 1];
	uint8_t core[32];
	int has_core = 0;
	struct seal_init_job job = {.dir = values->output,
				    .cards = &cards,
				    .threshold = (unsigned)values->threshold,
				    .purpose = purpose,
				    .allow_no_spare = values->allow_no_spare,
				    .allow_single = values->allow_single,
				    .again = values->again};
	int error = check(values, diag);

	if (!error && values->groups)
		error = groups_read(values->groups, job.groups, &job.group_count, diag);
	if (!error)
		error = connect_core(&values->connect, core, &has_core, diag);
	if (!error)
		error = connect_open(&values->connect, &client, diag);
	if (!error)
		error = set_purpose(values, client, purpose, diag);
	if (!error)
		error = api_token_file(values->bootstrap ? values->bootstrap : BOOTSTRAP,
				       "bootstrap token", &bootstrap, diag);
	if (!error && values->root_card)
		error = seal_card_read(values->root_card, &root, diag);
	if (error)
		return error;
	job.client = client;
	job.bootstrap = bootstrap;
	job.core = core;
	job.root_card = values->root_card ? &root : NULL;
	return run_with(values, &job, &cards, diag);
}

int main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.details = &text};
	const struct tool tool = {
		{"seal-init",
		 "-k K --cards DIR -o DIR --core BASE64 [-a URL] [--pin SHA256] [--json]",
		 "Initialises a seal daemon: it splits its unseal key and seals one share to "
		 "each holder\nof a card. Broken off, the same command goes on where it was.",
		 options, 0},
		run,
		&values.json,
		values.details,
		"nothing is lost: the same command goes on where it was"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
