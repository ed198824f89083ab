/* Attestation of FIDO2 credentials, made here as a token would, and as one that lies
   would: other chains, certificates of other things, changed bytes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>

#include "parties.h"
#include "token/fido2_internal.h"

#define RP "seal.example"
#define AAGUID "model of a token"
#define AAGUID_OID "1.3.6.1.4.1.45724.1.1.4"
#define FIRMWARE_OID "1.3.6.1.4.1.41482.13.1"
#define FLAGS_AT 32u
#define AAGUID_AT 37u
#define AUTH_BYTES (37u + 16u + 2u + 16u + 77u)

static struct party root, between, foreign, credential;
static char folder[] = "/tmp/test_fido2_attest.XXXXXX";
static const uint8_t hash[32] = "a client data hash of thirty-two";

/* A batch certificate as tokens have it. */
static struct party batch(const struct party *by)
{
	struct party made = begin("batch", by, 0);

	add_raw(made.cert, AAGUID_OID, "\4\20" AAGUID, 18);
	add_raw(made.cert, FIRMWARE_OID, "\4\3\5\7\1", 5);
	return made;
}

static void put(const char *name, const struct party *party)
{
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, party->cert), 1);
	assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	root = begin("root", NULL, 1);
	finish(&root, NULL);
	put("root.pem", &root);
	between = begin("between", &root, 1);
	finish(&between, &root);
	put("between.pem", &between);
	foreign = begin("foreign", NULL, 1);
	finish(&foreign, NULL);
	credential = begin("credential", NULL, 0);
	return 0;
}

static int teardown(void **state)
{
	char path[64];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/root.pem", folder);
	(void)unlink(path);
	(void)snprintf(path, sizeof path, "%s/between.pem", folder);
	(void)unlink(path);
	(void)rmdir(folder);
	drop(&root);
	drop(&between);
	drop(&foreign);
	drop(&credential);
	return 0;
}

/* Touch and PIN, model, id, key. */
static void auth_data(uint8_t out[AUTH_BYTES])
{
	static const uint8_t head[] = {0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20};
	uint8_t point[65];
	uint8_t *at = out;
	size_t len = 0;

	(void)crypto_hash_sha256(at, (const uint8_t *)RP, strlen(RP));
	memcpy(at + FLAGS_AT, "\x45\0\0\0\1", 5);
	memcpy(at + AAGUID_AT, AAGUID, 16);
	memcpy(at + 53,
	       "\0\20"
	       "credential's id!",
	       18);
	assert_int_equal(
		EVP_PKEY_get_octet_string_param(credential.key, "pub", point, sizeof point, &len),
		1);
	at += 71;
	memcpy(at, head, sizeof head);
	memcpy(at + 10, point + 1, 32);
	memcpy(at + 42, "\x22\x58\x20", 3);
	memcpy(at + 45, point + 33, 32);
}

static size_t sign(EVP_PKEY *key, const uint8_t *data, uint8_t *out, size_t cap)
{
	uint8_t message[AUTH_BYTES + sizeof hash];
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	memcpy(message, data, AUTH_BYTES);
	memcpy(message + AUTH_BYTES, hash, sizeof hash);
	assert_int_equal(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(md, out, &cap, message, sizeof message), 1);
	EVP_MD_CTX_free(md);
	return cap;
}

/* What libfido2 would have read from a token; NULL where it would not have taken it. */
static fido_cred_t *answer(const char *format, const uint8_t *data, const uint8_t *signature,
			   size_t len)
{
	fido_cred_t *cred = fido_cred_new();

	assert_int_equal(fido_cred_set_type(cred, COSE_ES256), FIDO_OK);
	assert_int_equal(fido_cred_set_clientdata_hash(cred, hash, sizeof hash), FIDO_OK);
	assert_int_equal(fido_cred_set_rp(cred, RP, "Example"), FIDO_OK);
	assert_int_equal(fido_cred_set_fmt(cred, format), FIDO_OK);
	if (fido_cred_set_authdata_raw(cred, data, AUTH_BYTES) != FIDO_OK)
		fido_cred_free(&cred);
	if (cred && signature)
		assert_int_equal(fido_cred_set_sig(cred, signature, len), FIDO_OK);
	return cred;
}

