/* The versions of a roster. */

#include "ceremony/history.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/secret.h"
#include "ceremony/roster_file.h"

#include "base/banned.h"

void seal_history_done(struct seal_history *history)
{
	for (size_t i = 0; i < history->count; i++) {
		seal_roster_free(history->list[i]);
		free(history->path[i]);
	}
	*history = (struct seal_history){0};
}

static int add_file(struct seal_history *history, const char *path, struct seal_diag *diag)
{
	struct seal_roster *roster = NULL;
	size_t at = history->count;
	char *copy;
	int error = seal_roster_read(path, &roster, diag);

	if (error)
		return error;
	copy = strdup(path);
	if (!copy || at == SEAL_HISTORY_MAX) {
		seal_roster_free(roster);
		free(copy);
		return copy ? seal_fail(diag, SEAL_E_TOOLONG, "more than %u rosters",
					SEAL_HISTORY_MAX)
			    : seal_fail(diag, SEAL_E_NOMEM, "rosters");
	}
	for (; at > 0 && history->list[at - 1]->version > roster->version; at--) {
		history->list[at] = history->list[at - 1];
		history->path[at] = history->path[at - 1];
	}
	history->list[at] = roster;
	history->path[at] = copy;
	history->count++;
	return SEAL_OK;
}

static int is_roster(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	size_t end = strlen(SEAL_ROSTER_SUFFIX);

	return entry->d_name[0] != '.' && len > end &&
	       strcmp(entry->d_name + len - end, SEAL_ROSTER_SUFFIX) == 0;
}

