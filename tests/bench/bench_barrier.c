/* From the third share to the first value, with 1,000 entries stored: store and barrier
   are opened anew each time, so no cache is warm. Medians of 9. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sodium.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "barrier/barrier.h"
#include "base/encode.h"
#include "crypto/age.h"

#define ROUNDS 9
#define PEOPLE 5
#define ENTRIES 1000
#define GOAL 5.0

struct person {
	struct seal_secret *key;
	struct seal_secret *share;
};

static void must(int error, const char *what, const struct seal_diag *diag)
{
	char line[1100];

	if (!error)
		return;
	seal_diag_line(diag, line, sizeof line);
	(void)fprintf(stderr, "bench_barrier: %s: %s\n", what, line);
	exit(3);
}

static double now_ms(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static void make_card(struct person *person, unsigned n, struct seal_card *card)
{
	struct seal_diag diag = {0};
	uint8_t point[65];
	uint8_t secret[64];

	card->kind = SEAL_CARD_PASSPHRASE;
	card->signing_kind = SEAL_CARD_ED25519;
	card->signing_len = 32;
	(void)crypto_sign_keypair(card->signing, secret);
	(void)snprintf(card->name, sizeof card->name, "person%u", n);
	(void)snprintf(card->created, sizeof card->created, "2026-11-24T10:00:00Z");
	must(seal_ecdh_generate(SEAL_CURVE_X25519, &person->key, &diag), "card", &diag);
	must(seal_ecdh_public(SEAL_CURVE_X25519, person->key, point, &diag), "card", &diag);
	must(seal_bech32("age", point, 32, 0, card->recipient, sizeof card->recipient, &diag),
	     "card", &diag);
}

static void open_share(struct person *person, const char *text, size_t len)
{
	struct seal_diag diag = {0};
	struct seal_age_identity identity = seal_age_x25519_identity(person->key);
	struct seal_mem_source from = {.bytes = (const uint8_t *)text, .len = len};
	struct seal_source source = seal_source_mem(&from);
	struct seal_mem_sink to = {.cap = SEAL_PAYLOAD_TEXT};
	struct seal_sink sink = seal_sink_mem(&to);
	struct seal_secret *plain = NULL;
	struct seal_payload payload;

	must(seal_secret_new(SEAL_PAYLOAD_TEXT, &plain, &diag), "share", &diag);
	to.bytes = seal_secret_data(plain);
	must(seal_age_open(&identity, 1, &source, &sink, &diag), "share", &diag);
	seal_secret_shrink(plain, to.len);
	must(seal_payload_parse(plain, &payload, &person->share, &diag), "share", &diag);
	seal_secret_free(plain);
}

/* Cards, init, a first quorum, and the entries. */
static void prepare(const char *dir, struct person *people)
{
	struct seal_diag diag = {0};
	struct seal_set_policy policy = {.threshold = 3, .epoch = 1, .purpose = "bench"};
	static struct seal_card cards[PEOPLE];
	struct seal_store *store = NULL;
	struct seal_barrier *barrier = NULL;
	struct seal_secret *signer = NULL;
	struct seal_set *set = NULL;
	uint8_t public_key[32];
	size_t index;

	must(seal_secret_new(64, &signer, &diag), "signer", &diag);
	(void)crypto_sign_keypair(public_key, seal_secret_data(signer));
	for (unsigned i = 0; i < PEOPLE; i++)
		make_card(&people[i], i, &cards[i]);
	must(seal_store_open(dir, &store, &diag), "store", &diag);
	must(seal_barrier_new(store, &barrier, &diag), "barrier", &diag);
	must(seal_barrier_init(barrier, cards, PEOPLE, &policy, signer, 0, NULL, 0, &set, &diag),
	     "init", &diag);
	for (size_t i = 0; i < PEOPLE; i++) {
		size_t len = 0;
		const char *text = seal_set_file(set, i, &len);

		open_share(&people[i], text, len);
	}
	for (size_t i = 0; i < 3; i++)
		must(seal_barrier_share(barrier, people[i].share, 1, &index, &diag), "share",
		     &diag);
	for (unsigned i = 0; i < ENTRIES; i++) {
		char path[32];
		uint8_t value[200] = {(uint8_t)i};
		const struct seal_barrier_entry entry = {path, value, sizeof value};

		(void)snprintf(path, sizeof path, "secret/%u/%u", i % 10, i);
		must(seal_barrier_apply(barrier, &entry, 1, &diag), "entry", &diag);
	}
	seal_barrier_free(barrier);
	seal_store_free(store);
	seal_set_free(set);
	seal_secret_free(signer);
}

static double one_round(const char *dir, const struct person *people)
{
	struct seal_diag diag = {0};
	struct seal_store *store = NULL;
	struct seal_barrier *barrier = NULL;
	struct seal_secret *value = NULL;
	size_t index;
	double start;
	double took;

	must(seal_store_open(dir, &store, &diag), "store", &diag);
	must(seal_barrier_new(store, &barrier, &diag), "barrier", &diag);
	must(seal_barrier_share(barrier, people[4].share, 1, &index, &diag), "share", &diag);
	must(seal_barrier_share(barrier, people[2].share, 1, &index, &diag), "share", &diag);
	start = now_ms();
	must(seal_barrier_share(barrier, people[0].share, 1, &index, &diag), "share", &diag);
	must(seal_barrier_get(barrier, "secret/7/777", &value, &diag), "value", &diag);
	took = now_ms() - start;
	seal_secret_free(value);
	seal_barrier_free(barrier);
	seal_store_free(store);
	return took;
}

int main(void)
{
	char dir[] = "/tmp/sealkit-bench-XXXXXX";
	char path[64];
	struct person people[PEOPLE] = {{0}};
	struct rusage used;
	double ours[ROUNDS];

	if (!mkdtemp(dir))
		return 3;
	prepare(dir, people);
	for (int i = 0; i < ROUNDS; i++)
		ours[i] = one_round(dir, people);
	qsort(ours, ROUNDS, sizeof ours[0], by_value);
	(void)getrusage(RUSAGE_SELF, &used);
	(void)printf("bench unseal_first_kv ours=%.3f unit=ms peer=goal peer_value=%.0f "
		     "ratio=%.3f rss_kib=%ld\n",
		     ours[ROUNDS / 2], GOAL, ours[ROUNDS / 2] / GOAL, used.ru_maxrss);
	for (size_t i = 0; i < PEOPLE; i++) {
		seal_secret_free(people[i].key);
		seal_secret_free(people[i].share);
	}
	(void)snprintf(path, sizeof path, "%s/sealkit.db", dir);
	(void)unlink(path);
	return rmdir(dir) == 0 ? 0 : 3;
}
