/* Attestation: the F9 key and certificate, what F9 says about a slot, and test roots. */
#include "vp.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct issuer {
	X509 *cert;
	EVP_PKEY *key;
};

static bool add_raw(X509 *x, const char *oid, const uint8_t *p, size_t n)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	bool ok = o && s && ASN1_OCTET_STRING_set(s, p, (int)n);
	X509_EXTENSION *e = ok ? X509_EXTENSION_create_by_OBJ(NULL, o, 0, s) : NULL;
	ok = e && X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
	return ok;
}

static bool add_conf(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX v;
	X509V3_set_ctx(&v, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &v, nid, value);
	bool ok = e && X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	return ok;
}

/* A certificate without its extensions and signature yet. from, to: seconds from now. */
static X509 *begin(const char *cn, EVP_PKEY *pub, X509 *issuer, long from, long to)
{
	X509 *x = X509_new();
	BIGNUM *sn = BN_new();
	X509_NAME *name = X509_NAME_new();
	bool ok = x && sn && name && X509_set_version(x, 2) &&
		  BN_rand(sn, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
		  BN_to_ASN1_INTEGER(sn, X509_get_serialNumber(x)) &&
		  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1,
					     0) &&
		  X509_set_subject_name(x, name) &&
		  X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer) : name) &&
		  X509_set_pubkey(x, pub) && X509_gmtime_adj(X509_getm_notBefore(x), from) &&
		  X509_gmtime_adj(X509_getm_notAfter(x), to);
	BN_free(sn);
	X509_NAME_free(name);
	if (ok)
		return x;
	X509_free(x);
	return NULL;
}

static X509 *make_authority(const char *cn, EVP_PKEY *key, const struct issuer *by,
			    const char *basic, bool expired)
{
	long from = expired ? -200000000L : -86400L, to = expired ? -86400L : 1000000000L;
	X509 *x = begin(cn, key, by ? by->cert : NULL, from, to);
	if (x && add_conf(x, by ? by->cert : x, NID_basic_constraints, basic) &&
	    X509_sign(x, by ? by->key : key, EVP_sha256()))
		return x;
	X509_free(x);
	return NULL;
}

static bool read_issuer(const char *dir, struct issuer *out)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/issuer.pem", dir);
	FILE *f = fopen(path, "r");
	out->cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	if (f)
		fclose(f);
	snprintf(path, sizeof path, "%s/issuer.key", dir);
	f = fopen(path, "r");
	out->key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
	if (f)
		fclose(f);
	return out->cert && out->key;
}

/* Certificate objects hold 70 {certificate} 71 {00} FE {}. */
static bool store_cert(struct vp_card *c, uint32_t tag, X509 *x)
{
	uint8_t *der = NULL, tmp[VP_MAX_DATA];
	struct vp_buf b = {tmp, 0, sizeof tmp};
	int n = i2d_X509(x, &der);
	if (n <= 0)
		return false;
	vp_put_tlv(&b, 0x70, der, (size_t)n);
	vp_put_tlv(&b, 0x71, "\x00", 1);
	vp_put_tlv(&b, 0xfe, "", 0);
	OPENSSL_free(der);
	return vp_store(c, tag, tmp, b.len);
}

bool vp_attest_setup(struct vp_card *c)
{
	struct issuer by = {0};
	if (c->opt.no_attestation || c->slot[0xf9].key)
		return true;
	if (c->opt.ca && !read_issuer(c->opt.ca, &by)) {
		fprintf(stderr, "virt-piv: %s: no issuer.pem and issuer.key\n", c->opt.ca);
		return false;
	}
	EVP_PKEY *k = vp_new_key(0x11);
	X509 *x = k ? make_authority("Virtual PIV Attestation", k, c->opt.ca ? &by : NULL,
				     "critical,CA:TRUE,pathlen:0", c->opt.attest_expired)
		    : NULL;
	bool ok = x && store_cert(c, 0x5fff01, x);
	c->slot[0xf9] = (struct vp_slot){k, 0x11, 1, 1, 1};
	X509_free(x);
	X509_free(by.cert);
	EVP_PKEY_free(by.key);
	return ok;
}

