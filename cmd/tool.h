#ifndef SEALKIT_CMD_TOOL_H
#define SEALKIT_CMD_TOOL_H

#include "base/options.h"

/* What every tool does: harden, read options, answer --help, run, report, exit.
   file: the argument that is no option, or NULL. json: whether --json was given,
   set in values before run is called. */
struct tool {
	struct seal_tool table;
	int (*run)(const void *values, const char *file, struct seal_diag *diag);
	const int *json;
};

int tool_main(const struct tool *tool, void *values, int argc, char **argv);

#endif
