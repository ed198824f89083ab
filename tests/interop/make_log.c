/* Makes a signed log for tests: interop_make_log DIR LINES NAME... For each NAME it writes
   DIR/cards/NAME.card, with a passphrase token's keys; DIR/log.key, the log's key as text, and
   DIR/cosigners.key, theirs; DIR/log of LINES lines, with a checkpoint of half of them in
   DIR/log.checkpoints/ and one of all in DIR/log.checkpoint, both cosigned by all, as the
   lines before them promise. DIR/foreign.checkpoint is the newest, by keys that nobody has.
   DIR/roster has all of them as administrators, signed by the first; in DIR/ended.roster the last
   one's term is over. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "audit/checkpoint.h"
#include "base/encode.h"
#include "ceremony/cosigners.h"
#include "crypto/identity.h"

#define PEOPLE 16
#define ORIGIN "vault.example/log"

struct key {
	struct seal_card card;
	uint8_t secret[64];
	struct seal_note_key key;
	struct seal_cosigner cosigner;
};

static struct key log_key, people[PEOPLE];
static int count;

static void check(int error, const struct seal_diag *diag)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	if (!error)
		return;
	seal_diag_line(diag, line, sizeof line);
	(void)fprintf(stderr, "make_log: %s\n", line);
	exit(1);
}

static FILE *open_in(const char *dir, const char *name)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	out = fopen(path, "w");
	if (!out) {
		perror(path);
		exit(1);
	}
	return out;
}

static int sign(void *ctx, const void *text, size_t len, uint8_t *out, size_t cap, size_t *out_len,
		struct seal_diag *diag)
{
	const struct key *key = ctx;

	(void)cap;
	(void)diag;
	(void)crypto_sign_detached(out, NULL, text, len, key->secret);
	*out_len = 64;
	return SEAL_OK;
}

static void make_card(const char *dir, const char *name, struct key *person)
{
	struct seal_card card = {.kind = SEAL_CARD_PASSPHRASE,
				 .signing_kind = SEAL_CARD_ED25519,
				 .signing_len = 32,
				 .created = "2026-11-24T10:00:00Z"};
	struct seal_identity *identity = NULL;
	struct seal_diag diag = {0};
	char *text = NULL;
	char file[128];
	FILE *out;

	(void)snprintf(card.name, sizeof card.name, "%s", name);
	check(seal_identity_new(&identity, &diag), &diag);
	(void)snprintf(card.recipient, sizeof card.recipient, "%s",
		       seal_identity_public(identity)->recipient);
	memcpy(card.signing, seal_identity_public(identity)->signing, 32);
	memcpy(person->secret, seal_secret_bytes(seal_identity_ed25519(identity)), 64);
	check(seal_card_signed_text(&card, &text, &diag), &diag);
	card.signature_len = 64;
	(void)crypto_sign_detached(card.signature, NULL, (uint8_t *)text, strlen(text),
				   person->secret);
	free(text);
	check(seal_card_text(&card, &text, &diag), &diag);
	(void)snprintf(file, sizeof file, "cards/%s.card", name);
	out = open_in(dir, file);
	(void)fputs(text, out);
	(void)fclose(out);
	free(text);
	person->card = card;
	check(seal_cosign_key_card(&card, &person->key, &diag), &diag);
	person->cosigner = (struct seal_cosigner){sign, person, (uint64_t)time(NULL)};
	seal_identity_free(identity);
}

static void put_key(FILE *out, const struct seal_note_key *key, uint8_t type)
{
	uint8_t bytes[33] = {type};
	char id[9], base64[SEAL_BASE64_LEN(sizeof bytes)];

	memcpy(bytes + 1, key->bytes, 32);
	seal_hex(key->id, 4, id);
	seal_base64(SEAL_BASE64_PADDED, bytes, sizeof bytes, base64);
	(void)fprintf(out, "%s+%s+%s\n", key->name, id, base64);
}

static void put_head(const char *dir, const char *name, const struct seal_merkle *tree)
{
	struct seal_checkpoint checkpoint = {.origin = ORIGIN, .size = tree->size};
	struct seal_note_signer signers[1 + PEOPLE] = {{&log_key.key, sign, &log_key}};
	struct seal_diag diag = {0};
	char *note = NULL;
	size_t len = 0;
	FILE *out = open_in(dir, name);

	seal_merkle_root(tree, checkpoint.root);
	for (int i = 0; i < count; i++)
		signers[1 + i] = seal_cosign_signer(&people[i].key, &people[i].cosigner);
	check(seal_checkpoint_sign(&checkpoint, signers, 1 + (size_t)count, &note, &len, &diag),
	      &diag);
	(void)fputs(note, out);
	(void)fclose(out);
	free(note);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct seal_roster_person *)a)->id,
		      ((const struct seal_roster_person *)b)->id);
}

static void put_roster(const char *dir, const char *name, int ended)
{
	static struct seal_roster roster;
	struct seal_note_key key;
	struct seal_note_signer signer = {&key, sign, &people[0]};
	struct seal_diag diag = {0};
	char *text = NULL, *note = NULL;
	size_t len = 0;
	FILE *out = open_in(dir, name);

	roster = (struct seal_roster){.organisation = "Example Bank",
				      .version = 1,
				      .created = "2026-11-01T10:00:00Z",
				      .review = "2027-05-31",
				      .changes = 1,
				      .duty = 1,
				      .count = (size_t)count};
	for (int i = 0; i < count; i++) {
		struct seal_roster_person *person = &roster.people[i];
		struct seal_roster_card *card = &person->cards[0];

		(void)snprintf(person->id, sizeof person->id, "%s", people[i].card.name);
		(void)snprintf(person->department, sizeof person->department, "ops");
		(void)snprintf(person->start, sizeof person->start, "2026-11-01");
		if (ended && i + 1 == count)
			(void)snprintf(person->end, sizeof person->end, "2026-11-02");
		person->roles = SEAL_ROLE_ADMINISTRATOR;
		person->card_count = 1;
		check(seal_card_fingerprint(&people[i].card, card->fingerprint, &diag), &diag);
		card->kind = SEAL_CARD_ED25519;
		card->key_len = 32;
		memcpy(card->key, people[i].card.signing, 32);
	}
	qsort(roster.people, roster.count, sizeof roster.people[0], by_id);
	check(seal_roster_text(&roster, &text, &diag), &diag);
	check(seal_card_note_key(&people[0].card, &key, &diag), &diag);
	check(seal_note_sign(text, strlen(text), &signer, 1, &note, &len, &diag), &diag);
	(void)fputs(note, out);
	(void)fclose(out);
	free(text);
	free(note);
}

static void put_line(FILE *out, struct seal_merkle *tree, int promise)
{
	char line[2048];
	uint8_t leaf[SEAL_MERKLE_HASH];
	unsigned long long seq = tree->size + 1;
	int len = snprintf(
		line, sizeof line,
		"{\"time\":\"2026-11-24T10:%02llu:%02llu.5Z\",\"type\":\"%s\",\"seq\":%llu",
		seq / 60 % 60, seq % 60, promise ? "promise" : "step", seq);

	if (promise) {
		len += snprintf(line + len, sizeof line - (size_t)len,
				",\"signers\":[\"" ORIGIN "\"");
		for (int i = 0; i < count; i++)
			len += snprintf(line + len, sizeof line - (size_t)len, ",\"%s\"",
					people[i].key.name);
		len += snprintf(line + len, sizeof line - (size_t)len, "]}");
	} else {
		len += snprintf(line + len, sizeof line - (size_t)len, ",\"text\":\"step %llu\"}",
				seq);
	}
	(void)fprintf(out, "%s\n", line);
	seal_merkle_leaf(line, (size_t)len, leaf);
	check(seal_merkle_add(tree, 0, leaf, NULL), NULL);
}

static void put_log(const char *dir, unsigned long lines)
{
	struct seal_merkle tree = {0};
	FILE *out = open_in(dir, "log");

	while (tree.size < lines) {
		put_line(out, &tree, tree.size + 1 == lines / 2 || tree.size + 1 == lines);
		if (tree.size == lines / 2)
			put_head(dir, "log.checkpoints/half", &tree);
	}
	(void)fclose(out);
	put_head(dir, "log.checkpoint", &tree);
	/* Others sign under the same names. */
	for (int i = -1; i < count; i++) {
		struct key *key = i < 0 ? &log_key : &people[i];
		const char *name = i < 0 ? ORIGIN : people[i].key.name;
		char copy[256];
		uint8_t public_key[32];

		(void)snprintf(copy, sizeof copy, "%s", name);
		(void)crypto_sign_keypair(public_key, key->secret);
		check(i < 0 ? seal_note_key_ed25519(copy, public_key, &key->key, NULL)
			    : seal_cosign_key_ed25519(copy, public_key, &key->key, NULL),
		      NULL);
	}
	put_head(dir, "foreign.checkpoint", &tree);
}

int main(int argc, char **argv)
{
	struct seal_diag diag = {0};
	uint8_t public_key[32];
	char path[512];
	FILE *out;

	if (argc < 3 || argc - 3 > PEOPLE)
		return 1;
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", argv[1],
			       i ? "cards" : "log.checkpoints");
		(void)mkdir(path, 0700);
	}
	for (; count < argc - 3; count++)
		make_card(argv[1], argv[3 + count], &people[count]);
	(void)crypto_sign_keypair(public_key, log_key.secret);
	check(seal_note_key_ed25519(ORIGIN, public_key, &log_key.key, &diag), &diag);
	out = open_in(argv[1], "log.key");
	put_key(out, &log_key.key, 0x01);
	(void)fclose(out);
	out = open_in(argv[1], "cosigners.key");
	for (int i = 0; i < count; i++)
		put_key(out, &people[i].key, 0x04);
	(void)fclose(out);
	if (count > 0) {
		put_roster(argv[1], "roster", 0);
		put_roster(argv[1], "ended.roster", 1);
	}
	put_log(argv[1], strtoul(argv[2], NULL, 10));
	return 0;
}
