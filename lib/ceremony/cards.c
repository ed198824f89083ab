/* The cards of a folder. */

#include "ceremony/cards.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#include "base/banned.h"

#define SUFFIX ".card"

void seal_cards_done(struct seal_cards *cards)
{
	free(cards->list);
	free(cards->path);
	*cards = (struct seal_cards){0};
}

static int grow(struct seal_cards *cards, struct seal_diag *diag)
{
	size_t room = cards->count + 1;
	struct seal_card *list = realloc(cards->list, room * sizeof *list);
	char(*path)[512];

	if (!list)
		return seal_fail(diag, SEAL_E_NOMEM, "cards");
	cards->list = list;
	path = realloc(cards->path, room * sizeof *path);
	if (!path)
		return seal_fail(diag, SEAL_E_NOMEM, "cards");
	cards->path = path;
	return SEAL_OK;
}

int seal_cards_add(struct seal_cards *cards, const char *path, struct seal_diag *diag)
{
	struct seal_card *card;
	int error;

	if (cards->count == SEAL_CARDS_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "more than %u cards", SEAL_CARDS_MAX);
	if (strlen(path) >= sizeof cards->path[0])
		return seal_fail(diag, SEAL_E_TOOLONG, "path of a card");
	error = grow(cards, diag);
	if (error)
		return error;
	card = &cards->list[cards->count];
	error = seal_card_read(path, card, diag);
	if (error)
		return error;
	for (size_t i = 0; i < cards->count; i++) {
		const struct seal_card *other = &cards->list[i];

		if (strcmp(other->recipient, card->recipient) == 0 ||
		    (other->signing_kind == card->signing_kind &&
		     other->signing_len == card->signing_len &&
		     seal_eq_ct(other->signing, card->signing, card->signing_len)))
			return seal_fail(diag, SEAL_E_DUPLICATE, "%s: the token of %s", path,
					 cards->path[i]);
	}
	(void)snprintf(cards->path[cards->count++], sizeof cards->path[0], "%s", path);
	return SEAL_OK;
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
		char path[512];

		if (!error && snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name) >=
				      (int)sizeof path)
			error = seal_fail(diag, SEAL_E_TOOLONG, "%s: path of a card", dir);
		if (!error)
			error = seal_cards_add(cards, path, diag);
		free(entries[i]);
	}
	free(entries);
	return error;
}
