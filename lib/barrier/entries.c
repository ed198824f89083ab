/* Entries behind the barrier. */

#include <stdlib.h>
#include <string.h>

#include "barrier/barrier_internal.h"

#include "base/banned.h"

static int check_open(const struct seal_barrier *barrier, struct seal_diag *diag)
{
	return barrier->keyring ? SEAL_OK : seal_fail(diag, SEAL_E_SEALED, "the barrier is sealed");
}

/* A value that is not there: is its name? Then somebody took the value away. */
static int check_absent(struct seal_barrier *barrier, struct seal_node node, struct seal_diag *diag)
{
	uint8_t key[SEAL_STORE_KEY];
	uint8_t *row = NULL;
	size_t len = 0;
	int error;

	seal_node_key(barrier->keyring, SEAL_PATH_NAME, node, key);
	error = seal_store_get(barrier->store, key, &row, &len, diag);
	free(row);
	if (error == SEAL_E_NOTFOUND)
		return seal_fail(diag, error, "no such entry");
	return error ? error : seal_fail(diag, SEAL_E_VERIFY, "the value of an entry is missing");
}

static int open_value(struct seal_barrier *barrier, const struct seal_row *row, const uint8_t *in,
		      size_t len, struct seal_secret **out_value, struct seal_diag *diag)
{
	struct seal_secret *value SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t body = len - SEAL_BARRIER_ROW;
	int error;

	if (len < SEAL_BARRIER_ROW)
		return seal_fail(diag, SEAL_E_VERIFY, "a row of the store is damaged");
	/* A secret has a byte at least; an empty value is one shortened. */
	error = seal_secret_new(body ? body : 1, &value, diag);
	if (!error)
		error = seal_row_open(barrier->keyring, row, in, len, seal_secret_data(value),
				      diag);
	if (error)
		return error;
	seal_secret_shrink(value, body);
	*out_value = seal_steal(&value);
	return SEAL_OK;
}

int seal_barrier_get(struct seal_barrier *barrier, const char *path, struct seal_secret **out_value,
		     struct seal_diag *diag)
{
	struct seal_node node = {path, 0};
	uint8_t key[SEAL_STORE_KEY];
	struct seal_row row = {SEAL_ROW_VALUE, key, path, 0};
	uint8_t *bytes = NULL;
	size_t len = 0;
	int error = check_open(barrier, diag);

	if (!error)
		error = seal_path_check(path, diag);
	if (error)
		return error;
	node.len = row.text_len = strlen(path);
	seal_node_key(barrier->keyring, SEAL_PATH_VALUE, node, key);
	error = seal_store_get(barrier->store, key, &bytes, &len, diag);
	if (error == SEAL_E_NOTFOUND)
		return check_absent(barrier, node, diag);
	if (!error)
		error = open_value(barrier, &row, bytes, len, out_value, diag);
	free(bytes);
	return error;
}

int seal_changes_entries(struct seal_changes *changes, const struct seal_barrier_entry *entries,
			 size_t count, struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (size_t i = 0; i < count && !error; i++) {
		error = seal_path_check(entries[i].path, diag);
		if (!error && entries[i].value && entries[i].len > SEAL_BARRIER_VALUE)
			error = seal_fail(diag, SEAL_E_TOOLONG, "value of %zu bytes",
					  entries[i].len);
		if (error)
			break;
		error = entries[i].value ? seal_changes_put(changes, &entries[i], diag)
					 : seal_changes_delete(changes, entries[i].path, diag);
	}
	return error ? error : seal_counter_add(changes, diag);
}

int seal_barrier_apply(struct seal_barrier *barrier, const struct seal_barrier_entry *entries,
		       size_t count, struct seal_diag *diag)
{
	struct seal_changes changes SEAL_CLEANUP(seal_changes_done) = {
		.store = barrier->store,
		.keyring = barrier->keyring,
	};
	int error = check_open(barrier, diag);

	if (error || count == 0)
		return error;
	error = seal_changes_entries(&changes, entries, count, diag);
	return error ? error : seal_changes_apply(&changes, diag);
}

struct names {
	struct seal_barrier *barrier;
	const char *folder;
	char **list;
	size_t count, cap;
};

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

static int keep_name(struct names *names, char *name, struct seal_diag *diag)
{
	if (names->count == names->cap) {
		size_t cap = names->cap ? 2 * names->cap : 64;
		char **more = malloc(cap * sizeof *more);

		if (!more) {
			free(name);
			return seal_fail(diag, SEAL_E_NOMEM, "names");
		}
		if (names->count > 0)
			memcpy(more, names->list, names->count * sizeof *more);
		free(names->list);
		names->list = more;
		names->cap = cap;
	}
	names->list[names->count++] = name;
	return SEAL_OK;
}

static int take_name(void *ctx, const uint8_t *key, const uint8_t *value, size_t len,
		     struct seal_diag *diag)
{
	struct names *names = ctx;
	struct seal_row row = {SEAL_ROW_NAME, key, names->folder, strlen(names->folder)};
	char *name;
	int error;

	if (len < SEAL_BARRIER_ROW || len > SEAL_BARRIER_ROW + SEAL_BARRIER_PATH)
		return seal_fail(diag, SEAL_E_VERIFY, "a name in the store is damaged");
	name = malloc(len - SEAL_BARRIER_ROW + 1);
	if (!name)
		return seal_fail(diag, SEAL_E_NOMEM, "names");
	error = seal_row_open(names->barrier->keyring, &row, value, len, (uint8_t *)name, diag);
	if (error) {
		free(name);
		return error;
	}
	name[len - SEAL_BARRIER_ROW] = '\0';
	return keep_name(names, name, diag);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int seal_barrier_list(struct seal_barrier *barrier, const char *folder,
		      int (*each)(void *ctx, const char *name, struct seal_diag *diag), void *ctx,
		      struct seal_diag *diag)
{
	struct names names SEAL_CLEANUP(names_done) = {.barrier = barrier, .folder = folder};
	uint8_t parent[SEAL_STORE_KEY];
	int error = check_open(barrier, diag);

	if (!error)
		error = seal_folder_check(folder, diag);
	if (error)
		return error;
	seal_node_key(barrier->keyring, SEAL_PATH_FOLDER,
		      (struct seal_node){folder, strlen(folder)}, parent);
	error = seal_store_list(barrier->store, parent, take_name, &names, diag);
	if (error)
		return error;
	if (names.count > 1)
		qsort(names.list, names.count, sizeof *names.list, by_bytes);
	for (size_t i = 0; i < names.count && !error; i++)
		error = each(ctx, names.list[i], diag);
	return error;
}
