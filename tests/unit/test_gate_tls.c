/* TLS credentials: what gates are given, cut at every byte and changed in every byte. */

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
#include <openssl/x509.h>

#include "gate/tls.h"

static char folder[] = "/tmp/seald-tls-XXXXXX";
static char certificate[64], key[64];

static int make(void **state)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(certificate, sizeof certificate, "%s/cert", folder);
	(void)snprintf(key, sizeof key, "%s/key", folder);
	assert_int_equal(X509_set_version(x509, X509_VERSION_3), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x509), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x509), 86400));
	assert_int_equal(X509_set_pubkey(x509, pkey), 1);
	assert_true(X509_sign(x509, pkey, EVP_sha256()) > 0);
	file = fopen(certificate, "w");
	assert_int_equal(PEM_write_X509(file, x509), 1);
	(void)fclose(file);
	file = fopen(key, "w");
	assert_int_equal(PEM_write_PrivateKey(file, pkey, NULL, NULL, 0, NULL, NULL), 1);
	(void)fclose(file);
	X509_free(x509);
	EVP_PKEY_free(pkey);
	return 0;
}

static int clean(void **state)
{
	(void)state;
	(void)unlink(certificate);
	(void)unlink(key);
	return rmdir(folder);
}

static struct seal_secret *load(const char *client_ca)
{
	struct seal_secret *credentials = NULL;
	char pin[SEAL_TLS_PIN] = "";
	int64_t left = 0;

	assert_int_equal(
		seal_tls_credentials(certificate, key, client_ca, &credentials, pin, &left, NULL),
		SEAL_OK);
	assert_int_equal(strlen(pin), SEAL_TLS_PIN - 1);
	assert_true(left > 86000 && left <= 86400);
	return credentials;
}

static int take(const uint8_t *bytes, size_t len)
{
	struct seal_tls_context *context = NULL;
	int error = seal_tls_context_new(bytes, len, &context, NULL);

	assert_true(!error == (context != NULL));
	seal_tls_context_free(context);
	return error;
}

static void test_whole(void **state)
{
	const char *roots[] = {NULL, certificate};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct seal_secret *credentials = load(roots[i]);

		assert_int_equal(take(seal_secret_bytes(credentials), seal_secret_len(credentials)),
				 SEAL_OK);
		seal_secret_free(credentials);
	}
}

static void test_cut(void **state)
{
	struct seal_secret *credentials = load(certificate);
	size_t len = seal_secret_len(credentials);
	uint8_t *longer = calloc(1, len + 1);

	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		assert_int_not_equal(take(seal_secret_bytes(credentials), cut), SEAL_OK);
	memcpy(longer, seal_secret_bytes(credentials), len);
	assert_int_equal(take(longer, len + 1), SEAL_E_FORMAT);
	free(longer);
	seal_secret_free(credentials);
}

/* Some changes are still a certificate; none may be read out of bounds. */
static void test_changed(void **state)
{
	struct seal_secret *credentials = load(NULL);
	uint8_t *bytes = seal_secret_data(credentials);
	unsigned refused = 0;

	(void)state;
	for (size_t i = 0; i < seal_secret_len(credentials); i++) {
		bytes[i] ^= 0x81;
		refused += take(bytes, seal_secret_len(credentials)) != SEAL_OK;
		bytes[i] ^= 0x81;
	}
	assert_true(refused > 50);
	seal_secret_free(credentials);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_changed),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
