/* seal-audit: logs and transcripts, offline, knowing public keys only. What is verified, lib/audit
   says. */

#include "../commands.h"
#include "seal-audit.h"

#include "base/banned.h"

int main(int argc, char **argv)
{
	static const struct command list[] = {
		{"verify", "whether a log is whole, in order and signed", verify_main},
		{"prove", "a proof that a line, or an older log, is in it", prove_main},
		{"check", "whether such a proof holds", check_main},
		{NULL, NULL, NULL},
	};
	static const struct commands commands = {
		"seal-audit", "Verifies logs and transcripts, offline, by public keys alone.",
		list};

	return commands_main(&commands, argc, argv);
}
