/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "token/attest.h"

struct blob {
	uint8_t p[4096];
	size_t len;
};

struct made {
	X509 *cert;
	EVP_PKEY *key;
	struct blob der;
};

/* A token's leaf and f9 with all of YubiKey's extensions, under a root of the test's own. */
static struct blob leaf, f9;
static char pinned[] = "/tmp/test_attest.XXXXXX";

static struct seal_attest_want wanted(void)
{
	struct seal_attest a;
	struct seal_attest_want w = {.slot = 0x9a, .has_serial = true, .serial = 15732500};
	assert_int_equal(seal_attest_parse(leaf.p, leaf.len, &a, NULL), 0);
	memcpy(w.point, a.point, sizeof w.point);
	return w;
}

static int verify(const char *dir, const struct blob *a, const struct blob *b,
		  const struct seal_attest_want *w)
{
	struct seal_roots *roots = NULL;
	struct seal_attest out = {0};
	struct seal_diag diag = {0};
	assert_int_equal(seal_roots_load(dir, SEAL_ROOTS_PIV, &roots, &diag), 0);
	int rc = seal_attest_verify(roots, a->p, a->len, b->p, b->len, w, &out, &diag);
	assert_int_equal(diag.error, rc);
	assert_true(out.has_point == (rc == 0));
	seal_roots_free(roots);
	return rc;
}

static void raw(X509 *x, const char *oid, const char *p, int n)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	assert_int_equal(ASN1_OCTET_STRING_set(s, (const uint8_t *)p, n), 1);
	X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, o, 0, s);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
}

/* A certificate of our own: what an attacker, or another maker's token, could hand over. */
static struct made make_as(const char *cn, const struct made *by, bool ca, long until, bool full)
{
	struct made m = {X509_new(), EVP_EC_gen("P-256"), {{0}, 0}};
	X509_NAME *n = X509_get_subject_name(m.cert);
	X509_set_version(m.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(m.cert), 7);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC, (const uint8_t *)cn, -1, -1, 0);
	X509_set_issuer_name(m.cert, by ? X509_get_subject_name(by->cert) : n);
	X509_set_pubkey(m.cert, m.key);
	X509_gmtime_adj(X509_getm_notBefore(m.cert), -900000);
	X509_gmtime_adj(X509_getm_notAfter(m.cert), until);
	if (ca) {
		X509_EXTENSION *e =
			X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");
		assert_int_equal(X509_add_ext(m.cert, e, -1), 1);
		X509_EXTENSION_free(e);
	}
	if (full) {
		raw(m.cert, "1.3.6.1.4.1.41482.3.3", "\5\4\3", 3);
		raw(m.cert, "1.3.6.1.4.1.41482.3.7", "\2\4\0\xf0\x0f\x14", 6); /* 15732500 */
		raw(m.cert, "1.3.6.1.4.1.41482.3.8", "\2\1", 2);
		raw(m.cert, "1.3.6.1.4.1.41482.3.9", "\1", 1);
	} else {
		raw(m.cert, "1.3.6.1.4.1.41482.3.3", "\5\7\1", 3);
		raw(m.cert, "1.3.6.1.4.1.41482.3.8", "\3\2", 2);
	}
	assert_true(X509_sign(m.cert, by ? by->key : m.key, EVP_sha256()) > 0);
	uint8_t *p = m.der.p;
	m.der.len = (size_t)i2d_X509(m.cert, &p);
	return m;
}

static struct made make(const char *cn, const struct made *by, bool ca, long until)
{
	return make_as(cn, by, ca, until, false);
}

static void drop(struct made *m)
{
	X509_free(m->cert);
	EVP_PKEY_free(m->key);
}

static void root_dir(char *dir, const X509 *root)
{
	char path[64];
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/root.pem", dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, root), 1);
	fclose(f);
}

static void undo_dir(const char *dir)
{
	char path[64];
	snprintf(path, sizeof path, "%s/root.pem", dir);
	unlink(path);
	rmdir(dir);
}

