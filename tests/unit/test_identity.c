/* Passphrase identities: there and back, once at production cost, and every way in
   which a file may be wrong. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/age.h"
#include "crypto/age_seal.h"
#include "crypto/identity_internal.h"

static const struct seal_identity_cost cheap = {64, 1, 2};

static struct seal_secret *secret_of(const char *text)
{
	struct seal_secret *secret = NULL;

	assert_int_equal(seal_secret_copy((const uint8_t *)text, strlen(text), &secret, NULL),
			 SEAL_OK);
	return secret;
}

static void make(char text[static SEAL_IDENTITY_TEXT], struct seal_identity **out)
{
	struct seal_secret *passphrase = secret_of("correct horse");

	assert_int_equal(seal_identity_new(out, NULL), SEAL_OK);
	assert_int_equal(seal_identity_lock_with(*out, passphrase, cheap, text, NULL), SEAL_OK);
	seal_secret_free(passphrase);
}

static int unlock(const char *text, size_t len, const char *words, struct seal_identity_cost least)
{
	struct seal_secret *passphrase = secret_of(words);
	struct seal_identity *identity = NULL;
	int error = seal_identity_unlock_with(text, len, passphrase, least, &identity, NULL);

	assert_true((error == 0) == (identity != NULL));
	seal_identity_free(identity);
	seal_secret_free(passphrase);
	return error;
}

static void there_and_back(void **state)
{
	struct seal_secret *passphrase = secret_of("correct horse");
	struct seal_identity *made = NULL;
	struct seal_identity *back = NULL;
	struct seal_identity_public seen;
	char text[SEAL_IDENTITY_TEXT];
	char again[SEAL_IDENTITY_TEXT];

	(void)state;
	make(text, &made);
	assert_memory_equal(text, "sealkit-identity/1\nkdf: $argon2id$v=19$m=64,t=1,p=2$", 52);
	assert_int_equal(
		seal_identity_unlock_with(text, strlen(text), passphrase, cheap, &back, NULL),
		SEAL_OK);
	assert_true(seal_secret_equal(seal_identity_x25519(made), seal_identity_x25519(back)));
	assert_true(seal_secret_equal(seal_identity_ed25519(made), seal_identity_ed25519(back)));
	assert_int_equal(seal_identity_peek(text, strlen(text), &seen, NULL), SEAL_OK);
	assert_string_equal(seen.recipient, seal_identity_public(made)->recipient);
	assert_memory_equal(seen.signing, seal_secret_bytes(seal_identity_ed25519(back)) + 32, 32);
	assert_int_equal(seal_identity_lock_with(made, passphrase, cheap, again, NULL), SEAL_OK);
	assert_string_not_equal(text, again);
	seal_identity_free(made);
	seal_identity_free(back);
	seal_secret_free(passphrase);
}

/* What is sealed to the recipient in the file opens with the key in it. */
static void recipient_and_key_belong_together(void **state)
{
	static uint8_t sealed[1024];
	uint8_t back[8];
	char text[SEAL_IDENTITY_TEXT];
	struct seal_identity *made = NULL;
	struct seal_age_identity opener;
	struct seal_age_recipient to;
	struct seal_mem_source in = {.bytes = (const uint8_t *)"share", .len = 5};
	struct seal_mem_sink out = {.bytes = sealed, .cap = sizeof sealed};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);

	(void)state;
	make(text, &made);
	assert_int_equal(seal_age_recipient_parse(seal_identity_public(made)->recipient, &to, NULL),
			 SEAL_OK);
	assert_int_equal(seal_age_seal(&to, 1, &source, &sink, NULL), SEAL_OK);
	in = (struct seal_mem_source){.bytes = sealed, .len = out.len};
	out = (struct seal_mem_sink){.bytes = back, .cap = sizeof back};
	opener = seal_age_x25519_identity(seal_identity_x25519(made));
	assert_int_equal(seal_age_open(&opener, 1, &source, &sink, NULL), SEAL_OK);
	assert_memory_equal(back, "share", 5);
	seal_identity_free(made);
}

static void wrong_passphrases(void **state)
{
	static const char *wrong[] = {"correct horsf", "correct hors", "correct horse ", "C"};
	struct seal_identity *made = NULL;
	char text[SEAL_IDENTITY_TEXT];

	(void)state;
	make(text, &made);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(unlock(text, strlen(text), wrong[i], cheap), SEAL_E_PINWRONG);
	seal_identity_free(made);
}

/* Whatever byte is changed, the file does not open; parameters and public keys
   included. A huge cost that results is refused before it is paid. */
