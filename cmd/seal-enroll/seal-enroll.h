#ifndef SEALKIT_CMD_SEAL_ENROLL_H
#define SEALKIT_CMD_SEAL_ENROLL_H

#include "../use_tokens.h"
#include "share/card.h"

struct values {
	int piv, fido2, passphrase, list, is_virtual, json;
	const char *check; /* a card */
	const char *name, *group, *output, *slot, *pin_policy, *touch_policy, *min_firmware;
	const char *rp_id, *attestation, *roots;
	int new_pin_fd, new_puk_fd, puk_fd; /* -1: none */
	int allow_unknown_puk, allow_leaks;
	struct use_tokens tokens;
	char **details;
};

/* Which of the three kinds is asked for; 0: none. */
enum seal_card_kind enroll_kind(const struct values *values);
/* The plan, out of options. Texts in it are those of values. */
SEAL_MUST_CHECK int enroll_plan(const struct values *values, const struct used_tokens *tokens,
				struct seal_token_plan *out_plan, struct seal_diag *diag);

/* The three things that the tool does. */
SEAL_MUST_CHECK int enroll_new(const struct values *values, struct used_tokens *tokens,
			       struct seal_diag *diag);
SEAL_MUST_CHECK int enroll_check(const struct values *values, struct used_tokens *tokens,
				 struct seal_diag *diag);
SEAL_MUST_CHECK int enroll_list(const struct values *values, struct used_tokens *tokens,
				struct seal_diag *diag);

/* Shows a card: fingerprint, words, and in red what is wrong with it. did: what was done
   to it. */
SEAL_MUST_CHECK int enroll_show(const struct values *values, const char *did,
				const struct seal_card *card, const struct seal_token_info *info,
				struct seal_diag *diag);

#endif
