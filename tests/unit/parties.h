#ifndef SEALKIT_TESTS_PARTIES_H
#define SEALKIT_TESTS_PARTIES_H

/* Certificates with their keys, for tests of attestation. Include after cmocka.h. */

#include <stdio.h>
#include <stdlib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/error.h"

struct party {
	EVP_PKEY *key;
	X509 *cert;
};

static void add_raw(X509 *cert, const char *oid, const char *bytes, int len)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	assert_int_equal(ASN1_OCTET_STRING_set(value, (const uint8_t *)bytes, len), 1);
	extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, value);
	assert_int_equal(X509_add_ext(cert, extension, -1), 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(object);
}

/* Not signed yet. */
static struct party begin(const char *name, const struct party *by, int ca)
{
	struct party made = {EVP_EC_gen("P-256"), X509_new()};
	X509_NAME *subject = X509_get_subject_name(made.cert);
	X509_EXTENSION *basic = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints,
						    ca ? "critical,CA:TRUE" : "critical,CA:FALSE");

	(void)X509_set_version(made.cert, 2);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(made.cert), 7);
	(void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const uint8_t *)name, -1, -1,
					 0);
	(void)X509_set_issuer_name(made.cert, by ? X509_get_subject_name(by->cert) : subject);
	(void)X509_set_pubkey(made.cert, made.key);
	(void)X509_gmtime_adj(X509_getm_notBefore(made.cert), -86400);
	(void)X509_gmtime_adj(X509_getm_notAfter(made.cert), 86400);
	assert_int_equal(X509_add_ext(made.cert, basic, -1), 1);
	X509_EXTENSION_free(basic);
	return made;
}

static void finish(const struct party *made, const struct party *by)
{
	assert_true(X509_sign(made->cert, by ? by->key : made->key, EVP_sha256()) > 0);
}

/* The certificate's bytes; their number. */
static size_t SEAL_UNUSED party_der(const struct party *party, uint8_t *out, size_t cap)
{
	uint8_t *at = out;
	int len = i2d_X509(party->cert, NULL);

	assert_true(len > 0 && (size_t)len <= cap);
	return (size_t)i2d_X509(party->cert, &at);
}

#define ROOT_PATH 64u
/* Makes a folder by mkdtemp's pattern, in which root.pem is this certificate. */
static void SEAL_UNUSED root_folder(const struct party *root, char *folder,
				    char out_path[static ROOT_PATH])
{
	FILE *file;

	assert_non_null(mkdtemp(folder));
	(void)snprintf(out_path, ROOT_PATH, "%s/root.pem", folder);
	file = fopen(out_path, "w");
	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, root->cert), 1);
	assert_int_equal(fclose(file), 0);
}

static void drop(struct party *party)
{
	X509_free(party->cert);
	EVP_PKEY_free(party->key);
}

#endif
