/* Makes cards for tests, without a token:
   interop_make_card DIR {NAME[,GROUP] [-p] [-v]}... For each it writes DIR/NAME.card and
   DIR/NAME.key, the key as stock age reads it. With -p after a name its identity file is
   written too, DIR/NAME.identity, under the passphrase "NAME opens it". -v: the card
   says that its token is virtual. Lines NAME FINGERPRINT come on stdout. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "crypto/identity.h"
#include "share/card.h"

static void check(int error, const struct seal_diag *diag)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	if (!error)
		return;
	seal_diag_line(diag, line, sizeof line);
	(void)fprintf(stderr, "make_card: %s\n", line);
	exit(1);
}

static void write_text(const char *dir, const char *name, const char *suffix, const char *text)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof path, "%s/%s%s", dir, name, suffix);
	out = fopen(path, "w");
	if (!out || fputs(text, out) < 0 || fclose(out) != 0) {
		perror(path);
		exit(1);
	}
}

static void write_key(const char *dir, const char *name, struct seal_secret *x25519)
{
	char text[128];
	struct seal_diag diag = {0};

	check(seal_bech32("age-secret-key-", seal_secret_bytes(x25519), 32, 1, text,
			  sizeof text - 1, &diag),
	      &diag);
	text[strlen(text)] = '\n';
	write_text(dir, name, ".key", text);
}

static void write_identity(const char *dir, const char *name, struct seal_identity *identity)
{
	struct seal_secret *passphrase = NULL;
	struct seal_diag diag = {0};
	char text[SEAL_IDENTITY_TEXT];
	char words[128];

	(void)snprintf(words, sizeof words, "%s opens it", name);
	check(seal_secret_copy((const uint8_t *)words, strlen(words), &passphrase, &diag), &diag);
	check(seal_identity_lock(identity, passphrase, text, &diag), &diag);
	seal_secret_free(passphrase);
	write_text(dir, name, ".identity", text);
}

static void write_card(const char *dir, struct seal_card *card, struct seal_identity *identity)
{
	const struct seal_identity_public *public = seal_identity_public(identity);
	uint8_t fingerprint[SEAL_CARD_FINGERPRINT];
	char hex[2 * sizeof fingerprint + 1];
	struct seal_diag diag = {0};
	char *text = NULL;

	(void)snprintf(card->recipient, sizeof card->recipient, "%s", public->recipient);
	memcpy(card->signing, public->signing, 32);
	check(seal_card_signed_text(card, &text, &diag), &diag);
	card->signature_len = 64;
	(void)crypto_sign_detached(card->signature, NULL, (uint8_t *)text, strlen(text),
				   seal_secret_bytes(seal_identity_ed25519(identity)));
	free(text);
	check(seal_card_text(card, &text, &diag), &diag);
	write_text(dir, card->name, ".card", text);
	free(text);
	check(seal_card_fingerprint(card, fingerprint, &diag), &diag);
	seal_hex(fingerprint, sizeof fingerprint, hex);
	(void)printf("%s %s\n", card->name, hex);
}

static void make(const char *dir, const char *who, int with_identity, int is_virtual)
{
	struct seal_card card = {.kind = SEAL_CARD_PASSPHRASE,
				 .signing_kind = SEAL_CARD_ED25519,
				 .signing_len = 32,
				 .is_virtual = is_virtual,
				 .created = "2026-11-24T10:00:00Z"};
	const char *comma = strchr(who, ',');
	struct seal_identity *identity = NULL;
	struct seal_diag diag = {0};

	(void)snprintf(card.name, sizeof card.name, "%.*s",
		       (int)(comma ? (size_t)(comma - who) : strlen(who)), who);
	(void)snprintf(card.group, sizeof card.group, "%s", comma ? comma + 1 : "");
	check(seal_identity_new(&identity, &diag), &diag);
	write_card(dir, &card, identity);
	write_key(dir, card.name, seal_identity_x25519(identity));
	if (with_identity)
		write_identity(dir, card.name, identity);
	seal_identity_free(identity);
}

int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		int with_identity = 0;
		int is_virtual = 0;
		int at = i;

		while (i + 1 < argc && argv[i + 1][0] == '-') {
			i++;
			with_identity |= strcmp(argv[i], "-p") == 0;
			is_virtual |= strcmp(argv[i], "-v") == 0;
		}
		make(argv[1], argv[at], with_identity, is_virtual);
	}
	return argc < 3;
}
