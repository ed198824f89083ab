/* seal-combine for the folders of a share set. All it says goes to stderr: stdout is the
   secret's. */

#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "ceremony/busy.h"
#include "ceremony/combine.h"
#include "ceremony/prompt.h"
#include "seal-combine.h"

#include "base/banned.h"

#define NAMES_BYTES 4096
#define SIGNER 32u

struct talk {
	struct used_tokens tokens;
	const struct seal_set_folder *folder;
	int is_walk;
	struct seal_diag first; /* trouble, which is told once: as what ended it, or after all */
};

/* Each custodian has an own PIN or passphrase: from a descriptor, the next line. */
static void turn(void *ctx, const char *custodian SEAL_UNUSED)
{
	struct talk *talk = ctx;

	talk->tokens.prompt.used = 0;
}

static void tell(const struct seal_diag *why)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	seal_diag_line(why, line, sizeof line);
	(void)fprintf(stderr, "seal-combine: %s\n", line);
}

/* After a failure the next PIN from a descriptor might go to the wrong token, at the
   price of a try. */
static int took(void *ctx, const char *custodian, int error, const struct seal_diag *why)
{
	struct talk *talk = ctx;

	if (error == SEAL_E_INTERRUPTED || (error && talk->tokens.prompt.pin_fd >= 0))
		return 1;
	seal_busy(NULL);
	if (!error) {
		(void)fprintf(stderr, "%s: share opened\n", custodian);
	} else if (talk->is_walk || talk->first.error) {
		tell(why);
		if (talk->is_walk)
			seal_prompt_say("Nothing was lost: what was given stays given.");
	} else {
		talk->first = *why;
	}
	return 0;
}

static int next(void *ctx, const uint8_t *given, struct seal_diag *diag)
{
	const struct talk *talk = ctx;
	const struct seal_manifest *manifest = &talk->folder->manifest;
	char names[NAMES_BYTES];
	char text[NAMES_BYTES + 128];
	char line[8];
	unsigned progress = 0;

	(void)seal_manifest_quorum(manifest, given, &progress);
	seal_set_folder_names(talk->folder, given, 1, names, sizeof names);
	(void)snprintf(text, sizeof text,
		       "%u of %u · given: %s\nNext custodian: plug in your token, take a seat, and "
		       "press Enter ",
		       progress, manifest->threshold, names);
	return seal_prompt_line(text, line, sizeof line, diag);
}

static int read_signer(const char *text, uint8_t out[static SIGNER], struct seal_diag *diag)
{
	size_t len = 0;

	if (seal_unbase64(SEAL_BASE64_PADDED, text, strlen(text), out, SIGNER, &len, NULL) ||
	    len != SIGNER)
		return seal_fail(diag, SEAL_E_USAGE, "--signer: not %u bytes in base64", SIGNER);
	return SEAL_OK;
}

/* Cards are public: anybody can make a set for the same people, of a secret that he chose. */
static void tell_signer(const struct seal_manifest *manifest)
{
	char signer[SEAL_BASE64_LEN(SIGNER)];

	seal_base64(SEAL_BASE64_PADDED, manifest->signer, SIGNER, signer);
	(void)fprintf(stderr,
		      "seal-combine: set %s, signed by %s: compare with what seal-split told, or "
		      "give --signer\n",
		      manifest->set, signer);
}

int combine_folders(const struct values *values, const char *const *dirs, size_t count,
		    struct seal_sink *sink, struct seal_diag *diag)
{
	struct seal_set_folder folder SEAL_CLEANUP(seal_set_folder_done) = {0};
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct talk talk = {.folder = &folder, .is_walk = values->walk};
	struct seal_combine combine = {.folder = &folder,
				       .place = &talk.tokens.place,
				       .asker = &talk.tokens.asker,
				       .turn = turn,
				       .took = took,
				       .next = values->walk ? next : NULL,
				       .choose = values->tokens.non_interactive ? NULL
										: use_tokens_choose,
				       .ctx = &talk};
	uint8_t signer[SIGNER];
	int error = values->signer ? read_signer(values->signer, signer, diag) : SEAL_OK;

	if (!error)
		error = use_tokens(&values->tokens, &talk.tokens, diag);
	combine.has_serial = talk.tokens.has_serial;
	combine.serial = talk.tokens.serial;
	if (!error)
		error = seal_combine_folders(dirs, count, values->signer ? signer : NULL, &folder,
					     &combine.dir, diag);
	if (!error && !values->signer)
		tell_signer(&folder.manifest);
	if (!error)
		error = seal_combine_run(&combine, &secret, diag);
	if (!error && talk.first.error)
		tell(&talk.first);
	return error ? error
		     : sink->write(sink->ctx, seal_secret_bytes(secret), seal_secret_len(secret),
				   diag);
}
