/* Identities from files, cards and descriptors, straight into secret memory. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/io.h"
#include "seal-open.h"

#include "base/banned.h"

#define FIDO2PRF "AGE-PLUGIN-FIDO2PRF-1"
#define FILE_BYTES 65536u
#define PASSPHRASE_BYTES 1024u

void identities_done(struct identities *identities)
{
	seal_open_any_done(&identities->any);
	seal_cards_done(&identities->cards);
	for (size_t i = 0; i < identities->count; i++)
		seal_secret_free(identities->key[i]);
}

static int add(struct identities *identities, struct seal_secret *key,
	       struct seal_age_identity (*make)(struct seal_secret *), struct seal_diag *diag)
{
	if (identities->count == IDENTITIES) {
		seal_secret_free(key);
		return seal_fail(diag, SEAL_E_TOOLONG, "more than %u identities", IDENTITIES);
	}
	identities->key[identities->count] = key;
	identities->list[identities->count++] = make(key);
	return SEAL_OK;
}

/* A plugin's identity is a hint to a token; which one, its card says, or, with FIDO2, the
   credential in the text itself. */
static int take_plugin(struct identities *identities, const char *line, struct seal_diag *diag)
{
	for (size_t i = 0; i < identities->cards.count; i++) {
		const struct seal_card *card = &identities->cards.list[i];

		if (strcmp(line, card->piv.identity) == 0 ||
		    strcmp(line, card->fido2.identity) == 0)
			return SEAL_OK;
	}
	if (strncmp(line, FIDO2PRF, sizeof FIDO2PRF - 1) != 0)
		return seal_fail(diag, SEAL_E_FORMAT,
				 "a plugin's identity: give its card (--card)");
	if (identities->credentials == CREDENTIALS)
		return seal_fail(diag, SEAL_E_TOOLONG, "more than %u FIDO2 credentials",
				 CREDENTIALS);
	return seal_fido2prf_parse(line, &identities->credential[identities->credentials++], diag);
}

static int take_line(struct identities *identities, char *line, unsigned number,
		     struct seal_diag *diag)
{
	struct seal_secret *key = NULL;
	size_t len = strlen(line);
	int error;

	if (len > 0 && line[len - 1] == '\r')
		line[len - 1] = '\0';
	if (line[0] == '\0' || line[0] == '#')
		return SEAL_OK;
	if (strncmp(line, "AGE-PLUGIN-", 11) == 0)
		return take_plugin(identities, line, diag);
	error = seal_age_x25519_parse(line, &key, diag);
	return error ? seal_because(diag, error, "line %u", number)
		     : add(identities, key, seal_age_x25519_identity, diag);
}

static int take_lines(struct identities *identities, char *text, struct seal_diag *diag)
{
	unsigned number = 1;
	size_t before = identities->count;
	int plugin = strncmp(text, "AGE-PLUGIN-", 11) == 0 || strstr(text, "\nAGE-PLUGIN-");

	while (*text) {
		char *end = strchr(text, '\n');
		int error;

		if (end)
			*end = '\0';
		error = take_line(identities, text, number++, diag);
		if (error || !end)
			return error;
		text = end + 1;
	}
	if (identities->count == before && !plugin)
		return seal_fail(diag, SEAL_E_FORMAT, "holds no identity");
	return SEAL_OK;
}

static int is_token(const char *text)
{
	return strncmp(text, "sealkit-identity/", 17) == 0;
}

static int take_token(struct identities *identities, const char *path, const char *text, size_t len,
		      struct seal_diag *diag)
{
	struct seal_identity_public public;
	int error = seal_identity_peek(text, len, &public, diag);

	if (!error)
		error = seal_cards_add_identity(&identities->cards, path, &public, diag);
	if (!error)
		identities->files[identities->file_count++] = path;
	return error;
}

static int take_file(struct identities *identities, const char *path, int raw,
		     struct seal_diag *diag)
{
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct seal_source source = seal_source_fd(&fd);
	size_t len = 0;
	int error;

	if (fd < 0)
		return seal_fail(diag, SEAL_E_IO, "identity %s: %s", path, strerror(errno));
	error = seal_secret_new(FILE_BYTES, &text, diag);
	if (!error)
		error = seal_read_full(&source, seal_secret_data(text), FILE_BYTES, &len, diag);
	(void)close(fd);
	if (!error && (len == FILE_BYTES || memchr(seal_secret_data(text), 0, len)))
		error = seal_fail(diag, SEAL_E_FORMAT, "not a text of identities");
	if (!error && is_token((const char *)seal_secret_bytes(text)))
		error = take_token(identities, path, (const char *)seal_secret_bytes(text), len,
				   diag);
	else if (!error && !raw)
		error = seal_fail(diag, SEAL_E_FORMAT,
				  "not of a passphrase token; other identities need --raw");
	else if (!error)
		error = take_lines(identities, (char *)seal_secret_data(text), diag);
	return error ? seal_because(diag, error, "identity %s", path) : SEAL_OK;
}

/* A passphrase that is given is that of an identity file, if there is one. */
static int take_passphrase(struct identities *identities, struct used_tokens *tokens,
			   struct seal_diag *diag)
{
	struct seal_secret *passphrase = NULL;
	int error;

	if (identities->file_count > 0 || tokens->prompt.passphrase_fd < 0)
		return SEAL_OK;
	error = seal_secret_read_fd(tokens->prompt.passphrase_fd, PASSPHRASE_BYTES, &passphrase,
				    diag);
	return error ? error : add(identities, passphrase, seal_age_scrypt_identity, diag);
}

/* Tokens come after keys, which cost nobody a touch. */
static void add_credentials(struct identities *identities, struct used_tokens *tokens)
{
	for (size_t i = 0; i < identities->credentials && identities->count < IDENTITIES; i++) {
		identities->opener[i] = (struct seal_fido2_opener){&tokens->place, &tokens->asker,
								   &identities->credential[i]};
		identities->list[identities->count++] = seal_fido2_identity(&identities->opener[i]);
	}
}

int identities_load(struct identities *identities, const struct options *options,
		    struct used_tokens *tokens, const char *share, struct seal_diag *diag)
{
	const struct seal_option_list *files = &options->tokens.identities;
	int error = cards_load(&identities->cards, options, share, diag);

	for (size_t i = 0; !error && i < files->count; i++)
		error = take_file(identities, files->value[i], options->raw, diag);
	if (!error && options->raw)
		error = take_passphrase(identities, tokens, diag);
	if (error)
		return error;
	tokens->place.identities = identities->files;
	tokens->place.identity_count = identities->file_count;
	identities->job = (struct seal_open_job){
		.cards = identities->cards.list,
		.card_count = identities->cards.count,
		.has_serial = tokens->has_serial,
		.serial = tokens->serial,
		.place = &tokens->place,
		.asker = &tokens->asker,
		.choose = options->tokens.non_interactive ? NULL : use_tokens_choose};
	identities->any.job = &identities->job;
	add_credentials(identities, tokens);
	if (options->raw && identities->cards.count > 0 && identities->count < IDENTITIES)
		identities->list[identities->count++] = seal_open_identity(&identities->any);
	return SEAL_OK;
}
