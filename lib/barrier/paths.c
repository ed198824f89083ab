/* Paths, and the row keys made of them: HMAC-SHA256 under a key of the keyring, so that
   the store does not even learn names by guessing them. */

#include "barrier/rows_internal.h"

#include <string.h>

#include "base/utf8.h"
#include "crypto/hmac.h"

#include "base/banned.h"

static int check(const char *path, size_t len, struct seal_diag *diag)
{
	if (len > SEAL_BARRIER_PATH)
		return seal_fail(diag, SEAL_E_TOOLONG, "path: over %u bytes", SEAL_BARRIER_PATH);
	for (size_t at = 0; at < len;)
		if (seal_utf8_next(path, len, &at) < 0)
			return seal_fail(diag, SEAL_E_FORMAT, "path: not UTF-8");
	if (path[0] == '/' || strstr(path, "//"))
		return seal_fail(diag, SEAL_E_FORMAT, "path: empty segment");
	return SEAL_OK;
}

int seal_path_check(const char *path, struct seal_diag *diag)
{
	size_t len = strnlen(path, SEAL_BARRIER_PATH + 1);

	if (len == 0 || path[len - 1] == '/')
		return seal_fail(diag, SEAL_E_FORMAT, "path: empty segment");
	return check(path, len, diag);
}

int seal_folder_check(const char *folder, struct seal_diag *diag)
{
	size_t len = strnlen(folder, SEAL_BARRIER_PATH + 1);

	if (len > 0 && len <= SEAL_BARRIER_PATH && folder[len - 1] != '/')
		return seal_fail(diag, SEAL_E_FORMAT, "folder: must end in '/'");
	return check(folder, len, diag);
}

struct seal_node seal_node_folder(struct seal_node node)
{
	size_t len = node.len;

	if (len > 0 && node.path[len - 1] == '/')
		len--;
	while (len > 0 && node.path[len - 1] != '/')
		len--;
	return (struct seal_node){node.path, len};
}

void seal_node_key(const struct seal_keyring *keyring, enum seal_path_use use,
		   struct seal_node node, uint8_t out[static SEAL_STORE_KEY])
{
	const uint8_t label = (uint8_t)use;
	const struct seal_piece pieces[] = {{&label, 1}, {node.path, node.len}};

	seal_hmac(seal_keyring_paths(keyring), SEAL_BARRIER_KEY, pieces, 2, out);
}
