/* What a PIV token says of its keys, and whether Yubico stands behind it. All of it
   comes from outside; a fact that is absent is unknown, never zero. */

#include "token/attest.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "token/attest_internal.h"

#include "base/banned.h"

static void x509_freep(X509 **x)
{
	X509_free(*x);
}

static void obj_freep(ASN1_OBJECT **o)
{
	ASN1_OBJECT_free(*o);
}

/* The raw octets of one extension: 0 and *out_len 0 where it is absent. */
static int extension(X509 *x, const char *oid, const uint8_t **out, size_t *out_len,
		     struct seal_diag *diag)
{
	SEAL_CLEANUP(obj_freep) ASN1_OBJECT *obj = OBJ_txt2obj(oid, 1);
	if (!obj)
		return seal_fail(diag, SEAL_E_NOMEM, "attestation");
	int at = X509_get_ext_by_OBJ(x, obj, -1);
	*out_len = 0;
	if (at < 0)
		return 0;
	if (X509_get_ext_by_OBJ(x, obj, at) >= 0)
		return seal_fail(diag, SEAL_E_FORMAT, "attestation: extension %s is there twice",
				 oid);
	const ASN1_OCTET_STRING *s = X509_EXTENSION_get_data(X509_get_ext(x, at));
	int n = ASN1_STRING_length(s);
	if (n < 0 || n > 64)
		return seal_fail(diag, SEAL_E_FORMAT, "attestation: extension %s is too long", oid);
	*out = ASN1_STRING_get0_data(s);
	*out_len = (size_t)n;
	return 0;
}

/* A DER INTEGER that fits 32 bits; anything else is unknown. */
static bool serial_number(const uint8_t *p, size_t n, uint32_t *out)
{
	uint64_t v = 0;
	if (n < 3 || n > 7 || p[0] != 0x02 || p[1] != n - 2 || (p[2] & 0x80))
		return false;
	for (size_t i = 2; i < n; i++)
		v = v << 8 | p[i];
	if (v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

static int facts(X509 *x, struct seal_attest *a, struct seal_diag *diag)
{
	const uint8_t *p = NULL;
	size_t n = 0;
	int rc = extension(x, "1.3.6.1.4.1.41482.3.3", &p, &n, diag);
	if (rc == 0 && n == 3) {
		a->has_firmware = true;
		for (size_t i = 0; i < 3; i++)
			a->firmware[i] = p[i];
	}
	if (rc == 0)
		rc = extension(x, "1.3.6.1.4.1.41482.3.7", &p, &n, diag);
	if (rc == 0)
		a->has_serial = serial_number(p, n, &a->serial);
	if (rc == 0)
		rc = extension(x, "1.3.6.1.4.1.41482.3.8", &p, &n, diag);
	if (rc == 0 && n == 2) {
		a->has_policy = true;
		a->pin = p[0];
		a->touch = p[1];
	}
	if (rc == 0)
		rc = extension(x, "1.3.6.1.4.1.41482.3.9", &p, &n, diag);
	if (rc == 0 && n == 1) {
		a->has_form = true;
		a->form = p[0];
	}
	return rc;
}

/* The subject's common name ends with a blank and the slot in hexadecimal. */
static void subject_slot(X509 *x, struct seal_attest *a)
{
	const X509_NAME *name = X509_get_subject_name(x);
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0)
		return;
	const ASN1_STRING *s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	const uint8_t *p = ASN1_STRING_get0_data(s);
	int n = ASN1_STRING_length(s);
	if (n < 3 || p[n - 3] != ' ')
		return;
	size_t got = 0;
	a->has_slot = seal_unhex((const char *)p + n - 2, 2, &a->slot, 1, &got, NULL) == SEAL_OK;
}

static void public_point(X509 *x, struct seal_attest *a)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	char group[32] = "";
	size_t n = 0;
	if (!key || !EVP_PKEY_is_a(key, "EC"))
		return;
	if (EVP_PKEY_get_group_name(key, group, sizeof group, &n) != 1 ||
	    strcmp(group, "prime256v1") != 0)
		return;
	a->has_point = EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY,
						       a->point, sizeof a->point, &n) == 1 &&
		       n == sizeof a->point && a->point[0] == 4;
}

static int read_cert(const char *what, const uint8_t *der, size_t len, X509 **out,
		     struct seal_diag *diag)
{
	const uint8_t *p = der;
	if (!der || len == 0 || len > SEAL_ATTEST_MAX)
		return seal_fail(diag, SEAL_E_FORMAT, "%s: %zu bytes is not a certificate", what,
				 len);
	SEAL_CLEANUP(x509_freep) X509 *x = d2i_X509(NULL, &p, (long)len);
	ERR_clear_error();
	if (!x)
		return seal_fail(diag, SEAL_E_FORMAT, "%s: not a certificate", what);
	if (p != der + len)
		return seal_fail(diag, SEAL_E_FORMAT, "%s: bytes after the certificate", what);
	*out = seal_steal(&x);
	return 0;
}

static int read_facts(X509 *x, struct seal_attest *out_attest, struct seal_diag *diag)
{
	struct seal_attest a = {0};
	int rc = facts(x, &a, diag);
	if (rc != 0)
		return rc;
	subject_slot(x, &a);
	public_point(x, &a);
	ERR_clear_error();
	*out_attest = a;
	return 0;
}

int seal_attest_parse(const uint8_t *der, size_t len, struct seal_attest *out_attest,
		      struct seal_diag *diag)
{
	SEAL_CLEANUP(x509_freep) X509 *x = NULL;
	int rc = read_cert("attestation", der, len, &x, diag);
	return rc != 0 ? rc : read_facts(x, out_attest, diag);
}

