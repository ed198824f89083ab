/* Checkpoints, cosignatures and keys as text. Published: the checkpoint of C2SP
   tlog-checkpoint.md with the cosignature of tlog-cosignature.md, and the verifier key and
   note of signed-note.md; Sigstore Rekor's key, from transparency-dev/formats. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>

#include "audit/vkey.h"
#include "audit_keys.h"

#define DASH "\xe2\x80\x94 "
#define BODY "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define LOG_LINE                                                                                  \
	DASH "example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7" \
	     "u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
#define WITNESS_LINE                                                                           \
	DASH "witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZC" \
	     "B9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
#define FOO "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

static const char rekor[] =
	"rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGv"
	"XwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=";
static const struct seal_checkpoint sample = {"vault.example/log", 130, {7, 8, 9}, 0};

static int setup(void **state)
{
	(void)state;
	audit_keys_init(1679315147);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	audit_keys_done();
	return 0;
}

static int read_note(const char *text, size_t len, struct seal_checkpoint *out)
{
	struct seal_note *note = NULL;
	int error = seal_note_parse(text, len, &note, NULL);

	assert_int_equal(error, SEAL_OK);
	error = seal_checkpoint_read(note, out, NULL);
	seal_note_free(note);
	return error;
}

static void published_checkpoint(void **state)
{
	static const char note_text[] = BODY "\n" LOG_LINE WITNESS_LINE;
	struct seal_checkpoint checkpoint = {0};
	struct seal_note *note = NULL;
	char text[SEAL_CHECKPOINT_TEXT];
	uint64_t seconds = 0;

	(void)state;
	assert_int_equal(read_note(note_text, strlen(note_text), &checkpoint), SEAL_OK);
	assert_string_equal(checkpoint.origin, "example.com/behind-the-sofa");
	assert_int_equal(checkpoint.size, 20852163);
	assert_int_equal(checkpoint.root[0], 0x0a);
	assert_int_equal(checkpoint.root[31], 0x62);
	assert_int_equal(checkpoint.has_more, 0);
	assert_int_equal(seal_checkpoint_text(&checkpoint, text, NULL), SEAL_OK);
	assert_string_equal(text, BODY);
	assert_int_equal(seal_note_parse(note_text, strlen(note_text), &note, NULL), SEAL_OK);
	assert_int_equal(seal_cosign_time(&keys.key[ALICE], seal_note_signature(note, 1), &seconds),
			 1);
	assert_int_equal(seconds, 1679315147);
	assert_int_equal(seal_cosign_time(&keys.key[LOG], seal_note_signature(note, 1), &seconds),
			 0);
	seal_note_free(note);
}

static void forms_of_checkpoints(void **state)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{BODY, SEAL_OK},
		{BODY "more\nand more\n", SEAL_OK},
		{"o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", SEAL_OK},
		{"o\n9223372036854775807\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", SEAL_OK},
		{"o\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		 SEAL_E_FORMAT},
		{"o\n18446744073709551617\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		 SEAL_E_FORMAT},
		{"\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", SEAL_E_FORMAT},
		{"o\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", SEAL_E_FORMAT},
		{"o\n00\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", SEAL_E_FORMAT},
		{"o\n\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", SEAL_E_FORMAT},
		{"o\n+1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", SEAL_E_FORMAT},
		{"o\n1 \n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", SEAL_E_FORMAT},
		{"o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n", SEAL_E_FORMAT},
		{"o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n", SEAL_E_FORMAT},
		{"o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFVA\n", SEAL_E_FORMAT},
		{"o\n1\n\n", SEAL_E_FORMAT},
		{"o\n1\n", SEAL_E_TRUNCATED},
		{"o\n", SEAL_E_TRUNCATED},
		{BODY "\nmore\n", SEAL_E_FORMAT},
		{BODY "more\n\nmore\n", SEAL_E_FORMAT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct seal_checkpoint checkpoint = {.size = 77};
		struct seal_note_signer signer = signer_of(LOG);
		char *note = NULL;
		size_t len = 0;
		int error;

		assert_int_equal(seal_note_sign(rows[i].text, strlen(rows[i].text), &signer, 1,
						&note, &len, NULL),
				 SEAL_OK);
		error = read_note(note, len, &checkpoint);
		if (error != rows[i].error)
			fail_msg("row %zu: %s", i, seal_error_name(error));
		if (error)
			assert_int_equal(checkpoint.size, 77);
		else
			assert_int_equal(checkpoint.has_more, i == 1);
		free(note);
	}
}

static void what_is_not_written(void **state)
{
	struct seal_checkpoint wrong = sample;
	char text[SEAL_CHECKPOINT_TEXT] = "kept";

	(void)state;
	wrong.origin[0] = '\0';
	assert_int_equal(seal_checkpoint_text(&wrong, text, NULL), SEAL_E_FORMAT);
	wrong = sample;
	wrong.origin[3] = '\n';
	assert_int_equal(seal_checkpoint_text(&wrong, text, NULL), SEAL_E_FORMAT);
	wrong = sample;
	wrong.size = SEAL_MERKLE_SIZE_MAX + 1;
	assert_int_equal(seal_checkpoint_text(&wrong, text, NULL), SEAL_E_ARGUMENT);
	assert_string_equal(text, "kept");
	for (size_t i = 0; i < SEAL_CHECKPOINT_ORIGIN; i++)
		wrong.origin[i] = 'o';
	wrong.size = SEAL_MERKLE_SIZE_MAX;
	assert_int_equal(seal_checkpoint_text(&wrong, text, NULL), SEAL_OK);
	assert_int_equal(strlen(text), SEAL_CHECKPOINT_ORIGIN + 1 + 20 + 45);
}

/* The message by hand, as the specification has it. */
static void message_of_the_specification(void **state)
{
	static const char message[] = "cosignature/v1\ntime 1679315147\n" BODY;
	static const char late[] = "cosignature/v1\ntime 9223372036854775808\n" BODY;
	uint8_t signature[8 + 64] = {0, 0, 0, 0, 0x64, 0x18, 0x50, 0xcb};
	const struct seal_note_key *key = &keys.key[ALICE];
	uint8_t id[4 + 2 + 1 + 32] = "alice\n\x04", hash[32];

	(void)state;
	(void)crypto_sign_detached(signature + 8, NULL, (const uint8_t *)message, strlen(message),
				   keys.ed25519[1]);
	assert_int_equal(key->verify(key, BODY, strlen(BODY), signature, sizeof signature, NULL),
			 SEAL_OK);
	/* Well signed, but beyond what a time may be. */
	(void)crypto_sign_detached(signature + 8, NULL, (const uint8_t *)late, strlen(late),
				   keys.ed25519[1]);
	signature[0] = 0x80;
	for (size_t i = 1; i < 8; i++)
		signature[i] = 0;
	assert_int_equal(key->verify(key, BODY, strlen(BODY), signature, sizeof signature, NULL),
			 SEAL_E_VERIFY);
	signature[0] = 0;
	assert_int_equal(
		key->verify(key, BODY, strlen(BODY), signature, sizeof signature - 1, NULL),
		SEAL_E_VERIFY);
	assert_int_equal(key->verify(key, BODY, strlen(BODY), signature, 8, NULL), SEAL_E_VERIFY);
	assert_int_equal(key->verify(key, BODY, strlen(BODY), signature, 0, NULL), SEAL_E_VERIFY);
	memcpy(id + 7, keys.ed25519[1] + 32, 32);
	(void)crypto_hash_sha256(hash, id, sizeof id);
	assert_memory_equal(key->id, hash, 4);
}

