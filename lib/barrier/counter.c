/* How often the newest term has encrypted: people read it in key-status. XAES nonces
   need no limit that this could guard. */

#include "barrier/rows_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define STRIDE 1024u
#define COUNTER 8u
#define ROW (COUNTER + SEAL_BARRIER_ROW)

struct place {
	char term[16];
	uint8_t key[SEAL_STORE_KEY];
	struct seal_row row;
};

/* A counter is bound to its term: one of an older term put back is not taken. */
static void place_of(const struct seal_keyring *keyring, struct place *out)
{
	int len = snprintf(out->term, sizeof out->term, "%zu", keyring->count);
	struct seal_node node = {out->term, (size_t)len};

	seal_node_key(keyring, SEAL_PATH_COUNTER, node, out->key);
	out->row = (struct seal_row){SEAL_ROW_COUNTER, out->key, out->term, node.len};
}

static uint64_t *count_of(struct seal_keyring *keyring)
{
	return &keyring->terms[keyring->count - 1].encryptions;
}

static int add(struct seal_changes *changes, uint64_t count, struct seal_diag *diag)
{
	struct place place = {0};
	uint8_t number[COUNTER];

	(void)seal_number_put(number, COUNTER, count);
	place_of(changes->keyring, &place);
	changes->counter = count;
	return seal_changes_row(changes, &place.row, place.key, number, sizeof number, diag);
}

int seal_counter_add(struct seal_changes *changes, struct seal_diag *diag)
{
	uint64_t count = *count_of(changes->keyring);

	return count > changes->keyring->stored ? add(changes, count + STRIDE, diag) : SEAL_OK;
}

int seal_counter_drop(struct seal_changes *changes, struct seal_diag *diag)
{
	struct place place = {0};

	place_of(changes->keyring, &place);
	return seal_changes_raw(changes, place.key, NULL, NULL, 0, diag);
}

void seal_counter_settle(struct seal_store *store, struct seal_keyring *keyring)
{
	struct seal_changes changes SEAL_CLEANUP(seal_changes_done) = {
		.store = store,
		.keyring = keyring,
	};
	uint64_t count = *count_of(keyring);

	/* Nothing was encrypted since; else this write is one more. */
	if (count != keyring->stored && add(&changes, count + 1, NULL) == SEAL_OK &&
	    seal_changes_apply(&changes, NULL) == SEAL_OK)
		keyring->stored = count + 1;
}

int seal_counter_read(struct seal_store *store, struct seal_keyring *keyring,
		      struct seal_diag *diag)
{
	struct place place = {0};
	uint8_t number[COUNTER];
	uint8_t *row = NULL;
	uint64_t count = 0;
	size_t len = 0;
	int error;

	place_of(keyring, &place);
	error = seal_store_get(store, place.key, &row, &len, diag);
	if (error == SEAL_E_NOTFOUND)
		return SEAL_OK;
	if (!error && len != ROW)
		error = seal_fail(diag, SEAL_E_VERIFY, "counter: damaged");
	if (!error)
		error = seal_row_open(keyring, &place.row, row, len, number, diag);
	free(row);
	if (error)
		return error;
	count = seal_number_get(number, COUNTER);
	*count_of(keyring) = count;
	keyring->stored = count;
	return SEAL_OK;
}
