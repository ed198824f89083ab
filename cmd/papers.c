/* Manifests and rosters, from files. */

#include "papers.h"

#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/own.h"
#include "ceremony/history.h"
#include "ceremony/roster_file.h"

#include "base/banned.h"

#define MANIFEST_MAX (256u << 10)

int papers_signer(const char *text, uint8_t out[static PAPERS_SIGNER], struct seal_diag *diag)
{
	size_t len = 0;

	if (seal_unbase64(SEAL_BASE64_PADDED, text, strlen(text), out, PAPERS_SIGNER, &len, NULL) ||
	    len != PAPERS_SIGNER)
		return seal_fail(diag, SEAL_E_USAGE, "--signer: not %u bytes in base64",
				 PAPERS_SIGNER);
	return SEAL_OK;
}

int papers_manifest(const char *path, const char *signer, struct seal_manifest *out,
		    struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	uint8_t key[PAPERS_SIGNER];
	size_t len = 0;
	int error = signer ? papers_signer(signer, key, diag) : SEAL_OK;

	if (error)
		return error;
	error = seal_file_read(path, MANIFEST_MAX, &bytes, &len, diag);
	if (!error)
		error = seal_manifest_parse(bytes, len, signer ? key : NULL, out, diag);
	return error ? seal_because(diag, error, "%s", path) : SEAL_OK;
}

static int read_digest(const char *text, uint8_t out[static SEAL_ROSTER_DIGEST],
		       struct seal_diag *diag)
{
	size_t len = 0;

	if (strlen(text) != 2 * SEAL_ROSTER_DIGEST ||
	    seal_unhex(text, 2 * SEAL_ROSTER_DIGEST, out, SEAL_ROSTER_DIGEST, &len, NULL))
		return seal_fail(diag, SEAL_E_USAGE, "--digest: not 64 hex digits");
	return SEAL_OK;
}

static int verify(const struct papers_trust *trust, const struct seal_roster *roster,
		  const uint8_t *digest, struct seal_diag *diag)
{
	struct seal_history history SEAL_CLEANUP(seal_history_done) = {0};
	struct seal_roster_findings found = {.count = 0};
	int error = SEAL_OK;

	for (size_t i = 0; !error && i < trust->previous->count; i++)
		error = seal_history_add(&history, trust->previous->value[i], diag);
	if (!error)
		error = seal_history_verify(&history, roster, digest, &found, diag);
	if (!error && found.count > 0)
		error = seal_fail(diag, SEAL_E_VERIFY, "%s: %s", found.list[0].rule,
				  found.list[0].text);
	return error;
}

int papers_roster(const char *path, const struct papers_trust *trust, struct seal_roster **out,
		  struct seal_diag *diag)
{
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = NULL;
	uint8_t digest[SEAL_ROSTER_DIGEST];
	int error = trust->digest ? read_digest(trust->digest, digest, diag) : SEAL_OK;

	if (error)
		return error;
	error = seal_roster_read(path, &roster, diag);
	if (error)
		return error;
	error = verify(trust, roster, trust->digest ? digest : NULL, diag);
	if (error)
		return seal_because(diag, error, "%s", path);
	*out = seal_steal(&roster);
	return SEAL_OK;
}