/* Each kind, and each bit of text and signatures. */
static void cosigned_by_three_kinds(void **state)
{
	struct seal_cosign_verdict verdict[KEYS];
	struct seal_note *note = NULL;
	size_t len = 0;
	size_t text_len = 0;
	char *text = head_of(&sample, 0xf, &len);

	(void)state;
	assert_int_equal(seal_note_parse(text, len, &note, NULL), SEAL_OK);
	(void)seal_note_text(note, &text_len);
	seal_cosign_check(note, keys.key, KEYS, verdict);
	for (int i = 0; i < KEYS; i++) {
		assert_ptr_equal(verdict[i].key, &keys.key[i]);
		assert_int_equal(verdict[i].error, SEAL_OK);
		assert_int_equal(verdict[i].seconds, i == LOG ? 0 : 1679315147);
	}
	seal_cosign_check(note, keys.key, 2, verdict);
	assert_null(verdict[BRUNO].key);
	seal_note_freep(&note);
	for (size_t i = 0; i < len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			int good = 0;

			text[i] = (char)((unsigned char)text[i] ^ 1u << bit);
			if (seal_note_parse(text, len, &note, NULL) == SEAL_OK) {
				assert_true(seal_note_count(note) <= KEYS);
				seal_cosign_check(note, keys.key, KEYS, verdict);
				for (size_t k = 0; k < seal_note_count(note); k++)
					good += verdict[k].key && !verdict[k].error;
			}
			seal_note_freep(&note);
			/* The text is of all, a signature's line of one. */
			assert_true(i < text_len ? good == 0 : good < KEYS);
			text[i] = (char)((unsigned char)text[i] ^ 1u << bit);
		}
	free(text);
}

