/* The two keys of an enrolment. A slot that is taken is marked first, by a certificate of a
   key that nobody has, and gets its real one at the end, the unwrapping slot last: so a
   crash leaves marks that the next run may overwrite, since no card was made from them, and
   never a key of unknown origin. */

#include "token/piv_internal.h"

#include <string.h>

#include "base/banned.h"

#define FIRST_RETIRED 0x82
#define LAST_RETIRED 0x95

struct look {
	struct seal_piv_slot slot;
	int has_cert;
	struct seal_piv_named named;
};

uint8_t seal_piv_plan_pin(const struct seal_token_plan *plan)
{
	return plan->pin ? plan->pin : SEAL_ATTEST_PIN_ALWAYS;
}

uint8_t seal_piv_plan_touch(const struct seal_token_plan *plan)
{
	return plan->touch ? plan->touch : SEAL_ATTEST_TOUCH_ALWAYS;
}

static int look_at(struct seal_piv_link *link, uint8_t slot, struct look *out,
		   struct seal_diag *diag)
{
	struct seal_card_der der = {.len = 0};
	int error = seal_piv_get_slot(link, slot, &out->slot, diag);

	out->named = (struct seal_piv_named){.mark = SEAL_PIV_FOREIGN};
	if (!error)
		error = seal_piv_get_certificate(link, seal_piv_slot_object(slot), &der, diag);
	if (error)
		return error;
	out->has_cert = der.len > 0;
	if (out->has_cert && seal_piv_cert_read(&der, &out->named) != SEAL_OK)
		out->named.mark = SEAL_PIV_FOREIGN;
	return SEAL_OK;
}

static int is_free(const struct look *look)
{
	return look->named.mark == SEAL_PIV_BEGUN || (!look->slot.is_held && !look->has_cert);
}

/* A key of an earlier enrolment of the same name. */
static int is_made(const struct look *look, const struct seal_token_plan *plan)
{
	return look->named.mark == SEAL_PIV_NAMED && strcmp(look->named.name, plan->name) == 0 &&
	       look->slot.is_held && look->slot.has_point && look->named.has_point &&
	       seal_eq_ct(look->slot.point, look->named.point, SEAL_P256_POINT);
}

static int take_made(const struct look *look, const struct seal_token_plan *plan,
		     struct seal_piv_key *key, struct seal_diag *diag)
{
	if (look->slot.has_policy && (look->slot.pin != seal_piv_plan_pin(plan) ||
				      look->slot.touch != seal_piv_plan_touch(plan)))
		return seal_fail(diag, SEAL_E_EXISTS,
				 "slot %02x: holds the key of %s with other policies", key->slot,
				 plan->name);
	memcpy(key->point, look->slot.point, sizeof key->point);
	key->is_made = 1;
	return SEAL_OK;
}

static int held(uint8_t slot, struct seal_diag *diag)
{
	return seal_fail(diag, SEAL_E_EXISTS,
			 "slot %02x: holds a key or certificate already; it is not overwritten",
			 slot);
}

static int choose_unwrap(struct seal_piv_link *link, const struct seal_token_plan *plan,
			 int has_earlier, struct seal_piv_key *key, struct seal_diag *diag)
{
	int first = plan->slot ? plan->slot : FIRST_RETIRED;
	int last = plan->slot ? plan->slot : LAST_RETIRED;
	struct look look;

	key->slot = 0;
	for (int slot = first; slot <= last; slot++) {
		int error = look_at(link, (uint8_t)slot, &look, diag);

		if (error)
			return error;
		if (has_earlier && is_made(&look, plan)) {
			key->slot = (uint8_t)slot;
			return take_made(&look, plan, key, diag);
		}
		if (key->slot == 0 && is_free(&look))
			key->slot = (uint8_t)slot;
	}
	if (key->slot)
		return SEAL_OK;
	if (plan->slot)
		return held(plan->slot, diag);
	return seal_fail(diag, SEAL_E_EXISTS, "slots 82 to 95: none is free");
}

int seal_piv_choose(struct seal_piv_link *link, const struct seal_token_plan *plan,
		    struct seal_piv_key out_keys[static SEAL_PIV_KEYS], struct seal_diag *diag)
{
	struct seal_piv_key *sign = &out_keys[SEAL_PIV_SIGN];
	struct look look;
	int error;

