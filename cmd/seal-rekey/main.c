/* seal-rekey: another share set for a seal daemon, by a plan. */

#include "../commands.h"
#include "seal-rekey.h"

#include <stddef.h>

#include "base/banned.h"

int main(int argc, char **argv)
{
	static const struct command list[] = {
		{"give", "a holder of the set in force signs the plan and gives a share",
		 give_main},
		{"prove", "a new holder fetches the new share, opens it and proves it", prove_main},
		{"status", "how far it is", status_main},
		{"cancel", "a holder of the set in force ends it", cancel_main},
		{NULL, NULL, NULL},
	};
	static const struct commands commands = {
		"seal-rekey",
		"Has a seal daemon make another share set, for other holders or another threshold, "
		"by a plan.\nUntil each new holder has proved, the set in force stays.",
		list};

	return commands_main(&commands, argc, argv);
}
