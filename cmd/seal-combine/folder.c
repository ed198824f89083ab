/* seal-combine for the folders of a share set. All it says goes to stderr: stdout is the
   secret's. */

#include "../gather.h"
#include "seal-combine.h"

#include "base/banned.h"

int combine_folders(const struct values *values, const char *file, struct seal_sink *sink,
		    struct seal_diag *diag)
{
	struct gather gather SEAL_CLEANUP(gather_done) = {0};
	struct seal_combined combined SEAL_CLEANUP(seal_combined_done) = {0};
	const struct gather_options options = {.tool = "seal-combine",
					       .tokens = &values->tokens,
					       .signer = values->signer,
					       .walk = values->walk,
					       .arguments = values->arguments,
					       .file = file};
	int error = gather_begin(&options, &gather, diag);

	if (!error)
		error = seal_combine_run(&gather.combine, &combined, diag);
	if (error)
		return error;
	gather_tell(&gather);
	return sink->write(sink->ctx, seal_secret_bytes(combined.secret),
			   seal_secret_len(combined.secret), diag);
}
