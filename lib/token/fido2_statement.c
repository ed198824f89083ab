/* What a FIDO2 token said when it made a card's two credentials, kept in the card and
   verified again offline. Threat: a card is signed by itself, so "attested" and the
   certificates in it are but words; and true words of one token could be copied into the
   card of another. So both statements are over the hash of the card's own recipient, which
   is made before them, and each names its credential and key, which must be the card's. */

#include <sodium.h>
#include <string.h>

#include "token/fido2_internal.h"

#include "base/banned.h"

#define STATEMENT_LINE "sealkit/fido2-attestation/1\n"

static void cred_freep(fido_cred_t **cred)
{
	fido_cred_free(cred);
}

void seal_fido2_statement_hash(const char *recipient, uint8_t out[static 32])
{
	crypto_hash_sha256_state state;

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)STATEMENT_LINE,
					sizeof STATEMENT_LINE - 1);
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)recipient, strlen(recipient));
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)"\n", 1);
	(void)crypto_hash_sha256_final(&state, out);
}

int seal_fido2_keep_statement(const fido_cred_t *cred, struct seal_card_statement *out,
			      struct seal_diag *diag)
{
	size_t data_len = fido_cred_authdata_raw_len(cred);
	size_t len = fido_cred_sig_len(cred);

	if (data_len == 0 || data_len > sizeof out->data || len == 0 || len > sizeof out->signature)
		return seal_fail(diag, SEAL_E_TOOLONG, "attestation of %zu bytes, signed by %zu",
				 data_len, len);
	memcpy(out->data, fido_cred_authdata_raw_ptr(cred), data_len);
	memcpy(out->signature, fido_cred_sig_ptr(cred), len);
	out->data_len = data_len;
	out->signature_len = len;
	return SEAL_OK;
}

/* One of the two, and what it must be about. */
struct about {
	const char *what, *rp_id;
	const struct seal_card_statement *statement;
	const uint8_t *id, *public_key;
	size_t id_len;
	int extensions;
};

#define ID_LEN_AT 53u
#define KEY_BYTES 77u

/* Authenticator data as CTAP2 spells it: a P-256 key in its one form, then extensions without long
   arrays or maps. What else calls itself so would make libcbor ask for memory by the gigabyte. */
static int has_shape(const uint8_t *data, size_t len)
{
	static const uint8_t head[] = {0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20};
	size_t at = ID_LEN_AT + 2;

	if (len < at)
		return 0;
	at += (size_t)data[ID_LEN_AT] << 8 | data[ID_LEN_AT + 1];
	if (len < at + KEY_BYTES || !seal_eq_ct(data + at, head, sizeof head) ||
	    !seal_eq_ct(data + at + 42, "\x22\x58\x20", 3))
		return 0;
	for (size_t i = at + KEY_BYTES; i < len; i++)
		if ((data[i] & 0xd8) == 0x98)
			return 0;
	return 1;
}

static int rebuild(const struct seal_card *card, const struct about *about, int extensions,
		   fido_cred_t **out_cred, struct seal_diag *diag)
{
	const struct seal_card_statement *said = about->statement;
	fido_cred_t *cred SEAL_CLEANUP(cred_freep) = fido_cred_new();
	uint8_t hash[32];

	seal_fido2_statement_hash(card->recipient, hash);
	if (!cred || fido_cred_set_type(cred, COSE_ES256) != FIDO_OK ||
	    fido_cred_set_clientdata_hash(cred, hash, sizeof hash) != FIDO_OK ||
	    fido_cred_set_rp(cred, about->rp_id, "sealkit") != FIDO_OK ||
	    fido_cred_set_fmt(cred, "packed") != FIDO_OK ||
	    fido_cred_set_extensions(cred, extensions) != FIDO_OK ||
	    ((extensions & FIDO_EXT_CRED_PROTECT) &&
	     fido_cred_set_prot(cred, FIDO_CRED_PROT_UV_REQUIRED) != FIDO_OK))
		return seal_fail(diag, SEAL_E_NOMEM, "FIDO2 credential");
	if (!has_shape(said->data, said->data_len) ||
	    fido_cred_set_authdata_raw(cred, said->data, said->data_len) != FIDO_OK ||
	    fido_cred_set_x509(cred, card->fido2.device.bytes, card->fido2.device.len) != FIDO_OK ||
	    fido_cred_set_sig(cred, said->signature, said->signature_len) != FIDO_OK)
		return seal_fail(diag, SEAL_E_FORMAT, "not a statement of a FIDO2 token");
	*out_cred = seal_steal(&cred);
	return SEAL_OK;
}

