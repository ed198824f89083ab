/* Identities from files and descriptors, straight into secret memory. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/io.h"
#include "seal-open.h"

#include "base/banned.h"

#define FILE_BYTES 65536u
#define PASSPHRASE_BYTES 1024u

void identities_done(struct identities *identities)
{
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
	error = seal_age_x25519_parse(line, &key, diag);
	return error ? seal_because(diag, error, "line %u", number)
		     : add(identities, key, seal_age_x25519_identity, diag);
}

static int take_lines(struct identities *identities, char *text, struct seal_diag *diag)
{
	unsigned number = 1;
	size_t before = identities->count;

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
	if (identities->count == before)
		return seal_fail(diag, SEAL_E_FORMAT, "holds no identity");
	return SEAL_OK;
}

static int take_file(struct identities *identities, const char *path, struct seal_diag *diag)
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
	if (!error)
		error = take_lines(identities, (char *)seal_secret_data(text), diag);
	return error ? seal_because(diag, error, "identity %s", path) : SEAL_OK;
}

int identities_load(struct identities *identities, const struct options *options,
		    struct seal_diag *diag)
{
	for (size_t i = 0; i < options->identity.count; i++) {
		int error = take_file(identities, options->identity.value[i], diag);

		if (error)
			return error;
	}
	if (options->passphrase_fd >= 0) {
		struct seal_secret *passphrase = NULL;
		int error = seal_secret_read_fd(options->passphrase_fd, PASSPHRASE_BYTES,
						&passphrase, diag);

		return error ? error : add(identities, passphrase, seal_age_scrypt_identity, diag);
	}
	return SEAL_OK;
}