static int add_folder(struct seal_history *history, const char *dir, struct seal_diag *diag)
{
	struct dirent **entries = NULL;
	int count = scandir(dir, &entries, is_roster, alphasort);
	int error = SEAL_OK;

	if (count < 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", dir);
	if (count == 0)
		error = seal_fail(diag, SEAL_E_NOTFOUND, "%s: no *" SEAL_ROSTER_SUFFIX " in it",
				  dir);
	for (int i = 0; i < count; i++) {
		char path[SEAL_PATH];

		if (!error)
			error = seal_path_join(dir, entries[i]->d_name, "", path, diag);
		if (!error)
			error = add_file(history, path, diag);
		free(entries[i]);
	}
	free(entries);
	return error;
}

int seal_history_add(struct seal_history *history, const char *path, struct seal_diag *diag)
{
	struct stat there;

	if (stat(path, &there) == 0 && S_ISDIR(there.st_mode))
		return add_folder(history, path, diag);
	return add_file(history, path, diag);
}

const struct seal_roster *seal_history_before(const struct seal_history *history,
					      const struct seal_roster *roster)
{
	if (roster->version == 1)
		return roster;
	for (size_t i = 0; i < history->count; i++)
		if (history->list[i]->version + 1 == roster->version)
			return history->list[i];
	return NULL;
}

/* The versions up to roster, one of each, and roster last. */
struct chain {
	const struct seal_roster *list[SEAL_HISTORY_MAX + 1];
	size_t count;
};

static int same(const struct seal_roster *a, const struct seal_roster *b, int *out_same,
		struct seal_diag *diag)
{
	uint8_t one[SEAL_ROSTER_DIGEST], other[SEAL_ROSTER_DIGEST];
	int error = seal_roster_digest(a, one, diag);

	if (!error)
		error = seal_roster_digest(b, other, diag);
	if (!error)
		*out_same = seal_eq_ct(one, other, sizeof one);
	return error;
}

static int gather(const struct seal_history *history, const struct seal_roster *roster,
		  struct chain *chain, struct seal_roster_findings *findings,
		  struct seal_diag *diag)
{
	for (size_t i = 0; i < history->count; i++) {
		const struct seal_roster *one = history->list[i];
		const struct seal_roster *twin =
			one->version == roster->version ? roster
			: chain->count > 0 && chain->list[chain->count - 1]->version == one->version
				? chain->list[chain->count - 1]
				: NULL;
		int is_same = 1;
		int error = twin ? same(one, twin, &is_same, diag) : SEAL_OK;

		if (error)
			return error;
		if (!is_same)
			seal_roster_add(findings, "chain", SEAL_E_MISMATCH,
					"%s: another version %u", history->path[i], one->version);
		if (one->version > roster->version)
			seal_roster_add(findings, "newer", SEAL_E_OLD,
					"%s: version %u, so version %u is not in force",
					history->path[i], one->version, roster->version);
		else if (!twin)
			chain->list[chain->count++] = one;
	}
	chain->list[chain->count++] = roster;
	return SEAL_OK;
}

static void check_link(const struct chain *chain, size_t i, struct seal_roster_findings *findings)
{
	const struct seal_roster *one = chain->list[i];
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	struct seal_diag why = {0};
	int error;

	if (i > 0 && one->version > chain->list[i - 1]->version + 1) {
		seal_roster_add(findings, "chain", SEAL_E_NOTFOUND,
				"version %u is missing (--previous)", one->version - 1);
		return;
	}
	if (i == 0 && one->version > 1)
		return;
	error = i > 0 ? seal_roster_verify_next(chain->list[i - 1], one, &why)
		      : seal_roster_verify_first(one, &why);
	if (!error)
		return;
	seal_diag_line(&why, line, sizeof line);
	seal_roster_add(findings,
			error == SEAL_E_QUORUM || error == SEAL_E_VERIFY ? "signatures" : "chain",
			error, "%s", line);
}

static int find_digest(const struct chain *chain, const uint8_t *digest, int *out_found,
		       struct seal_diag *diag)
{
	*out_found = 0;
	for (size_t i = 0; i < chain->count; i++) {
		uint8_t one[SEAL_ROSTER_DIGEST];
		int error = seal_roster_digest(chain->list[i], one, diag);

		if (error)
			return error;
		*out_found |= seal_eq_ct(one, digest, sizeof one);
	}
	return SEAL_OK;
}

int seal_history_verify(const struct seal_history *history, const struct seal_roster *roster,
			const uint8_t *digest, struct seal_roster_findings *findings,
			struct seal_diag *diag)
{
	struct chain chain = {.count = 0};
	int is_trusted = 0;
	int error = gather(history, roster, &chain, findings, diag);

	if (!error && digest)
		error = find_digest(&chain, digest, &is_trusted, diag);
	if (error)
		return error;
	if (digest && !is_trusted)
		seal_roster_add(findings, "digest", SEAL_E_MISMATCH,
				"no version here has the digest that is trusted");
	if (!digest && chain.list[0]->version > 1)
		seal_roster_add(findings, "chain", SEAL_E_NOTFOUND,
				"the versions before %u are missing: give them (--previous), or a "
				"digest that is trusted (--digest)",
				chain.list[0]->version);
	for (size_t i = 0; i < chain.count; i++)
		check_link(&chain, i, findings);
	return SEAL_OK;
}

static int has_print(const struct seal_cards *cards, uint8_t (*prints)[SEAL_CARD_FINGERPRINT],
		     const struct seal_roster_card *card)
{
	for (size_t i = 0; i < cards->count; i++)
		if (seal_eq_ct(prints[i], card->fingerprint, SEAL_CARD_FINGERPRINT))
			return 1;
	return 0;
}

/* The roster's card against the file of the same fingerprint. */
static void check_file(const char *path, const struct seal_card *file,
		       const struct seal_roster_person *holder, const struct seal_roster_card *card,
		       struct seal_roster_findings *findings)
{
	if (!holder)
		seal_roster_add(findings, "cards", SEAL_E_MISMATCH,
				"%s: a card of %s that is not in the roster", path, file->name);
	else if (strcmp(holder->id, file->name) != 0)
		seal_roster_add(findings, "cards", SEAL_E_MISMATCH,
				"%s: the card of %s, and the roster gives it to %s", path,
				file->name, holder->id);
	else if (card->kind != file->signing_kind || card->key_len != file->signing_len ||
		 !seal_eq_ct(card->key, file->signing, card->key_len) ||
		 strcmp(card->rp_id, file->signing_kind == SEAL_CARD_ASSERTION
					     ? file->fido2.signing_rp_id
					     : "") != 0)
		seal_roster_add(findings, "cards", SEAL_E_MISMATCH,
				"%s: the roster has another key for this card of %s", path,
				file->name);
}

int seal_roster_check_cards(const struct seal_roster *roster, const struct seal_cards *cards,
			    int rehearsal, struct seal_roster_findings *findings,
			    struct seal_diag *diag)
{
	uint8_t(*prints)[SEAL_CARD_FINGERPRINT] = calloc(cards->count + 1, sizeof *prints);
	int error = prints ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "cards");

	for (size_t i = 0; !error && i < cards->count; i++) {
		const struct seal_roster_card *card = NULL;
		const struct seal_roster_person *holder;

		error = seal_card_fingerprint(&cards->list[i], prints[i], diag);
		if (error)
			break;
		holder = seal_roster_holder(roster, prints[i], &card);
		check_file(cards->path[i], &cards->list[i], holder, card, findings);
		if (cards->list[i].is_virtual && !rehearsal)
			seal_roster_add(findings, "virtual", SEAL_E_POLICY,
					"%s: of a virtual token, for rehearsals only",
					cards->path[i]);
	}
	for (size_t i = 0; !error && i < roster->count; i++)
		for (size_t k = 0; k < roster->people[i].card_count; k++)
			if (!has_print(cards, prints, &roster->people[i].cards[k]))
				seal_roster_add(findings, "cards", SEAL_E_NOTFOUND,
						"%s: the %s card of the roster has no file",
						roster->people[i].id, k ? "spare" : "main");
	free(prints);
	return error;
}