static int attest(const fido_cred_t *cred, int with_roots, int *out_attested)
{
	struct seal_roots *roots = NULL;
	struct seal_diag diag = {0};
	uint8_t firmware[3] = {0};
	int error;

	*out_attested = -1;
	if (with_roots)
		assert_int_equal(seal_roots_load(folder, SEAL_ROOTS_FIDO2, &roots, NULL), SEAL_OK);
	error = seal_fido2_attest(cred, roots, out_attested, firmware, &diag);
	assert_int_equal(diag.error, error);
	assert_true(error ? *out_attested == -1 : *out_attested == with_roots);
	if (*out_attested == 1)
		assert_memory_equal(firmware, "\5\7\1", 3);
	seal_roots_free(roots);
	return error;
}

/* signer's certificate goes with it; by signs that one. */
static int judge(struct party *signer, const struct party *by)
{
	uint8_t data[AUTH_BYTES];
	uint8_t signature[80];
	uint8_t *der = NULL;
	fido_cred_t *cred;
	int attested;
	int len;
	int error;

	finish(signer, by);
	auth_data(data);
	cred = answer("packed", data, signature, sign(signer->key, data, signature, 80));
	assert_non_null(cred);
	len = i2d_X509(signer->cert, &der);
	assert_int_equal(fido_cred_set_x509(cred, der, (size_t)len), FIDO_OK);
	error = attest(cred, 1, &attested);
	/* Where no root is wanted its signature still must be right. */
	assert_int_equal(attest(cred, 0, &attested), SEAL_OK);
	OPENSSL_free(der);
	fido_cred_free(&cred);
	drop(signer);
	return error;
}

static void chains(void **state)
{
	struct party made = batch(&root);

	(void)state;
	assert_int_equal(judge(&made, &root), SEAL_OK);
	made = batch(&between);
	assert_int_equal(judge(&made, &between), SEAL_OK);
	made = batch(&foreign);
	assert_int_equal(judge(&made, &foreign), SEAL_E_VERIFY);
	made = batch(&root); /* names the root; another key signs */
	assert_int_equal(judge(&made, &foreign), SEAL_E_VERIFY);
	made = batch(NULL);
	assert_int_equal(judge(&made, NULL), SEAL_E_VERIFY);
	made = batch(&root);
	(void)X509_gmtime_adj(X509_getm_notAfter(made.cert), -10);
	assert_int_equal(judge(&made, &root), SEAL_E_EXPIRED);
	made = batch(&root);
	(void)X509_gmtime_adj(X509_getm_notBefore(made.cert), 1000);
	assert_int_equal(judge(&made, &root), SEAL_E_EXPIRED);
}

/* All under a root that is believed. */
static void certificates_of_other_things(void **state)
{
	struct party made = begin("a CA", &root, 1);

	(void)state;
	add_raw(made.cert, AAGUID_OID, "\4\20" AAGUID, 18);
	assert_int_equal(judge(&made, &root), SEAL_E_VERIFY);
	made = begin("no model", &root, 0);
	assert_int_equal(judge(&made, &root), SEAL_E_MISMATCH);
	made = begin("another model", &root, 0);
	add_raw(made.cert, AAGUID_OID, "\4\20modem of a token", 18);
	assert_int_equal(judge(&made, &root), SEAL_E_MISMATCH);
	made = batch(&root); /* twice */
	add_raw(made.cert, AAGUID_OID, "\4\20" AAGUID, 18);
	assert_int_equal(judge(&made, &root), SEAL_E_MISMATCH);
	made = begin("not wrapped", &root, 0);
	add_raw(made.cert, AAGUID_OID, AAGUID, 16);
	assert_int_equal(judge(&made, &root), SEAL_E_MISMATCH);
	made = begin("a PIV key", &root, 0);
	add_raw(made.cert, "1.3.6.1.4.1.41482.3.3", "\5\7\1", 3);
	assert_int_equal(judge(&made, &root), SEAL_E_MISMATCH);
	made = batch(&root);
	add_raw(made.cert, "1.2.3.4", (const char[3500]){0}, 3500);
	assert_int_equal(judge(&made, &root), SEAL_E_FORMAT);
}