/* A signature over the checkpoint is no cosignature, nor the other way round; a token that was not
   touched, or not opened by its PIN, gives none. */
static void not_cosignatures(void **state)
{
	struct seal_note_signer plain = {&keys.key[BRUNO], sign_plain, keys.cosigner[BRUNO].ctx};
	struct seal_note_signer signer = signer_of(CHLOE);
	char *note = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_checkpoint_sign(&sample, &plain, 1, &note, &len, NULL),
			 SEAL_E_VERIFY);
	for (keys.flags = 0; keys.flags < 5; keys.flags++)
		assert_int_equal(seal_checkpoint_sign(&sample, &signer, 1, &note, &len, NULL),
				 SEAL_E_VERIFY);
	keys.cosigner[BRUNO].seconds = SEAL_MERKLE_SIZE_MAX + 1;
	signer = signer_of(BRUNO);
	assert_int_equal(seal_checkpoint_sign(&sample, &signer, 1, &note, &len, NULL),
			 SEAL_E_ARGUMENT);
	keys.cosigner[BRUNO].seconds = 1679315147;
	assert_null(note);
}

/* What is there stays, byte for byte. */
static void added_one_by_one(void **state)
{
	struct seal_cosign_verdict verdict[KEYS];
	struct seal_note *note = NULL;
	size_t len = 0;
	char *text = head_of(&sample, 1, &len);

	(void)state;
	for (int i = ALICE; i < KEYS; i++) {
		struct seal_note_signer signer = signer_of(i);
		char *more = NULL;
		size_t more_len = 0;

		assert_int_equal(seal_cosign_add(text, len, &signer, 1, &more, &more_len, NULL),
				 SEAL_OK);
		assert_memory_equal(more, text, len);
		assert_int_equal(strlen(more), more_len);
		free(text);
		text = more;
		len = more_len;
	}
	assert_int_equal(seal_note_parse(text, len, &note, NULL), SEAL_OK);
	assert_int_equal(seal_note_count(note), KEYS);
	seal_cosign_check(note, keys.key, KEYS, verdict);
	for (int i = 0; i < KEYS; i++)
		assert_int_equal(verdict[i].error, SEAL_OK);
	seal_note_free(note);
	for (unsigned count = KEYS; count <= SEAL_NOTE_SIGNATURES; count++) {
		struct seal_note_signer signer = signer_of(ALICE);
		char *more = NULL;
		size_t more_len = 0;
		int error = seal_cosign_add(text, len, &signer, 1, &more, &more_len, NULL);

		assert_int_equal(error, count < SEAL_NOTE_SIGNATURES ? SEAL_OK : SEAL_E_TOOLONG);
		if (error)
			break;
		free(text);
		text = more;
		len = more_len;
	}
	free(text);
}

