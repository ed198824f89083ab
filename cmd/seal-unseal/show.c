/* What seal-unseal shows the room, and asks it. */

#include <jansson.h>
#include <stdio.h>

#include "ceremony/terminal.h"
#include "seal-unseal.h"

#include "base/banned.h"

#define NAMES_BYTES 4096

/* Who may still come: nobody once it is open, and nobody of a group that is complete. */
static void possible(const struct seal_unseal *unseal, const struct seal_unseal_state *state,
		     uint8_t out[SEAL_MANIFEST_SHARES])
{
	const struct seal_manifest *manifest = &unseal->folder->manifest;

	for (unsigned i = 0; i < manifest->total; i++) {
		int group = manifest->shares[i].group;
		unsigned there = 0;

		for (unsigned j = 0; group >= 0 && j < manifest->total; j++)
			there += manifest->shares[j].group == group && state->given[j];
		out[i] = state->status.sealed && !state->given[i] &&
			 (group < 0 || there < manifest->groups[group].threshold);
	}
}

void unseal_show(const struct values *values, const struct seal_unseal *unseal,
		 const struct seal_unseal_state *state, int gave)
{
	const struct seal_manifest *manifest = &unseal->folder->manifest;
	FILE *out = values->json ? stderr : stdout;
	uint8_t open_to[SEAL_MANIFEST_SHARES] = {0};
	char given[NAMES_BYTES];
	char others[NAMES_BYTES];
	char line[2 * NAMES_BYTES + 128];
	int len;

	if (gave && !state->status.has_accepted)
		(void)fprintf(out, "%s: share not needed, others had opened it already\n",
			      manifest->shares[state->accepted].custodian);
	else if (gave)
		(void)fprintf(out, "%s: share accepted%s\n",
			      manifest->shares[state->accepted].custodian,
			      state->status.repeated ? " (it was there already)" : "");
	if (!state->status.sealed) {
		(void)fprintf(out, "%s is OPEN\n", seal_client_address(unseal->client));
		(void)fflush(out);
		return;
	}
	possible(unseal, state, open_to);
	seal_set_folder_names(unseal->folder, state->given, 1, given, sizeof given);
	seal_set_folder_names(unseal->folder, open_to, 1, others, sizeof others);
	len = snprintf(line, sizeof line, "%u of %u · given: %s · still possible: %s\n",
		       state->status.progress, manifest->threshold, given, others);
	(void)fflush(out);
	if (len > 0)
		seal_terminal_write(fileno(out), line);
}

void unseal_begin(const struct values *values, const struct seal_unseal *unseal,
		  const struct seal_unseal_state *state)
{
	const struct seal_manifest *manifest = &unseal->folder->manifest;

	(void)fprintf(values->json ? stderr : stdout, "%s is sealed\n%s, share set %.8s\n",
		      seal_client_address(unseal->client), manifest->purpose, manifest->set);
	unseal_show(values, unseal, state, 0);
}

void unseal_waits(const struct values *values, const struct seal_unseal_state *state)
{
	FILE *out = values->json ? stderr : stdout;

	if (!state->status.sealed)
		return;
	(void)fprintf(out,
		      "waiting for the others, up to %d seconds; Ctrl-C ends the waiting only\n",
		      values->wait);
	(void)fflush(out);
}

static json_t *names(const struct seal_manifest *manifest, const uint8_t *marks)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < manifest->total; i++)
		if (marks[i])
			(void)json_array_append_new(list,
						    json_string(manifest->shares[i].custodian));
	return list;
}

void unseal_details(const struct values *values, const struct seal_unseal *unseal,
		    const struct seal_unseal_state *state, int gave)
{
	const struct seal_manifest *manifest = &unseal->folder->manifest;
	uint8_t open_to[SEAL_MANIFEST_SHARES] = {0};
	json_t *json;

	possible(unseal, state, open_to);
	json = json_pack("{s:b,s:i,s:i,s:i,s:s,s:o,s:o}", "sealed", state->status.sealed,
			 "progress", (int)state->status.progress, "threshold",
			 (int)manifest->threshold, "total", (int)manifest->total, "set",
			 manifest->set, "given", names(manifest, state->given), "possible",
			 names(manifest, open_to));
	if (json && gave && state->status.has_accepted) {
		(void)json_object_set_new(json, "accepted",
					  json_string(manifest->shares[state->accepted].custodian));
		(void)json_object_set_new(json, "repeated", json_boolean(state->status.repeated));
	}
	*values->details = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
}
