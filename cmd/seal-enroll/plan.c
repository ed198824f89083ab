/* From options to the plan of an enrolment. */

#include <stdlib.h>
#include <string.h>

#include "seal-enroll.h"
#include "token/attest.h"

#include "base/banned.h"

enum seal_card_kind enroll_kind(const struct values *values)
{
	return values->piv	    ? SEAL_CARD_PIV
	       : values->fido2	    ? SEAL_CARD_FIDO2
	       : values->passphrase ? SEAL_CARD_PASSPHRASE
				    : (enum seal_card_kind)0;
}

static int bad(struct seal_diag *diag, const char *option, const char *text, const char *want)
{
	return seal_fail(diag, SEAL_E_USAGE, "%s: %s: %s", option, text, want);
}

static int read_slot(const char *text, uint8_t *out, struct seal_diag *diag)
{
	char *end;
	unsigned long slot = strtoul(text, &end, 16);

	if (strlen(text) != 2 || *end || ((slot < 0x82 || slot > 0x95) && slot != 0x9d))
		return bad(diag, "--slot", text, "82 to 95 or 9d");
	*out = (uint8_t)slot;
	return SEAL_OK;
}

/* Three numbers, and nothing else. */
static int read_firmware(const char *text, uint8_t out[3], struct seal_diag *diag)
{
	const char *at = text;

	for (int i = 0; i < 3; i++) {
		char *end;
		unsigned long part = *at >= '0' && *at <= '9' ? strtoul(at, &end, 10) : 256;

		if (part > 255 || *end != (i < 2 ? '.' : '\0'))
			return bad(diag, "--min-firmware", text, "not of the form 5.7.0");
		out[i] = (uint8_t)part;
		at = end + 1;
	}
	return SEAL_OK;
}

static int read_policy(const char *option, const char *text, const char *const names[3],
		       const uint8_t numbers[3], uint8_t *out, struct seal_diag *diag)
{
	for (int i = 0; i < 3 && names[i]; i++)
		if (strcmp(text, names[i]) == 0) {
			*out = numbers[i];
			return SEAL_OK;
		}
	return seal_fail(diag, SEAL_E_USAGE, "%s: %s: not one of %s, %s%s%s", option, text,
			 names[0], names[1], names[2] ? ", " : "", names[2] ? names[2] : "");
}

static int read_policies(const struct values *values, struct seal_token_plan *plan,
			 struct seal_diag *diag)
{
	static const char *const pins[3] = {"always", "once", NULL};
	static const uint8_t pin_numbers[3] = {SEAL_ATTEST_PIN_ALWAYS, SEAL_ATTEST_PIN_ONCE, 0};
	static const char *const touches[3] = {"always", "cached", "never"};
	static const uint8_t touch_numbers[3] = {SEAL_ATTEST_TOUCH_ALWAYS, SEAL_ATTEST_TOUCH_CACHED,
						 SEAL_ATTEST_TOUCH_NEVER};
	int error = SEAL_OK;

	if (values->pin_policy)
		error = read_policy("--pin-policy", values->pin_policy, pins, pin_numbers,
				    &plan->pin, diag);
	if (!error && values->touch_policy)
		error = read_policy("--touch-policy", values->touch_policy, touches, touch_numbers,
				    &plan->touch, diag);
	return error;
}

/* An option of another kind of token would be passed over in silence. */
static int check_kind(const struct values *values, struct seal_diag *diag)
{
	enum seal_card_kind kind = enroll_kind(values);
	const struct {
		const char *option;
		int given, fits;
	} rules[] = {
		{"--slot", values->slot != NULL, kind == SEAL_CARD_PIV},
		{"--pin-policy", values->pin_policy != NULL, kind == SEAL_CARD_PIV},
		{"--touch-policy", values->touch_policy != NULL, kind == SEAL_CARD_PIV},
		{"--new-puk-fd", values->new_puk_fd >= 0, kind == SEAL_CARD_PIV},
		{"--puk-fd", values->puk_fd >= 0, kind == SEAL_CARD_PIV},
		{"--allow-leaking-firmware", values->allow_leaks, kind != SEAL_CARD_PASSPHRASE},
		{"--allow-unknown-puk", values->allow_unknown_puk, kind == SEAL_CARD_PIV},
		{"--rp-id", values->rp_id != NULL, kind == SEAL_CARD_FIDO2},
		{"--min-firmware", values->min_firmware != NULL, kind != SEAL_CARD_PASSPHRASE},
		{"--attestation", values->attestation != NULL, kind != SEAL_CARD_PASSPHRASE},
		{"--roots", values->roots != NULL, kind != SEAL_CARD_PASSPHRASE},
		{"--device", values->tokens.devices.count > 0, kind != SEAL_CARD_PASSPHRASE},
		{"--serial", values->tokens.serial != NULL, kind != SEAL_CARD_PASSPHRASE},
		{"--pin-fd", values->tokens.pin_fd >= 0, kind != SEAL_CARD_PASSPHRASE},
		{"--new-pin-fd", values->new_pin_fd >= 0, kind != SEAL_CARD_PASSPHRASE},
		{"--virtual", values->is_virtual, kind == SEAL_CARD_PIV},
		{"--identity", values->tokens.identities.count > 0, kind == SEAL_CARD_PASSPHRASE},
		{"--passphrase-fd", values->tokens.passphrase_fd >= 0,
		 kind == SEAL_CARD_PASSPHRASE},
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (rules[i].given && !rules[i].fits)
			return seal_fail(diag, SEAL_E_USAGE, "%s: not for this kind of token",
					 rules[i].option);
	if (values->tokens.devices.count > 1 || values->tokens.identities.count > 1)
		return seal_fail(diag, SEAL_E_USAGE, "one token is enrolled at a time");
	return SEAL_OK;
}

int enroll_plan(const struct values *values, const struct used_tokens *tokens,
		struct seal_token_plan *out_plan, struct seal_diag *diag)
{
	struct seal_token_plan plan = {.name = values->name,
				       .group = values->group,
				       .rp_id = values->rp_id,
				       .allow_leaks = values->allow_leaks,
				       .allow_unknown_puk = values->allow_unknown_puk,
				       .has_serial = tokens->has_serial,
				       .serial = tokens->serial};
	int error = check_kind(values, diag);

	if (!error && !values->name)
		error = seal_fail(diag, SEAL_E_USAGE, "--name: missing");
	if (!error && !values->output)
		error = seal_fail(diag, SEAL_E_USAGE, "--output: missing");
	if (!error && values->attestation && strcmp(values->attestation, "none") != 0)
		error = bad(diag, "--attestation", values->attestation, "only none can be said");
	if (!error && values->slot)
		error = read_slot(values->slot, &plan.slot, diag);
	if (!error && values->min_firmware)
		error = read_firmware(values->min_firmware, plan.min_firmware, diag);
	if (!error)
		error = read_policies(values, &plan, diag);
	if (error)
		return error;
	plan.no_attestation = values->attestation != NULL;
	plan.device = values->tokens.devices.count ? values->tokens.devices.value[0] : NULL;
	*out_plan = plan;
	return SEAL_OK;
}
