/* Whether the cards of a plan are what it asks for. */

#include "share/plan.h"

#include "base/banned.h"

/* Touch policies, as in token/attest.h. */
#define TOUCH_NEVER 1u
#define TOUCH_ALWAYS 2u

static int older(const uint8_t a[static 3], const uint8_t b[static 3])
{
	for (size_t i = 0; i < 3; i++)
		if (a[i] != b[i])
			return a[i] < b[i];
	return 0;
}

/* How strict a touch policy is: cached lies between never and always. */
static unsigned touch_rank(unsigned policy)
{
	static const unsigned ranks[] = {0, 1, 3, 2};

	return policy < 4 ? ranks[policy] : 0;
}

/* A FIDO2 token asks for PIN and touch each time, a passphrase is asked for each time. */
int seal_plan_card(const struct seal_plan *plan, const struct seal_card *card,
		   struct seal_diag *diag)
{
	int is_piv = card->kind == SEAL_CARD_PIV;
	unsigned touch = is_piv				 ? card->piv.touch
			 : card->kind == SEAL_CARD_FIDO2 ? TOUCH_ALWAYS
							 : TOUCH_NEVER;

	if (card->is_virtual && !plan->rehearsal)
		return seal_fail(diag, SEAL_E_POLICY,
				 "made on a virtual token: only a rehearsal takes it");
	if (plan->attestation && !card->is_attested)
		return seal_fail(diag, SEAL_E_POLICY, "not attested, and the plan asks for it");
	if (is_piv && older(card->piv.firmware, plan->firmware))
		return seal_fail(
			diag, SEAL_E_POLICY, "firmware %u.%u.%u, the plan asks for %u.%u.%u",
			card->piv.firmware[0], card->piv.firmware[1], card->piv.firmware[2],
			plan->firmware[0], plan->firmware[1], plan->firmware[2]);
	if (is_piv && card->piv.pin < plan->pin_policy)
		return seal_fail(diag, SEAL_E_POLICY, "its PIN policy is weaker than the plan's");
	if (touch_rank(touch) < touch_rank(plan->touch_policy))
		return seal_fail(diag, SEAL_E_POLICY, "its touch policy is weaker than the plan's");
	return SEAL_OK;
}
