/* The self-signed certificate of a first start. */

#include "certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "listen.h"

#include "base/banned.h"

#define DAYS 3650L
#define NAMES 1200u

static void bio_freep(BIO **bio)
{
	BIO_free(*bio);
}

static void key_freep(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static void x509_freep(X509 **x509)
{
	X509_free(*x509);
}

static int fail(const char *what, struct seal_diag *diag)
{
	ERR_clear_error();
	return seal_fail(diag, SEAL_E_CRYPTO, "self-signed certificate: %s", what);
}

static int write_file(const char *path, BIO *pem, struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	char *bytes = NULL;
	long len = BIO_get_mem_data(pem, &bytes);
	int error = seal_file_new(path, SEAL_FILE_PRIVATE, &file, diag);

	if (!error)
		error = seal_file_write(file, bytes, (size_t)len, diag);
	if (!error)
		error = seal_file_commit(file, diag);
	return error;
}

static int read_or_make_key(const char *path, EVP_PKEY **out_key, struct seal_diag *diag)
{
	BIO *pem SEAL_CLEANUP(bio_freep) = BIO_new(BIO_s_secmem());
	BIO *there SEAL_CLEANUP(bio_freep) = NULL;

	if (access(path, F_OK) == 0) {
		there = BIO_new_file(path, "r");
		*out_key = there ? PEM_read_bio_PrivateKey(there, NULL, NULL, NULL) : NULL;
		return *out_key ? SEAL_OK : fail(path, diag);
	}
	*out_key = EVP_EC_gen("P-256");
	if (!pem || !*out_key ||
	    PEM_write_bio_PrivateKey(pem, *out_key, NULL, NULL, 0, NULL, NULL) != 1)
		return fail("key", diag);
	return write_file(path, pem, diag);
}

/* The names by which clients reach it: this host, its listening addresses, loopback. */
static void put_names(const struct seald_config *config, char out[static NAMES])
{
	char host[65] = "";
	size_t len = (size_t)snprintf(out, NAMES, "DNS:localhost,IP:127.0.0.1,IP:::1");

	if (gethostname(host, sizeof host - 1) == 0 && *host &&
	    strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
		    strlen(host))
		len += (size_t)snprintf(out + len, NAMES - len, ",DNS:%s", host);
	for (size_t i = 0; i < config->listen_count; i++)
		len += (size_t)snprintf(out + len, NAMES - len, ",IP:%s", config->listen[i].host);
}

static int add_extension(X509 *x509, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;
	int good;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x509, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	good = extension && X509_add_ext(x509, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

static int set_serial(X509 *x509)
{
	uint8_t bytes[8];
	uint64_t serial = 0;

	if (seal_random(bytes, sizeof bytes, NULL))
		return 0;
	for (size_t i = 0; i < sizeof bytes; i++)
		serial = serial << 8 | bytes[i];
	return ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1 | 1u) == 1;
}

static int make(const struct seald_config *config, EVP_PKEY *key, X509 **out,
		struct seal_diag *diag)
{
	char names[NAMES];
	X509 *x509 SEAL_CLEANUP(x509_freep) = X509_new();
	X509_NAME *subject = x509 ? X509_get_subject_name(x509) : NULL;

	put_names(config, names);
	if (!subject || X509_set_version(x509, X509_VERSION_3) != 1 || !set_serial(x509) ||
	    !X509_gmtime_adj(X509_getm_notBefore(x509), -300) ||
	    !X509_gmtime_adj(X509_getm_notAfter(x509), DAYS * 86400) ||
	    X509_set_pubkey(x509, key) != 1 ||
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const uint8_t *)"seald", -1,
				       -1, 0) != 1 ||
	    X509_set_issuer_name(x509, subject) != 1 ||
	    !add_extension(x509, NID_basic_constraints, "critical,CA:FALSE") ||
	    !add_extension(x509, NID_key_usage, "critical,digitalSignature") ||
	    !add_extension(x509, NID_ext_key_usage, "serverAuth") ||
	    !add_extension(x509, NID_subject_key_identifier, "hash") ||
	    !add_extension(x509, NID_subject_alt_name, names) ||
	    X509_sign(x509, key, EVP_sha256()) == 0)
		return fail("certificate", diag);
	*out = seal_steal(&x509);
	return SEAL_OK;
}

static int make_both(const struct seald_config *config, struct seal_diag *diag)
{
	EVP_PKEY *key SEAL_CLEANUP(key_freep) = NULL;
	X509 *x509 SEAL_CLEANUP(x509_freep) = NULL;
	BIO *pem SEAL_CLEANUP(bio_freep) = BIO_new(BIO_s_mem());
	int error = read_or_make_key(config->key, &key, diag);

	if (!error)
		error = make(config, key, &x509, diag);
	if (!error && (!pem || PEM_write_bio_X509(pem, x509) != 1))
		error = fail("certificate", diag);
	return error ? error : write_file(config->certificate, pem, diag);
}

int seald_certificate(struct seald_config *config, int *out_made, struct seal_diag *diag)
{
	char folder[SEALD_PATH + 1];
	int error;

	if (snprintf(folder, sizeof folder, "%s/tls", config->state) >= (int)sizeof folder - 16)
		return seal_fail(diag, SEAL_E_TOOLONG, "%s", config->state);
	(void)snprintf(config->key, sizeof config->key, "%.3980s/key.pem", folder);
	(void)snprintf(config->certificate, sizeof config->certificate, "%.3980s/cert.pem", folder);
	error = seald_folder(folder, (uid_t)-1, (gid_t)-1, diag);
	if (error || access(config->certificate, F_OK) == 0)
		return error;
	error = make_both(config, diag);
	*out_made = !error;
	return error;
}