static void without_a_certificate(void **state)
{
	uint8_t data[AUTH_BYTES];
	uint8_t signature[80];
	fido_cred_t *cred;
	int attested;
	size_t len;

	(void)state;
	auth_data(data);
	len = sign(credential.key, data, signature, sizeof signature);
	cred = answer("packed", data, signature, len);
	assert_int_equal(attest(cred, 1, &attested), SEAL_E_VERIFY);
	assert_int_equal(attest(cred, 0, &attested), SEAL_OK);
	fido_cred_free(&cred);
	len = sign(root.key, data, signature, sizeof signature);
	cred = answer("packed", data, signature, len);
	assert_int_equal(attest(cred, 0, &attested), SEAL_E_VERIFY);
	fido_cred_free(&cred);
	cred = answer("none", data, NULL, 0);
	assert_int_equal(attest(cred, 1, &attested), SEAL_E_VERIFY);
	assert_int_equal(attest(cred, 0, &attested), SEAL_OK);
	fido_cred_free(&cred);
	/* None has nothing to sign its rp id, but it must be there. */
	data[0] ^= 1;
	cred = answer("none", data, NULL, 0);
	assert_int_equal(attest(cred, 0, &attested), SEAL_E_VERIFY);
	fido_cred_free(&cred);
}

/* "none" with somebody's certificate beside it, and a form that leaves the model out. */
static void other_forms(void **state)
{
	uint8_t data[AUTH_BYTES];
	uint8_t signature[80];
	uint8_t *der = NULL;
	struct party made = batch(&root);
	size_t len;
	int der_len;
	int attested;
	static const struct {
		const char *format;
		int error;
	} table[] = {{"none", SEAL_E_VERIFY},
		     {"fido-u2f", SEAL_E_TOKENREFUSED},
		     {"tpm", SEAL_E_TOKENREFUSED}};

	(void)state;
	finish(&made, &root);
	der_len = i2d_X509(made.cert, &der);
	auth_data(data);
	len = sign(made.key, data, signature, sizeof signature);
	for (size_t i = 0; i < 3; i++) {
		fido_cred_t *cred = answer(table[i].format, data, signature, len);

		assert_int_equal(fido_cred_set_x509(cred, der, (size_t)der_len), FIDO_OK);
		assert_int_equal(attest(cred, 1, &attested), table[i].error);
		fido_cred_free(&cred);
	}
	OPENSSL_free(der);
	drop(&made);
}

static void flags(void **state)
{
	static const uint8_t bad[] = {0x40, 0x41, 0x44};
	int attested;

	(void)state;
	for (size_t i = 0; i < sizeof bad; i++) {
		uint8_t data[AUTH_BYTES];
		uint8_t signature[80];
		fido_cred_t *cred;
		size_t len;

		auth_data(data);
		data[FLAGS_AT] = bad[i];
		len = sign(credential.key, data, signature, sizeof signature);
		cred = answer("packed", data, signature, len);
		assert_int_equal(attest(cred, 0, &attested), SEAL_E_VERIFY);
		fido_cred_free(&cred);
	}
}

/* Nothing that the token says may be changed, to the last bit. */
static void every_bit(void **state)
{
	uint8_t data[AUTH_BYTES];
	uint8_t signature[80];
	unsigned judged = 0;
	size_t len;
	int attested;

	(void)state;
	auth_data(data);
	len = sign(credential.key, data, signature, sizeof signature);
	for (size_t bit = 0; bit < 8 * AUTH_BYTES; bit++) {
		fido_cred_t *cred;

		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cred = answer("packed", data, signature, len);
		if (cred) {
			judged++;
			assert_int_not_equal(attest(cred, 0, &attested), SEAL_OK);
		}
		fido_cred_free(&cred);
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_true(judged > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains),
		cmocka_unit_test(certificates_of_other_things),
		cmocka_unit_test(without_a_certificate),
		cmocka_unit_test(other_forms),
		cmocka_unit_test(flags),
		cmocka_unit_test(every_bit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
