/* A test vendor's root and batch certificates (WebAuthn section 8.2.1). */
#include "virt.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

static void name(X509_NAME *n, const char *ou, const char *cn)
{
	const char *const parts[] = {"C", "SE", "O", "Virtual Tokens", "OU", ou, "CN", cn};
	for (size_t i = 0; i < 8; i += 2)
		X509_NAME_add_entry_by_txt(n, parts[i], MBSTRING_ASC,
					   (const unsigned char *)parts[i + 1], -1, -1, 0);
}

static void ext_conf(X509 *c, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer, c, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (e == NULL || X509_add_ext(c, e, -1) != 1)
		abort();
	X509_EXTENSION_free(e);
}

static void ext_raw(X509 *c, const char *oid, const uint8_t *p, size_t n)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e = NULL;
	if (o == NULL || s == NULL || ASN1_OCTET_STRING_set(s, p, (int)n) != 1 ||
	    (e = X509_EXTENSION_create_by_OBJ(NULL, o, 0, s)) == NULL ||
	    X509_add_ext(c, e, -1) != 1)
		abort();
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
}

static X509 *start(EVP_PKEY *k, long from_days, long to_days)
{
	X509 *c = X509_new();
	uint8_t serial[8];
	vx_random(serial, 8);
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 1);
	BIGNUM *bn = BN_bin2bn(serial, 8, NULL);
	if (c == NULL || bn == NULL)
		abort();
	X509_set_version(c, 2);
	BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(c));
	BN_free(bn);
	X509_gmtime_adj(X509_getm_notBefore(c), from_days * 86400);
	X509_gmtime_adj(X509_getm_notAfter(c), to_days * 86400);
	X509_set_pubkey(c, k);
	return c;
}

static X509 *root_cert(EVP_PKEY *k)
{
	X509 *c = start(k, -1, 3650);
	name(X509_get_subject_name(c), "Root", "Virtual FIDO Root");
	X509_set_issuer_name(c, X509_get_subject_name(c));
	ext_conf(c, c, NID_basic_constraints, "critical,CA:TRUE");
	ext_conf(c, c, NID_key_usage, "critical,keyCertSign,cRLSign");
	if (X509_sign(c, k, EVP_sha256()) == 0)
		abort();
	return c;
}

static FILE *open_in(const char *dir, const char *file, const char *mode)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", dir, file);
	FILE *f = fopen(path, mode);
	if (f == NULL)
		perror(path);
	return f;
}

int va_make_ca(const char *dir)
{
	EVP_PKEY *k = vx_new_p256();
	X509 *c = root_cert(k);
	(void)mkdir(dir, 0777);
	FILE *fk = open_in(dir, "root.key", "w"), *fc = open_in(dir, "root.pem", "w");
	bool ok = fk != NULL && fc != NULL &&
		  PEM_write_PrivateKey(fk, k, NULL, NULL, 0, NULL, NULL) == 1 &&
		  PEM_write_X509(fc, c) == 1;
	if (fk != NULL && fclose(fk) != 0)
		ok = false;
	if (fc != NULL && fclose(fc) != 0)
		ok = false;
	X509_free(c);
	EVP_PKEY_free(k);
	return ok ? 0 : 3;
}

static X509 *batch_cert(struct vf *v, EVP_PKEY *k, X509 *root, EVP_PKEY *root_key)
{
	static const uint8_t firmware[] = {0x04, 0x03, 5, 7, 1}; /* OCTET STRING 5.7.1 */
	uint8_t aaguid[18] = {0x04, 16};
	bool expired = v->opt.attestation == VF_ATT_EXPIRED;
	X509 *c = start(k, expired ? -20 : -1, expired ? -10 : 3000);
	name(X509_get_subject_name(c), "Authenticator Attestation", "Virtual FIDO Batch 1");
	X509_set_issuer_name(c, X509_get_subject_name(root));
	ext_conf(c, root, NID_basic_constraints, "critical,CA:FALSE");
	memcpy(aaguid + 2, v->st.aaguid, 16);
	ext_raw(c, "1.3.6.1.4.1.45724.1.1.4", aaguid, sizeof aaguid);
	ext_raw(c, "1.3.6.1.4.1.41482.13.1", firmware, sizeof firmware);
	if (X509_sign(c, root_key, EVP_sha256()) == 0)
		abort();
	return c;
}

/* Makes the batch key at first start; later starts keep what the state file has. */
int va_prepare(struct vf *v)
{
	EVP_PKEY *root_key = NULL;
	X509 *root = NULL;
	if (v->opt.attestation == VF_ATT_SELF || v->opt.attestation == VF_ATT_NONE ||
	    v->st.att_cert_len != 0)
		return 0;
	if (v->opt.attestation == VF_ATT_OTHER_ROOT || v->opt.ca_dir == NULL) {
		root_key = vx_new_p256();
		root = root_cert(root_key);
	} else {
		FILE *fk = open_in(v->opt.ca_dir, "root.key", "r");
		FILE *fc = open_in(v->opt.ca_dir, "root.pem", "r");
		if (fk != NULL && fc != NULL) {
			root_key = PEM_read_PrivateKey(fk, NULL, NULL, NULL);
			root = PEM_read_X509(fc, NULL, NULL, NULL);
		}
		if (fk != NULL)
			fclose(fk);
		if (fc != NULL)
			fclose(fc);
		if (root_key == NULL || root == NULL)
			return -1;
	}
	EVP_PKEY *k = vx_new_p256();
	X509 *c = batch_cert(v, k, root, root_key);
	unsigned char *pk = v->st.att_key, *pc = v->st.att_cert;
	v->st.att_key_len = (size_t)i2d_PrivateKey(k, &pk);
	v->st.att_cert_len = (size_t)i2d_X509(c, &pc);
	X509_free(c);
	X509_free(root);
	EVP_PKEY_free(k);
	EVP_PKEY_free(root_key);
	return 0;
}
