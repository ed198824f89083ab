/* What the commands of seal-rekey share. */

#include "seal-rekey.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "ceremony/busy.h"
#include "ceremony/prompt.h"
#include "ceremony/terminal.h"

#include "base/banned.h"

#define NAMES_BYTES 4096
#define MARK 8u /* hex digits by which strangers are told of cards */

void begun_done(struct begun *begun)
{
	seal_rekey_done(&begun->rekey);
	seal_client_free(begun->client);
	seal_plan_file_done(&begun->file);
}

int begin(const struct values *values, struct begun *begun, struct seal_diag *diag)
{
	int error;

	if (!values->plan)
		return seal_fail(diag, SEAL_E_USAGE, "--plan: missing (see --help)");
	error = seal_plan_file_read(values->plan, &begun->file, diag);
	for (size_t i = 0; i < begun->file.cards.count && !error; i++) {
		error = seal_plan_card(&begun->file.plan, &begun->file.cards.list[i], diag);
		if (error)
			error = seal_because(diag, error, "%s", begun->file.cards.path[i]);
	}
	if (!error)
		error = connect_plan(&values->connect, &begun->file.plan, &begun->client, diag);
	return error ? error : seal_rekey_new(&begun->file, begun->client, &begun->rekey, diag);
}

int confirm_plan(const struct values *values, const struct begun *begun, struct seal_diag *diag)
{
	const struct seal_rekey *rekey = &begun->rekey;
	int yes = 0;
	int error;

	if (values->digest)
		return strcmp(values->digest, rekey->digest) == 0
			       ? SEAL_OK
			       : seal_fail(diag, SEAL_E_MISMATCH,
					   "--digest: the plan's is %.16s...: it is another plan",
					   rekey->digest);
	if (values->tokens.non_interactive)
		return seal_fail(
			diag, SEAL_E_USAGE,
			"--digest: is needed with --non-interactive: nobody sees the plan");
	seal_prompt_say(rekey->text);
	seal_prompt_say("\nIts words, to be heard from each machine:\n\n    ");
	seal_prompt_say(rekey->words);
	seal_prompt_say("\n\n");
	error = seal_prompt_yes("Do you agree to all of this, and hear the same words? ", &yes,
				diag);
	if (!error && !yes)
		error = seal_fail(diag, SEAL_E_POLICY, "not agreed: nothing was signed or given");
	return error;
}

int use_folder(const struct values *values, const struct begun *begun, const char *dir,
	       struct seal_set_folder *folder, struct used_tokens *tokens,
	       struct seal_unseal *unseal, struct seal_diag *diag)
{
	int error = use_tokens(&values->tokens, tokens, diag);

	if (!error)
		error = seal_set_folder_read(dir, begun->file.plan.core, folder, diag);
	*unseal = (struct seal_unseal){
		.folder = folder,
		.client = begun->client,
		.place = &tokens->place,
		.asker = &tokens->asker,
		.custodian = values->custodian,
		.has_serial = tokens->has_serial,
		.serial = tokens->serial,
		.choose = values->tokens.non_interactive ? NULL : use_tokens_choose,
	};
	return error;
}

static int has_mark(const struct seal_plan_custodian *one, const struct seal_client_given *list,
		    size_t count)
{
	for (size_t k = 0; k < one->card_count; k++) {
		char hex[2 * SEAL_CARD_FINGERPRINT + 1];

		seal_hex(one->cards[k], SEAL_CARD_FINGERPRINT, hex);
		for (size_t i = 0; i < count; i++)
			if (strncmp(hex, list[i].card, MARK) == 0)
				return 1;
	}
	return 0;
}

void names_of(const struct seal_plan *plan, const struct seal_client_given *list, size_t count,
	      int want, char *out, size_t cap)
{
	size_t at = 0;

	(void)snprintf(out, cap, "nobody");
	for (unsigned i = 0; i < plan->total && at < cap; i++)
		if (has_mark(&plan->custodians[i], list, count) == want)
			at += (size_t)snprintf(out + at, cap - at, "%s%s", at ? ", " : "",
					       plan->custodians[i].name);
}

