/* seal-unseal --prove: one custodian proves to have opened his share, and keeps it. */

#include <jansson.h>
#include <stdio.h>

#include "ceremony/busy.h"
#include "ceremony/prove_share.h"
#include "ceremony/terminal.h"
#include "seal-unseal.h"

#include "base/banned.h"

#define NAMES_BYTES 4096

static void show_all(const struct values *values, const struct seal_set_folder *folder,
		     const struct seal_unseal_state *state)
{
	FILE *out = values->json ? stderr : stdout;
	char proved[NAMES_BYTES], others[NAMES_BYTES], line[2 * NAMES_BYTES + 64];
	int len;

	seal_set_folder_names(folder, state->proved, 1, proved, sizeof proved);
	seal_set_folder_names(folder, state->proved, 0, others, sizeof others);
	len = snprintf(line, sizeof line, "proved: %s · not yet: %s\n", proved, others);
	(void)fflush(out);
	if (len > 0)
		seal_terminal_write(fileno(out), line);
}

static void show(const struct values *values, const struct seal_set_folder *folder,
		 const struct seal_unseal_state *state, const struct seal_proved *proved)
{
	FILE *out = values->json ? stderr : stdout;
	const char *name = folder->manifest.shares[proved->index].custodian;

	if (proved->fetched)
		(void)fprintf(out, "%s: share fetched from the daemon and kept as %s.share\n", name,
			      name);
	(void)fprintf(out, "%s: proved%s\n", name,
		      proved->repeated ? " (it was known already)" : "");
	show_all(values, folder, state);
}

static json_t *names(const struct seal_manifest *manifest, const uint8_t *marks, int want)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < manifest->total; i++)
		if (!marks[i] == !want)
			(void)json_array_append_new(list,
						    json_string(manifest->shares[i].custodian));
	return list;
}

/* proved NULL: it did not come to that. */
static void details(const struct values *values, const struct seal_manifest *manifest,
		    const struct seal_unseal_state *state, const struct seal_proved *proved)
{
	json_t *json = json_pack("{s:b,s:s,s:o,s:o}", "sealed", state->status.sealed, "set",
				 manifest->set, "proved", names(manifest, state->proved, 1),
				 "unproved", names(manifest, state->proved, 0));

	if (json && proved) {
		(void)json_object_set_new(json, "accepted",
					  json_string(manifest->shares[proved->index].custodian));
		(void)json_object_set_new(json, "repeated", json_boolean(proved->repeated));
		(void)json_object_set_new(json, "fetched", json_boolean(proved->fetched));
	}
	*values->details = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
}

int unseal_prove(const struct values *values, const struct seal_unseal *unseal,
		 struct seal_set_folder *folder, const char *dir, struct seal_diag *diag)
{
	struct seal_unseal_state state = {0};
	struct seal_proved proved = {0};
	int error;

	seal_busy(seal_client_address(unseal->client));
	error = seal_unseal_look(unseal, &state, diag);
	seal_busy(NULL);
	if (error)
		return error;
	if (!values->tokens.non_interactive) {
		(void)fprintf(values->json ? stderr : stdout, "%s, share set %.8s\n",
			      folder->manifest.purpose, folder->manifest.set);
		show_all(values, folder, &state);
	}
	seal_busy("the tokens");
	error = seal_prove_share(unseal, folder, dir, &state, &proved, diag);
	seal_busy(NULL);
	if (!error)
		show(values, folder, &state, &proved);
	if (values->json)
		details(values, &folder->manifest, &state, error ? NULL : &proved);
	return error;
}