static bool add_facts(struct vp_card *c, X509 *x, const struct vp_slot *s)
{
	uint8_t pol[2] = {s->pin, s->touch}, form = 3, *der = NULL;
	bool ok = add_raw(x, "1.3.6.1.4.1.41482.3.3", c->opt.firmware, 3) &&
		  add_raw(x, "1.3.6.1.4.1.41482.3.8", pol, 2);
	if (!ok || c->opt.minimal_attestation)
		return ok;
	ASN1_INTEGER *i = ASN1_INTEGER_new();
	ok = i && ASN1_INTEGER_set_uint64(i, c->opt.serial);
	int n = ok ? i2d_ASN1_INTEGER(i, &der) : 0;
	ok = n > 0 && (c->opt.no_serial || add_raw(x, "1.3.6.1.4.1.41482.3.7", der, (size_t)n)) &&
	     add_raw(x, "1.3.6.1.4.1.41482.3.9", &form, 1);
	OPENSSL_free(der);
	ASN1_INTEGER_free(i);
	return ok;
}

static X509 *f9_cert(struct vp_card *c)
{
	const struct vp_object *o = vp_find(c, 0x5fff01);
	const uint8_t *p;
	size_t n;
	return o && vp_tlv(o->data, o->len, 0x70, &p, &n) ? d2i_X509(NULL, &p, (long)n) : NULL;
}

uint16_t vp_attest(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out)
{
	const struct vp_slot *s = &c->slot[a->p1];
	char cn[64];
	uint8_t *der = NULL;
	if (c->opt.no_attestation)
		return 0x6d00;
	if (!vp_slot_exists(a->p1) || !s->key)
		return 0x6a88;
	if (s->origin != 1)
		return 0x6a80;
	X509 *ca = f9_cert(c);
	EVP_PKEY *pub = c->opt.attest_wrong_key ? vp_new_key(s->alg) : s->key;
	snprintf(cn, sizeof cn, "YubiKey PIV Attestation %02x", a->p1);
	X509 *x = ca && pub ? begin(cn, pub, ca, 0, 0) : NULL;
	bool ok = x && X509_set1_notBefore(x, X509_get0_notBefore(ca)) &&
		  X509_set1_notAfter(x, X509_get0_notAfter(ca)) && add_facts(c, x, s) &&
		  X509_sign(x, c->slot[0xf9].key, EVP_sha256());
	int n = ok ? i2d_X509(x, &der) : 0;
	if (n > 0)
		vp_put(out, der, (size_t)n);
	OPENSSL_free(der);
	X509_free(x);
	X509_free(ca);
	if (c->opt.attest_wrong_key)
		EVP_PKEY_free(pub);
	return n > 0 ? 0x9000 : 0x6f00;
}

static bool write_pair(const char *dir, const char *name, X509 *x, EVP_PKEY *k)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s.pem", dir, name);
	FILE *f = fopen(path, "w");
	bool ok = f && PEM_write_X509(f, x);
	ok = f && fclose(f) == 0 && ok;
	snprintf(path, sizeof path, "%s/%s.key", dir, name);
	f = ok ? fopen(path, "w") : NULL;
	ok = f && PEM_write_PrivateKey(f, k, NULL, NULL, 0, NULL, NULL);
	return f && fclose(f) == 0 && ok;
}

/* make-ca DIR [INTERMEDIATES]: root.pem, int1.pem ..., and issuer.pem, which signs F9 certificates.
 */
int vp_make_ca(int argc, char **argv)
{
	struct issuer by = {0};
	char name[32], cn[64];
	unsigned tag;
	if (argc < 1 || argc > 2) {
		fputs("usage: virt-piv make-ca DIR [INTERMEDIATES]\n", stderr);
		return 2;
	}
	int levels = argc == 2 ? (int)strtol(argv[1], NULL, 10) : 0;
	if ((mkdir(argv[0], 0700) != 0 && errno != EEXIST) ||
	    RAND_bytes((uint8_t *)&tag, sizeof tag) != 1) {
		perror(argv[0]);
		return 3;
	}
	for (int i = 0; i <= levels; i++) {
		EVP_PKEY *k = vp_new_key(0x11);
		snprintf(cn, sizeof cn,
			 i ? "Virtual Attestation %08X %d" : "Virtual Attestation Root %08X", tag,
			 i);
		snprintf(name, sizeof name, i ? "int%d" : "root", i);
		X509 *x =
			k ? make_authority(cn, k, i ? &by : NULL, "critical,CA:TRUE", false) : NULL;
		X509_free(by.cert);
		EVP_PKEY_free(by.key);
		by = (struct issuer){x, k};
		if (!x || !write_pair(argv[0], name, x, k) ||
		    !write_pair(argv[0], "issuer", x, k)) {
			fprintf(stderr, "virt-piv: %s: not written\n", argv[0]);
			return 3;
		}
	}
	X509_free(by.cert);
	EVP_PKEY_free(by.key);
	return 0;
}