	if (plan->slot && plan->slot != 0x9d &&
	    (plan->slot < FIRST_RETIRED || plan->slot > LAST_RETIRED))
		return seal_fail(diag, SEAL_E_USAGE, "slot %02x: not one of 82 to 95 or 9d",
				 plan->slot);
	*sign = (struct seal_piv_key){.slot = SEAL_PIV_SIGN_SLOT};
	out_keys[SEAL_PIV_UNWRAP] = (struct seal_piv_key){0};
	error = look_at(link, sign->slot, &look, diag);
	if (!error && is_made(&look, plan))
		error = take_made(&look, plan, sign, diag);
	else if (!error && !is_free(&look))
		error = held(sign->slot, diag);
	return error ? error
		     : choose_unwrap(link, plan, sign->is_made, &out_keys[SEAL_PIV_UNWRAP], diag);
}

static int write_cert(struct seal_piv_link *link, const struct seal_token_plan *plan,
		      const struct seal_piv_key *key, const uint8_t *point, struct seal_diag *diag)
{
	static const uint8_t plain = 0;
	struct seal_card_der der = {.len = 0};
	uint8_t object[SEAL_PIV_OBJECT];
	size_t len = 0;
	int error = seal_piv_cert_make(key->slot, plan->name, point, seal_piv_plan_pin(plan),
				       seal_piv_plan_touch(plan), &der, diag);

	if (!error)
		error = seal_piv_tlv_put(object, sizeof object, &len, 0x70, der.bytes, der.len);
	if (!error)
		error = seal_piv_tlv_put(object, sizeof object, &len, 0x71, &plain, 1);
	if (!error)
		error = seal_piv_tlv_put(object, sizeof object, &len, 0xfe, NULL, 0);
	return error ? error
		     : seal_piv_put_object(link, seal_piv_slot_object(key->slot), object, len,
					   diag);
}

/* AC {80 algorithm, AA PIN policy, AB touch policy} -> 7F49 {86 point} */
static int generate(struct seal_piv_link *link, const struct seal_token_plan *plan,
		    struct seal_piv_key *key, struct seal_diag *diag)
{
	const uint8_t ask[] = {0xac,
			       9,
			       0x80,
			       1,
			       SEAL_PIV_P256,
			       0xaa,
			       1,
			       seal_piv_plan_pin(plan),
			       0xab,
			       1,
			       seal_piv_plan_touch(plan)};
	const struct seal_piv_apdu apdu = {0x47, 0, key->slot, ask, sizeof ask};
	struct seal_piv_reply reply;
	struct seal_piv_span value;
	int error = seal_piv_send(link, &apdu, &reply, diag);

	if (error)
		return error;
	if (reply.sw != SEAL_PIV_OK)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "slot %02x: no key was made (%04x); the token may not know P-256 "
				 "or these policies",
				 key->slot, reply.sw);
	value = (struct seal_piv_span){reply.bytes, reply.len};
	if (seal_piv_tlv_find(value, 0x7f49, &value) != SEAL_OK ||
	    seal_piv_tlv_find(value, 0x86, &value) != SEAL_OK ||
	    seal_point_check(SEAL_CURVE_P256, value.bytes, value.len, NULL) != SEAL_OK)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "slot %02x: the token gave a malformed public key", key->slot);
	memcpy(key->point, value.bytes, sizeof key->point);
	return SEAL_OK;
}

/* What the token says now about the slot must be what was asked for. */
static int confirm(struct seal_piv_link *link, const struct seal_token_plan *plan,
		   const struct seal_piv_key *key, struct seal_diag *diag)
{
	struct seal_piv_slot slot;
	int error = seal_piv_get_slot(link, key->slot, &slot, diag);

	if (error)
		return error;
	if (slot.has_point && !seal_eq_ct(slot.point, key->point, sizeof key->point))
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "slot %02x: the token names another key than it made", key->slot);
	if (slot.has_policy &&
	    (slot.pin != seal_piv_plan_pin(plan) || slot.touch != seal_piv_plan_touch(plan)))
		return seal_fail(diag, SEAL_E_POLICY,
				 "slot %02x: the token did not take the PIN and touch policies",
				 key->slot);
	return SEAL_OK;
}

int seal_piv_make(struct seal_piv_link *link, const struct seal_token_plan *plan,
		  struct seal_piv_key keys[static SEAL_PIV_KEYS], struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (int i = 0; !error && i < SEAL_PIV_KEYS; i++) {
		if (!keys[i].is_made)
			error = write_cert(link, plan, &keys[i], NULL, diag);
		if (!error && !keys[i].is_made)
			error = generate(link, plan, &keys[i], diag);
		if (!error)
			error = confirm(link, plan, &keys[i], diag);
	}
	for (int i = SEAL_PIV_KEYS - 1; !error && i >= 0; i--)
		if (!keys[i].is_made)
			error = write_cert(link, plan, &keys[i], keys[i].point, diag);
	return error;
}
