/* Signed notes. Published: the note, key and private key of PeterNeumann are the
   example of golang.org/x/mod/sumdb/note; the id c0d23d6a with its key is Sigstore
   Rekor's, from transparency-dev/formats; the Italian note is C2SP signed-note.md's. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "base/encode.h"
#include "crypto/note.h"

#define TEXT                                                         \
	"If you think cryptography is the answer to your problem,\n" \
	"then you don't know what your problem is.\n"
#define DASH "\xe2\x80\x94 "
#define BLOB                                                                                     \
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyB" \
	"wJnAM="
#define NOTE TEXT "\n" DASH "PeterNeumann " BLOB "\n"
#define SEED "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
#define PUBLIC "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define REKOR                                                                                  \
	"AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smG" \
	"NM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc="

static size_t decode(const char *text, uint8_t *out, size_t cap)
{
	size_t len = 0;

	assert_int_equal(
		seal_unbase64(SEAL_BASE64_PADDED, text, strlen(text), out, cap, &len, NULL),
		SEAL_OK);
	return len;
}

static struct seal_note_key peter(void)
{
	struct seal_note_key key;
	uint8_t bytes[33];

	assert_int_equal(decode(PUBLIC, bytes, sizeof bytes), 33);
	assert_int_equal(seal_note_key_ed25519("PeterNeumann", bytes + 1, &key, NULL), SEAL_OK);
	return key;
}

static struct seal_secret *peter_secret(void)
{
	struct seal_secret *secret = NULL;
	uint8_t seed[33];
	uint8_t public_key[32];

	assert_int_equal(decode(SEED, seed, sizeof seed), 33);
	assert_int_equal(seal_secret_new(64, &secret, NULL), SEAL_OK);
	assert_int_equal(crypto_sign_seed_keypair(public_key, seal_secret_data(secret), seed + 1),
			 0);
	return secret;
}

static int verify(const char *text, size_t len, const struct seal_note_key *keys, size_t count,
		  uint8_t *signed_by)
{
	struct seal_note *note = NULL;
	int error = seal_note_parse(text, len, &note, NULL);

	if (!error)
		error = seal_note_verify(note, keys, count, signed_by, NULL);
	seal_note_free(note);
	return error;
}

static void published_note(void **state)
{
	struct seal_note_key key = peter();
	struct seal_secret *secret = peter_secret();
	struct seal_note_signer signer = seal_note_signer_ed25519(&key, secret);
	uint8_t signed_by[1] = {0};
	char *made = NULL;
	char id[9];
	size_t len = 0;

	(void)state;
	seal_hex(key.id, 4, id);
	assert_string_equal(id, "c74f20a3");
	assert_int_equal(verify(NOTE, strlen(NOTE), &key, 1, signed_by), SEAL_OK);
	assert_int_equal(signed_by[0], 1);
	assert_int_equal(seal_note_sign(TEXT, strlen(TEXT), &signer, 1, &made, &len, NULL),
			 SEAL_OK);
	assert_string_equal(made, NOTE);
	assert_int_equal(len, strlen(NOTE));
	free(made);
	seal_secret_free(secret);
}

static void parts_of_the_specification(void **state)
{
	static const char text[] = "Ognuno sta solo sul cuor della terra\n"
				   "trafitto da un raggio di sole:\n\ned \xc3\xa8 subito sera.\n";
	static const char line[] =
		"\n" DASH "quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITL"
		"lC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
	struct seal_note *note = NULL;
	char whole[512] = {0};
	size_t len = 0;

	(void)state;
	memcpy(whole, text, sizeof text - 1);
	memcpy(whole + sizeof text - 1, line, sizeof line);
	assert_int_equal(seal_note_parse(whole, strlen(whole), &note, NULL), SEAL_OK);
	assert_memory_equal(seal_note_text(note, &len), text, sizeof text - 1);
	assert_int_equal(len, sizeof text - 1);
	assert_int_equal(seal_note_count(note), 1);
	assert_string_equal(seal_note_signature(note, 0)->name, "quasimodo.example/salvatore");
	assert_int_equal(seal_note_signature(note, 0)->len, 64);
	assert_null(seal_note_signature(note, 1));
	seal_note_free(note);
}

/* Every bit of the text and of the signature counts. */
static void damage_is_found(void **state)
{
	struct seal_note_key key = peter();
	char note[] = NOTE;
	uint8_t signed_by[1];

	(void)state;
	for (size_t i = 0; i < strlen(NOTE); i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			note[i] = (char)((unsigned char)note[i] ^ 1u << bit);
			assert_int_not_equal(verify(note, strlen(NOTE), &key, 1, signed_by),
					     SEAL_OK);
			note[i] = NOTE[i];
		}
	for (size_t len = 0; len < strlen(NOTE); len++)
		assert_int_not_equal(verify(note, len, &key, 1, signed_by), SEAL_OK);
}

