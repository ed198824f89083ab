/* What is stored before the barrier, written: all of it in one transaction, by an init or by
   the switch of a rekey. */

#include <stdlib.h>
#include <string.h>

#include "barrier/barrier_internal.h"

#include "base/banned.h"

static const char root_label[] = "sealkit/barrier-root/1";

int seal_barrier_outside_wrap(struct seal_barrier_outside *outside,
			      const struct seal_secret *unseal_key, const struct seal_secret *root,
			      struct seal_diag *diag)
{
	struct seal_box_aad aad = {.label = root_label};
	int error = seal_barrier_config_text(&outside->config, &outside->config_text,
					     &outside->config_len, diag);

	if (error)
		return error;
	aad.bytes = outside->config_text;
	aad.len = outside->config_len;
	return seal_box_seal(unseal_key, &aad, seal_secret_bytes(root), SEAL_BARRIER_KEY,
			     outside->root, diag);
}

int seal_barrier_outside_root(const struct seal_barrier_outside *outside,
			      const struct seal_secret *unseal_key, struct seal_secret **out_root,
			      struct seal_diag *diag)
{
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_box_aad aad = {
		.label = root_label,
		.bytes = outside->config_text,
		.len = outside->config_len,
	};
	int error;

	if (seal_secret_len(unseal_key) != SEAL_BARRIER_KEY)
		return seal_fail(diag, SEAL_E_VERIFY, "shares of the wrong length");
	error = seal_secret_new(SEAL_BARRIER_KEY, &root, diag);
	if (!error)
		error = seal_box_open(unseal_key, &aad, outside->root, sizeof outside->root,
				      seal_secret_data(root), diag);
	if (error)
		return seal_because(diag, error, "root key");
	*out_root = seal_steal(&root);
	return SEAL_OK;
}

/* What there was before, and is not written over. Its entries cannot be listed without
   its keys, so the state has kept their row keys. */
static int drop_old(struct seal_changes *changes, const struct seal_barrier_outside *old,
		    struct seal_diag *diag)
{
	uint8_t key[SEAL_STORE_KEY];
	int error = SEAL_OK;

	for (size_t i = 0; i < old->state.row_count && !error; i++)
		error = seal_changes_raw(changes, old->state.rows[i], NULL, NULL, 0, diag);
	for (unsigned i = 0; i < SEAL_MANIFEST_SHARES && !error; i++) {
		seal_barrier_outside_key(SEAL_OUTSIDE_SHARE + i, key);
		error = seal_changes_raw(changes, key, NULL, NULL, 0, diag);
	}
	seal_barrier_outside_key(SEAL_OUTSIDE_MANIFEST, key);
	return error ? error : seal_changes_raw(changes, key, NULL, NULL, 0, diag);
}

static int outside_row(struct seal_changes *changes, unsigned row, const void *value, size_t len,
		       struct seal_diag *diag)
{
	uint8_t key[SEAL_STORE_KEY];

	seal_barrier_outside_key(row, key);
	return seal_changes_raw(changes, key, seal_barrier_outside_parent, value, len, diag);
}

static int add_outside(struct seal_changes *changes, const struct seal_barrier_outside *outside,
		       struct seal_diag *diag)
{
	int files =
		outside->note && !seal_barrier_all_proved(&outside->state, outside->config.total);
	char *state = NULL;
	size_t len = 0;
	int error = seal_barrier_state_text(&outside->state, &outside->config, &state, &len, diag);

	if (!error)
		error = outside_row(changes, SEAL_OUTSIDE_STATE, state, len, diag);
	free(state);
	if (!error)
		error = outside_row(changes, SEAL_OUTSIDE_CONFIG, outside->config_text,
				    outside->config_len, diag);
	if (!error)
		error = outside_row(changes, SEAL_OUTSIDE_ROOT, outside->root, sizeof outside->root,
				    diag);
	if (!error && outside->note)
		error = outside_row(changes, SEAL_OUTSIDE_MANIFEST, outside->note,
				    outside->note_len, diag);
	for (unsigned i = 0; files && i < outside->config.total && !error; i++)
		error = outside_row(changes, SEAL_OUTSIDE_SHARE + i, outside->files[i],
				    outside->file_len[i], diag);
	return error;
}

/* It is opened again before it takes the place of one that does open. */
static int add_keyring(struct seal_changes *changes, const struct seal_secret *root,
		       struct seal_diag *diag)
{
	struct seal_keyring *again SEAL_CLEANUP(seal_keyring_freep) = NULL;
	uint8_t *box = NULL;
	size_t len = 0;
	int error = seal_keyring_wrap(changes->keyring, root, &box, &len, diag);

	if (!error)
		error = seal_keyring_unwrap(box, len, root, &again, diag);
	if (!error)
		error = outside_row(changes, SEAL_OUTSIDE_KEYRING, box, len, diag);
	free(box);
	return error;
}

int seal_barrier_outside_replace(struct seal_changes *changes,
				 const struct seal_barrier_outside *old,
				 const struct seal_barrier_outside *fresh,
				 const struct seal_secret *root, struct seal_diag *diag)
{
	int error = old ? drop_old(changes, old, diag) : SEAL_OK;

	if (!error)
		error = add_outside(changes, fresh, diag);
	return error ? error : add_keyring(changes, root, diag);
}
