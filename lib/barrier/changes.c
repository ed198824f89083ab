/* One transaction in the making. An entry is two rows: its value, and its name under
   its folder, so that a listing reads no values. A folder is a name alone: it comes with
   the first entry in it and goes with the last. */

#include "barrier/rows_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

void seal_changes_done(struct seal_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		free(changes->list[i].value);
	free(changes->list);
	*changes = (struct seal_changes){0};
}

/* Takes value over, also where it fails. */
static int add(struct seal_changes *changes, const uint8_t *key, const uint8_t *parent,
	       uint8_t *value, size_t len, struct seal_diag *diag)
{
	struct seal_change *one;

	if (changes->count == changes->cap) {
		size_t cap = changes->cap ? 2 * changes->cap : 8;
		struct seal_change *more = malloc(cap * sizeof *more);

		if (!more) {
			free(value);
			return seal_fail(diag, SEAL_E_NOMEM, "changes of the store");
		}
		if (changes->count > 0)
			memcpy(more, changes->list, changes->count * sizeof *more);
		free(changes->list);
		changes->list = more;
		changes->cap = cap;
	}
	one = &changes->list[changes->count++];
	*one = (struct seal_change){.value = value, .len = len};
	memcpy(one->key, key, SEAL_STORE_KEY);
	if (parent)
		memcpy(one->parent, parent, SEAL_STORE_KEY);
	return SEAL_OK;
}

int seal_changes_raw(struct seal_changes *changes, const uint8_t *key, const uint8_t *parent,
		     const void *value, size_t len, struct seal_diag *diag)
{
	uint8_t *copy = NULL;

	if (value) {
		copy = malloc(len + 1);
		if (!copy)
			return seal_fail(diag, SEAL_E_NOMEM, "changes of the store");
		memcpy(copy, value, len);
	}
	return add(changes, key, parent, copy, len, diag);
}

int seal_changes_take(struct seal_changes *changes, struct seal_change *from,
		      struct seal_diag *diag)
{
	return add(changes, from->key, from->parent, seal_steal(&from->value), from->len, diag);
}

int seal_changes_row(struct seal_changes *changes, const struct seal_row *row,
		     const uint8_t *parent, const void *in, size_t len, struct seal_diag *diag)
{
	uint8_t *value = malloc(len + SEAL_BARRIER_ROW);
	int error;

	if (!value)
		return seal_fail(diag, SEAL_E_NOMEM, "a row of the store");
	error = seal_row_seal(changes->keyring, row, in, len, value, diag);
	if (error) {
		free(value);
		return error;
	}
	return add(changes, row->key, parent, value, len + SEAL_BARRIER_ROW, diag);
}

/* Row keys are HMACs that the store shows to everybody: nothing to hide here. */
static int same_key(const uint8_t *a, const uint8_t *b)
{
	uint64_t x[SEAL_STORE_KEY / 8];
	uint64_t y[SEAL_STORE_KEY / 8];

	memcpy(x, a, sizeof x);
	memcpy(y, b, sizeof y);
	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3];
}

/* The last change of a row, or NULL. */
static const struct seal_change *pending(const struct seal_changes *changes, const uint8_t *key)
{
	for (size_t i = changes->count; i > 0; i--)
		if (same_key(changes->list[i - 1].key, key))
			return &changes->list[i - 1];
	return NULL;
}

static int exists(const struct seal_changes *changes, const uint8_t *key, int *out_there,
		  struct seal_diag *diag)
{
	const struct seal_change *change = pending(changes, key);
	uint8_t *value = NULL;
	size_t len = 0;
	int error = SEAL_OK;

	if (change) {
		*out_there = change->value != NULL;
		return SEAL_OK;
	}
	error = seal_store_get(changes->store, key, &value, &len, diag);
	free(value);
	if (error && error != SEAL_E_NOTFOUND)
		return error;
	*out_there = error == SEAL_OK;
	return SEAL_OK;
}

/* The name of a node and those of its folders, as far as they are not there: a name that
   is there has all its folders. */
