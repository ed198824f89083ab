/* STREAM on the way out: nonce, then chunks of 64 KiB, each with its tag. Long
   payloads are sealed by two threads, as one is slower than a disk; what is short,
   every share among it, never starts a thread. */

#include "crypto/age_internal.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/banned.h"

#define CHUNK 65536u
#define TAG 16u
#define BATCH 16u /* chunks read at once */
#define ALONE 4u  /* up to this many one thread does */

struct lane {
	struct sealer *sealer;
	EVP_CIPHER_CTX *ctx;
	unsigned first, step; /* which chunks of the batch are its own */
	int bad;
};

struct sealer {
	EVP_CIPHER *cipher;
	struct seal_secret *key, *clear;
	struct lane lane[2];
	uint64_t count; /* chunks before this batch */
	size_t len;	/* bytes in it */
	unsigned chunks;
	unsigned room; /* chunks that clear has room for */
	int last;
	uint8_t sealed[BATCH][CHUNK + TAG];
};

static void sealer_freep(struct sealer **sealer)
{
	if (!*sealer)
		return;
	EVP_CIPHER_CTX_free((*sealer)->lane[0].ctx);
	EVP_CIPHER_CTX_free((*sealer)->lane[1].ctx);
	EVP_CIPHER_free((*sealer)->cipher);
	seal_secret_free((*sealer)->key);
	seal_secret_free((*sealer)->clear);
	free(*sealer);
	*sealer = NULL;
}

static int lane_init(struct sealer *sealer, unsigned i, struct seal_diag *diag)
{
	struct lane *lane = &sealer->lane[i];

	lane->sealer = sealer;
	lane->first = i;
	lane->step = 2;
	lane->ctx = EVP_CIPHER_CTX_new();
	if (!sealer->cipher || !lane->ctx ||
	    EVP_EncryptInit_ex2(lane->ctx, sealer->cipher, seal_secret_bytes(sealer->key), NULL,
				NULL) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "ChaCha20-Poly1305");
	return SEAL_OK;
}

static int sealer_init(struct sealer *sealer, const struct seal_secret *file_key,
		       const uint8_t nonce[static 16], struct seal_diag *diag)
{
	int error = seal_secret_new(32, &sealer->key, diag);

	if (!error)
		error = seal_secret_new(CHUNK + 1, &sealer->clear, diag);
	sealer->room = 1;
	if (!error)
		error = seal_hkdf(seal_secret_bytes(file_key), SEAL_AGE_FILE_KEY, nonce, 16,
				  "payload", seal_secret_data(sealer->key), 32, diag);
	if (error)
		return error;
	sealer->cipher = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	error = lane_init(sealer, 0, diag);
	return error ? error : lane_init(sealer, 1, diag);
}

static size_t chunk_len(const struct sealer *sealer, unsigned i)
{
	return i + 1 < sealer->chunks ? CHUNK : sealer->len - (size_t)i * CHUNK;
}

/* 0 where OpenSSL fails. A nonce is the chunk's number and whether it is the last. */
static int seal_chunk(struct lane *lane, unsigned i)
{
	struct sealer *sealer = lane->sealer;
	const uint8_t *clear = seal_secret_bytes(sealer->clear) + (size_t)i * CHUNK;
	size_t len = chunk_len(sealer, i);
	uint64_t number = sealer->count + i;
	uint8_t nonce[12] = {0};
	uint8_t *out = sealer->sealed[i];
	int got = 0;

	for (unsigned at = 10; number > 0; number >>= 8)
		nonce[at--] = (uint8_t)(number & 0xff);
	nonce[11] = sealer->last && i + 1 == sealer->chunks;
	return EVP_EncryptInit_ex2(lane->ctx, NULL, NULL, nonce, NULL) == 1 &&
	       EVP_EncryptUpdate(lane->ctx, out, &got, clear, (int)len) == 1 &&
	       EVP_EncryptFinal_ex(lane->ctx, out + got, &got) == 1 &&
	       EVP_CIPHER_CTX_ctrl(lane->ctx, EVP_CTRL_AEAD_GET_TAG, TAG, out + len) == 1;
}

