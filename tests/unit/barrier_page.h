#ifndef SEALKIT_TESTS_BARRIER_PAGE_H
#define SEALKIT_TESTS_BARRIER_PAGE_H

/* Reads a store as sealkit-barrier(5) says, with nothing of lib/barrier. */

#include "barriers.h"

#include <sqlite3.h>

#include "crypto/shamir.h"
#include "crypto/xaes.h"

static sqlite3 *db;
static uint8_t path_key[32], term_key[3][32];

static inline size_t get_row(const uint8_t key[32], const char *column, uint8_t *out, size_t cap)
{
	sqlite3_stmt *statement = NULL;
	char query[64];
	size_t len;

	(void)snprintf(query, sizeof query, "SELECT %s FROM entry WHERE key = ?1", column);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_bind_blob(statement, 1, key, 32, SQLITE_STATIC), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	len = (size_t)sqlite3_column_bytes(statement, 0);
	assert_in_range(len, 1, cap);
	memcpy(out, sqlite3_column_blob(statement, 0), len);
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	return len;
}

static inline void hmac(const void *key, size_t key_len, const void *bytes, size_t len,
			uint8_t out[32])
{
	crypto_auth_hmacsha256_state state;

	(void)crypto_auth_hmacsha256_init(&state, key, key_len);
	(void)crypto_auth_hmacsha256_update(&state, bytes, len);
	(void)crypto_auth_hmacsha256_final(&state, out);
}

static inline size_t outside(unsigned number, uint8_t *out, size_t cap)
{
	const uint8_t bytes[2] = {0, (uint8_t)number};
	uint8_t key[32];

	hmac("sealkit/barrier-outside/1", 25, bytes, 2, key);
	return get_row(key, "value", out, cap);
}

static inline size_t unbox(const uint8_t key[32], const char *label, const uint8_t *more,
			   size_t more_len, const uint8_t *box, size_t len, uint8_t *out)
{
	uint8_t aad[2048];
	size_t label_len = strlen(label) + 1;

	memcpy(aad, label, label_len);
	memcpy(aad + label_len, more, more_len);
	must(seal_xaes_open(key, box, aad, label_len + more_len, box + 24, len - 24, out, &diag));
	return len - 40;
}

static inline void inner_key(char letter, const char *path, uint8_t out[32])
{
	char text[1100];
	int len = snprintf(text, sizeof text, "%c%s", letter, path);

	hmac(path_key, 32, text, (size_t)len, out);
}

#endif