static void malformed_notes(void **state)
{
	static const char *bad[] = {
		"",
		"\n",
		"\n\n",
		TEXT,
		TEXT "\n",
		TEXT DASH "a " BLOB "\n",
		TEXT "\n" DASH "a " BLOB,
		TEXT "\n" DASH "a " BLOB "\n\n",
		TEXT "\n" DASH "a " BLOB "\nx\n",
		TEXT "\n- a " BLOB "\n",
		TEXT "\n" DASH " " BLOB "\n",
		TEXT "\n" DASH "a  " BLOB "\n",
		TEXT "\n" DASH "a+b " BLOB "\n",
		TEXT "\n" DASH "a\xc2\xa0"
		     "b " BLOB "\n",
		TEXT "\n" DASH "a\xe2\x80\xa8"
		     "b " BLOB "\n",
		TEXT "\n" DASH "a " BLOB " \n",
		TEXT "\n" DASH "a x08go_==\n",
		TEXT "\n" DASH "a x08gow==\n",
		TEXT "\n" DASH "a \n",
		TEXT "\n" DASH "a\n",
		"tab\there\n\n" DASH "a " BLOB "\n",
		"cr\r\n\n" DASH "a " BLOB "\n",
		"\xc0\xaf\n\n" DASH "a " BLOB "\n",
		"\xe0\x80\xaf\n\n" DASH "a " BLOB "\n",
		"\xed\xa0\x80\n\n" DASH "a " BLOB "\n",
		"\xf4\x90\x80\x80\n\n" DASH "a " BLOB "\n",
		"\xe2\x80\n\n" DASH "a " BLOB "\n",
		"\x80\n\n" DASH "a " BLOB "\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct seal_note *note = NULL;
		int error = seal_note_parse(bad[i], strlen(bad[i]), &note, NULL);

		if (error != SEAL_E_FORMAT && error != SEAL_E_TRUNCATED)
			fail_msg("row %zu: %s", i, seal_error_name(error));
		assert_null(note);
	}
}

struct pkey {
	EVP_PKEY *key;
};

static int sign_p256(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		     size_t *out_len, struct seal_diag *diag)
{
	struct pkey *pkey = ctx;
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	(void)diag;
	*out_len = cap;
	assert_int_equal(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, pkey->key), 1);
	assert_int_equal(EVP_DigestSign(md, out, out_len, text, text_len), 1);
	EVP_MD_CTX_free(md);
	return SEAL_OK;
}

static void rekor_key_id(void **state)
{
	struct seal_note_key key;
	uint8_t bytes[92];
	char id[9];

	(void)state;
	assert_int_equal(decode(REKOR, bytes, sizeof bytes), 92);
	assert_int_equal(seal_note_key_p256("rekor.sigstore.dev", bytes + 27, &key, NULL), SEAL_OK);
	seal_hex(key.id, 4, id);
	assert_string_equal(id, "c0d23d6a");
	bytes[60] ^= 1;
	assert_int_equal(seal_note_key_p256("a", bytes + 27, &key, NULL), SEAL_E_FORMAT);
}

