/* The shipped roots against certificates of real YubiKeys (tests/vectors/attestation),
   which of them stands behind what, and which f9 certificates may attest. */

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parties.h"
#include "token/attest.h"
#include "token/attest_internal.h"

#define SHIPPED "data/attestation"
#define FIRMWARE "1.3.6.1.4.1.41482.3.3"
#define SERIAL "1.3.6.1.4.1.41482.3.7"
#define POLICY "1.3.6.1.4.1.41482.3.8"

static X509 *vector(const char *name)
{
	char path[128];
	X509 *x;
	FILE *f;

	(void)snprintf(path, sizeof path, "tests/vectors/attestation/%s.pem", name);
	f = fopen(path, "r");
	assert_non_null(f);
	x = PEM_read_X509(f, NULL, NULL, NULL);
	assert_non_null(x);
	(void)fclose(f);
	return x;
}

static struct seal_roots *shipped(const char *kind)
{
	struct seal_roots *roots = NULL;

	assert_int_equal(seal_roots_load(SHIPPED, kind, &roots, NULL), SEAL_OK);
	return roots;
}

static int chain(const char *kind, const char *leaf_name, const char *f9_name)
{
	struct seal_roots *roots = shipped(kind);
	X509 *leaf = vector(leaf_name);
	X509 *f9 = vector(f9_name);
	struct seal_diag diag = {0};
	int error = seal_attest_chain(roots, leaf, f9, &diag);

	assert_int_equal(diag.error, error);
	X509_free(leaf);
	X509_free(f9);
	seal_roots_free(roots);
	return error;
}

static int batch(const char *kind, const char *name)
{
	struct seal_roots *roots = shipped(kind);
	X509 *x = vector(name);
	int error = seal_roots_verify(roots, x, NULL);

	X509_free(x);
	seal_roots_free(roots);
	return error;
}

static const char old_leaf[] = "5ci-5.2.4-slot-93", old_f9[] = "5ci-5.2.4-f9";
static const char new_leaf[] = "5c-5.7.4-slot-82", new_f9[] = "5c-5.7.4-f9";

/* Before and after the root of 2025; the older f9 does not say that it is a CA. */
static void test_real_piv(void **state)
{
	(void)state;
	assert_int_equal(chain(SEAL_ROOTS_PIV, old_leaf, old_f9), SEAL_OK);
	assert_int_equal(chain(SEAL_ROOTS_PIV, new_leaf, new_f9), SEAL_OK);
	assert_int_equal(chain(SEAL_ROOTS_PIV, new_leaf, old_f9), SEAL_E_VERIFY);
	assert_int_equal(chain(SEAL_ROOTS_PIV, old_leaf, new_f9), SEAL_E_VERIFY);
	assert_int_equal(chain(SEAL_ROOTS_PIV, new_f9, new_f9), SEAL_E_VERIFY);
	assert_int_equal(chain(SEAL_ROOTS_PIV, new_leaf, new_leaf), SEAL_E_VERIFY);
}

static void test_real_fido2(void **state)
{
	static const char *const names[] = {"5c-nfc-fido2", "bio-5.5.6-fido2",
					    "5c-nfc-5.7.4-fido2"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(batch(SEAL_ROOTS_FIDO2, names[i]), SEAL_OK);
		assert_int_equal(batch(SEAL_ROOTS_PIV, names[i]), SEAL_E_VERIFY);
	}
	assert_int_equal(batch(SEAL_ROOTS_FIDO2, old_f9), SEAL_E_VERIFY);
	assert_int_equal(batch(SEAL_ROOTS_FIDO2, new_f9), SEAL_E_VERIFY);
	assert_int_equal(chain(SEAL_ROOTS_FIDO2, old_leaf, old_f9), SEAL_E_VERIFY);
	assert_int_equal(chain(SEAL_ROOTS_FIDO2, new_leaf, new_f9), SEAL_E_VERIFY);
}