static void test_facts(void **state)
{
	(void)state;
	struct seal_attest a = {0};
	assert_int_equal(seal_attest_parse(leaf.p, leaf.len, &a, NULL), 0);
	assert_true(a.has_firmware && a.has_serial && a.has_policy && a.has_form && a.has_slot &&
		    a.has_point);
	assert_memory_equal(a.firmware, "\5\4\3", 3);
	assert_int_equal(a.serial, 15732500);
	assert_int_equal(a.slot, 0x9a);
	assert_int_equal(a.pin, SEAL_ATTEST_PIN_ONCE);
	assert_int_equal(a.touch, SEAL_ATTEST_TOUCH_NEVER);
}

static void test_chain(void **state)
{
	(void)state;
	struct seal_attest_want w = wanted();
	assert_int_equal(verify(pinned, &leaf, &f9, &w), 0);
	assert_int_equal(verify(pinned, &f9, &f9, &w), SEAL_E_VERIFY);
	assert_int_equal(verify(pinned, &leaf, &leaf, &w), SEAL_E_VERIFY);
}

static void test_wants(void **state)
{
	(void)state;
	struct seal_attest_want w = wanted();
	w.point[40] ^= 1;
	assert_int_equal(verify(pinned, &leaf, &f9, &w), SEAL_E_MISMATCH);
	w = wanted();
	w.slot = 0x9c;
	assert_int_equal(verify(pinned, &leaf, &f9, &w), SEAL_E_MISMATCH);
	w = wanted();
	w.serial++;
	assert_int_equal(verify(pinned, &leaf, &f9, &w), SEAL_E_MISMATCH);
	w = wanted();
	memcpy(w.min_firmware, "\5\7\0", 3);
	assert_int_equal(verify(pinned, &leaf, &f9, &w), SEAL_E_POLICY);
	w = wanted();
	w.pin = SEAL_ATTEST_PIN_ALWAYS;
	assert_int_equal(verify(pinned, &leaf, &f9, &w), SEAL_E_POLICY);
	w = wanted();
	w.touch = SEAL_ATTEST_TOUCH_ALWAYS;
	assert_int_equal(verify(pinned, &leaf, &f9, &w), SEAL_E_POLICY);
}

static void test_damage(void **state)
{
	(void)state;
	struct seal_attest_want w = wanted();
	for (size_t i = 0; i < leaf.len; i += 3) {
		struct blob b = leaf;
		b.p[i] ^= 0x10;
		assert_true(verify(pinned, &b, &f9, &w) < 0);
		b = leaf;
		b.len = i;
		assert_int_equal(verify(pinned, &b, &f9, &w), SEAL_E_FORMAT);
	}
	struct blob b = leaf;
	b.p[b.len++] = 0;
	assert_int_equal(verify(pinned, &b, &f9, &w), SEAL_E_FORMAT);
}

static int own(struct made *a, struct made *f, struct made *root)
{
	char dir[] = "/tmp/test_attest.XXXXXX";
	struct seal_attest x;
	struct seal_attest_want w = {.slot = 0x82, .pin = SEAL_ATTEST_PIN_ALWAYS};
	assert_int_equal(seal_attest_parse(a->der.p, a->der.len, &x, NULL), 0);
	memcpy(w.point, x.point, sizeof w.point);
	root_dir(dir, root->cert);
	int rc = verify(dir, &a->der, &f->der, &w);
	undo_dir(dir);
	drop(a);
	drop(f);
	drop(root);
	return rc;
}

static void test_own_root_and_minimal(void **state)
{
	(void)state;
	struct made r = make("Root", NULL, true, 900000), f = make("F9", &r, true, 900000);
	struct made a = make("YubiKey PIV Attestation 82", &f, false, 900000);
	struct seal_attest_want w = wanted();
	assert_int_equal(verify(pinned, &a.der, &f.der, &w), SEAL_E_VERIFY);
	assert_int_equal(own(&a, &f, &r), 0);
}

/* A serial that is wanted must be named: absent is not equal. */
static void test_serial_wanted_and_absent(void **state)
{
	(void)state;
	struct made r = make("Root", NULL, true, 900000), f = make("F9", &r, true, 900000);
	struct made a = make("YubiKey PIV Attestation 82", &f, false, 900000);
	struct seal_attest_want w = {.slot = 0x82, .has_serial = true, .serial = 0};
	char dir[] = "/tmp/test_attest.XXXXXX";
	struct seal_attest x;
	assert_int_equal(seal_attest_parse(a.der.p, a.der.len, &x, NULL), 0);
	memcpy(w.point, x.point, sizeof w.point);
	root_dir(dir, r.cert);
	assert_int_equal(verify(dir, &a.der, &f.der, &w), SEAL_E_MISMATCH);
	w.has_serial = false;
	assert_int_equal(verify(dir, &a.der, &f.der, &w), 0);
	undo_dir(dir);
	drop(&a);
	drop(&f);
	drop(&r);
}

