#ifndef SEALKIT_CMD_TOOL_H
#define SEALKIT_CMD_TOOL_H

#include "base/options.h"

/* What every tool does: harden, read options, answer --help, run, report, exit.
   file: the argument that is no option, or NULL. json: whether --json was given,
   set in values before run is called. details: where run leaves a JSON object as text,
   malloc'd, or NULL: its members join the report, which then goes to stdout; for tools
   whose stdout is the secret itself it is NULL, and the report goes to stderr. */
struct tool {
	struct seal_tool table;
	int (*run)(const void *values, const char *file, struct seal_diag *diag);
	const int *json;
	char **details;
	/* "nothing is lost ...": told where a person or a signal ends it. NULL: signals are
	   run's own matter. */
	const char *stopped;
};

/* INT, TERM, HUP and QUIT, unless they are ignored: one line with `stopped` in it, exit 7,
   wherever the tool is. What is written then is as after a power cut: whole or not there. */

/* For run, where options decide that stdout is the secret's: the report goes to stderr. */
void tool_report_to_stderr(void);

int tool_main(const struct tool *tool, void *values, int argc, char **argv);

#endif
