/* Who made the token: packed attestation (WebAuthn section 8.2). Threat: a credential
   that lives in software. libfido2 checks the leaf's signature and no more; the chain to
   a pinned root, and that the certificate is for this model, are checked here. */

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "token/attest.h"
#include "token/attest_internal.h"
#include "token/fido2_internal.h"

#include "base/banned.h"

#define OID_AAGUID "1.3.6.1.4.1.45724.1.1.4"
#define OID_FIRMWARE "1.3.6.1.4.1.41482.13.1"
#define AAGUID_BYTES 16u

static void x509_freep(X509 **x)
{
	X509_free(*x);
}

static void obj_freep(ASN1_OBJECT **o)
{
	ASN1_OBJECT_free(*o);
}

/* The content of an OCTET STRING of want bytes inside an extension that is there once;
   NULL for anything else. */
static const uint8_t *octets(const X509 *x, const char *oid, size_t want)
{
	ASN1_OBJECT *obj SEAL_CLEANUP(obj_freep) = OBJ_txt2obj(oid, 1);
	const ASN1_OCTET_STRING *value;
	const uint8_t *der;
	int at = obj ? X509_get_ext_by_OBJ(x, obj, -1) : -1;

	if (at < 0 || X509_get_ext_by_OBJ(x, obj, at) >= 0)
		return NULL;
	value = X509_EXTENSION_get_data(X509_get_ext(x, at));
	der = ASN1_STRING_get0_data(value);
	if (ASN1_STRING_length(value) != (int)want + 2 || der[0] != 0x04 || der[1] != want)
		return NULL;
	return der + 2;
}

/* The batch certificate is for this model, and is not a CA. A certificate without the
   model is refused, so that no attested key of another applet can pose as a batch key. */
static int certificate(const fido_cred_t *cred, const struct seal_roots *roots,
		       uint8_t firmware[static 3], struct seal_diag *diag)
{
	const uint8_t *der = fido_cred_x5c_ptr(cred);
	size_t len = fido_cred_x5c_len(cred);
	const uint8_t *at = der;
	X509 *leaf SEAL_CLEANUP(x509_freep) =
		len <= SEAL_CARD_CERTIFICATE ? d2i_X509(NULL, &at, (long)len) : NULL;
	const uint8_t *found;

	ERR_clear_error();
	if (!leaf || at != der + len)
		return seal_fail(diag, SEAL_E_FORMAT,
				 "attestation: not a certificate, or over %u "
				 "bytes",
				 SEAL_CARD_CERTIFICATE);
	found = octets(leaf, OID_AAGUID, AAGUID_BYTES);
	if (!found || !seal_eq_ct(found, fido_cred_aaguid_ptr(cred), AAGUID_BYTES))
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "attestation: is not for the model that the token says it is");
	if (X509_check_ca(leaf) != 0)
		return seal_fail(diag, SEAL_E_VERIFY, "attestation: signed by a CA itself");
	found = octets(leaf, OID_FIRMWARE, 3);
	if (found)
		memcpy(firmware, found, 3);
	return seal_roots_verify(roots, leaf, diag);
}

/* What holds with every form of attestation. */
static int plain_checks(const fido_cred_t *cred, struct seal_diag *diag)
{
	unsigned flags = fido_cred_flags(cred);

	if (!(flags & CTAP_AUTHDATA_USER_PRESENT))
		return seal_fail(diag, SEAL_E_VERIFY, "the token made a credential without touch");
	if (!(flags & CTAP_AUTHDATA_USER_VERIFIED))
		return seal_fail(diag, SEAL_E_VERIFY, "the token made a credential without PIN");
	if (fido_cred_type(cred) != COSE_ES256 || fido_cred_pubkey_len(cred) != 64 ||
	    fido_cred_aaguid_len(cred) != AAGUID_BYTES)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "the token made a credential of another kind");
	return SEAL_OK;
}

/* With neither certificate nor signature nothing but the bytes can be looked at:
   libfido2 then has no call for the rp id and the extensions. */
static int unsigned_checks(const fido_cred_t *cred, struct seal_diag *diag)
{
	const uint8_t *data = fido_cred_authdata_raw_ptr(cred);
	const char *rp_id = fido_cred_rp_id(cred);
	uint8_t hash[32];

	if (!data || fido_cred_authdata_raw_len(cred) < 37 || !rp_id ||
	    EVP_Digest(rp_id, strlen(rp_id), hash, NULL, EVP_sha256(), NULL) != 1 ||
	    !seal_eq_ct(data, hash, sizeof hash))
		return seal_fail(diag, SEAL_E_VERIFY, "the token answered for another rp id");
	return SEAL_OK;
}

/* "packed" alone signs all of what the token says; older forms leave the model out. */
static int signature(const fido_cred_t *cred, struct seal_diag *diag)
{
	const char *format = fido_cred_fmt(cred);
	int code;

	if (format && strcmp(format, "none") == 0)
		return unsigned_checks(cred, diag);
	if (!format || strcmp(format, "packed") != 0)
		return seal_fail(diag, SEAL_E_TOKENREFUSED, "attestation: of an unknown form");
	code = fido_cred_x5c_len(cred) > 0 ? fido_cred_verify(cred) : fido_cred_verify_self(cred);
	if (code == FIDO_OK)
		return SEAL_OK;
	return seal_fail(diag, SEAL_E_VERIFY, "attestation: %s",
			 code == FIDO_ERR_INVALID_SIG
				 ? "its signature is wrong"
				 : "rp id, flags or extensions are not what was asked for");
}

int seal_fido2_attest(const fido_cred_t *cred, const struct seal_roots *roots, int *out_attested,
		      uint8_t firmware[static 3], struct seal_diag *diag)
{
	int error = plain_checks(cred, diag);

	if (!error)
		error = signature(cred, diag);
	if (error)
		return error;
	if (!roots) {
		*out_attested = 0;
		return SEAL_OK;
	}
	if (strcmp(fido_cred_fmt(cred), "none") == 0)
		return seal_fail(diag, SEAL_E_VERIFY, "attestation: the token gives none");
	if (fido_cred_x5c_len(cred) == 0)
		return seal_fail(diag, SEAL_E_VERIFY,
				 "attestation: by the credential itself, no maker stands behind "
				 "it");
	error = certificate(cred, roots, firmware, diag);
	if (!error)
		*out_attested = 1;
	return error;
}
