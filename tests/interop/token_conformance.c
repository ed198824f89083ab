/* The suite of all tokens on one that is plugged in, for token-conformance.sh:
   interop_token_conformance piv|fido2 DEVICE [ROOTS] */

#include <stdio.h>
#include <string.h>

#include "../unit/token_conformance.h"

#include "base/harden.h"

int main(int argc, char **argv)
{
	const char *devices[1] = {argc > 2 ? argv[2] : NULL};
	int piv = argc > 2 && strcmp(argv[1], "piv") == 0;
	struct seal_token_place place = {.devices = devices, .device_count = 1, .virtual_piv = piv};
	struct seal_token_plan plan = {
		.name = "alice", .group = "ops", .device = devices[0], .allow_leaks = 1};
	struct conformance suite = {
		.driver = seal_token_driver(piv ? SEAL_CARD_PIV : SEAL_CARD_FIDO2),
		.place = &place,
		.plan = &plan,
		.secret = "864209",
		.puk = "97531864",
		.wrong = "864208",
		.counted = 1};
	int failed;

	if (argc < 3 || !suite.driver || seal_process_harden(NULL) != SEAL_OK)
		return 99;
	if (argc > 3)
		place.roots = argv[3];
	plan.no_attestation = argc < 4;
	failed = conformance_run(&suite);
	conformance_plan();
	return failed > 0;
}
