/* HMAC-SHA256 in pieces. States hold keyed values and are wiped. */

#include "crypto/hmac.h"

#include <sodium.h>
#include <string.h>

#include "base/secret.h"

#include "base/banned.h"

static void begin(crypto_auth_hmacsha256_state *state, const uint8_t *key, size_t key_len,
		  const struct seal_piece *pieces, size_t count)
{
	static const uint8_t none[1] = {0};

	(void)crypto_auth_hmacsha256_init(state, key ? key : none, key_len);
	for (size_t i = 0; i < count; i++)
		if (pieces[i].len > 0)
			(void)crypto_auth_hmacsha256_update(state, pieces[i].bytes, pieces[i].len);
}

void seal_hmac(const uint8_t *key, size_t key_len, const struct seal_piece *pieces, size_t count,
	       uint8_t out[static 32])
{
	crypto_auth_hmacsha256_state state;

	begin(&state, key, key_len, pieces, count);
	(void)crypto_auth_hmacsha256_final(&state, out);
	seal_wipe(&state, sizeof state);
}

void seal_hmac_expand(const uint8_t prk[static 32], const struct seal_piece *pieces, size_t count,
		      uint8_t *out, size_t out_len)
{
	static const uint8_t first[1] = {1};
	crypto_auth_hmacsha256_state state;
	uint8_t block[32];

	begin(&state, prk, 32, pieces, count);
	(void)crypto_auth_hmacsha256_update(&state, first, 1);
	(void)crypto_auth_hmacsha256_final(&state, block);
	memcpy(out, block, out_len < 32 ? out_len : 32);
	seal_wipe(block, sizeof block);
	seal_wipe(&state, sizeof state);
}