/* What both say is known from their source; both keys are P-384, which no card has. */
static void test_real_facts(void **state)
{
	static const struct {
		const char *name;
		const char *firmware;
		uint32_t serial;
		uint8_t slot, pin, touch, form;
	} known[] = {
		{old_leaf, "\5\2\4", 11778047, 0x93, SEAL_ATTEST_PIN_NEVER,
		 SEAL_ATTEST_TOUCH_CACHED, 5},
		{new_leaf, "\5\7\4", 33162554, 0x82, SEAL_ATTEST_PIN_NEVER,
		 SEAL_ATTEST_TOUCH_ALWAYS, 3},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		X509 *x = vector(known[i].name);
		struct seal_attest a = {0};
		uint8_t *der = NULL;
		int len = i2d_X509(x, &der);

		assert_true(len > 0);
		assert_int_equal(seal_attest_parse(der, (size_t)len, &a, NULL), SEAL_OK);
		assert_true(a.has_firmware && a.has_serial && a.has_slot && a.has_policy);
		assert_memory_equal(a.firmware, known[i].firmware, 3);
		assert_int_equal(a.serial, known[i].serial);
		assert_int_equal(a.slot, known[i].slot);
		assert_int_equal(a.pin, known[i].pin);
		assert_int_equal(a.touch, known[i].touch);
		assert_true(a.has_form && a.form == known[i].form);
		assert_false(a.has_point);
		OPENSSL_free(der);
		X509_free(x);
	}
}

/* --- certificates of the test's own --- */

static char folder[] = "/tmp/test_attest_roots.XXXXXX";

static void pin(const char *where, const struct party *root)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", folder, where);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, root->cert), 1);
	assert_int_equal(fclose(f), 0);
}

static void unpin(const char *where)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", folder, where);
	assert_int_equal(remove(path), 0);
}

static struct party root;

/* An f9 certificate that says nothing of being a CA, but for what is added. */
static struct party silent(const char *oid, const char *value, int len)
{
	struct party made = begin("F9", &root, 0);

	X509_EXTENSION_free(X509_delete_ext(made.cert, 0));
	if (oid)
		add_raw(made.cert, oid, value, len);
	return made;
}

/* Takes f9, finished or not by the caller. */
static int judge(struct party *f9, const struct party *by)
{
	struct party leaf;
	struct seal_roots *roots = NULL;
	struct seal_diag diag = {0};
	int error;

	finish(f9, by);
	leaf = begin("YubiKey PIV Attestation 82", f9, 0);
	finish(&leaf, f9);
	assert_int_equal(seal_roots_load(folder, SEAL_ROOTS_PIV, &roots, NULL), SEAL_OK);
	error = seal_attest_chain(roots, leaf.cert, f9->cert, &diag);
	assert_int_equal(diag.error, error);
	seal_roots_free(roots);
	drop(&leaf);
	drop(f9);
	return error;
}

static void test_silent_f9(void **state)
{
	struct party f9 = silent(FIRMWARE, "\5\2\4", 3);

	(void)state;
	assert_int_equal(judge(&f9, &root), SEAL_OK);
	f9 = silent(FIRMWARE, "\4\3\5", 3);
	assert_int_equal(judge(&f9, &root), SEAL_E_VERIFY);
	f9 = silent(NULL, NULL, 0);
	assert_int_equal(judge(&f9, &root), SEAL_E_VERIFY);
	f9 = silent(FIRMWARE, "\5\2\4", 3);
	add_raw(f9.cert, POLICY, "\3\2", 2);
	assert_int_equal(judge(&f9, &root), SEAL_E_VERIFY);
	f9 = silent(FIRMWARE, "\5\2\4", 3);
	add_raw(f9.cert, SERIAL, "\2\4\0\xf0\x0f\x14", 6);
	assert_int_equal(judge(&f9, &root), SEAL_E_VERIFY);
	f9 = begin("F9", &root, 0); /* says that it is none */
	add_raw(f9.cert, FIRMWARE, "\5\2\4", 3);
	assert_int_equal(judge(&f9, &root), SEAL_E_VERIFY);
}

