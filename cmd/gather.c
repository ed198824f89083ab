/* Custodians open the shares of a set, at any tool. */

#include "gather.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "ceremony/busy.h"
#include "ceremony/prompt.h"
#include "papers.h"

#include "base/banned.h"

#define NAMES_BYTES 4096

static void turn(void *ctx, const char *custodian SEAL_UNUSED)
{
	struct gather *gather = ctx;

	gather->tokens.prompt.used = 0;
}

static void tell(const struct gather *gather, const struct seal_diag *why)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	seal_diag_line(why, line, sizeof line);
	(void)fprintf(stderr, "%s: %s\n", gather->options.tool, line);
}

/* After a failure the next PIN from a descriptor might go to the wrong token, at the
   price of a try. */
static int took(void *ctx, const char *custodian, int error, const struct seal_diag *why)
{
	struct gather *gather = ctx;

	if (error == SEAL_E_INTERRUPTED || (error && gather->tokens.prompt.pin_fd >= 0))
		return 1;
	seal_busy(NULL);
	if (!error) {
		(void)fprintf(stderr, "%s: share opened\n", custodian);
	} else if (gather->options.walk || gather->first.error) {
		tell(gather, why);
		if (gather->options.walk)
			seal_prompt_say("Nothing was lost: what was given stays given.");
	} else {
		gather->first = *why;
	}
	return 0;
}

static int next(void *ctx, const uint8_t *given, struct seal_diag *diag)
{
	const struct gather *gather = ctx;
	const struct seal_manifest *manifest = &gather->folder.manifest;
	char names[NAMES_BYTES];
	char text[NAMES_BYTES + 128];
	char line[8];
	unsigned progress = 0;

	(void)seal_manifest_quorum(manifest, given, &progress);
	seal_set_folder_names(&gather->folder, given, 1, names, sizeof names);
	(void)snprintf(text, sizeof text,
		       "%u of %u · given: %s\nNext custodian: plug in your token, take a seat, and "
		       "press Enter ",
		       progress, manifest->threshold, names);
	return seal_prompt_line(text, line, sizeof line, diag);
}

/* Cards are public: anybody can make a set for the same people, of a secret that he chose. */
static void tell_signer(const char *tool, const struct seal_manifest *manifest)
{
	char signer[SEAL_BASE64_LEN(PAPERS_SIGNER)];

	seal_base64(SEAL_BASE64_PADDED, manifest->signer, PAPERS_SIGNER, signer);
	(void)fprintf(stderr,
		      "%s: set %s, signed by %s: compare with what was told when it was made, or "
		      "give --signer\n",
		      tool, manifest->set, signer);
}

static int read_folders(struct gather *gather, const uint8_t *signer, struct seal_diag *diag)
{
	const char *const *first = gather->options.arguments;
	size_t count = 0;

	if (gather->options.manifest_only)
		return seal_set_folder_manifest(gather->options.file, signer, &gather->folder,
						diag);
	while (*first != gather->options.file)
		first++;
	while (first[count])
		count++;
	return (gather->options.any_set ? seal_combine_folders_any : seal_combine_folders)(
		first, count, signer, &gather->folder, &gather->combine.dir, diag);
}

int gather_begin(const struct gather_options *options, struct gather *gather,
		 struct seal_diag *diag)
{
	uint8_t signer[PAPERS_SIGNER];
	int error = options->signer ? papers_signer(options->signer, signer, diag) : SEAL_OK;

	gather->options = *options;
	if (!error)
		error = use_tokens(options->tokens, &gather->tokens, diag);
	if (!error)
		error = read_folders(gather, options->signer ? signer : NULL, diag);
	if (error)
		return error;
	if (!options->signer)
		tell_signer(options->tool, &gather->folder.manifest);
	gather->combine = (struct seal_combine){
		.folder = &gather->folder,
		.dir = gather->combine.dir,
		.place = &gather->tokens.place,
		.asker = &gather->tokens.asker,
		.has_serial = gather->tokens.has_serial,
		.serial = gather->tokens.serial,
		.turn = turn,
		.took = took,
		.next = options->walk ? next : NULL,
		.choose = options->tokens->non_interactive ? NULL : use_tokens_choose,
		.ctx = gather};
	return SEAL_OK;
}

void gather_tell(const struct gather *gather)
{
	if (gather->first.error)
		tell(gather, &gather->first);
}

void gather_done(struct gather *gather)
{
	seal_set_folder_done(&gather->folder);
}
