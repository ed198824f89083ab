/* The pending record of a rekey: one row behind the barrier. In it, numbers big-endian: version
   (1 byte), plan (32), end (8), wrapped root key (72), root key (32), number of shares (1) and
   for each 1 where it has proved, then plan, configuration, manifest and each sealed
   share, each after its length (4). The root key is nowhere else until the switch, so the text is
   made and read in secret memory. */

#include <stdlib.h>
#include <string.h>

#include "barrier/rekey_internal.h"
#include "base/encode.h"

#include "base/banned.h"

#define VERSION 1u
#define HEAD (1u + 32u + 8u + SEAL_BARRIER_WRAPPED + SEAL_BARRIER_KEY + 1u)

struct place {
	uint8_t key[SEAL_STORE_KEY];
	struct seal_row row;
};

static void place_of(const struct seal_keyring *keyring, const char *set, struct place *out)
{
	struct seal_node node = {set, strlen(set)};

	seal_node_key(keyring, SEAL_PATH_REKEY, node, out->key);
	out->row = (struct seal_row){SEAL_ROW_REKEY, out->key, set, node.len};
}

static uint8_t *put_bytes(uint8_t *out, const void *bytes, size_t len)
{
	memcpy(out, bytes, len);
	return out + len;
}

static uint8_t *put_text(uint8_t *out, const char *text, size_t len)
{
	return put_bytes(seal_number_put(out, 4, len), text, len);
}

static size_t length_of(const struct seal_rekey_pending *pending)
{
	const struct seal_barrier_outside *outside = pending->outside;
	size_t len = HEAD + outside->config.total + 4 + pending->text_len + 4 +
		     outside->config_len + 4 + outside->note_len;

	for (unsigned i = 0; i < outside->config.total; i++)
		len += 4 + outside->file_len[i];
	return len;
}

static int write_record(const struct seal_rekey_pending *pending, const struct seal_secret *root,
			struct seal_secret **out_text, struct seal_diag *diag)
{
	const struct seal_barrier_outside *outside = pending->outside;
	unsigned total = outside->config.total;
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t plan[32];
	size_t got = 0;
	uint8_t *at;
	int error = seal_unhex(pending->plan, SEAL_REKEY_PLAN, plan, sizeof plan, &got, diag);

	if (!error)
		error = seal_secret_new(length_of(pending), &text, diag);
	if (error)
		return error;
	at = seal_number_put(seal_secret_data(text), 1, VERSION);
	at = put_bytes(at, plan, sizeof plan);
	at = seal_number_put(at, 8, pending->until);
	at = put_bytes(at, outside->root, SEAL_BARRIER_WRAPPED);
	at = put_bytes(at, seal_secret_bytes(root), SEAL_BARRIER_KEY);
	at = seal_number_put(at, 1, total);
	at = put_bytes(at, outside->state.proved, total);
	at = put_text(at, pending->text, pending->text_len);
	at = put_text(at, outside->config_text, outside->config_len);
	at = put_text(at, outside->note, outside->note_len);
	for (unsigned i = 0; i < total; i++)
		at = put_text(at, outside->files[i], outside->file_len[i]);
	*out_text = seal_steal(&text);
	return SEAL_OK;
}

int seal_rekey_record_add(struct seal_changes *changes, const char *set,
			  const struct seal_rekey_pending *pending, const struct seal_secret *root,
			  struct seal_diag *diag)
{
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct place place;
	int error = write_record(pending, root, &text, diag);

	place_of(changes->keyring, set, &place);
	return error ? error
		     : seal_changes_row(changes, &place.row, place.key, seal_secret_bytes(text),
					seal_secret_len(text), diag);
}

int seal_rekey_record_drop(struct seal_changes *changes, const char *set, struct seal_diag *diag)
{
	struct place place;

	place_of(changes->keyring, set, &place);
	return seal_changes_raw(changes, place.key, NULL, NULL, 0, diag);
}

/* What is left of a record. After the first length that is too long, all is NULL and 0. */
struct cursor {
	const uint8_t *at;
	size_t left;
};

static const uint8_t *take(struct cursor *cursor, size_t len)
{
	const uint8_t *at = cursor->at;

	if (!at || len > cursor->left) {
		*cursor = (struct cursor){0};
		return NULL;
	}
	cursor->at += len;
	cursor->left -= len;
	return at;
}

static uint64_t take_number(struct cursor *cursor, unsigned bytes)
{
	const uint8_t *at = take(cursor, bytes);

	return at ? seal_number_get(at, bytes) : 0;
}

static int damaged(struct seal_diag *diag)
{
	return seal_fail(diag, SEAL_E_VERIFY, "pending rekey: damaged");
}

static int take_text(struct cursor *cursor, char **out_text, size_t *out_len,
		     struct seal_diag *diag)
{
	size_t len = (size_t)take_number(cursor, 4);
	const uint8_t *at = take(cursor, len);
	int error =
		at ? seal_rekey_text_copy((const char *)at, len, out_text, diag) : damaged(diag);