/* An honest f9, a key that it attests, and an attestation that this key made up. */
static void test_attested_key_as_f9(void **state)
{
	struct party honest = begin("F9", &root, 1);
	struct party attested;

	(void)state;
	finish(&honest, &root);
	attested = begin("YubiKey PIV Attestation 9c", &honest, 0);
	X509_EXTENSION_free(X509_delete_ext(attested.cert, 0));
	add_raw(attested.cert, FIRMWARE, "\5\2\4", 3);
	assert_int_equal(judge(&attested, &honest), SEAL_E_VERIFY);
	drop(&honest);
}

/* The f9 key's name and the root's blessing, but another key signed. */
static void test_other_key(void **state)
{
	struct party f9 = begin("F9", &root, 1);
	struct party other = begin("F9", &root, 1);
	struct party leaf;
	struct seal_roots *roots = NULL;

	(void)state;
	finish(&f9, &root);
	leaf = begin("YubiKey PIV Attestation 82", &f9, 0);
	finish(&leaf, &other);
	assert_int_equal(seal_roots_load(folder, SEAL_ROOTS_PIV, &roots, NULL), SEAL_OK);
	assert_int_equal(seal_attest_chain(roots, leaf.cert, f9.cert, NULL), SEAL_E_VERIFY);
	seal_roots_free(roots);
	drop(&leaf);
	drop(&other);
	drop(&f9);
}

static int loads(const char *kind)
{
	struct seal_roots *roots = NULL;
	struct seal_diag diag = {0};
	int error = seal_roots_load(folder, kind, &roots, &diag);

	assert_true((error == 0) == (roots != NULL));
	seal_roots_free(roots);
	return error;
}

/* Flat for all kinds; with a folder of a kind only what is in there counts for it. */
static void test_folders(void **state)
{
	char path[128];

	(void)state;
	assert_int_equal(loads(SEAL_ROOTS_PIV), SEAL_OK);
	assert_int_equal(loads(SEAL_ROOTS_FIDO2), SEAL_OK);
	(void)snprintf(path, sizeof path, "%s/piv", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(loads(SEAL_ROOTS_PIV), SEAL_E_NOTFOUND);
	assert_int_equal(loads(SEAL_ROOTS_FIDO2), SEAL_OK);
	pin("piv/root.pem", &root);
	unpin("root.pem");
	assert_int_equal(loads(SEAL_ROOTS_PIV), SEAL_OK);
	assert_int_equal(loads(SEAL_ROOTS_FIDO2), SEAL_E_NOTFOUND);
	unpin("piv/root.pem");
	unpin("piv");
	pin("root.pem", &root);
}

/* What is no file is an error, and no pipe is waited for: the alarm makes a failure of that. */
static void test_no_files(void **state)
{
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/other.pem", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	(void)alarm(20);
	assert_int_equal(loads(SEAL_ROOTS_PIV), SEAL_E_IO);
	(void)alarm(0);
	unpin("other.pem");
	assert_int_equal(symlink("/nonexistent", path), 0);
	assert_int_equal(loads(SEAL_ROOTS_PIV), SEAL_E_IO);
	unpin("other.pem");
	assert_int_equal(loads(SEAL_ROOTS_PIV), SEAL_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_piv),
		cmocka_unit_test(test_real_fido2),
		cmocka_unit_test(test_real_facts),
		cmocka_unit_test(test_silent_f9),
		cmocka_unit_test(test_attested_key_as_f9),
		cmocka_unit_test(test_other_key),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_no_files),
	};
	int failed;

	assert_non_null(mkdtemp(folder));
	root = begin("Root", NULL, 1);
	finish(&root, NULL);
	pin("root.pem", &root);
	failed = cmocka_run_group_tests_name("attest_roots", tests, NULL, NULL);
	unpin("root.pem");
	(void)rmdir(folder);
	drop(&root);
	return failed;
}
