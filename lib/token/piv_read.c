/* What a PIV token tells without a PIN, and without spending a try. */

#include "token/piv_internal.h"

#include <stdio.h>
#include <string.h>

#include "token/leaks.h"

#include "base/banned.h"

#define OBJECT_F9 0x5fff01u

int seal_piv_get_object(struct seal_piv_link *link, uint32_t object,
			struct seal_piv_span *out_value, struct seal_diag *diag)
{
	const uint8_t name[5] = {0x5c, 3, (uint8_t)(object >> 16), (uint8_t)(object >> 8),
				 (uint8_t)object};
	const struct seal_piv_apdu get = {0xcb, 0x3f, 0xff, name, sizeof name};
	struct seal_piv_reply reply;
	int error = seal_piv_send(link, &get, &reply, diag);

	if (error)
		return error;
	if (reply.sw == 0x6982)
		return SEAL_E_PINWRONG;
	if (reply.sw != SEAL_PIV_OK)
		return SEAL_E_NOTFOUND;
	if (seal_piv_tlv_find((struct seal_piv_span){reply.bytes, reply.len}, 0x53, out_value) !=
	    SEAL_OK)
		return seal_fail(diag, SEAL_E_TOKENREFUSED, "object %06x: malformed answer",
				 object);
	return out_value->len == 0 ? SEAL_E_NOTFOUND : SEAL_OK;
}

int seal_piv_get_metadata(struct seal_piv_link *link, uint8_t reference,
			  struct seal_piv_metadata *out_metadata, struct seal_diag *diag)
{
	const struct seal_piv_apdu get = {0xf7, 0, reference, NULL, 0};
	struct seal_piv_reply reply;
	int error = seal_piv_send(link, &get, &reply, diag);

	if (error)
		return error;
	if (reply.sw == 0x6a88 || reply.sw == 0x6a82)
		return SEAL_E_NOTFOUND;
	if (reply.sw != SEAL_PIV_OK)
		return SEAL_E_VERSION;
	if (seal_piv_metadata_parse(reply.bytes, reply.len, out_metadata, diag) != SEAL_OK)
		return seal_because(diag, SEAL_E_TOKENREFUSED, "malformed answer");
	return SEAL_OK;
}

static int reselect(struct seal_piv_link *link, struct seal_diag *diag)
{
	static const uint8_t aid[] = {0xa0, 0x00, 0x00, 0x03, 0x08};
	const struct seal_piv_apdu select = {0xa4, 4, 0, aid, sizeof aid};
	struct seal_piv_reply reply;
	int error = seal_piv_send(link, &select, &reply, diag);

	if (!error && reply.sw != SEAL_PIV_OK)
		error = seal_fail(diag, SEAL_E_TOKENREFUSED, "the PIV applet went away");
	return error;
}

static void take_serial(const struct seal_piv_reply *reply, struct seal_token_info *info)
{
	if (reply->sw != SEAL_PIV_OK || reply->len != 4)
		return;
	info->serial = (uint32_t)reply->bytes[0] << 24 | (uint32_t)reply->bytes[1] << 16 |
		       (uint32_t)reply->bytes[2] << 8 | reply->bytes[3];
	info->has_serial = info->serial != 0;
}

/* Before version 5 the PIV applet does not know it; the OTP applet does. */
static int old_serial(struct seal_piv_link *link, struct seal_token_info *info,
		      struct seal_diag *diag)
{
	static const uint8_t aid[] = {0xa0, 0x00, 0x00, 0x05, 0x27, 0x20, 0x01, 0x01};
	const struct seal_piv_apdu select = {0xa4, 4, 0, aid, sizeof aid};
	const struct seal_piv_apdu ask = {0x01, 0x10, 0, NULL, 0};
	struct seal_piv_reply reply;
	int error = seal_piv_send(link, &select, &reply, diag);

	if (!error && reply.sw == SEAL_PIV_OK) {
		error = seal_piv_send(link, &ask, &reply, diag);
		if (!error)
			take_serial(&reply, info);
	}
	return error ? error : reselect(link, diag);
}

static int version_and_serial(struct seal_piv_link *link, struct seal_token_info *info,
			      struct seal_diag *diag)
{
	const struct seal_piv_apdu version = {0xfd, 0, 0, NULL, 0};
	const struct seal_piv_apdu serial = {0xf8, 0, 0, NULL, 0};
	struct seal_piv_reply reply;
	int error = seal_piv_send(link, &version, &reply, diag);

	if (error)
		return error;
	if (reply.sw == SEAL_PIV_OK && reply.len == 3) {
		info->has_firmware = 1;
		memcpy(info->firmware, reply.bytes, 3);
	}
	error = seal_piv_send(link, &serial, &reply, diag);
	if (error)
		return error;
	take_serial(&reply, info);
	if (!info->has_serial && info->has_firmware && info->firmware[0] < 5)
		error = old_serial(link, info, diag);
	return error;
}

