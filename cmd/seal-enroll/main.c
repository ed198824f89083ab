/* seal-enroll: makes a custodian's card with a token, proves one, shows tokens. */

#include <stdlib.h>

#include "../tool.h"
#include "seal-enroll.h"

#include "base/banned.h"

static const struct seal_option options[] = {
	{"piv", 0, SEAL_OPTION_FLAG, offsetof(struct values, piv), NULL,
	 "enrol a YubiKey's PIV applet"},
	{"fido2", 0, SEAL_OPTION_FLAG, offsetof(struct values, fido2), NULL, "enrol a FIDO2 token"},
	{"passphrase", 0, SEAL_OPTION_FLAG, offsetof(struct values, passphrase), NULL,
	 "make an identity file under a passphrase"},
	{"check", 0, SEAL_OPTION_TEXT, offsetof(struct values, check), "CARD",
	 "prove with the token that CARD is true"},
	{"list", 0, SEAL_OPTION_FLAG, offsetof(struct values, list), NULL,
	 "show the tokens here, without spending a try"},
	{"name", 'n', SEAL_OPTION_TEXT, offsetof(struct values, name), "NAME", "of the custodian"},
	{"group", 'g', SEAL_OPTION_TEXT, offsetof(struct values, group), "GROUP", "his, if any"},
	{"output", 'o', SEAL_OPTION_TEXT, offsetof(struct values, output), "CARD",
	 "where the card is written; must not be there yet"},
	{"slot", 0, SEAL_OPTION_TEXT, offsetof(struct values, slot), "SLOT",
	 "PIV: 82 to 95 or 9d (the first free retired one)"},
	{"pin-policy", 0, SEAL_OPTION_TEXT, offsetof(struct values, pin_policy), "WHEN",
	 "PIV: always (if left out) or once"},
	{"touch-policy", 0, SEAL_OPTION_TEXT, offsetof(struct values, touch_policy), "WHEN",
	 "PIV: always (if left out), cached or never"},
	{"min-firmware", 0, SEAL_OPTION_TEXT, offsetof(struct values, min_firmware), "VERSION",
	 "refuse older ones, such as 5.7.0"},
	{"rp-id", 0, SEAL_OPTION_TEXT, offsetof(struct values, rp_id), "DOMAIN",
	 "FIDO2: where browsers shall open it"},
	{"attestation", 0, SEAL_OPTION_TEXT, offsetof(struct values, attestation), "none",
	 "do without; the card says so for ever"},
	{"roots", 0, SEAL_OPTION_TEXT, offsetof(struct values, roots), "DIR",
	 "certificates that are believed, instead of the built-in ones"},
	{"virtual", 0, SEAL_OPTION_FLAG, offsetof(struct values, is_virtual), NULL,
	 "PIV: mark the card as a rehearsal's"},
	{"new-pin-fd", 0, SEAL_OPTION_NUMBER, offsetof(struct values, new_pin_fd), "N",
	 "read the new PIN from descriptor N"},
	{"new-puk-fd", 0, SEAL_OPTION_NUMBER, offsetof(struct values, new_puk_fd), "N",
	 "read the new PUK from descriptor N"},
	{"puk-fd", 0, SEAL_OPTION_NUMBER, offsetof(struct values, puk_fd), "N",
	 "read the PUK in force from descriptor N, where it is asked for"},
	{"allow-leaking-firmware", 0, SEAL_OPTION_FLAG, offsetof(struct values, allow_leaks), NULL,
	 "an old YubiKey, whose signing key can be read out; the card says so"},
	{"allow-unknown-puk", 0, SEAL_OPTION_FLAG, offsetof(struct values, allow_unknown_puk), NULL,
	 "PIV: where the token does not tell if its PUK is the factory's; the card says so"},
	USE_TOKENS_ROWS(struct values, tokens),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

/* The first option given that has to do with enrolling only. */
static const char *enrolling(const struct values *values)
{
	return values->name		       ? "--name"
	       : values->group		       ? "--group"
	       : values->output		       ? "--output"
	       : values->slot		       ? "--slot"
	       : values->pin_policy	       ? "--pin-policy"
	       : values->touch_policy	       ? "--touch-policy"
	       : values->min_firmware	       ? "--min-firmware"
	       : values->rp_id		       ? "--rp-id"
	       : values->attestation	       ? "--attestation"
	       : values->roots && values->list ? "--roots"
	       : values->is_virtual	       ? "--virtual"
	       : values->new_pin_fd >= 0       ? "--new-pin-fd"
	       : values->new_puk_fd >= 0       ? "--new-puk-fd"
	       : values->puk_fd >= 0	       ? "--puk-fd"
	       : values->allow_unknown_puk     ? "--allow-unknown-puk"
	       : values->allow_leaks	       ? "--allow-leaking-firmware"
					       : NULL;
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct used_tokens tokens;
	int verbs = values->piv + values->fido2 + values->passphrase + values->list +
		    (values->check != NULL);
	int error = SEAL_OK;

	(void)file;
	if (verbs != 1)
		error = seal_fail(
			diag, SEAL_E_USAGE,
			"one of --piv, --fido2, --passphrase, --check, --list (see --help)");
	if (!error && (values->list || values->check) && enrolling(values))
		error = seal_fail(diag, SEAL_E_USAGE, "%s: not with --check or --list",
				  enrolling(values));
	if (!error)
		error = use_descriptor("--new-pin-fd", values->new_pin_fd, diag);
	if (!error)
		error = use_descriptor("--new-puk-fd", values->new_puk_fd, diag);
	if (!error)
		error = use_descriptor("--puk-fd", values->puk_fd, diag);
	if (!error)
		error = use_tokens(&values->tokens, &tokens, diag);
	if (error)
		return error;
	if (values->list)
		return enroll_list(values, &tokens, diag);
	return values->check ? enroll_check(values, &tokens, diag)
			     : enroll_new(values, &tokens, diag);
}

int main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.new_pin_fd = -1,
				.new_puk_fd = -1,
				.puk_fd = -1,
				.tokens = USE_TOKENS_INIT,
				.details = &text};
	const struct tool tool = {{"seal-enroll",
				   "--piv|--fido2|--passphrase -n NAME -o CARD [OPTION]...\n"
				   "       seal-enroll --check CARD | --list",
				   "Makes both keys of a custodian on a token, and the signed card "
				   "that tells of them.",
				   options, 0},
				  run,
				  &values.json,
				  values.details,
				  "nothing is lost: a card is written whole or not at all; where "
				  "there is none, enrol "
				  "again"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
