/* seal-drill prove: one custodian's statement. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../papers.h"
#include "../tool.h"
#include "../use_tokens.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/own.h"
#include "ceremony/busy.h"
#include "ceremony/drill.h"
#include "seal-drill.h"

#include "base/banned.h"

struct values {
	struct use_tokens tokens;
	const char *custodian, *challenge, *output, *signer;
	int rehearsal, json;
	char **details;
};

static const struct seal_option options[] = {
	{"custodian", 'n', SEAL_OPTION_TEXT, offsetof(struct values, custodian), "NAME",
	 "whose share it is; default: whose token is here"},
	{"challenge", 0, SEAL_OPTION_TEXT, offsetof(struct values, challenge), "HEX",
	 "64 digits from who asks for the drill: shows that it is not an old one"},
	{"output", 'o', SEAL_OPTION_TEXT, offsetof(struct values, output), "FILE",
	 "the statement; must not be there yet"},
	{"signer", 0, SEAL_OPTION_TEXT, offsetof(struct values, signer), "BASE64",
	 "who must have signed the manifest"},
	USE_TOKENS_ROWS(struct values, tokens),
	{"rehearsal", 0, SEAL_OPTION_FLAG, offsetof(struct values, rehearsal), NULL,
	 "mark the statement: it counts in a rehearsal only"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

/* Nobody types a PIN for a file that cannot be written. */
static int check(const struct values *values, struct seal_diag *diag)
{
	int error = SEAL_OK;

	if (!values->output)
		return seal_fail(diag, SEAL_E_USAGE, "--output: missing (see --help)");
	if (values->challenge)
		error = seal_drill_challenge_check(values->challenge, NULL);
	if (error)
		return seal_fail(diag, SEAL_E_USAGE, "--challenge: not %u lower-case hex digits",
				 SEAL_DRILL_CHALLENGE);
	if (access(values->output, F_OK) == 0)
		return seal_fail(diag, SEAL_E_EXISTS, "%s: is there already", values->output);
	return SEAL_OK;
}

static int write_note(const char *path, const char *note, size_t len, struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	int error = seal_file_new(path, SEAL_FILE_NEW, &file, diag);

	if (!error)
		error = seal_file_write(file, note, len, diag);
	return error ? error : seal_file_commit(file, diag);
}

static void show(const struct values *values, const struct seal_manifest *manifest,
		 const struct seal_drill *drill)
{
	const char *name = manifest->shares[drill->share - 1].custodian;
	char card[2 * SEAL_CARD_FINGERPRINT + 1];
	json_t *json;

	if (!values->json) {
		(void)printf("%s: proved at %s: the token opens share %u of %u, set %.8s%s\n"
			     "statement: %s\n",
			     name, drill->time, drill->share, manifest->total, drill->set,
			     drill->rehearsal ? " (a rehearsal)" : "", values->output);
		return;
	}
	seal_hex(drill->card, sizeof drill->card, card);
	json = json_pack("{s:s,s:s,s:i,s:s,s:s,s:s?,s:b}", "custodian", name, "set", drill->set,
			 "share", (int)drill->share, "card", card, "time", drill->time, "challenge",
			 drill->challenge[0] ? drill->challenge : NULL, "rehearsal",
			 drill->rehearsal);
	*values->details = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
}

static int prove(const struct values *values, const struct used_tokens *tokens,
		 const struct seal_set_folder *folder, struct seal_diag *diag)
{
	const struct seal_take take = {
		.folder = folder,
		.place = &tokens->place,
		.asker = &tokens->asker,
		.custodian = values->custodian,
		.has_serial = tokens->has_serial,
		.serial = tokens->serial,
		.choose = values->tokens.non_interactive ? NULL : use_tokens_choose};
	struct seal_drill_prove job = {
		.take = &take, .challenge = values->challenge, .rehearsal = values->rehearsal};
	struct seal_drill drill = {0};
	char *note SEAL_CLEANUP(seal_text_freep) = NULL;
	size_t len = 0;
	int error = seal_drill_clock(0, job.now, diag);

	seal_busy("the tokens");
	if (!error)
		error = seal_drill_prove(&job, &drill, &note, &len, diag);
	seal_busy(NULL);
	if (!error)
		error = write_note(values->output, note, len, diag);
	if (!error)
		show(values, &folder->manifest, &drill);
	return error;
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_set_folder folder SEAL_CLEANUP(seal_set_folder_done) = {0};
	uint8_t signer[PAPERS_SIGNER];
	struct used_tokens tokens;
	int error = check(values, diag);

	if (!error && values->signer)
		error = papers_signer(values->signer, signer, diag);
	if (!error)
		error = use_tokens(&values->tokens, &tokens, diag);
	if (!error)
		error = seal_set_folder_read(file ? file : ".", values->signer ? signer : NULL,
					     &folder, diag);
	return error ? error : prove(values, &tokens, &folder, diag);
}

int prove_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.tokens = USE_TOKENS_INIT, .details = &text};
	const struct tool tool = {
		{"seal-drill",
		 "prove [-n NAME] [--challenge HEX] [-i FILE] [--rehearsal] [--json] -o FILE [DIR]",
		 "Opens the share of DIR that the token here is for, and writes a statement of it, "
		 "signed by\nthe share and by the token. Nothing else leaves this machine, and no "
		 "daemon is asked.",
		 options, 1},
		run,
		&values.json,
		values.details,
		"nothing is lost: the share is as it was, and the statement is there whole or not "
		"at all"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
