/* seal-rotate: has a seal daemon add a term to its keyring, under which it encrypts from then on.
 */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../api_token.h"
#include "../connect.h"
#include "../tool.h"

#include "base/banned.h"

struct values {
	struct connect connect;
	struct api_token token;
	int json;
	char **details;
};

struct terms {
	struct seal_client_term before, after;
};

static const struct seal_option options[] = {
	API_TOKEN_ROWS(struct values, token),
	CONNECT_ROWS(struct values, connect),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int check(const struct values *values, struct seal_diag *diag)
{
	int given = 0;
	int error = api_token_check(&values->token, &given, diag);

	if (error)
		return error;
	if (!given)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--token-file: missing, or --token-fd (see --help)");
	/* Without it a gate could invent core and terms, and nobody would see. */
	if (!values->connect.core)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--core: missing: seald prints it when it starts, in its log, "
				 "after `identity`");
	return SEAL_OK;
}

/* The token goes to a daemon only that has shown that it is the one that is meant. */
static int rotate(struct seal_client *client, const struct seal_secret *token,
		  const uint8_t core[static 32], struct terms *out_terms, struct seal_diag *diag)
{
	struct seal_client_status status;
	struct terms terms;
	int error = connect_look(client, core, &status, diag);

	if (!error && status.sealed)
		error = seal_fail(diag, SEAL_E_SEALED, "%s: sealed: it can rotate once it is open",
				  seal_client_address(client));
	if (!error)
		error = seal_client_term(client, token, core, &terms.before, diag);
	if (!error)
		error = seal_client_rotate(client, token, diag);
	if (error)
		return error;
	error = seal_client_term(client, token, core, &terms.after, diag);
	if (error)
		return seal_because(diag, error, "asked to rotate from term %llu; what came of it",
				    (unsigned long long)terms.before.term);
	if (terms.after.term <= terms.before.term)
		return seal_fail(
			diag, SEAL_E_VERIFY,
			"%s: has not rotated, it is at term %llu: something stands between",
			seal_client_address(client), (unsigned long long)terms.after.term);
	*out_terms = terms;
	return SEAL_OK;
}

static json_t *json_of(const struct seal_client_term *term)
{
	return json_pack("{s:I,s:s,s:I}", "term", (json_int_t)term->term, "installed",
			 term->installed, "encryptions", (json_int_t)term->encryptions);
}

static char *details(const struct terms *terms)
{
	json_t *json = json_pack("{s:o,s:o}", "before", json_of(&terms->before), "after",
				 json_of(&terms->after));
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

static void print(const char *name, const struct seal_client_term *term)
{
	(void)printf("%s  term %llu, since %s, %llu encryption%s\n", name,
		     (unsigned long long)term->term, term->installed,
		     (unsigned long long)term->encryptions, term->encryptions == 1 ? "" : "s");
}

static int run(const void *given, const char *file SEAL_UNUSED, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = NULL;
	struct seal_secret *token SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct terms terms;
	uint8_t core[32];
	int has_core = 0;
	int error = check(values, diag);

	if (!error)
		error = connect_core(&values->connect, core, &has_core, diag);
	if (!error)
		error = api_token_read(&values->token, &token, diag);
	if (!error)
		error = connect_open(&values->connect, &client, diag);
	if (!error)
		error = rotate(client, token, core, &terms, diag);
	if (error)
		return error;
	if (values->json) {
		*values->details = details(&terms);
	} else {
		print("before", &terms.before);
		print("now   ", &terms.after);
	}
	return SEAL_OK;
}

int main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.token = API_TOKEN_INIT, .details = &text};
	const struct tool tool = {
		{"seal-rotate", "--token-file FILE --core BASE64 [-a URL] [--pin SHA256] [--json]",
		 "Has an open seal daemon add a term to its keyring: what it stores from then on "
		 "is\n"
		 "encrypted under a fresh key. Shares and share set stay as they are.",
		 options, 0},
		run,
		&values.json,
		values.details,
		NULL};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