static int verify_other(const struct seal_note_key *key, const void *text, size_t text_len,
			const uint8_t *signature, size_t len, struct seal_diag *diag)
{
	(void)text;
	return len == 1 && signature[0] == (uint8_t)(text_len ^ key->bytes[0])
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_VERIFY, "other");
}

static int sign_other(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		      size_t *out_len, struct seal_diag *diag)
{
	(void)text;
	(void)cap;
	(void)diag;
	*out = (uint8_t)(text_len ^ *(uint8_t *)ctx);
	*out_len = 1;
	return SEAL_OK;
}

/* Ed25519, P-256 and a named type on one note; each is told apart. */
static void three_kinds(void **state)
{
	struct pkey pkey = {EVP_EC_gen("P-256")};
	struct seal_secret *secret = peter_secret();
	struct seal_note_key keys[4];
	struct seal_note_signer signers[3];
	uint8_t point[65];
	uint8_t own = 7;
	uint8_t signed_by[4] = {9, 9, 9, 9};
	size_t len = 0;
	char *made = NULL;

	(void)state;
	assert_int_equal(EVP_PKEY_get_octet_string_param(pkey.key, "pub", point, 65, &len), 1);
	keys[0] = peter();
	assert_int_equal(seal_note_key_p256("bruno", point, &keys[1], NULL), SEAL_OK);
	assert_int_equal(seal_note_key_other("chloe", "sealkit/fido2-assertion", &own, 1,
					     verify_other, &keys[2], NULL),
			 SEAL_OK);
	assert_int_equal(seal_note_key_other("chloe", "sealkit/cosign-fido2", &own, 1, verify_other,
					     &keys[3], NULL),
			 SEAL_OK);
	assert_memory_not_equal(keys[2].id, keys[3].id, 4);
	signers[0] = seal_note_signer_ed25519(&keys[0], secret);
	signers[1] = (struct seal_note_signer){&keys[1], sign_p256, &pkey};
	signers[2] = (struct seal_note_signer){&keys[2], sign_other, &own};
	assert_int_equal(seal_note_sign(TEXT, strlen(TEXT), signers, 3, &made, &len, NULL),
			 SEAL_OK);
	assert_int_equal(verify(made, len, keys, 4, signed_by), SEAL_OK);
	assert_memory_equal(signed_by, ((uint8_t[]){1, 1, 1, 0}), 4);
	assert_int_equal(verify(made, len, &keys[3], 1, signed_by), SEAL_E_VERIFY);
	made[0] = 'j';
	assert_int_equal(verify(made, len, &keys[1], 1, signed_by), SEAL_E_VERIFY);
	free(made);
	EVP_PKEY_free(pkey.key);
	seal_secret_free(secret);
}

/* A known key with a wrong signature refuses the note even beside a good one; a
   known name with another id, or the other way round, is a stranger's. */
static void known_and_unknown(void **state)
{
	static const char stranger[] = TEXT "\n" DASH "PeterNeumann AAAAAAAA\n" DASH
					    "Other x08gowAA\n" DASH "PeterNeumann " BLOB "\n";
	static const char forged[] =
		TEXT "\n" DASH "PeterNeumann " BLOB "\n" DASH "PeterNeumann x08gowAA\n";
	struct seal_note_key key = peter();
	uint8_t signed_by[1] = {0};

	(void)state;
	assert_int_equal(verify(stranger, strlen(stranger), &key, 1, signed_by), SEAL_OK);
	assert_int_equal(verify(forged, strlen(forged), &key, 1, signed_by), SEAL_E_VERIFY);
	assert_int_equal(verify(NOTE, strlen(NOTE), NULL, 0, signed_by), SEAL_E_VERIFY);
}

