/* Whether a quorum has opened the barrier since init, and who has proved to have a
   share. It must be written while sealed, so no key of the barrier can guard it: who
   writes to the store can change it, and gains a fetch of sealed shares by it, or another
   init by who also holds the bootstrap token. Damage is found. */

#include "barrier/barrier_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

#define FIRST_LINE "sealkit-barrier-state/1\n"
#define ROW_LINE (sizeof "row: " - 1 + 64 + 1)

int seal_barrier_all_proved(const struct seal_barrier_state *state, unsigned total)
{
	for (unsigned i = 0; i < total; i++)
		if (i < SEAL_MANIFEST_SHARES && !state->proved[i])
			return 0;
	return 1;
}

int seal_barrier_state_text(const struct seal_barrier_state *state,
			    const struct seal_barrier_config *config, char **out_text,
			    size_t *out_len, struct seal_diag *diag)
{
	size_t cap = 512 + state->row_count * ROW_LINE;
	char *text = malloc(cap);
	char proved[SEAL_MANIFEST_SHARES + 1] = {0};
	uint8_t sum[32];
	char hex[65];
	int len;

	if (!text)
		return seal_fail(diag, SEAL_E_NOMEM, "state of the barrier");
	for (unsigned i = 0; !config->plain && i < config->total; i++)
		proved[i] = state->proved[i] ? '1' : '0';
	len = snprintf(text, cap, FIRST_LINE "set: %s\nin-force: %s\nproved: %s\n", config->set,
		       state->in_force ? "yes" : "no", proved);
	for (size_t i = 0; i < state->row_count; i++) {
		seal_hex(state->rows[i], SEAL_STORE_KEY, hex);
		len += snprintf(text + len, cap - (size_t)len, "row: %s\n", hex);
	}
	seal_barrier_digest(FIRST_LINE, text, (size_t)len, sum);
	seal_hex(sum, sizeof sum, hex);
	len += snprintf(text + len, cap - (size_t)len, "sum: %s\n", hex);
	*out_text = text;
	*out_len = (size_t)len;
	return SEAL_OK;
}

static int take_rows(const char *text, struct seal_barrier_state *state)
{
	for (const char *at = text; (at = strstr(at, "\nrow: ")); at++)
		state->row_count++;
	if (state->row_count == 0)
		return SEAL_OK;
	state->rows = calloc(state->row_count, sizeof *state->rows);
	if (!state->rows)
		return SEAL_E_NOMEM;
	for (size_t i = 0; i < state->row_count; i++) {
		size_t got = 0;

		text = strstr(text, "\nrow: ") + strlen("\nrow: ");
		if (strnlen(text, 64) != 64 ||
		    seal_unhex(text, 64, state->rows[i], SEAL_STORE_KEY, &got, NULL) != SEAL_OK)
			return SEAL_E_VERIFY;
	}
	return SEAL_OK;
}

static int take_fields(const char *text, struct seal_barrier_state *state)
{
	char set[SEAL_SET_ID + 1];
	char yes[4];
	const char *proved = strstr(text, "\nproved: ");

	if (sscanf(text, FIRST_LINE "set: %32[0-9a-f]\nin-force: %3[a-z]", set, yes) != 2 ||
	    !proved)
		return SEAL_E_VERIFY;
	state->in_force = strcmp(yes, "yes") == 0;
	proved += strlen("\nproved: ");
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES && (proved[i] == '0' || proved[i] == '1'); i++)
		state->proved[i] = proved[i] == '1';
	return take_rows(text, state);
}

int seal_barrier_state_parse(const char *text, size_t len, const struct seal_barrier_config *config,
			     struct seal_barrier_state *out_state, struct seal_diag *diag)
{
	struct seal_barrier_state state = {0};
	char *copy = strndup(text, len);
	char *again = NULL;
	size_t again_len = 0;
	int error = copy ? take_fields(copy, &state) : SEAL_E_NOMEM;

	free(copy);
	/* Set and sum are checked by this: they come from config and content. */
	if (!error)
		error = seal_barrier_state_text(&state, config, &again, &again_len, diag);
	if (!error && (again_len != len || !seal_eq_ct(again, text, len)))
		error = SEAL_E_VERIFY;
	free(again);
	if (error) {
		free(state.rows);
		return seal_fail(diag, error, "state of the barrier");
	}
	*out_state = state;
	return SEAL_OK;
}
