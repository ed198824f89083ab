/* seal-combine for the folders of a share set. All it says goes to stderr: stdout is the
   secret's. */

#include <stdio.h>

#include "ceremony/combine.h"
#include "ceremony/prompt.h"
#include "seal-combine.h"

#include "base/banned.h"

#define NAMES_BYTES 4096

struct talk {
	struct used_tokens tokens;
	const struct seal_set_folder *folder;
};

/* Each custodian has an own PIN or passphrase: from a descriptor, the next line. */
static void turn(void *ctx, const char *custodian SEAL_UNUSED)
{
	struct talk *talk = ctx;

	talk->tokens.prompt.used = 0;
}

/* After a failure the next PIN from a descriptor might go to the wrong token, at the
   price of a try. */
static int took(void *ctx, const char *custodian, int error, const struct seal_diag *why)
{
	const struct talk *talk = ctx;
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	if (error && talk->tokens.prompt.pin_fd >= 0)
		return 1;
	seal_diag_line(why, line, sizeof line);
	if (error)
		(void)fprintf(stderr, "seal-combine: %s\n", line);
	else
		(void)fprintf(stderr, "%s: share opened\n", custodian);
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

int combine_folders(const struct values *values, const char *const *dirs, size_t count,
		    struct seal_sink *sink, struct seal_diag *diag)
{
	struct seal_set_folder folder SEAL_CLEANUP(seal_set_folder_done) = {0};
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct talk talk = {.folder = &folder};
	struct seal_combine combine = {.folder = &folder,
				       .place = &talk.tokens.place,
				       .asker = &talk.tokens.asker,
				       .turn = turn,
				       .took = took,
				       .next = values->walk ? next : NULL,
				       .choose = values->tokens.non_interactive ? NULL
										: use_tokens_choose,
				       .ctx = &talk};
	int error = use_tokens(&values->tokens, &talk.tokens, diag);

	combine.has_serial = talk.tokens.has_serial;
	combine.serial = talk.tokens.serial;
	if (!error)
		error = seal_combine_folders(dirs, count, &folder, &combine.dir, diag);
	if (!error)
		error = seal_combine_run(&combine, &secret, diag);
	return error ? error
		     : sink->write(sink->ctx, seal_secret_bytes(secret), seal_secret_len(secret),
				   diag);
}
