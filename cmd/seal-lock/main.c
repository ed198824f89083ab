/* seal-lock: has a seal daemon sealed at once, for any custodian's signature or a root token. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../api_token.h"
#include "../connect.h"
#include "../tool.h"
#include "../use_tokens.h"
#include "ceremony/busy.h"
#include "ceremony/lock.h"

#include "base/banned.h"

struct values {
	struct connect connect;
	struct use_tokens tokens;
	struct api_token token;
	const char *custodian;
	int json;
	char **details;
};

static const struct seal_option options[] = {
	USE_TOKENS_ROWS(struct values, tokens),
	{"custodian", 'n', SEAL_OPTION_TEXT, offsetof(struct values, custodian), "NAME",
	 "who does it, where tokens of several are plugged in"},
	API_TOKEN_ROWS(struct values, token),
	CONNECT_ROWS(struct values, connect),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

/* How it came out: sealed, in any case. */
struct locked {
	int already;	    /* it was sealed before */
	unsigned forgotten; /* shares that had been given */
	unsigned given;	    /* that still are */
	/* Empty: by a root token, or nobody had to. */
	char by[SEAL_CARD_NAME + 1], set[SEAL_SET_ID + 1];
};

static int check(const struct values *values, const char *file, int *out_by_token,
		 struct seal_diag *diag)
{
	const struct use_tokens *tokens = &values->tokens;
	int error = api_token_check(&values->token, out_by_token, diag);

	if (error || !*out_by_token)
		return error;
	if (file || values->custodian || tokens->serial || tokens->identities.count > 0 ||
	    tokens->devices.count > 0 || tokens->pin_fd >= 0 || tokens->passphrase_fd >= 0)
		return seal_fail(diag, SEAL_E_USAGE,
				 "a root token acts alone: not with DIR, --custodian or options of "
				 "custodians' tokens");
	if (!values->connect.core)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--core: missing: seald prints it when it starts, in its log, "
				 "after `identity`");
	return SEAL_OK;
}

/* Everything between can answer 204: what is so is what the core signs afterwards. */
static int lock_by_token(const struct values *values, struct seal_client *client,
			 const uint8_t core[static 32], struct locked *locked,
			 struct seal_diag *diag)
{
	struct seal_secret *token SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_client_status status;
	int error = api_token_read(&values->token, &token, diag);

	if (!error)
		error = connect_look(client, core, &status, diag);
	if (error)
		return error;
	locked->already = status.sealed;
	locked->given = (unsigned)status.given_count;
	if (status.sealed)
		return SEAL_OK;
	error = seal_client_seal(client, token, diag);
	if (!error)
		error = connect_look(client, core, &status, diag);
	if (error)
		return seal_because(diag, error, "it may be OPEN");
	locked->given = (unsigned)status.given_count;
	return status.sealed ? SEAL_OK
			     : seal_fail(diag, SEAL_E_VERIFY,
					 "%s: is OPEN, though it was to seal: something stands "
					 "between",
					 seal_client_address(client));
}

/* Nobody is asked for a PIN where it is sealed and nothing was given. */
static int lock_by_custodian(const struct seal_unseal *unseal, struct locked *locked,
			     struct seal_diag *diag)
{
	struct seal_unseal_state state = {0};
	size_t index = 0;
	int error;

	seal_busy(seal_client_address(unseal->client));
	error = seal_unseal_look(unseal, &state, diag);
	seal_busy(NULL);
	if (error)
		return error;
	locked->already = state.status.sealed;
	(void)snprintf(locked->set, sizeof locked->set, "%s", unseal->folder->manifest.set);
	if (state.status.sealed && state.status.given_count == 0)
		return SEAL_OK;
	locked->forgotten = (unsigned)state.status.given_count;
	error = seal_lock_turn(unseal, &state, &index, diag);
	if (error)
		return locked->already ? error
				       : seal_because(diag, error, "%s may be OPEN",
						      seal_client_address(unseal->client));
	locked->already = state.status.repeated;
	(void)snprintf(locked->by, sizeof locked->by, "%s",
		       unseal->folder->manifest.shares[index].custodian);
	return SEAL_OK;
}

static void show(const struct seal_client *client, const struct locked *locked)
{
	(void)printf("%s is %s%s%s\n", seal_client_address(client),
		     locked->already ? "sealed: it was already" : "SEALED",
		     locked->by[0] ? ", by " : "", locked->by);
	if (locked->forgotten > 0)
		(void)printf("forgotten: %u share%s that had been given\n", locked->forgotten,
			     locked->forgotten == 1 ? "" : "s");
	if (locked->given > 0)
		(void)printf("given so far: %u; a custodian's seal-lock forgets that\n",
			     locked->given);
}

static char *details(const struct locked *locked)
{
	json_t *json = json_pack("{s:b,s:b,s:s?,s:s?,s:i,s:i}", "sealed", 1, "already",
				 locked->already, "custodian", locked->by[0] ? locked->by : NULL,
				 "set", locked->set[0] ? locked->set : NULL, "forgotten",
				 (int)locked->forgotten, "given", (int)locked->given);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

static int by_custodian(const struct values *values, const char *dir, const uint8_t *core,
			struct seal_client *client, struct locked *locked, struct seal_diag *diag)
{
	struct seal_set_folder folder SEAL_CLEANUP(seal_set_folder_done) = {0};
	struct used_tokens tokens;
	struct seal_unseal unseal = {.folder = &folder,
				     .client = client,
				     .place = &tokens.place,
				     .asker = &tokens.asker,
				     .custodian = values->custodian};
	int error = use_tokens(&values->tokens, &tokens, diag);

	if (!error)
		error = seal_set_folder_read(dir, core, &folder, diag);
	if (error)
		return error;
	unseal.has_serial = tokens.has_serial;
	unseal.serial = tokens.serial;
	unseal.choose = values->tokens.non_interactive ? NULL : use_tokens_choose;
	return lock_by_custodian(&unseal, locked, diag);
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = NULL;
	struct locked locked = {0};
	uint8_t core[32];
	int has_core = 0, by_token = 0;
	int error = check(values, file, &by_token, diag);

	if (!error)
		error = connect_core(&values->connect, core, &has_core, diag);
	if (!error)
		error = connect_open(&values->connect, &client, diag);
	if (error)
		return error;
	error = by_token ? lock_by_token(values, client, core, &locked, diag)
			 : by_custodian(values, file ? file : ".", has_core ? core : NULL, client,
					&locked, diag);
	if (error)
		return error;
	if (values->json)
		*values->details = details(&locked);
	else
		show(client, &locked);
	return SEAL_OK;
}

int main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {
		.tokens = USE_TOKENS_INIT, .token = API_TOKEN_INIT, .details = &text};
	const struct tool tool = {
		{"seal-lock",
		 "[-a URL] [--pin SHA256] [-i FILE] [-n NAME | --token-file FILE --core BASE64] "
		 "[--json] [DIR]",
		 "Has a seal daemon sealed at once. Any custodian's token is enough, with the card "
		 "and\n"
		 "manifest in DIR (else the current folder); or a root token.",
		 options, 1},
		run,
		&values.json,
		values.details,
		"where it was not told that the daemon is sealed, it may be open"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
