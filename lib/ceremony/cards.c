/* The cards of a folder. */

#include "ceremony/cards.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/path.h"
#include "base/secret.h"

#include "base/banned.h"

#define SUFFIX ".card"
#define NAME_BYTES (SEAL_CARD_NAME + 16)

void seal_cards_done(struct seal_cards *cards)
{
	for (size_t i = 0; i < cards->count; i++)
		free(cards->path[i]);
	free(cards->list);
	free(cards->path);
	*cards = (struct seal_cards){0};
}

static int grow(struct seal_cards *cards, struct seal_diag *diag)
{
	size_t room = cards->count + 1;
	struct seal_card *list = realloc(cards->list, room * sizeof *list);
	char **path;

	if (!list)
		return seal_fail(diag, SEAL_E_NOMEM, "cards");
	cards->list = list;
	path = realloc(cards->path, room * sizeof *path);
	if (!path)
		return seal_fail(diag, SEAL_E_NOMEM, "cards");
	cards->path = path;
	return SEAL_OK;
}

static const char *same_token(const struct seal_cards *cards, const struct seal_card *card)
{
	for (size_t i = 0; i < cards->count; i++) {
		const struct seal_card *other = &cards->list[i];

		if (strcmp(other->recipient, card->recipient) == 0 ||
		    (other->signing_kind == card->signing_kind &&
		     other->signing_len == card->signing_len &&
		     seal_eq_ct(other->signing, card->signing, card->signing_len)))
			return cards->path[i];
	}
	return NULL;
}

static int push(struct seal_cards *cards, const struct seal_card *card, const char *path,
		struct seal_diag *diag)
{
	const char *twin = same_token(cards, card);
	int error;

	if (twin)
		return seal_fail(diag, SEAL_E_DUPLICATE, "%s: the token of %s", path, twin);
	if (cards->count == SEAL_CARDS_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "more than %u cards", SEAL_CARDS_MAX);
	error = grow(cards, diag);
	if (error)
		return error;
	cards->path[cards->count] = strdup(path);
	if (!cards->path[cards->count])
		return seal_fail(diag, SEAL_E_NOMEM, "cards");
	cards->list[cards->count++] = *card;
	return SEAL_OK;
}

int seal_cards_add(struct seal_cards *cards, const char *path, struct seal_diag *diag)
{
	struct seal_card *card = calloc(1, sizeof *card);
	int error =
		card ? seal_card_read(path, card, diag) : seal_fail(diag, SEAL_E_NOMEM, "cards");

	if (!error)
		error = push(cards, card, path, diag);
	free(card);
	return error;
}

int seal_cards_add_identity(struct seal_cards *cards, const char *path,
			    const struct seal_identity_public *identity, struct seal_diag *diag)
{
	struct seal_card *card = calloc(1, sizeof *card);
	int error;

	if (!card)
		return seal_fail(diag, SEAL_E_NOMEM, "cards");
	card->kind = SEAL_CARD_PASSPHRASE;
	card->signing_kind = SEAL_CARD_ED25519;
	(void)snprintf(card->recipient, sizeof card->recipient, "%s", identity->recipient);
	memcpy(card->signing, identity->signing, sizeof identity->signing);
	card->signing_len = sizeof identity->signing;
	/* Its real card knows more. */
	error = same_token(cards, card) ? SEAL_OK : push(cards, card, path, diag);
	free(card);
	return error;
}

static int is_name(const struct seal_cards *cards, const char *name)
{
	for (size_t i = 0; i < cards->count; i++)
		if (strcmp(cards->list[i].name, name) == 0)
			return 1;
	return 0;
}

static void name_in_folder(const struct seal_cards *cards, size_t i, char out[static NAME_BYTES])
{
	const char *name = cards->list[i].name;
	unsigned number = 1;

	(void)snprintf(out, NAME_BYTES, "%s", name);
	for (size_t k = 0; k < i; k++) {
		if (strcmp(cards->list[k].name, name) != 0)
			continue;
		do
			(void)snprintf(out, NAME_BYTES, "%s-%u", name, ++number);
		while (is_name(cards, out));
	}
}

static int write_one(const struct seal_cards *cards, size_t i, struct seal_new_folder *folder,
		     struct seal_diag *diag)
{
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	char base[NAME_BYTES];
	char name[NAME_BYTES + 8];
	int error = seal_card_text(&cards->list[i], &text, diag);

	name_in_folder(cards, i, base);
	(void)snprintf(name, sizeof name, "cards/%s", base);
	return error ? error : seal_new_folder_file(folder, name, SUFFIX, text, strlen(text), diag);
}

int seal_cards_write(const struct seal_cards *cards, struct seal_new_folder *folder,
		     struct seal_diag *diag)
{
	int error = seal_new_folder_sub(folder, "cards", diag);

	for (size_t i = 0; !error && i < cards->count; i++)
		error = write_one(cards, i, folder, diag);
	return error;
}

static int is_card(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > strlen(SUFFIX) &&
	       strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX) == 0;
}

int seal_cards_add_folder(struct seal_cards *cards, const char *dir, struct seal_diag *diag)
{
	struct dirent **entries = NULL;
	int count = scandir(dir, &entries, is_card, alphasort);
	int error = SEAL_OK;

	if (count < 0)
		return seal_fail_errno(diag, errno == ENOENT ? SEAL_E_NOTFOUND : SEAL_E_IO, "%s",
				       dir);
	if (count == 0)
		error = seal_fail(diag, SEAL_E_NOTFOUND, "%s: no *.card in it", dir);
	for (int i = 0; i < count; i++) {
		char path[SEAL_PATH];

		if (!error)
			error = seal_path_join(dir, entries[i]->d_name, "", path, diag);
		if (!error)
			error = seal_cards_add(cards, path, diag);
		free(entries[i]);
	}
	free(entries);
	return error;
}