static int is_about(const fido_cred_t *cred, const struct seal_card *card,
		    const struct about *about, struct seal_diag *diag)
{
	if (!seal_eq_ct(fido_cred_aaguid_ptr(cred), card->fido2.aaguid, sizeof card->fido2.aaguid))
		return seal_fail(diag, SEAL_E_MISMATCH, "is of another model");
	if (fido_cred_id_len(cred) != about->id_len ||
	    !seal_eq_ct(fido_cred_id_ptr(cred), about->id, about->id_len))
		return seal_fail(diag, SEAL_E_MISMATCH, "is of another credential");
	if (!seal_eq_ct(fido_cred_pubkey_ptr(cred), about->public_key + 1, 64))
		return seal_fail(diag, SEAL_E_MISMATCH, "is for another key");
	return SEAL_OK;
}

static int prove(const struct seal_card *card, const struct seal_roots *roots,
		 const struct about *about, struct seal_diag *diag)
{
	fido_cred_t *cred SEAL_CLEANUP(cred_freep) = NULL;
	uint8_t firmware[3];
	int attested = 0;
	int error = rebuild(card, about, about->extensions, &cred, diag);

	/* Not every token has credProtect; libfido2 wants to be told what is there. A wrong
	   signature is told as that. */
	if (!error && about->extensions && fido_cred_verify(cred) == FIDO_ERR_INVALID_PARAM) {
		fido_cred_free(&cred);
		error = rebuild(card, about, about->extensions & ~FIDO_EXT_CRED_PROTECT, &cred,
				diag);
	}
	if (!error)
		error = seal_fido2_attest(cred, roots, &attested, firmware, diag);
	if (!error && !attested)
		error = seal_fail(diag, SEAL_E_VERIFY, "no maker stands behind it");
	if (!error)
		error = is_about(cred, card, about, diag);
	return error ? seal_because(diag, error, "attestation of the %s key", about->what)
		     : SEAL_OK;
}

int seal_fido2_prove_attestation(const struct seal_card *card, const struct seal_roots *roots,
				 struct seal_diag *diag)
{
	const struct seal_card_fido2 *fido2 = &card->fido2;
	struct seal_fido2prf_credential credential;
	struct about unwrap = {.what = "opening",
			       .rp_id = fido2->rp_id,
			       .statement = &fido2->unwrap,
			       .public_key = fido2->unwrap_public,
			       .extensions = FIDO_EXT_HMAC_SECRET | FIDO_EXT_CRED_PROTECT};
	struct about sign = {.what = "signing",
			     .rp_id = fido2->signing_rp_id,
			     .statement = &fido2->sign,
			     .id = fido2->credential,
			     .id_len = fido2->credential_len,
			     .public_key = card->signing};
	int error;

	if (card->kind != SEAL_CARD_FIDO2 || !card->is_attested)
		return seal_fail(diag, SEAL_E_VERIFY, "not an attested card of a FIDO2 token");
	seal_fido2_begin();
	error = seal_fido2prf_parse(fido2->identity, &credential, diag);
	if (error)
		return error;
	unwrap.id = credential.id;
	unwrap.id_len = credential.id_len;
	error = prove(card, roots, &unwrap, diag);
	return error ? error : prove(card, roots, &sign, diag);
}