static void limits(void **state)
{
	static char big[SEAL_NOTE_MAX + 2];
	static const char line[] = DASH "a AAAAAAAA\n";
	struct seal_note *note = NULL;
	size_t len = 0;

	(void)state;
	big[0] = 'x';
	big[1] = big[2] = '\n';
	for (unsigned n = 0; n < 65; n++) {
		memcpy(big + 3 + n * (sizeof line - 1), line, sizeof line - 1);
		len = 3 + (n + 1) * (sizeof line - 1);
		if (n != 15 && n != 63 && n != 64)
			continue;
		assert_int_equal(seal_note_parse(big, len, &note, NULL),
				 n < 64 ? SEAL_OK : SEAL_E_TOOLONG);
		if (n < 64)
			assert_int_equal(seal_note_count(note), n + 1);
		if (n < 64)
			seal_note_free(seal_steal(&note));
	}
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = 'A';
	memcpy(big, "x\n\n" DASH "a ", 9);
	big[20009] = '\n';
	assert_int_equal(seal_note_parse(big, 20010, &note, NULL), SEAL_E_TOOLONG);
	assert_int_equal(seal_note_parse(big, SEAL_NOTE_MAX + 1, &note, NULL), SEAL_E_TOOLONG);
	assert_null(note);
}

/* One signature after another gives what all at once gives; a signer that fails adds nothing. */
static void one_more(void **state)
{
	struct seal_note_key key = peter();
	struct seal_secret *secret = peter_secret();
	struct seal_note_signer both[2] = {seal_note_signer_ed25519(&key, secret),
					   seal_note_signer_ed25519(&key, secret)};
	struct seal_secret *wrong = NULL;
	struct seal_note *note = NULL;
	char *at_once = NULL, *first = NULL, *second = NULL;
	size_t len = 0, all = 0;

	(void)state;
	assert_int_equal(seal_note_sign(TEXT, strlen(TEXT), both, 2, &at_once, &all, NULL),
			 SEAL_OK);
	assert_int_equal(seal_note_sign(TEXT, strlen(TEXT), both, 1, &first, &len, NULL), SEAL_OK);
	assert_int_equal(seal_note_parse(first, len, &note, NULL), SEAL_OK);
	assert_int_equal(seal_note_add(note, &both[1], &second, &len, NULL), SEAL_OK);
	assert_int_equal(len, all);
	assert_string_equal(second, at_once);
	free(second);
	second = NULL;
	assert_int_equal(seal_secret_random(64, &wrong, NULL), SEAL_OK);
	both[1].ctx = wrong;
	assert_int_equal(seal_note_add(note, &both[1], &second, &len, NULL), SEAL_E_VERIFY);
	assert_null(second);
	seal_note_freep(&note);
	/* There is room for SEAL_NOTE_SIGNATURES and no more. */
	for (size_t i = 1; i <= SEAL_NOTE_SIGNATURES; i++) {
		int error;

		assert_int_equal(seal_note_parse(first, strlen(first), &note, NULL), SEAL_OK);
		assert_int_equal(seal_note_count(note), i);
		error = seal_note_add(note, &both[0], &second, &len, NULL);
		assert_int_equal(error, i < SEAL_NOTE_SIGNATURES ? SEAL_OK : SEAL_E_TOOLONG);
		seal_note_freep(&note);
		if (!error) {
			free(first);
			first = second;
			second = NULL;
		}
	}
	free(first);
	free(at_once);
	seal_secret_free(wrong);
	seal_secret_free(secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_more),
		cmocka_unit_test(published_note),
		cmocka_unit_test(parts_of_the_specification),
		cmocka_unit_test(damage_is_found),
		cmocka_unit_test(malformed_notes),
		cmocka_unit_test(rekor_key_id),
		cmocka_unit_test(three_kinds),
		cmocka_unit_test(known_and_unknown),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