/* f9 says that it is a CA, or is of a YubiKey 5 of older firmware (5.2.4), whose f9 says nothing:
   then it names the firmware, and has not the policies of a key that can be used. Those of a
   YubiKey 4 are refused, as tokens that old have no place here. */
static int authority(X509 *f9, struct seal_diag *diag)
{
	struct seal_attest a = {0};
	if (X509_check_ca(f9) == 1)
		return 0;
	int rc = facts(f9, &a, diag);
	if (rc == 0 && (!a.has_firmware || a.firmware[0] < 5 || a.has_policy || a.has_serial ||
			(X509_get_extension_flags(f9) & EXFLAG_BCONS)))
		rc = seal_fail(diag, SEAL_E_VERIFY,
			       "attestation: the f9 certificate is not one that may attest");
	return rc;
}

static int pinned(const struct seal_roots *roots, X509 *f9, struct seal_diag *diag)
{
	int rc = seal_roots_verify(roots, f9, diag);
	return rc != 0 ? rc : authority(f9, diag);
}

int seal_attest_check_device(const struct seal_roots *roots, const uint8_t *f9, size_t f9_len,
			     struct seal_diag *diag)
{
	SEAL_CLEANUP(x509_freep) X509 *ca = NULL;
	int rc = read_cert("attestation of f9", f9, f9_len, &ca, diag);
	return rc != 0 ? rc : pinned(roots, ca, diag);
}

int seal_attest_chain(const struct seal_roots *roots, X509 *leaf, X509 *f9, struct seal_diag *diag)
{
	int rc = pinned(roots, f9, diag);
	if (rc != 0)
		return rc;
	bool good = X509_check_issued(f9, leaf) == X509_V_OK &&
		    X509_verify(leaf, X509_get0_pubkey(f9)) == 1 && X509_check_ca(leaf) == 0 &&
		    !(X509_get_extension_flags(leaf) & EXFLAG_CRITICAL);
	ERR_clear_error();
	if (!good || X509_self_signed(f9, 0) != 0)
		return seal_fail(diag, SEAL_E_VERIFY,
				 "attestation: not signed by the token's own f9 key");
	if (X509_cmp_current_time(X509_get0_notBefore(leaf)) >= 0 ||
	    X509_cmp_current_time(X509_get0_notAfter(leaf)) <= 0)
		return seal_fail(diag, SEAL_E_EXPIRED,
				 "attestation: expired, or not valid yet by this machine's clock");
	return 0;
}

static bool older(const uint8_t have[static 3], const uint8_t least[static 3])
{
	for (size_t i = 0; i < 3; i++)
		if (have[i] != least[i])
			return have[i] < least[i];
	return false;
}

static int identity(const struct seal_attest *a, const struct seal_attest_want *w,
		    struct seal_diag *diag)
{
	if (!a->has_point || CRYPTO_memcmp(a->point, w->point, sizeof w->point) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH, "attestation: is for another key");
	if (!a->has_slot || a->slot != w->slot)
		return seal_fail(diag, SEAL_E_MISMATCH, "attestation: is not for slot %02x",
				 w->slot);
	if (w->has_serial && !a->has_serial)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "attestation: names no token, and %u is wanted", w->serial);
	if (w->has_serial && a->serial != w->serial)
		return seal_fail(diag, SEAL_E_MISMATCH, "attestation: is of token %u, not %u",
				 a->serial, w->serial);
	return 0;
}

static int policy(const struct seal_attest *a, const struct seal_attest_want *w,
		  struct seal_diag *diag)
{
	static const uint8_t any[3] = {0};
	if (older(any, w->min_firmware) && !a->has_firmware)
		return seal_fail(diag, SEAL_E_POLICY, "attestation: names no firmware");
	if (a->has_firmware && older(a->firmware, w->min_firmware))
		return seal_fail(diag, SEAL_E_POLICY, "firmware %u.%u.%u is older than %u.%u.%u",
				 a->firmware[0], a->firmware[1], a->firmware[2], w->min_firmware[0],
				 w->min_firmware[1], w->min_firmware[2]);
	if (!a->has_policy)
		return seal_fail(diag, SEAL_E_POLICY, "attestation: names no PIN and touch policy");
	if (w->pin ? a->pin != w->pin : a->pin <= SEAL_ATTEST_PIN_NEVER)
		return seal_fail(diag, SEAL_E_POLICY,
				 "attestation: PIN policy is %u, not as planned", a->pin);
	if (w->touch && a->touch != w->touch)
		return seal_fail(diag, SEAL_E_POLICY,
				 "attestation: touch policy is %u, not as planned", a->touch);
	return 0;
}

int seal_attest_verify(const struct seal_roots *roots, const uint8_t *der, size_t len,
		       const uint8_t *f9, size_t f9_len, const struct seal_attest_want *want,
		       struct seal_attest *out_attest, struct seal_diag *diag)
{
	SEAL_CLEANUP(x509_freep) X509 *leaf = NULL;
	SEAL_CLEANUP(x509_freep) X509 *ca = NULL;
	struct seal_attest a = {0};
	int rc = read_cert("attestation", der, len, &leaf, diag);
	if (rc == 0)
		rc = read_cert("attestation of f9", f9, f9_len, &ca, diag);
	if (rc == 0)
		rc = read_facts(leaf, &a, diag);
	if (rc == 0)
		rc = seal_attest_chain(roots, leaf, ca, diag);
	if (rc == 0)
		rc = identity(&a, want, diag);
	if (rc == 0)
		rc = policy(&a, want, diag);
	if (rc == 0)
		*out_attest = a;
	return rc;
}
