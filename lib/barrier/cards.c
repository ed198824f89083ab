/* Barriers whose shares are sealed to cards: what needs a manifest. */

#include <stdlib.h>
#include <string.h>

#include "barrier/barrier_internal.h"

#include "base/banned.h"

int seal_barrier_outside_manifest(struct seal_barrier_outside *outside, struct seal_diag *diag)
{
	const struct seal_barrier_config *config = &outside->config;
	struct seal_manifest *manifest = calloc(1, sizeof *manifest);
	int error;

	if (!manifest)
		return seal_fail(diag, SEAL_E_NOMEM, "manifest");
	error = seal_manifest_parse(outside->note, outside->note_len, NULL, manifest, diag);
	/* Digests have shown that it is what was written, or nothing is. */
	if (error && error != SEAL_E_NOMEM)
		error = seal_because(diag, SEAL_E_VERIFY, "stored manifest");
	if (!error &&
	    (strcmp(manifest->set, config->set) != 0 || manifest->epoch != config->epoch ||
	     manifest->total != config->total || manifest->threshold != config->threshold))
		error = seal_fail(diag, SEAL_E_VERIFY, "manifest: not the configuration's");
	if (error) {
		free(manifest);
		return error;
	}
	free(outside->manifest);
	outside->manifest = manifest;
	return SEAL_OK;
}

static int take_text(const char *text, size_t len, const char *name, char **out_text,
		     uint8_t digest[static 32], struct seal_diag *diag)
{
	*out_text = malloc(len + 1);
	if (!*out_text)
		return seal_fail(diag, SEAL_E_NOMEM, "%s", name);
	memcpy(*out_text, text, len);
	(*out_text)[len] = '\0';
	seal_barrier_digest(name, text, len, digest);
	return SEAL_OK;
}

int seal_barrier_outside_take(struct seal_barrier_outside *outside, const struct seal_set *set,
			      struct seal_diag *diag)
{
	const struct seal_manifest *manifest = seal_set_manifest(set);
	struct seal_barrier_config *config = &outside->config;
	const char *note = seal_set_note(set, &outside->note_len);
	int error;

	memcpy(config->set, manifest->set, sizeof config->set);
	config->epoch = manifest->epoch;
	config->threshold = manifest->threshold;
	config->total = manifest->total;
	error = take_text(note, outside->note_len, "manifest", &outside->note, config->manifest,
			  diag);
	for (unsigned i = 0; i < config->total && !error; i++) {
		const char *file = seal_set_file(set, i, &outside->file_len[i]);

		error = take_text(file, outside->file_len[i], "sealed share", &outside->files[i],
				  config->files[i], diag);
	}
	return error ? error : seal_barrier_outside_manifest(outside, diag);
}

int seal_barrier_init(struct seal_barrier *barrier, const struct seal_card *cards, size_t count,
		      const struct seal_set_policy *policy, struct seal_secret *signer, int again,
		      const struct seal_barrier_entry *entries, size_t entry_count,
		      struct seal_set **out_set, struct seal_diag *diag)
{
	struct seal_barrier_outside *outside SEAL_CLEANUP(seal_barrier_outside_freep) = NULL;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_set *set SEAL_CLEANUP(seal_set_freep) = NULL;
	int error;

	if (barrier->outside && (!again || barrier->outside->state.in_force))
		return seal_fail(diag, SEAL_E_EXISTS, "already initialised");
	outside = calloc(1, sizeof *outside);
	if (!outside)
		return seal_fail(diag, SEAL_E_NOMEM, "seal configuration");
	error = seal_secret_random(SEAL_BARRIER_KEY, &key, diag);
	if (!error)
		error = seal_set_new(key, cards, count, policy, signer, &set, diag);
	if (!error)
		error = seal_barrier_outside_take(outside, set, diag);
	if (!error)
		error = seal_barrier_install(barrier, &outside, key, entries, entry_count, diag);
	if (!error)
		*out_set = seal_steal(&set);
	return error;
}

int seal_barrier_prove(struct seal_barrier *barrier, size_t i, struct seal_diag *diag)
{
	struct seal_barrier_outside *outside = barrier->outside;
	struct seal_barrier_state state;

	if (!outside || outside->config.plain)
		return seal_fail(diag, SEAL_E_NOTFOUND, "no share set with cards");
	if (i >= outside->config.total)
		return seal_fail(diag, SEAL_E_ARGUMENT, "share %zu", i + 1);
	if (outside->state.proved[i])
		return SEAL_OK;
	state = outside->state;
	state.proved[i] = 1;
	return seal_barrier_outside_update(outside, barrier->store, &state, diag);
}
