/* Rosters as files. */

#include "ceremony/roster_file.h"

#include <sodium.h>
#include <string.h>

#include "base/file.h"
#include "base/own.h"
#include "share/roster_rules.h"

#include "base/banned.h"

#define DUTY_FILE (1u << 20)

/* No line of a roster is empty: the first such line ends the text. */
static int is_signed(const uint8_t *bytes, size_t len)
{
	return memmem(bytes, len, "\n\n", 2) != NULL;
}

int seal_roster_read(const char *path, struct seal_roster **out_roster, struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	size_t len = 0;
	int error = seal_file_read(path, SEAL_NOTE_MAX, &bytes, &len, diag);

	if (error)
		return error;
	if (len > 0 && !is_signed(bytes, len))
		error = seal_fail(diag, SEAL_E_VERIFY, "nobody has signed it");
	else
		error = seal_roster_parse(bytes, len, out_roster, diag);
	return error ? seal_because(diag, error, "%s", path) : SEAL_OK;
}

int seal_roster_read_any(const char *path, int obey, struct seal_roster **out_roster,
			 struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	size_t len = 0;
	int is_note;
	int error = seal_file_read(path, SEAL_NOTE_MAX, &bytes, &len, diag);

	if (error)
		return error;
	is_note = is_signed(bytes, len);
	if (!obey)
		error = seal_roster_look(bytes, len, is_note, out_roster, diag);
	else if (is_note)
		error = seal_roster_parse(bytes, len, out_roster, diag);
	else
		error = seal_roster_parse_text(bytes, len, out_roster, diag);
	return error ? seal_because(diag, error, "%s", path) : SEAL_OK;
}

int seal_duty_read(const char *path, uint8_t out[static SEAL_ROSTER_DIGEST], struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	size_t len = 0;
	int error = seal_file_read(path, DUTY_FILE, &bytes, &len, diag);

	if (!error && len == 0)
		error = seal_fail(diag, SEAL_E_FORMAT, "%s: the text of duties is empty", path);
	if (!error)
		(void)crypto_hash_sha256(out, bytes, len);
	return error;
}