/* Alone, before anything on the token is changed. */
static void test_device(void **state)
{
	struct made r = make("Root", NULL, true, 900000), old = make("F9", &r, true, -1000);
	struct seal_roots *roots = NULL;
	struct seal_roots *own_roots = NULL;
	struct seal_diag diag = {0};
	char dir[] = "/tmp/test_attest.XXXXXX";
	(void)state;
	root_dir(dir, r.cert);
	assert_int_equal(seal_roots_load(pinned, SEAL_ROOTS_PIV, &roots, &diag), 0);
	assert_int_equal(seal_roots_load(dir, SEAL_ROOTS_PIV, &own_roots, &diag), 0);
	assert_int_equal(seal_attest_check_device(roots, f9.p, f9.len, &diag), 0);
	assert_int_equal(seal_attest_check_device(own_roots, f9.p, f9.len, &diag), SEAL_E_VERIFY);
	assert_int_equal(seal_attest_check_device(roots, leaf.p, leaf.len, &diag), SEAL_E_VERIFY);
	assert_int_equal(seal_attest_check_device(roots, f9.p, f9.len - 1, &diag), SEAL_E_FORMAT);
	assert_int_equal(seal_attest_check_device(roots, f9.p, 0, &diag), SEAL_E_FORMAT);
	assert_int_equal(seal_attest_check_device(own_roots, old.der.p, old.der.len, &diag),
			 SEAL_E_EXPIRED);
	seal_roots_free(roots);
	seal_roots_free(own_roots);
	undo_dir(dir);
	drop(&old);
	drop(&r);
}

static void test_expired(void **state)
{
	(void)state;
	struct made r0 = make("Root", NULL, true, 900000), f0 = make("F9", &r0, true, 900000);
	struct made a0 = make("YubiKey PIV Attestation 82", &f0, false, -1000);
	assert_int_equal(own(&a0, &f0, &r0), SEAL_E_EXPIRED);
	struct made r = make("Root", NULL, true, 900000), f = make("F9", &r, true, -1000);
	struct made a = make("YubiKey PIV Attestation 82", &f, false, -1000);
	assert_int_equal(own(&a, &f, &r), SEAL_E_EXPIRED);
}

/* A key that an honest token attests may sign anything its holder likes, but no attestation. */
static void test_attested_key_is_no_authority(void **state)
{
	(void)state;
	struct made r = make("Root", NULL, true, 900000),
		    f = make("YubiKey PIV Attestation 9c", &r, false, 900000);
	struct made a = make("YubiKey PIV Attestation 82", &f, false, 900000);
	assert_int_equal(own(&a, &f, &r), SEAL_E_VERIFY);
}

static void test_roots_missing(void **state)
{
	(void)state;
	struct seal_roots *r = NULL;
	char dir[] = "/tmp/test_attest.XXXXXX";
	assert_non_null(mkdtemp(dir));
	assert_int_equal(seal_roots_load(dir, SEAL_ROOTS_PIV, &r, NULL), SEAL_E_NOTFOUND);
	rmdir(dir);
	assert_int_equal(seal_roots_load(dir, SEAL_ROOTS_PIV, &r, NULL), SEAL_E_IO);
	assert_null(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_wants),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_own_root_and_minimal),
		cmocka_unit_test(test_serial_wanted_and_absent),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_attested_key_is_no_authority),
		cmocka_unit_test(test_roots_missing),
	};
	struct made r = make("Root", NULL, true, 900000), f = make("F9", &r, true, 900000);
	struct made a = make_as("YubiKey PIV Attestation 9a", &f, false, 900000, true);

	leaf = a.der;
	f9 = f.der;
	root_dir(pinned, r.cert);
	drop(&a);
	drop(&f);
	drop(&r);
	int failed = cmocka_run_group_tests_name("attest", tests, NULL, NULL);
	undo_dir(pinned);
	return failed;
}
