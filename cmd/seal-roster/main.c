/* seal-roster: the people of an organisation's ceremonies. What a roster is, lib/share says. */

#include "../commands.h"
#include "seal-roster.h"

#include "base/banned.h"

static const struct command list[] = {
	{"draft", "the text of a version, from a list of people and their cards", draft_main},
	{"accept", "a person's token signs the text of duties", accept_main},
	{"sign", "an administrator's token signs a version", sign_main},
	{"check", "whether a roster holds, and if not, why not", check_main},
	{"show", "who is in it, and what has changed", show_main},
	{NULL, NULL, NULL},
};

int main(int argc, char **argv)
{
	const struct commands commands = {
		NAME,
		"Makes and checks rosters: who holds shares, changes the roster, witnesses and "
		"audits.",
		list};

	return commands_main(&commands, argc, argv);
}
