/* STREAM: the payload in chunks of 64 KiB, each authenticated before a byte of it
   is written; the last one says that it is last, so a cut is found. */

#include "crypto/age_internal.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/banned.h"

#define CHUNK 65536u
#define TAG 16u

struct opener {
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *ctx;
	struct seal_secret *key;
	struct seal_secret *clear;
	uint8_t nonce[12]; /* 11 bytes counter, 1 byte: last */
	uint8_t sealed[CHUNK + TAG + 1];
};

static void opener_done(struct opener *opener)
{
	EVP_CIPHER_CTX_free(opener->ctx);
	EVP_CIPHER_free(opener->cipher);
	seal_secret_free(opener->key);
	seal_secret_free(opener->clear);
}

static int opener_init(struct opener *opener, const struct seal_secret *file_key,
		       const uint8_t nonce[16], struct seal_diag *diag)
{
	int error = seal_secret_new(32, &opener->key, diag);

	if (!error)
		error = seal_secret_new(CHUNK, &opener->clear, diag);
	if (!error)
		error = seal_hkdf(seal_secret_bytes(file_key), seal_secret_len(file_key), nonce, 16,
				  "payload", seal_secret_data(opener->key), 32, diag);
	if (error)
		return error;
	opener->cipher = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	opener->ctx = EVP_CIPHER_CTX_new();
	if (!opener->cipher || !opener->ctx ||
	    EVP_DecryptInit_ex2(opener->ctx, opener->cipher, seal_secret_bytes(opener->key), NULL,
				NULL) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "ChaCha20-Poly1305");
	return SEAL_OK;
}

/* Opens len bytes (tag included) in opener->sealed; 0 where the tag is wrong. */
static int open_chunk(struct opener *opener, size_t len, int last)
{
	uint8_t *out = seal_secret_data(opener->clear);
	size_t body = len - TAG;
	int got = 0;

	opener->nonce[11] = (uint8_t)last;
	return EVP_DecryptInit_ex2(opener->ctx, NULL, NULL, opener->nonce, NULL) == 1 &&
	       EVP_CIPHER_CTX_ctrl(opener->ctx, EVP_CTRL_AEAD_SET_TAG, TAG,
				   opener->sealed + body) == 1 &&
	       EVP_DecryptUpdate(opener->ctx, out, &got, opener->sealed, (int)body) == 1 &&
	       EVP_DecryptFinal_ex(opener->ctx, out + got, &got) == 1;
}

static void count_up(uint8_t nonce[12])
{
	for (unsigned i = 11; i-- > 0;)
		if (++nonce[i] != 0)
			return;
}

/* A whole chunk that is good, but at another place than the end or the middle, is
   authentic and is written like those before it; then the failure is told. */
static int bad_chunk(struct opener *opener, size_t len, int last, struct seal_sink *sink,
		     struct seal_diag *diag)
{
	int error;

	if (len != CHUNK + TAG || !open_chunk(opener, len, !last))
		return seal_fail(diag, SEAL_E_VERIFY, "the file is damaged or was cut short");
	error = sink->write(sink->ctx, seal_secret_bytes(opener->clear), CHUNK, diag);
	if (error)
		return error;
	return last ? seal_fail(diag, SEAL_E_TRUNCATED, "the file was cut short")
		    : seal_fail(diag, SEAL_E_FORMAT, "data after the end of the file");
}

/* One chunk; *have bytes of it are in opener->sealed already (the byte read ahead). */
static int next_chunk(struct opener *opener, struct seal_source *source, struct seal_sink *sink,
		      size_t *have, int first, int *out_last, struct seal_diag *diag)
{
	size_t got = 0;
	size_t len;
	int last;
	int error = seal_read_full(source, opener->sealed + *have, sizeof opener->sealed - *have,
				   &got, diag);

	if (error)
		return error;
	len = *have + got;
	last = len < sizeof opener->sealed;
	if (!last)
		len = CHUNK + TAG;
	if (len < TAG)
		return seal_fail(diag, SEAL_E_TRUNCATED, "the file ends too early");
	if (last && len == TAG && !first)
		return seal_fail(diag, SEAL_E_FORMAT, "empty last chunk");
	if (!open_chunk(opener, len, last))
		return bad_chunk(opener, len, last, sink, diag);
	count_up(opener->nonce);
	*have = last ? 0 : 1;
	*out_last = last;
	error = len > TAG
			? sink->write(sink->ctx, seal_secret_bytes(opener->clear), len - TAG, diag)
			: SEAL_OK;
	opener->sealed[0] = opener->sealed[CHUNK + TAG];
	return error;
}

int seal_age_stream_open(const struct seal_secret *file_key, struct seal_source *source,
			 struct seal_sink *sink, struct seal_diag *diag)
{
	struct opener opener SEAL_CLEANUP(opener_done) = {0};
	uint8_t nonce[16];
	size_t have = 0;
	int last = 0;
	int error = seal_read_full(source, nonce, sizeof nonce, &have, diag);

	if (!error && have != sizeof nonce)
		error = seal_fail(diag, SEAL_E_TRUNCATED, "the file ends after its header");
	if (!error)
		error = opener_init(&opener, file_key, nonce, diag);
	have = 0;
	for (int first = 1; !error && !last; first = 0)
		error = next_chunk(&opener, source, sink, &have, first, &last, diag);
	return error;
}
