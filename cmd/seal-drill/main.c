/* seal-drill: whether tokens still open their shares, before they have to. */

#include <string.h>
#include <unistd.h>

#include "../commands.h"
#include "base/file.h"
#include "base/path.h"
#include "seal-drill.h"

#include "base/banned.h"

size_t files_from(const char *const *all, const char *file, const char *const **out_first)
{
	size_t count = 0;

	if (!file)
		return 0;
	while (*all != file)
		all++;
	while (all[count])
		count++;
	*out_first = all;
	return count;
}

int read_cards(const char *dir, const char *manifest, struct seal_cards *cards,
	       struct seal_diag *diag)
{
	char parent[SEAL_PATH], beside[SEAL_PATH];
	int error;

	if (dir)
		return seal_cards_add_folder(cards, dir, diag);
	error = seal_path_parent(manifest, parent, diag);
	if (!error)
		error = seal_path_join(parent, "cards", "", beside, diag);
	if (error || access(beside, F_OK) != 0)
		return error;
	return seal_cards_add_folder(cards, beside, diag);
}

int read_statement(const char *path, uint8_t **out_bytes, size_t *out_len, struct seal_diag *diag)
{
	return seal_file_read(path, SEAL_DRILL_FILE, out_bytes, out_len, diag);
}

int main(int argc, char **argv)
{
	static const struct command list[] = {
		{"prove", "a token still opens its share: a signed statement of it", prove_main},
		{"check", "whether statements are true", check_main},
		{"report", "who proved when, who is overdue, whether there is a quorum",
		 report_main},
		{"quorum", "custodians together: their shares give all others, and the secret",
		 quorum_main},
		{NULL, NULL, NULL},
	};
	static const struct commands commands = {
		"seal-drill", "Drills: whether tokens still open their shares, and enough of them.",
		list};

	return commands_main(&commands, argc, argv);
}