static void damage_is_found(void **state)
{
	struct seal_identity *made = NULL;
	char text[SEAL_IDENTITY_TEXT];
	size_t len;

	(void)state;
	make(text, &made);
	len = strlen(text);
	for (size_t i = 0; i < len; i++)
		for (unsigned bit = 0; bit < 8; bit += 1u + (unsigned)i % 3) {
			char kept = text[i];

			text[i] = (char)((unsigned char)kept ^ 1u << bit);
			assert_int_not_equal(unlock(text, len, "correct horse", cheap), SEAL_OK);
			text[i] = kept;
		}
	for (size_t cut = 0; cut < len; cut++)
		assert_int_not_equal(unlock(text, cut, "correct horse", cheap), SEAL_OK);
	text[len] = '\n';
	assert_int_equal(unlock(text, len + 1, "correct horse", cheap), SEAL_E_FORMAT);
	seal_identity_free(made);
}

/* The same file with other costs in its text. */
static int with_cost(const char *text, const char *cost, struct seal_identity_cost least)
{
	char changed[SEAL_IDENTITY_TEXT + 32];
	const char *rest = strchr(strstr(text, "p=2"), '$');
	int len = snprintf(changed, sizeof changed, "sealkit-identity/1\nkdf: $argon2id$v=19$%s%s",
			   cost, rest);

	return unlock(changed, (size_t)len, "correct horse", least);
}

static void costs_have_bounds(void **state)
{
	static const struct seal_identity_cost production = {SEAL_IDENTITY_MEMORY_MIN,
							     SEAL_IDENTITY_PASSES_MIN, 1};
	static const char *refused[] = {"m=4194305,t=3,p=4", "m=262144,t=65,p=4",
					"m=262144,t=3,p=0", "m=262144,t=3,p=17"};
	static const char *malformed[] = {"m=064,t=1,p=2", "m=64,t=1,p=+2",	    "m=64,t=1",
					  "m=,t=1,p=2",	   "m=99999999999,t=1,p=2", "m=64,p=2,t=1"};
	struct seal_identity *made = NULL;
	char text[SEAL_IDENTITY_TEXT];

	(void)state;
	make(text, &made);
	assert_int_equal(with_cost(text, "m=64,t=1,p=2", cheap), SEAL_OK);
	assert_int_equal(with_cost(text, "m=64,t=2,p=2", cheap), SEAL_E_PINWRONG);
	assert_int_equal(unlock(text, strlen(text), "correct horse", production), SEAL_E_POLICY);
	assert_int_equal(with_cost(text, "m=262143,t=3,p=4", production), SEAL_E_POLICY);
	assert_int_equal(with_cost(text, "m=262144,t=2,p=4", production), SEAL_E_POLICY);
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		assert_int_equal(with_cost(text, refused[i], cheap), SEAL_E_POLICY);
	for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
		assert_int_equal(with_cost(text, malformed[i], cheap), SEAL_E_FORMAT);
	seal_identity_free(made);
}

static void versions(void **state)
{
	(void)state;
	assert_int_equal(unlock("sealkit-identity/2\n", 19, "x", cheap), SEAL_E_VERSION);
	assert_int_equal(unlock("sealkit-card/1\n", 15, "x", cheap), SEAL_E_FORMAT);
	assert_int_equal(unlock("", 0, "x", cheap), SEAL_E_FORMAT);
}

static void production_cost(void **state)
{
	struct seal_secret *passphrase = secret_of("correct horse");
	struct seal_identity *made = NULL;
	struct seal_identity *back = NULL;
	char text[SEAL_IDENTITY_TEXT];

	(void)state;
	assert_int_equal(seal_identity_new(&made, NULL), SEAL_OK);
	assert_int_equal(seal_identity_lock(made, passphrase, text, NULL), SEAL_OK);
	assert_non_null(strstr(text, "$m=262144,t=3,p=4$"));
	assert_int_equal(seal_identity_unlock(text, strlen(text), passphrase, &back, NULL),
			 SEAL_OK);
	assert_true(seal_secret_equal(seal_identity_x25519(made), seal_identity_x25519(back)));
	seal_identity_free(made);
	seal_identity_free(back);
	seal_secret_free(passphrase);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(recipient_and_key_belong_together),
		cmocka_unit_test(wrong_passphrases),
		cmocka_unit_test(damage_is_found),
		cmocka_unit_test(costs_have_bounds),
		cmocka_unit_test(versions),
		cmocka_unit_test(production_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
