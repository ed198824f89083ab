/* A sealed share: its cards, its token, and its text, shown when all of it is verified. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/io.h"
#include "base/path.h"
#include "seal-open.h"

#include "base/banned.h"

#define SUFFIX ".share"

static int cards_beside(struct seal_cards *cards, const char *share, struct seal_diag *diag)
{
	char beside[SEAL_PATH];
	char path[SEAL_PATH];
	struct stat there;
	int error = seal_path_parent(share ? share : "", beside, diag);

	if (!error)
		error = seal_path_join(beside, "cards", "", path, diag);
	if (error)
		return error;
	if (stat(path, &there) != 0 || !S_ISDIR(there.st_mode))
		error = seal_cards_add_folder(cards, beside, diag);
	else
		error = seal_cards_add_folder(cards, path, diag);
	return error == SEAL_E_NOTFOUND ? SEAL_OK : error;
}

int cards_load(struct seal_cards *cards, const struct options *options, const char *share,
	       struct seal_diag *diag)
{
	int error = SEAL_OK;

	if (!options->raw && !options->cards && options->card.count == 0)
		return cards_beside(cards, share, diag);
	if (options->cards)
		error = seal_cards_add_folder(cards, options->cards, diag);
	for (size_t i = 0; !error && i < options->card.count; i++)
		error = seal_cards_add(cards, options->card.value[i], diag);
	return error;
}

static int read_all(const char *file, uint8_t **out, size_t *out_len, struct seal_diag *diag)
{
	int in = STDIN_FILENO;
	struct seal_source source = seal_source_fd(&in);
	uint8_t *bytes;
	int error;

	if (file)
		return seal_file_read(file, SEAL_OPEN_FILE, out, out_len, diag);
	bytes = malloc(SEAL_OPEN_FILE + 1);
	if (!bytes)
		return seal_fail(diag, SEAL_E_NOMEM, "stdin");
	error = seal_read_full(&source, bytes, SEAL_OPEN_FILE + 1, out_len, diag);
	if (!error && *out_len > SEAL_OPEN_FILE)
		error = seal_fail(diag, SEAL_E_TOOLONG, "no sealed share is that long");
	if (error)
		free(bytes);
	else
		*out = bytes;
	return error;
}

/* seal-init and seal-split name a share after its holder. A hint: with X25519 cards it keeps
   others from being asked. */
static const char *holder(const struct seal_cards *cards, const char *file)
{
	const char *slash = file ? strrchr(file, '/') : NULL;
	const char *name = slash ? slash + 1 : file;
	size_t len = name ? strlen(name) : 0;

	if (len <= strlen(SUFFIX) || strcmp(name + len - strlen(SUFFIX), SUFFIX) != 0)
		return NULL;
	len -= strlen(SUFFIX);
	for (size_t i = 0; i < cards->count; i++)
		if (strlen(cards->list[i].name) == len &&
		    strncmp(cards->list[i].name, name, len) == 0)
			return cards->list[i].name;
	return NULL;
}

int share_open(const struct options *options, struct used_tokens *tokens, const char *file,
	       struct seal_diag *diag)
{
	struct identities identities SEAL_CLEANUP(identities_done) = {0};
	struct seal_opened opened SEAL_CLEANUP(seal_opened_done) = {0};
	int out = STDOUT_FILENO;
	struct seal_sink sink = seal_sink_fd(&out);
	uint8_t *bytes = NULL;
	int error = identities_load(&identities, options, tokens, file, diag);

	if (!error && identities.cards.count == 0)
		error = seal_fail(
			diag, SEAL_E_USAGE,
			"no card is beside the share: give --cards, --card or --identity");
	if (!error)
		error = read_all(file, &bytes, &identities.job.len, diag);
	if (error)
		return error;
	identities.job.file = bytes;
	identities.job.custodian = holder(&identities.cards, file);
	error = seal_open_share(&identities.job, &opened, diag);
	free(bytes);
	return error ? error
		     : sink.write(sink.ctx, seal_secret_bytes(opened.text),
				  seal_secret_len(opened.text), diag);
}
