/* What is stored before the barrier, under row keys that everybody can compute. The
   configuration has digests of manifest and sealed shares, so that parts of two sets, or
   damage, are found when it is read; that all of it is true is known at the unseal. */

#include "barrier/barrier_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

const uint8_t seal_barrier_outside_parent[SEAL_STORE_KEY] = "sealkit: before the barrier";

void seal_barrier_outside_key(unsigned row, uint8_t out[static SEAL_STORE_KEY])
{
	const uint8_t number[2] = {(uint8_t)(row >> 8), (uint8_t)row};

	seal_barrier_digest("sealkit/barrier-outside/1", number, sizeof number, out);
}

void seal_barrier_outside_free(struct seal_barrier_outside *outside)
{
	if (!outside)
		return;
	free(outside->config_text);
	free(outside->state.rows);
	free(outside->note);
	free(outside->manifest);
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		free(outside->files[i]);
	free(outside);
}

void seal_barrier_outside_freep(struct seal_barrier_outside **outside)
{
	seal_barrier_outside_free(*outside);
	*outside = NULL;
}

/* With a NUL behind it. */
static int read_row(struct seal_store *store, unsigned row, const char *what, char **out_text,
		    size_t *out_len, struct seal_diag *diag)
{
	uint8_t key[SEAL_STORE_KEY];
	uint8_t *value = NULL;
	int error;

	seal_barrier_outside_key(row, key);
	error = seal_store_get(store, key, &value, out_len, diag);
	if (error)
		return error == SEAL_E_NOTFOUND ? seal_fail(diag, error, "%s: missing", what)
						: error;
	*out_text = malloc(*out_len + 1);
	if (*out_text) {
		memcpy(*out_text, value, *out_len);
		(*out_text)[*out_len] = '\0';
	}
	free(value);
	return *out_text ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "%s", what);
}

static int missing(int error, struct seal_diag *diag)
{
	return error == SEAL_E_NOTFOUND ? seal_because(diag, SEAL_E_VERIFY, "store") : error;
}

static int load_root(struct seal_barrier_outside *outside, struct seal_store *store,
		     struct seal_diag *diag)
{
	char *box = NULL;
	size_t len = 0;
	int error = missing(read_row(store, SEAL_OUTSIDE_ROOT, "root key", &box, &len, diag), diag);

	if (!error && len != SEAL_BARRIER_WRAPPED)
		error = seal_fail(diag, SEAL_E_VERIFY, "root key: damaged");
	if (!error)
		memcpy(outside->root, box, SEAL_BARRIER_WRAPPED);
	free(box);
	return error;
}

static int load_state(struct seal_barrier_outside *outside, struct seal_store *store,
		      struct seal_diag *diag)
{
	char *text = NULL;
	size_t len = 0;
	int error = missing(
		read_row(store, SEAL_OUTSIDE_STATE, "state of the barrier", &text, &len, diag),
		diag);

	if (!error)
		error = seal_barrier_state_parse(text, len, &outside->config, &outside->state,
						 diag);
	free(text);
	return error;
}

static int load_manifest(struct seal_barrier_outside *outside, struct seal_store *store,
			 struct seal_diag *diag)
{
	int error = missing(read_row(store, SEAL_OUTSIDE_MANIFEST, "manifest", &outside->note,
				     &outside->note_len, diag),
			    diag);

	if (error)
		return error;
	if (!seal_barrier_digest_is("manifest", outside->note, outside->note_len,
				    outside->config.manifest))
		return seal_fail(diag, SEAL_E_VERIFY, "manifest: not the configuration's");
	return seal_barrier_outside_manifest(outside, diag);
}

static int load_files(struct seal_barrier_outside *outside, struct seal_store *store,
		      struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (unsigned i = 0; i < outside->config.total && !error; i++) {
		char **file = &outside->files[i];

		error = missing(read_row(store, SEAL_OUTSIDE_SHARE + i, "sealed share", file,
					 &outside->file_len[i], diag),
				diag);
		if (!error && !seal_barrier_digest_is("sealed share", *file, outside->file_len[i],
						      outside->config.files[i]))
			error = seal_fail(diag, SEAL_E_VERIFY, "damaged");
		if (error)
			return seal_because(diag, error, "sealed share %u", i + 1);
	}
	return error;
}

/* Nothing of a barrier may be there where its configuration is not: else a lost row would
   let an init write over it. */
static int check_empty(struct seal_store *store, struct seal_diag *diag)
{
	for (unsigned row = SEAL_OUTSIDE_STATE; row < SEAL_OUTSIDE_SHARE; row++) {
		char *text = NULL;
		size_t len = 0;
		int error = read_row(store, row, "part of a barrier", &text, &len, NULL);

		free(text);
		if (error != SEAL_E_NOTFOUND)
			return seal_fail(diag, error ? error : SEAL_E_VERIFY,
					 "store: seal configuration missing");
	}
	return SEAL_OK;
}

int seal_barrier_outside_load(struct seal_store *store, struct seal_barrier_outside **out_outside,
			      struct seal_diag *diag)
{
	struct seal_barrier_outside *outside SEAL_CLEANUP(seal_barrier_outside_freep) =
		calloc(1, sizeof *outside);
	int error;

	if (!outside)
		return seal_fail(diag, SEAL_E_NOMEM, "seal configuration");
	error = read_row(store, SEAL_OUTSIDE_CONFIG, "seal configuration", &outside->config_text,
			 &outside->config_len, diag);
	if (error == SEAL_E_NOTFOUND) {
		error = check_empty(store, diag);
		if (!error)
			*out_outside = NULL;
		return error;
	}
	if (!error)
		error = seal_barrier_config_parse(outside->config_text, outside->config_len,
						  &outside->config, diag);
	if (!error)
		error = load_state(outside, store, diag);
	if (!error)
		error = load_root(outside, store, diag);
	if (!error && !outside->config.plain)
		error = load_manifest(outside, store, diag);
	if (!error && !outside->config.plain &&
	    !seal_barrier_all_proved(&outside->state, outside->config.total))
		error = load_files(outside, store, diag);
	if (!error)
		*out_outside = seal_steal(&outside);
	return error;
}

int seal_barrier_outside_update(struct seal_barrier_outside *outside, struct seal_store *store,
				const struct seal_barrier_state *state, struct seal_diag *diag)
{
	struct seal_changes changes SEAL_CLEANUP(seal_changes_done) = {.store = store};
	unsigned total = outside->config.total;
	int drop = !outside->config.plain && seal_barrier_all_proved(state, total);
	uint8_t key[SEAL_STORE_KEY];
	char *text = NULL;
	size_t len = 0;
	int error = seal_barrier_state_text(state, &outside->config, &text, &len, diag);

	if (!error) {
		seal_barrier_outside_key(SEAL_OUTSIDE_STATE, key);
		error = seal_changes_raw(&changes, key, seal_barrier_outside_parent, text, len,
					 diag);
	}
	free(text);
	for (unsigned i = 0; drop && i < total && !error; i++) {
		seal_barrier_outside_key(SEAL_OUTSIDE_SHARE + i, key);
		error = seal_changes_raw(&changes, key, NULL, NULL, 0, diag);
	}
	if (!error)
		error = seal_changes_apply(&changes, diag);
	if (error)
		return error;
	if (!state->rows)
		free(outside->state.rows);
	outside->state = *state;
	for (unsigned i = 0; drop && i < total; i++) {
		free(outside->files[i]);
		outside->files[i] = NULL;
	}
	return SEAL_OK;
}