	if (!error)
		*out_len = len;
	return error;
}

static int take_outside(struct cursor *cursor, struct seal_barrier_outside *outside, unsigned total,
			struct seal_diag *diag)
{
	struct seal_barrier_config *config = &outside->config;
	int error = take_text(cursor, &outside->config_text, &outside->config_len, diag);

	if (!error)
		error = seal_barrier_config_parse(outside->config_text, outside->config_len, config,
						  diag);
	if (!error && (config->plain || config->total != total))
		error = damaged(diag);
	if (!error)
		error = take_text(cursor, &outside->note, &outside->note_len, diag);
	if (!error &&
	    !seal_barrier_digest_is("manifest", outside->note, outside->note_len, config->manifest))
		error = damaged(diag);
	for (unsigned i = 0; i < total && !error; i++) {
		error = take_text(cursor, &outside->files[i], &outside->file_len[i], diag);
		if (!error && !seal_barrier_digest_is("sealed share", outside->files[i],
						      outside->file_len[i], config->files[i]))
			error = damaged(diag);
	}
	if (!error && (!cursor->at || cursor->left > 0))
		error = damaged(diag);
	return error ? error : seal_barrier_outside_manifest(outside, diag);
}

static int take_record(struct cursor *cursor, struct seal_rekey_pending *pending,
		       struct seal_secret **out_root, struct seal_diag *diag)
{
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_barrier_outside *outside = pending->outside;
	uint64_t version = take_number(cursor, 1);
	const uint8_t *plan = take(cursor, 32);
	const uint8_t *wrapped, *key, *proved;
	unsigned total;
	int error;

	if (version != VERSION)
		return seal_fail(diag, SEAL_E_VERSION, "pending rekey: version %u",
				 (unsigned)version);
	pending->until = take_number(cursor, 8);
	wrapped = take(cursor, SEAL_BARRIER_WRAPPED);
	key = take(cursor, SEAL_BARRIER_KEY);
	total = (unsigned)take_number(cursor, 1);
	proved = take(cursor, total);
	if (!plan || !wrapped || !key || !proved || total > SEAL_MANIFEST_SHARES)
		return damaged(diag);
	seal_hex(plan, 32, pending->plan);
	memcpy(outside->root, wrapped, SEAL_BARRIER_WRAPPED);
	memcpy(outside->state.proved, proved, total);
	outside->state.in_force = 1; /* where this is stored before the barrier, it is */
	error = take_text(cursor, &pending->text, &pending->text_len, diag);
	if (!error)
		error = take_outside(cursor, outside, total, diag);
	if (!error)
		error = seal_secret_copy(key, SEAL_BARRIER_KEY, &root, diag);
	if (!error)
		*out_root = seal_steal(&root);
	return error;
}

static int open_row(struct seal_keyring *keyring, const struct seal_row *row, const uint8_t *in,
		    size_t len, struct seal_secret **out_text, struct seal_diag *diag)
{
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error;

	if (len <= SEAL_BARRIER_ROW)
		return damaged(diag);
	error = seal_secret_new(len - SEAL_BARRIER_ROW, &text, diag);
	if (!error)
		error = seal_row_open(keyring, row, in, len, seal_secret_data(text), diag);
	if (error)
		return seal_because(diag, error, "pending rekey");
	*out_text = seal_steal(&text);
	return SEAL_OK;
}

static int parse(const struct seal_secret *text, struct seal_rekey_pending **out_pending,
		 struct seal_secret **out_root, struct seal_diag *diag)
{
	struct seal_rekey_pending *pending SEAL_CLEANUP(seal_rekey_pending_freep) =
		calloc(1, sizeof *pending);
	struct cursor cursor = {seal_secret_bytes(text), seal_secret_len(text)};
	int error = SEAL_OK;

	if (pending)
		pending->outside = calloc(1, sizeof *pending->outside);
	if (!pending || !pending->outside)
		return seal_fail(diag, SEAL_E_NOMEM, "pending rekey");
	error = take_record(&cursor, pending, out_root, diag);
	if (!error)
		*out_pending = seal_steal(&pending);
	return error;
}

int seal_rekey_record_read(struct seal_store *store, struct seal_keyring *keyring, const char *set,
			   struct seal_rekey_pending **out_pending, struct seal_secret **out_root,
			   struct seal_diag *diag)
{
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct place place;
	uint8_t *row = NULL;
	size_t len = 0;
	int error;

	place_of(keyring, set, &place);
	error = seal_store_get(store, place.key, &row, &len, diag);
	if (error == SEAL_E_NOTFOUND) {
		*out_pending = NULL;
		return SEAL_OK;
	}
	if (!error)
		error = open_row(keyring, &place.row, row, len, &text, diag);
	free(row);
	return error ? error : parse(text, out_pending, out_root, diag);
}
