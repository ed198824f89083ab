/* seal-ceremony: plans of ceremonies. */

#include "../commands.h"
#include "seal-ceremony.h"

#include <stddef.h>

#include "base/banned.h"

int main(int argc, char **argv)
{
	static const struct command list[] = {
		{"show", "a plan's text, its digest, and that as words", show_main},
		{"lint", "looks at a plan before people travel for it", lint_main},
		{"script", "the run sheet, in English or French, for paper", script_main},
		{"run", "walks a plan at a terminal, step by step", run_main},
		{"resume", "goes on with a walk that was broken off", resume_main},
		{"minutes", "what was done, from the transcript, in English or French",
		 minutes_main},
		{NULL, NULL, NULL},
	};
	static const struct commands commands = {
		"seal-ceremony", "Plans of ceremonies, and the walk through one.", list};

	return commands_main(&commands, argc, argv);
}