static void *run_lane(void *arg)
{
	struct lane *lane = arg;

	for (unsigned i = lane->first; i < lane->sealer->chunks; i += lane->step)
		if (!seal_chunk(lane, i))
			lane->bad = 1;
	return NULL;
}

/* The thread takes no signals: they are the program's. Where none can be had the
   work is done here. */
static int start(pthread_t *out_thread, struct lane *lane)
{
	sigset_t all;
	sigset_t before;
	int started;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return 0;
	started = pthread_create(out_thread, NULL, run_lane, lane) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static int seal_batch(struct sealer *sealer, struct seal_sink *sink, struct seal_diag *diag)
{
	pthread_t thread;
	int started = sealer->chunks > ALONE && start(&thread, &sealer->lane[1]);

	(void)run_lane(&sealer->lane[0]);
	if (!started)
		(void)run_lane(&sealer->lane[1]);
	else if (pthread_join(thread, NULL) != 0)
		sealer->lane[1].bad = 1;
	if (sealer->lane[0].bad || sealer->lane[1].bad)
		return seal_fail(diag, SEAL_E_CRYPTO, "ChaCha20-Poly1305");
	for (unsigned i = 0; i < sealer->chunks; i++) {
		int error =
			sink->write(sink->ctx, sealer->sealed[i], chunk_len(sealer, i) + TAG, diag);

		if (error)
			return error;
	}
	sealer->count += sealer->chunks;
	return SEAL_OK;
}

/* Keeps the byte that was read ahead. Only now is it known that the payload is long:
   a share must not need more locked memory than itself. */
static int next_batch(struct sealer *sealer, struct seal_diag *diag)
{
	const uint8_t *ahead = seal_secret_bytes(sealer->clear) + sealer->room * CHUNK;
	struct seal_secret *wider = NULL;

	if (sealer->room < BATCH) {
		int error = seal_secret_new(BATCH * CHUNK + 1, &wider, diag);

		if (error)
			return error;
		seal_secret_data(wider)[0] = *ahead;
		seal_secret_free(sealer->clear);
		sealer->clear = wider;
		sealer->room = BATCH;
	} else {
		seal_secret_data(sealer->clear)[0] = *ahead;
	}
	return SEAL_OK;
}

/* One byte is read ahead, so that the last chunk is known when it is sealed. */
static int read_batch(struct sealer *sealer, size_t have, struct seal_source *source,
		      struct seal_diag *diag)
{
	size_t got = 0;
	int error = seal_read_full(source, seal_secret_data(sealer->clear) + have,
				   sealer->room * CHUNK + 1 - have, &got, diag);

	if (error)
		return error;
	sealer->len = have + got;
	sealer->last = sealer->len <= sealer->room * CHUNK;
	if (!sealer->last)
		sealer->len = sealer->room * CHUNK;
	sealer->chunks = sealer->len == 0 ? 1 : (unsigned)((sealer->len + CHUNK - 1) / CHUNK);
	return SEAL_OK;
}

int seal_age_stream_seal(const struct seal_secret *file_key, struct seal_source *source,
			 struct seal_sink *sink, struct seal_diag *diag)
{
	struct sealer *sealer SEAL_CLEANUP(sealer_freep) = calloc(1, sizeof *sealer);
	uint8_t nonce[16];
	int error = sealer ? seal_random(nonce, sizeof nonce, diag)
			   : seal_fail(diag, SEAL_E_NOMEM, "age payload");

	if (!error)
		error = sealer_init(sealer, file_key, nonce, diag);
	if (!error)
		error = sink->write(sink->ctx, nonce, sizeof nonce, diag);
	for (size_t have = 0; !error && !sealer->last; have = 1) {
		error = read_batch(sealer, have, source, diag);
		if (!error)
			error = seal_batch(sealer, sink, diag);
		if (!error && !sealer->last)
			error = next_batch(sealer, diag);
	}
	return error;
}
