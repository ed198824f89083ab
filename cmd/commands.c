/* A tool of several commands: which one is meant, and what there are. */

#include "commands.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

#define PURPOSE_BYTES 3072

static int run(const void *values SEAL_UNUSED, const char *word, struct seal_diag *diag)
{
	if (!word)
		return seal_fail(diag, SEAL_E_USAGE, "COMMAND: missing (see --help)");
	return seal_fail(diag, SEAL_E_USAGE, "%s: no such command (see --help)", word);
}

int commands_main(const struct commands *commands, int argc, char **argv)
{
	static const struct seal_option none[] = {{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL}};
	static const int json = 0;
	char purpose[PURPOSE_BYTES];
	size_t at = (size_t)snprintf(
		purpose, sizeof purpose,
		"%s\n\nThe commands are (COMMAND --help says more):", commands->purpose);
	const struct tool tool = {
		.table = {commands->name, "COMMAND [options]", purpose, none, (size_t)argc},
		.run = run,
		.json = &json,
	};

	for (const struct command *one = commands->list; one->name; one++) {
		if (argc > 1 && strcmp(argv[1], one->name) == 0)
			return one->main(argc - 1, argv + 1);
		if (at < sizeof purpose)
			at += (size_t)snprintf(purpose + at, sizeof purpose - at, "\n  %-22s %s",
					       one->name, one->help);
	}
	return tool_main(&tool, NULL, argc, argv);
}
