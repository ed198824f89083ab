/* The fields of a card, in the order in which the file has them. */

#include "share/card_internal.h"

#include "base/banned.h"

#define AT(member) .at = offsetof(struct seal_card, member)
#define SIZED(member) AT(member), .cap = sizeof(((struct seal_card *)0)->member)
#define TEXT(member) .form = SEAL_CARD_TEXT_FORM, SIZED(member)
#define BYTES(member)                                \
	.form = SEAL_CARD_BYTES_FORM, SIZED(member), \
	.len_at = offsetof(struct seal_card, member##_len)
#define DER(member)                                        \
	.form = SEAL_CARD_BYTES_FORM, SIZED(member.bytes), \
	.len_at = offsetof(struct seal_card, member.len), .optional = 1
#define HEX(member) .form = SEAL_CARD_HEX_FORM, SIZED(member)
#define FLAG(member) .form = SEAL_CARD_FLAG_FORM, SIZED(member)
#define CHOICE(member, names) .form = SEAL_CARD_CHOICE_FORM, SIZED(member), .choices = (names)
#define OBJECT(table, path) .form = SEAL_CARD_OBJECT_FORM, .fields = (table), .prefix = (path)

_Static_assert(sizeof(enum seal_card_kind) == sizeof(unsigned) &&
		       sizeof(enum seal_card_signing) == sizeof(unsigned),
	       "choices are copied as unsigned");

static const struct seal_card_choice kinds[] = {
	{"piv", SEAL_CARD_PIV},
	{"fido2", SEAL_CARD_FIDO2},
	{"passphrase", SEAL_CARD_PASSPHRASE},
	{NULL, 0},
};

static const struct seal_card_choice signing_kinds[] = {
	{"ed25519", SEAL_CARD_ED25519},
	{"p256", SEAL_CARD_P256},
	{"fido2-assertion", SEAL_CARD_ASSERTION},
	{NULL, 0},
};

/* The numbers are those of PIV attestations, as token/attest.h has them. */
static const struct seal_card_choice pins[] = {{"never", 1}, {"once", 2}, {"always", 3}, {NULL, 0}};
static const struct seal_card_choice touches[] = {
	{"never", 1}, {"always", 2}, {"cached", 3}, {NULL, 0}};

static const struct seal_card_field attestation[] = {
	{.name = "unwrap", DER(piv.unwrap)},
	{.name = "sign", DER(piv.sign)},
	{.name = "device", DER(piv.device)},
	{.name = "between", DER(piv.between)},
	{.name = NULL},
};

static const struct seal_card_field piv[] = {
	{.name = "serial", .form = SEAL_CARD_SERIAL_FORM, SIZED(piv.serial), .optional = 1},
	{.name = "firmware", .form = SEAL_CARD_FIRMWARE_FORM, SIZED(piv.firmware)},
	{.name = "slot", HEX(piv.slot)},
	{.name = "pin", CHOICE(piv.pin, pins)},
	{.name = "touch", CHOICE(piv.touch, touches)},
	{.name = "puk_unknown", FLAG(piv.puk_unknown), .optional = 1},
	{.name = "identity", TEXT(piv.identity), .optional = 1},
	{.name = "attestation", OBJECT(attestation, "piv.attestation.")},
	{.name = NULL},
};

static const struct seal_card_field statements[] = {
	{.name = "unwrap", BYTES(fido2.unwrap.data), .optional = 1},
	{.name = "unwrap_signature", BYTES(fido2.unwrap.signature), .optional = 1},
	{.name = "sign", BYTES(fido2.sign.data), .optional = 1},
	{.name = "sign_signature", BYTES(fido2.sign.signature), .optional = 1},
	{.name = "device", DER(fido2.device)},
	{.name = NULL},
};

static const struct seal_card_field fido2[] = {
	{.name = "aaguid", HEX(fido2.aaguid)},
	{.name = "rp_id", TEXT(fido2.rp_id)},
	{.name = "identity", TEXT(fido2.identity)},
	{.name = "wrapped", TEXT(fido2.wrapped)},
	{.name = "unwrap_public", HEX(fido2.unwrap_public)},
	{.name = "signing_rp_id", TEXT(fido2.signing_rp_id)},
	{.name = "credential", BYTES(fido2.credential)},
	{.name = "attestation", OBJECT(statements, "fido2.attestation.")},
	{.name = NULL},
};

/* kind comes before what depends on it. */
const struct seal_card_field seal_card_fields[] = {
	{.name = "name", TEXT(name)},
	{.name = "group", TEXT(group), .optional = 1},
	{.name = "kind", CHOICE(kind, kinds)},
	{.name = "created", TEXT(created)},
	{.name = "recipient", TEXT(recipient)},
	{.name = "signing", BYTES(signing)},
	{.name = "signing_kind", CHOICE(signing_kind, signing_kinds)},
	{.name = "virtual", FLAG(is_virtual)},
	{.name = "attested", FLAG(is_attested)},
	{.name = "firmware_leaks", FLAG(firmware_leaks), .optional = 1},
	{.name = "piv", OBJECT(piv, "piv."), .kind = SEAL_CARD_PIV},
	{.name = "fido2", OBJECT(fido2, "fido2."), .kind = SEAL_CARD_FIDO2},
	{.name = "signature", BYTES(signature)},
	{.name = NULL},
};

int seal_card_has(const struct seal_card *card, const struct seal_card_field *field)
{
	return field->kind == 0 || field->kind == card->kind;
}