/* SEAL_E_VERSION and the like are no failure here: unknown stays -1. */
static int reference(struct seal_piv_link *link, uint8_t which, int *factory, int *left,
		     struct seal_diag *diag)
{
	struct seal_piv_metadata m;
	int error = seal_piv_get_metadata(link, which, &m, diag);

	if (error == SEAL_E_NOTFOUND || error == SEAL_E_VERSION)
		return SEAL_OK;
	if (error)
		return error;
	if (m.has_default)
		*factory = m.is_default != 0;
	if (m.has_tries)
		*left = m.tries_left;
	return SEAL_OK;
}

static int references(struct seal_piv_link *link, struct seal_token_info *info,
		      struct seal_diag *diag)
{
	int none = -1;
	int error = reference(link, SEAL_PIV_PIN, &info->factory_pin, &info->tries_left, diag);

	if (!error)
		error = reference(link, SEAL_PIV_PUK, &info->factory_puk, &info->puk_tries_left,
				  diag);
	if (!error)
		error = reference(link, SEAL_PIV_KEY, &info->factory_key, &none, diag);
	if (!error && info->tries_left < 0)
		error = seal_piv_tries(link, &info->tries_left, diag);
	return error;
}

int seal_piv_get_info(struct seal_piv_link *link, const char *reader,
		      struct seal_token_info *out_info, struct seal_diag *diag)
{
	struct seal_token_info info = {.kind = SEAL_CARD_PIV,
				       .tries_left = -1,
				       .puk_tries_left = -1,
				       .factory_pin = -1,
				       .factory_puk = -1,
				       .factory_key = -1};
	const char *model = seal_piv_link_is_yubikey(link) ? "YubiKey" : "PIV token";
	int error = version_and_serial(link, &info, diag);

	if (!error)
		error = references(link, &info, diag);
	if (error)
		return error;
	info.leaks_ecdsa = seal_piv_link_is_yubikey(link) && info.has_firmware &&
			   seal_leaks_firmware(info.firmware, 0);
	(void)snprintf(info.where, sizeof info.where, "%s", reader);
	(void)snprintf(info.model, sizeof info.model, "%s", model);
	*out_info = info;
	return SEAL_OK;
}

void seal_piv_title(const struct seal_token_info *info, char out[static 96])
{
	char serial[16] = "";
	char firmware[32] = "";

	if (info->has_serial)
		(void)snprintf(serial, sizeof serial, " %u", info->serial);
	if (info->has_firmware)
		(void)snprintf(firmware, sizeof firmware, ", firmware %u.%u.%u", info->firmware[0],
			       info->firmware[1], info->firmware[2]);
	(void)snprintf(out, 96, "%s%s%s", info->model, serial, firmware);
}

int seal_piv_get_attestation(struct seal_piv_link *link, uint8_t slot,
			     struct seal_card_der *out_der, struct seal_diag *diag)
{
	const struct seal_piv_apdu attest = {0xf9, slot, 0, NULL, 0};
	struct seal_piv_reply reply;
	int error = seal_piv_send(link, &attest, &reply, diag);

	if (error)
		return error;
	if (reply.sw == 0x6a88)
		return SEAL_E_NOTFOUND;
	if (reply.sw == 0x6a80)
		return SEAL_E_MISMATCH;
	if (reply.sw != SEAL_PIV_OK)
		return SEAL_E_VERSION;
	if (reply.len == 0 || reply.len > sizeof out_der->bytes || reply.bytes[0] != 0x30)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "attestation of slot %02x: malformed answer", slot);
	memcpy(out_der->bytes, reply.bytes, reply.len);
	out_der->len = reply.len;
	return SEAL_OK;
}

uint32_t seal_piv_slot_object(uint8_t slot)
{
	switch (slot) {
	case 0x9a:
		return 0x5fc105;
	case 0x9c:
		return 0x5fc10a;
	case 0x9d:
		return 0x5fc10b;
	case 0x9e:
		return 0x5fc101;
	case 0xf9:
		return OBJECT_F9;
	default:
		return 0x5fc10du + (slot - 0x82u);
	}
}

int seal_piv_get_certificate(struct seal_piv_link *link, uint32_t object,
			     struct seal_card_der *out_der, struct seal_diag *diag)
{
	struct seal_piv_span value;
	struct seal_piv_span der;
	int error = seal_piv_get_object(link, object, &value, diag);

	out_der->len = 0;
	if (error == SEAL_E_NOTFOUND || error == SEAL_E_PINWRONG)
		return SEAL_OK;
	if (error)
		return error;
	/* Anything else there is handed over as it is: no certificate, but not nothing. */
	if (seal_piv_tlv_find(value, 0x70, &der) != SEAL_OK || der.len == 0)
		der = value;
	out_der->len = der.len < sizeof out_der->bytes ? der.len : sizeof out_der->bytes;
	memcpy(out_der->bytes, der.bytes, out_der->len);
	return SEAL_OK;
}
