#ifndef SEALKIT_CMD_COMMANDS_H
#define SEALKIT_CMD_COMMANDS_H

#include "tool.h"

/* A tool of several commands: `seal-x COMMAND [options]`. Each command is a tool of its own,
   with table, values and --help; its table has the tool's name, and a synopsis that begins with
   the command. `seal-x --help` lists them, from the table here. */
struct command {
	const char *name; /* a-z and '-'; NULL ends the table */
	const char *help; /* its line in `seal-x --help` */
	/* argv[0] is the command: calls tool_main, and gives what that gave. */
	int (*main)(int argc, char **argv);
};

struct commands {
	const char *name, *purpose;
	const struct command *list;
};

/* The exit code. Nothing, or an unknown word, in the command's place is wrong usage. */
int commands_main(const struct commands *commands, int argc, char **argv);

#endif