static const struct seal_client_rekey_plan *ours(const struct begun *begun,
						 const struct seal_client_rekey_status *status)
{
	for (size_t i = 0; i < status->plan_count; i++)
		if (strcmp(status->plans[i].plan, begun->rekey.digest) == 0)
			return &status->plans[i];
	return NULL;
}

static int is_ours_pending(const struct begun *begun, const struct seal_client_rekey_status *status)
{
	return status->is_pending && strcmp(status->pending_plan, begun->rekey.digest) == 0;
}

/* Which of the two sets opens the daemon now, in words. */
static void state_text(const struct begun *begun, const struct seal_client_rekey_status *status,
		       char *out, size_t cap)
{
	const struct seal_client_rekey_plan *plan = ours(begun, status);
	char proved[NAMES_BYTES], others[NAMES_BYTES];

	if (is_ours_pending(begun, status)) {
		names_of(&begun->file.plan, status->unproved, status->unproved_count, 0, proved,
			 sizeof proved);
		names_of(&begun->file.plan, status->unproved, status->unproved_count, 1, others,
			 sizeof others);
		(void)snprintf(
			out, cap,
			"set %.8s waits for proofs · proved: %s · not yet: %s · set %.8s (epoch "
			"%u) is in force\n",
			status->pending_set, proved, others, status->set, status->epoch);
	} else if (plan) {
		(void)snprintf(out, cap,
			       "%u given · %u cards missing · set %.8s (epoch %u) is in "
			       "force\n",
			       plan->progress, plan->missing, status->set, status->epoch);
	} else if (status->epoch == begun->file.plan.epoch + 1) {
		(void)snprintf(out, cap, "done: set %.8s (epoch %u) is in force\n", status->set,
			       status->epoch);
	} else {
		(void)snprintf(out, cap, "not open%s · set %.8s (epoch %u) is in force\n",
			       status->is_pending ? ": another rekey is pending" : "", status->set,
			       status->epoch);
	}
}

void show_state(const struct values *values, const struct begun *begun,
		const struct seal_client_rekey_status *status)
{
	FILE *out = values->json ? stderr : stdout;
	char text[2 * NAMES_BYTES + 256];

	state_text(begun, status, text, sizeof text);
	(void)fflush(out);
	seal_terminal_write(fileno(out), text);
}

static json_t *list_of(const struct seal_plan *plan, const struct seal_client_rekey_status *status,
		       int want)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < plan->total; i++)
		if (has_mark(&plan->custodians[i], status->unproved, status->unproved_count) ==
		    want)
			(void)json_array_append_new(list, json_string(plan->custodians[i].name));
	return list;
}

void state_details(const struct values *values, const struct begun *begun,
		   const struct seal_client_rekey_status *status, const char *accepted)
{
	const struct seal_client_rekey_plan *plan = ours(begun, status);
	int pending = is_ours_pending(begun, status);
	json_t *json = json_pack("{s:s,s:s,s:s,s:i,s:s}", "plan", begun->rekey.digest, "state",
				 pending				       ? "pending"
				 : plan					       ? "open"
				 : status->epoch == begun->file.plan.epoch + 1 ? "done"
									       : "none",
				 "set", status->set, "epoch", (int)status->epoch, "new_set",
				 pending ? status->pending_set : "");

	if (json && plan)
		(void)json_object_set_new(json, "progress",
					  json_integer((json_int_t)plan->progress));
	if (json && pending) {
		(void)json_object_set_new(json, "proved", list_of(&begun->file.plan, status, 0));
		(void)json_object_set_new(json, "unproved", list_of(&begun->file.plan, status, 1));
	}
	if (json && accepted)
		(void)json_object_set_new(json, "accepted", json_string(accepted));
	*values->details = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
}