/* Each bit counts, and each byte. */
static void no_key_but_this(const char *text)
{
	struct seal_note_key key;

	for (size_t at = 0; at < strlen(text); at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			char forged[SEAL_VKEY_TEXT];

			memcpy(forged, text, strlen(text) + 1);
			forged[at] = (char)((unsigned char)text[at] ^ 1u << bit);
			/* Such an id is of the key alone, and does not bind the name. */
			if (seal_vkey_parse(forged, strlen(text), &key, NULL) == SEAL_OK &&
			    (text != rekor || strchr(text, '+') - text <= (long)at))
				fail_msg("%s", forged);
		}
	for (size_t cut = 0; cut < strlen(text); cut++)
		assert_int_not_equal(seal_vkey_parse(text, cut, &key, NULL), SEAL_OK);
}

static void keys_as_text(void **state)
{
	static const char inside[] = "example.com/foo\0x+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaA"
				     "NYcrnKv3U2k";
	static const char good[] = "This is an example message.\n\n" DASH
				   "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ON"
				   "ncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
	struct seal_note_key key;
	struct seal_note *note = NULL;
	uint8_t signed_by = 0;
	char text[SEAL_VKEY_TEXT];

	(void)state;
	assert_int_equal(seal_vkey_parse(FOO, strlen(FOO), &key, NULL), SEAL_OK);
	assert_int_equal(seal_note_parse(good, strlen(good), &note, NULL), SEAL_OK);
	assert_int_equal(seal_note_verify(note, &key, 1, &signed_by, NULL), SEAL_OK);
	seal_note_free(note);
	assert_int_equal(seal_vkey_parse(rekor, strlen(rekor), &key, NULL), SEAL_OK);
	for (int i = 0; i < KEYS; i++) {
		vkey_of(i, text, sizeof text);
		assert_int_equal(seal_vkey_parse(text, strlen(text), &key, NULL), SEAL_OK);
		assert_string_equal(key.name, keys.key[i].name);
		assert_int_equal(key.len, keys.key[i].len);
		assert_memory_equal(key.bytes, keys.key[i].bytes, key.len);
		assert_memory_equal(key.id, keys.key[i].id, 4);
		assert_ptr_equal(key.verify, keys.key[i].verify);
		no_key_but_this(text);
	}
	no_key_but_this(rekor);
	assert_int_equal(seal_vkey_parse(inside, sizeof inside - 1, &key, NULL), SEAL_E_FORMAT);
}

/* A file of keys: comments, empty lines, a key twice; and the line that is wrong. */
static void keys_of_a_file(void **state)
{
	static const char head[] = "# keys of the auditor\n\n" FOO "\n" FOO "\n";
	char path[] = "/tmp/sealkit-vkey-XXXXXX";
	struct seal_note_key *list = NULL;
	struct seal_diag diag = {0};
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	size_t count = 0;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, head, strlen(head)), strlen(head));
	assert_int_equal(seal_vkey_read(path, &list, &count, NULL), SEAL_OK);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].name, "example.com/foo");
	assert_int_equal(write(fd, "x\n", 2), 2);
	assert_int_equal(seal_vkey_read(path, &list, &count, &diag), SEAL_E_FORMAT);
	seal_diag_line(&diag, line, sizeof line);
	assert_non_null(strstr(line, ": line 5: not a key"));
	assert_int_equal(seal_vkey_read("/nonexistent", &list, &count, NULL), SEAL_E_NOTFOUND);
	assert_int_equal(count, 1);
	free(list);
	(void)close(fd);
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_checkpoint),
		cmocka_unit_test(forms_of_checkpoints),
		cmocka_unit_test(what_is_not_written),
		cmocka_unit_test(message_of_the_specification),
		cmocka_unit_test(cosigned_by_three_kinds),
		cmocka_unit_test(not_cosignatures),
		cmocka_unit_test(added_one_by_one),
		cmocka_unit_test(keys_as_text),
		cmocka_unit_test(keys_of_a_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
