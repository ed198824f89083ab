/* Certificates that say what is in a slot, in the form by which age-plugin-yubikey knows
   its own: O=age-plugin-yubikey, CN=name, and the two policies in the extension that
   attestations have them in. */

#include "token/piv_internal.h"

#include <string.h>

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/banned.h"

#define OURS "sealkit"
#define PLUGIN "age-plugin-yubikey"
#define BEGUN "begun"
#define MADE "made"
#define POLICY_OID "1.3.6.1.4.1.41482.3.8"

static void x509_freep(X509 **x)
{
	X509_free(*x);
}

static void key_freep(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static EVP_PKEY *key_of_point(const uint8_t point[static SEAL_P256_POINT])
{
	EVP_PKEY *key SEAL_CLEANUP(key_freep) = EVP_PKEY_new();
	EVP_PKEY *curve SEAL_CLEANUP(key_freep) = EVP_EC_gen("P-256");

	if (!key || !curve || EVP_PKEY_copy_parameters(key, curve) != 1 ||
	    EVP_PKEY_set1_encoded_public_key(key, point, SEAL_P256_POINT) != 1)
		return NULL;
	return seal_steal(&key);
}

static int add_name(X509_NAME *name, const char *field, const char *text)
{
	return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)text,
					  -1, -1, 0) == 1;
}

static int set_names(X509 *x, const char *organisation, const char *unit, const char *cn)
{
	X509_NAME *name = X509_NAME_new();
	int done = name && add_name(name, "O", organisation) && add_name(name, "OU", unit) &&
		   add_name(name, "CN", cn) && X509_set_subject_name(x, name) == 1 &&
		   X509_set_issuer_name(x, name) == 1;

	X509_NAME_free(name);
	return done;
}

static int set_policy(X509 *x, uint8_t pin, uint8_t touch)
{
	const uint8_t both[2] = {pin, touch};
	ASN1_OBJECT *oid = OBJ_txt2obj(POLICY_OID, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;
	int done = oid && value && ASN1_OCTET_STRING_set(value, both, sizeof both) == 1;

	if (done)
		extension = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value);
	done = extension && X509_add_ext(x, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
	return done;
}

static int set_serial(X509 *x)
{
	uint8_t bytes[16];
	BIGNUM *number = NULL;
	int done = seal_random(bytes, sizeof bytes, NULL) == SEAL_OK;

	bytes[0] = (bytes[0] & 0x7f) | 0x40;
	if (done)
		number = BN_bin2bn(bytes, sizeof bytes, NULL);
	done = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
	BN_free(number);
	return done;
}

/* Valid from now, without a well-defined end (RFC 5280, 4.1.2.5). */
static int set_times(X509 *x)
{
	return X509_gmtime_adj(X509_getm_notBefore(x), 0) &&
	       ASN1_TIME_set_string(X509_getm_notAfter(x), "99991231235959Z") == 1;
}

int seal_piv_cert_make(uint8_t slot, const char *name, const uint8_t *point, uint8_t pin,
		       uint8_t touch, struct seal_card_der *out_der, struct seal_diag *diag)
{
	int ours = !point || slot == SEAL_PIV_SIGN_SLOT;
	X509 *x SEAL_CLEANUP(x509_freep) = X509_new();
	EVP_PKEY *thrown_away SEAL_CLEANUP(key_freep) = EVP_EC_gen("P-256");
	EVP_PKEY *key SEAL_CLEANUP(key_freep) = point ? key_of_point(point) : NULL;
	unsigned char *at = out_der->bytes;
	int len = 0;

	if (x && thrown_away && (key || !point) && X509_set_version(x, X509_VERSION_3) == 1 &&
	    set_serial(x) && set_times(x) &&
	    set_names(x, ours ? OURS : PLUGIN, point ? MADE : BEGUN, name) &&
	    X509_set_pubkey(x, point ? key : thrown_away) == 1 && set_policy(x, pin, touch) &&
	    X509_sign(x, thrown_away, EVP_sha256()) > 0)
		len = i2d_X509(x, NULL);
	ERR_clear_error();
	if (len <= 0 || (size_t)len > sizeof out_der->bytes)
		return seal_fail(diag, SEAL_E_CRYPTO, "certificate of slot %02x", slot);
	out_der->len = (size_t)i2d_X509(x, &at);
	return SEAL_OK;
}

static void get_name(X509 *x, int field, char *out, size_t cap)
{
	out[0] = '\0';
	(void)X509_NAME_get_text_by_NID(X509_get_subject_name(x), field, out, (int)cap);
}

static void get_point(X509 *x, struct seal_piv_named *named)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	char group[32] = "";
	size_t len = 0;

	if (!key ||
	    EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
					   NULL) != 1 ||
	    strcmp(group, "prime256v1") != 0)
		return;
	named->has_point =
		EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, named->point,
						sizeof named->point, &len) == 1 &&
		len == sizeof named->point;
}

int seal_piv_cert_read(const struct seal_card_der *der, struct seal_piv_named *out_named)
{
	const unsigned char *at = der->bytes;
	X509 *x SEAL_CLEANUP(x509_freep) = d2i_X509(NULL, &at, (long)der->len);
	struct seal_piv_named named = {.mark = SEAL_PIV_FOREIGN};
	char organisation[32];
	char unit[32];

	if (!x || at != der->bytes + der->len) {
		ERR_clear_error();
		return SEAL_E_FORMAT;
	}
	get_name(x, NID_organizationName, organisation, sizeof organisation);
	get_name(x, NID_organizationalUnitName, unit, sizeof unit);
	get_name(x, NID_commonName, named.name, sizeof named.name);
	get_point(x, &named);
	ERR_clear_error();
	if (strcmp(organisation, OURS) == 0 && strcmp(unit, BEGUN) == 0)
		named.mark = SEAL_PIV_BEGUN;
	else if (strcmp(organisation, OURS) == 0 || strcmp(organisation, PLUGIN) == 0)
		named.mark = SEAL_PIV_NAMED;
	*out_named = named;
	return SEAL_OK;
}
