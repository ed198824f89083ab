/* A token of the daemon's API, from a file or descriptor. */

#include "api_token.h"

#include <unistd.h>

#include "base/file.h"
#include "use_tokens.h"

#include "base/banned.h"

#define TOKEN_BYTES 512

int api_token_check(const struct api_token *token, int *out_given, struct seal_diag *diag)
{
	if (token->file && token->fd >= 0)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--token-file: not with --token-fd: one token is enough");
	*out_given = token->file || token->fd >= 0;
	return use_descriptor("--token-fd", token->fd, diag);
}

int api_token_file(const char *path, const char *what, struct seal_secret **out_token,
		   struct seal_diag *diag)
{
	int fd = -1;
	int error = seal_file_open_own(path, 1, &fd, diag);

	if (error)
		return seal_because(diag, error == SEAL_E_NOTFOUND ? SEAL_E_IO : error, "%s", what);
	error = seal_secret_read_fd(fd, TOKEN_BYTES, out_token, diag);
	(void)close(fd);
	return error ? seal_because(diag, error, "%s %s", what, path) : SEAL_OK;
}

int api_token_read(const struct api_token *token, struct seal_secret **out_token,
		   struct seal_diag *diag)
{
	int error;

	if (token->file)
		return api_token_file(token->file, "root token", out_token, diag);
	error = seal_secret_read_fd(token->fd, TOKEN_BYTES, out_token, diag);
	return error ? seal_because(diag, error, "root token: --token-fd %d", token->fd) : SEAL_OK;
}
