/* Pinned roots, from a folder that people can read. Threat: a certificate that is
   believed and nobody knows why; so each must be whole, and none is built in. */

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/own.h"
#include "token/attest.h"
#include "token/attest_internal.h"

#include "base/banned.h"

#ifndef SEAL_DATADIR
#define SEAL_DATADIR "/usr/share/sealkit"
#endif
#define ROOTS SEAL_DATADIR "/attestation"
#define BESIDE "/share/sealkit/attestation"

/* More than this in one directory is a mistake. */
#define MAX_CERTS 64u
#define MAX_BYTES (1u << 20) /* of one file */

/* The longest of Yubico's has three between a token's certificate and the root. */
#define DEPTH 6

static void bio_freep(BIO **bio)
{
	(void)BIO_free(*bio);
}

static void dir_closep(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

static void store_ctx_freep(X509_STORE_CTX **c)
{
	X509_STORE_CTX_free(*c);
}

void seal_roots_free(struct seal_roots *roots)
{
	if (!roots)
		return;
	X509_STORE_free(roots->store);
	sk_X509_pop_free(roots->between, X509_free);
	free(roots);
}

void seal_roots_freep(struct seal_roots **roots)
{
	seal_roots_free(*roots);
	*roots = NULL;
}

static int add(struct seal_roots *r, const char *path, X509 *x, struct seal_diag *diag)
{
	if (r->n_roots + (unsigned)sk_X509_num(r->between) >= MAX_CERTS)
		return seal_fail(diag, SEAL_E_TOOLONG, "%s: more than %u certificates", path,
				 MAX_CERTS);
	if (X509_self_signed(x, 1) == 1) {
		if (X509_STORE_add_cert(r->store, x) != 1)
			return seal_fail(diag, SEAL_E_CRYPTO, "%s: root not taken", path);
		r->n_roots++;
		return 0;
	}
	if (X509_up_ref(x) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "%s", path);
	if (sk_X509_push(r->between, x) == 0) {
		X509_free(x);
		return seal_fail(diag, SEAL_E_NOMEM, "%s", path);
	}
	return 0;
}

/* All certificates of one file: a bundle is allowed, an empty or damaged file is not. */
static int add_file(struct seal_roots *r, const char *path, struct seal_diag *diag)
{
	uint8_t *text SEAL_CLEANUP(seal_bytes_freep) = NULL;
	BIO *bio SEAL_CLEANUP(bio_freep) = NULL;
	size_t len = 0;
	unsigned n = 0;
	int rc = seal_file_read(path, MAX_BYTES, &text, &len, diag);
	if (rc == SEAL_E_NOTFOUND) /* a link to nothing, which is no folder without roots */
		return seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	if (rc != 0)
		return rc;
	bio = BIO_new_mem_buf(text, (int)len);
	if (!bio)
		return seal_fail(diag, SEAL_E_NOMEM, "%s", path);
	for (; rc == 0; n++) {
		X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		if (!x)
			break;
		rc = add(r, path, x, diag);
		X509_free(x);
	}
	unsigned long e = ERR_peek_last_error();
	ERR_clear_error();
	if (rc != 0)
		return rc;
	if (n == 0 || ERR_GET_REASON(e) != PEM_R_NO_START_LINE)
		return seal_fail(diag, SEAL_E_FORMAT, "%s: not a PEM certificate", path);
	return 0;
}

/* dir/kind, or dir where that is not there. */
static int open_dir(const char *dir, const char *kind, char path[static PATH_MAX], DIR **out_dir,
		    struct seal_diag *diag)
{
	int n = snprintf(path, PATH_MAX, "%s/%s", dir, kind);
	if (n < 0 || n >= PATH_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "%s: path too long", dir);
	DIR *d = opendir(path);
	if (!d && errno == ENOENT) {
		path[strlen(dir)] = '\0';
		d = opendir(path);
	}
	if (!d)
		return seal_fail_errno(
			diag, SEAL_E_IO,
			"%s (the roots of attestations; --roots names another folder)", path);
	*out_dir = d;
	return 0;
}

static int add_all(struct seal_roots *r, const char *dir, DIR *d, struct seal_diag *diag)
{
	for (struct dirent *e = readdir(d); e; e = readdir(d)) {
		char path[PATH_MAX];
		size_t n = strlen(e->d_name);
		if (n < 5 || strcmp(e->d_name + n - 4, ".pem") != 0)
			continue;
		int k = snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (k < 0 || (size_t)k >= sizeof path)
			return seal_fail(diag, SEAL_E_TOOLONG, "%s: path too long", dir);
		int rc = add_file(r, path, diag);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* Where the build was told that data is; where that is nothing, beside the program's own folder,
   so that `make` and then `make install PREFIX=/usr` has roots. Whoever may put a folder there may
   change the program. */
static void default_dir(char out[static PATH_MAX])
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	char *slash;

	(void)snprintf(out, PATH_MAX, "%s", ROOTS);
	if (access(ROOTS, F_OK) == 0 || n <= 0)
		return;
	exe[n] = '\0';
	for (int up = 0; up < 2; up++) {
		slash = strrchr(exe, '/');
		if (!slash)
			return;
		*slash = '\0';
	}
	n = (ssize_t)strlen(exe);
	if ((size_t)n + sizeof BESIDE > sizeof exe)
		return;
	memcpy(exe + n, BESIDE, sizeof BESIDE);
	if (access(exe, F_OK) == 0)
		memcpy(out, exe, (size_t)n + sizeof BESIDE);
}

int seal_roots_load(const char *dir, const char *kind, struct seal_roots **out_roots,
		    struct seal_diag *diag)
{
	SEAL_CLEANUP(dir_closep) DIR *d = NULL;
	char path[PATH_MAX];
	SEAL_CLEANUP(seal_roots_freep) struct seal_roots *r = calloc(1, sizeof *r);
	if (!r)
		return seal_fail(diag, SEAL_E_NOMEM, "attestation roots");
	r->store = X509_STORE_new();
	r->between = sk_X509_new_null();
	if (!r->store || !r->between)
		/* cppcheck-suppress memleak ; it does not know the cleanup attribute */
		return seal_fail(diag, SEAL_E_NOMEM, "attestation roots");
	char usual[PATH_MAX];
	default_dir(usual);
	int rc = open_dir(dir ? dir : usual, kind, path, &d, diag);
	if (rc == 0)
		rc = add_all(r, path, d, diag);
	if (rc != 0)
		return rc;
	if (r->n_roots == 0)
		return seal_fail(diag, SEAL_E_NOTFOUND,
				 "%s: no root certificate (*.pem, self-signed)", path);
	*out_roots = seal_steal(&r);
	return 0;
}

int seal_roots_verify(const struct seal_roots *roots, X509 *cert, struct seal_diag *diag)
{
	SEAL_CLEANUP(store_ctx_freep) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	if (!ctx || X509_STORE_CTX_init(ctx, roots->store, cert, roots->between) != 1)
		return seal_fail(diag, SEAL_E_NOMEM, "attestation");
	X509_VERIFY_PARAM_set_depth(X509_STORE_CTX_get0_param(ctx), DEPTH);
	int good = X509_verify_cert(ctx), why = X509_STORE_CTX_get_error(ctx);
	ERR_clear_error();
	if (good == 1)
		return 0;
	if (why == X509_V_ERR_CERT_HAS_EXPIRED || why == X509_V_ERR_CERT_NOT_YET_VALID)
		return seal_fail(diag, SEAL_E_EXPIRED, "attestation: %s",
				 X509_verify_cert_error_string(why));
	return seal_fail(diag, SEAL_E_VERIFY, "attestation: no pinned root stands behind it: %s",
			 X509_verify_cert_error_string(why));
}

int seal_roots_issuer(const struct seal_roots *roots, const uint8_t *cert, size_t len, uint8_t *out,
		      size_t cap, size_t *out_len)
{
	const unsigned char *at = cert;
	X509 *x = len <= SEAL_ATTEST_MAX ? d2i_X509(NULL, &at, (long)len) : NULL;
	int rc = SEAL_E_NOTFOUND;
	for (int i = 0; x && rc != 0 && i < sk_X509_num(roots->between); i++) {
		X509 *by = sk_X509_value(roots->between, i);
		int n = X509_check_issued(by, x) == X509_V_OK &&
					X509_verify(x, X509_get0_pubkey(by)) == 1
				? i2d_X509(by, NULL)
				: 0;
		if (n <= 0 || (size_t)n > cap)
			continue;
		*out_len = (size_t)i2d_X509(by, &out);
		rc = 0;
	}
	X509_free(x);
	ERR_clear_error();
	return rc;
}