static int put_names(struct seal_changes *changes, struct seal_node node, struct seal_diag *diag)
{
	while (node.len > 0) {
		struct seal_node folder = seal_node_folder(node);
		uint8_t key[SEAL_STORE_KEY];
		uint8_t parent[SEAL_STORE_KEY];
		struct seal_row row = {SEAL_ROW_NAME, key, folder.path, folder.len};
		int there = 0;
		int error;

		seal_node_key(changes->keyring, SEAL_PATH_NAME, node, key);
		error = exists(changes, key, &there, diag);
		if (error || there)
			return error;
		seal_node_key(changes->keyring, SEAL_PATH_FOLDER, folder, parent);
		error = seal_changes_row(changes, &row, parent, node.path + folder.len,
					 node.len - folder.len, diag);
		if (error)
			return error;
		node = folder;
	}
	return SEAL_OK;
}

int seal_changes_put(struct seal_changes *changes, const struct seal_barrier_entry *entry,
		     struct seal_diag *diag)
{
	struct seal_node node = {entry->path, strlen(entry->path)};
	uint8_t key[SEAL_STORE_KEY];
	struct seal_row row = {SEAL_ROW_VALUE, key, node.path, node.len};

	int error;

	seal_node_key(changes->keyring, SEAL_PATH_VALUE, node, key);
	/* Values have no place in a listing: their parent is their own key. */
	error = seal_changes_row(changes, &row, key, entry->value, entry->len, diag);
	return error ? error : put_names(changes, node, diag);
}

struct survivors {
	const struct seal_changes *changes;
	int found;
};

/* 1 stops: one is enough. */
static int survives(void *ctx, const uint8_t *key, const uint8_t *value, size_t len,
		    struct seal_diag *diag)
{
	struct survivors *survivors = ctx;

	(void)value;
	(void)len;
	(void)diag;
	survivors->found = pending(survivors->changes, key) == NULL;
	return survivors->found;
}

static int is_empty(const struct seal_changes *changes, const uint8_t *parent, int *out_empty,
		    struct seal_diag *diag)
{
	struct survivors survivors = {changes, 0};
	int error;

	for (size_t i = 0; i < changes->count; i++) {
		const struct seal_change *one = &changes->list[i];

		if (one->value && same_key(one->parent, parent) &&
		    pending(changes, one->key) == one) {
			*out_empty = 0;
			return SEAL_OK;
		}
	}
	error = seal_store_list(changes->store, parent, survives, &survivors, diag);
	if (error < 0)
		return error;
	*out_empty = !survivors.found;
	return SEAL_OK;
}

int seal_changes_delete(struct seal_changes *changes, const char *path, struct seal_diag *diag)
{
	struct seal_node node = {path, strlen(path)};
	uint8_t key[SEAL_STORE_KEY];
	int empty = 1;
	int there = 0;
	int error;

	seal_node_key(changes->keyring, SEAL_PATH_NAME, node, key);
	error = exists(changes, key, &there, diag);
	if (error)
		return error;
	seal_node_key(changes->keyring, SEAL_PATH_VALUE, node, key);
	error = add(changes, key, NULL, NULL, 0, diag);
	while (!error && there && empty && node.len > 0) {
		seal_node_key(changes->keyring, SEAL_PATH_NAME, node, key);
		error = add(changes, key, NULL, NULL, 0, diag);
		node = seal_node_folder(node);
		seal_node_key(changes->keyring, SEAL_PATH_FOLDER, node, key);
		if (!error)
			error = is_empty(changes, key, &empty, diag);
	}
	return error;
}

int seal_changes_apply(struct seal_changes *changes, struct seal_diag *diag)
{
	struct seal_store_change *list;
	int error;

	if (changes->count > SEAL_STORE_CHANGES_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "over %u rows in one transaction",
				 SEAL_STORE_CHANGES_MAX);
	list = calloc(changes->count, sizeof *list);
	if (!list)
		return seal_fail(diag, SEAL_E_NOMEM, "changes of the store");
	for (size_t i = 0; i < changes->count; i++) {
		const struct seal_change *one = &changes->list[i];

		list[i] = (struct seal_store_change){one->key, one->parent, one->value, one->len};
	}
	error = seal_store_apply(changes->store, list, changes->count, diag);
	free(list);
	if (!error && changes->counter)
		changes->keyring->stored = changes->counter;
	return error;
}
