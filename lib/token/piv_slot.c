/* Whose key is in a slot: four ways to ask, the surest first. The certificate comes late,
   since it is ordinary writable data and may belong to another key. */

#include "token/piv_internal.h"

#include <string.h>

#include "base/banned.h"

static void take_point(struct seal_piv_slot *slot, const uint8_t point[static SEAL_P256_POINT])
{
	if (seal_point_check(SEAL_CURVE_P256, point, SEAL_P256_POINT, NULL) != SEAL_OK)
		return;
	memcpy(slot->point, point, SEAL_P256_POINT);
	slot->has_point = 1;
}

static int by_metadata(struct seal_piv_link *link, uint8_t slot, struct seal_piv_slot *out,
		       struct seal_diag *diag)
{
	struct seal_piv_metadata m;
	int error = seal_piv_get_metadata(link, slot, &m, diag);

	if (error == SEAL_E_NOTFOUND)
		return SEAL_OK;
	if (error)
		return error;
	out->is_held = 1;
	out->has_policy = m.has_policy;
	out->pin = m.pin;
	out->touch = m.touch;
	if (m.has_alg && m.alg == SEAL_PIV_P256 && m.has_point)
		take_point(out, m.point);
	return SEAL_OK;
}

/* A card without attestation answers here as for an unknown command: SEAL_E_VERSION. */
static int by_attestation(struct seal_piv_link *link, uint8_t slot, struct seal_piv_slot *out,
			  struct seal_diag *diag)
{
	struct seal_card_der der = {.len = 0};
	struct seal_attest a;
	int error = seal_piv_get_attestation(link, slot, &der, diag);

	if (error == SEAL_E_NOTFOUND)
		return SEAL_OK;
	if (error && error != SEAL_E_MISMATCH)
		return error;
	out->is_held = 1;
	if (error || seal_attest_parse(der.bytes, der.len, &a, NULL) != SEAL_OK)
		return SEAL_OK;
	if (a.has_point)
		take_point(out, a.point);
	out->has_policy = a.has_policy;
	out->pin = a.pin;
	out->touch = a.touch;
	return SEAL_OK;
}

/* A key agreement with the base point: without a PIN it is refused by name where there is a
   key; where PIN and touch are both `never` it is done, and harms nothing. */
static int by_probe(struct seal_piv_link *link, uint8_t slot, struct seal_piv_slot *out,
		    struct seal_diag *diag)
{
	static const uint8_t base[] = {
		0x7c, 0x45, 0x82, 0x00, 0x85, 0x41, 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1,
		0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77,
		0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8,
		0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e,
		0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b,
		0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
	const struct seal_piv_apdu probe = {0x87, SEAL_PIV_P256, slot, base, sizeof base};
	struct seal_piv_reply reply;
	int error = seal_piv_send(link, &probe, &reply, diag);

	if (!error)
		out->is_held = reply.sw == 0x6982 || reply.sw == SEAL_PIV_OK;
	return error;
}

static int by_certificate(struct seal_piv_link *link, uint8_t slot, struct seal_piv_slot *out,
			  struct seal_diag *diag)
{
	struct seal_card_der der = {.len = 0};
	struct seal_piv_named named;
	int error = seal_piv_get_certificate(link, seal_piv_slot_object(slot), &der, diag);

	if (error || der.len == 0)
		return error;
	error = seal_piv_cert_read(&der, &named);
	if (!error && named.has_point && named.mark != SEAL_PIV_BEGUN)
		take_point(out, named.point);
	return SEAL_OK;
}

int seal_piv_get_slot(struct seal_piv_link *link, uint8_t slot, struct seal_piv_slot *out_slot,
		      struct seal_diag *diag)
{
	struct seal_piv_slot found = {0};
	int error = by_metadata(link, slot, &found, diag);

	if (error == SEAL_E_VERSION)
		error = by_attestation(link, slot, &found, diag);
	if (error == SEAL_E_VERSION)
		error = by_probe(link, slot, &found, diag);
	if (!error && found.is_held && !found.has_point)
		error = by_certificate(link, slot, &found, diag);
	if (error)
		return error;
	*out_slot = found;
	return SEAL_OK;
}
