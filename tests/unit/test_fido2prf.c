/* fido2prf against what npm's age-encryption wrote (tests/vectors/fido2prf), there and
   back, and every way in which an identity or a stanza may be wrong. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/encode.h"
#include "crypto/age_internal.h"
#include "crypto/fido2prf.h"
#include "crypto/hmac.h"

#define FOLDER "tests/vectors/fido2prf/"

/* A credential in memory. */
struct credential {
	uint8_t secret[32];
	unsigned asked;
	int refuse; /* an error */
};

static int evaluate(void *ctx, const uint8_t salts[static SEAL_FIDO2PRF_SALTS],
		    struct seal_secret *output, struct seal_diag *diag)
{
	struct credential *credential = ctx;

	credential->asked++;
	if (credential->refuse)
		return seal_fail(diag, credential->refuse, "refused");
	for (size_t i = 0; i < 2; i++)
		seal_hmac(credential->secret, 32, &(struct seal_piece){salts + 32 * i, 32}, 1,
			  seal_secret_data(output) + 32 * i);
	return SEAL_OK;
}

static size_t read_file(const char *name, char *out, size_t cap)
{
	char path[128];
	FILE *file;
	size_t len;

	(void)snprintf(path, sizeof path, FOLDER "%s", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(out, 1, cap - 1, file);
	assert_true(len < cap - 1);
	(void)fclose(file);
	out[len] = '\0';
	return len;
}

/* One line, without its newline. */
static void read_line(const char *name, char *out, size_t cap)
{
	size_t len = read_file(name, out, cap);

	assert_int_equal(out[len - 1], '\n');
	out[len - 1] = '\0';
}

static struct credential planted(void)
{
	struct credential credential = {0};
	char hex[80];
	size_t len = 0;

	read_line("secret", hex, sizeof hex);
	assert_int_equal(seal_unhex(hex, 64, credential.secret, 32, &len, NULL), SEAL_OK);
	assert_int_equal(len, 32);
	return credential;
}

static int open_bytes(struct credential *credential, const char *bytes, size_t len, uint8_t *out,
		      size_t cap, size_t *out_len)
{
	struct seal_fido2prf prf = {evaluate, credential};
	struct seal_age_identity identity = seal_fido2prf_identity(&prf);
	struct seal_mem_source in = {.bytes = (const uint8_t *)bytes, .len = len};
	struct seal_mem_sink to = {.bytes = out, .cap = cap};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&to);
	int error = seal_age_open(&identity, 1, &source, &sink, NULL);

	*out_len = to.len;
	return error;
}

static void opens_theirs(void **state)
{
	static const char *const names[] = {"sealed-0", "sealed-100", "sealed-armor-100"};
	static const size_t sizes[] = {0, 100, 100};
	char bytes[4096];
	uint8_t plain[256];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct credential credential = planted();
		size_t len = read_file(names[i], bytes, sizeof bytes);
		size_t got = 0;

		assert_int_equal(open_bytes(&credential, bytes, len, plain, sizeof plain, &got),
				 SEAL_OK);
		assert_int_equal(got, sizes[i]);
		assert_memory_equal(plain, "1\n2\n3\n4\n5\n6\n", got ? 12 : 0);
		assert_int_equal(credential.asked, 1);
		credential.secret[31] ^= 1;
		assert_int_equal(open_bytes(&credential, bytes, len, plain, sizeof plain, &got),
				 SEAL_E_NOIDENTITY);
		assert_int_equal(got, 0);
		/* An evaluation that fails is not taken for another one's stanza. */
		credential.refuse = SEAL_E_VERIFY;
		assert_int_equal(open_bytes(&credential, bytes, len, plain, sizeof plain, &got),
				 SEAL_E_VERIFY);
	}
}

static size_t seal_ours(struct credential *credential, uint8_t *out, size_t cap)
{
	struct seal_fido2prf prf = {evaluate, credential};
	struct seal_mem_source in = {.bytes = (const uint8_t *)"a share", .len = 7};
	struct seal_mem_sink to = {.bytes = out, .cap = cap};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&to);

	assert_int_equal(seal_fido2prf_seal(&prf, &source, &sink, NULL), SEAL_OK);
	return to.len;
}

static void there_and_back(void **state)
{
	struct credential credential = planted();
	uint8_t one[512];
	uint8_t two[512];
	uint8_t plain[16];
	size_t len = seal_ours(&credential, one, sizeof one);
	size_t got = 0;

	(void)state;
	assert_int_equal(credential.asked, 1);
	assert_memory_equal(one, "age-encryption.org/v1\n-> age-encryption.org/fido2prf ", 53);
	assert_int_equal(open_bytes(&credential, (char *)one, len, plain, sizeof plain, &got),
			 SEAL_OK);
	assert_int_equal(got, 7);
	assert_memory_equal(plain, "a share", 7);
	assert_int_equal(seal_ours(&credential, two, sizeof two), len);
	assert_memory_not_equal(one, two, len);
}

static void a_refusal_writes_nothing(void **state)
{
	struct credential credential = {.refuse = SEAL_E_TOUCH};
	struct seal_fido2prf prf = {evaluate, &credential};
	uint8_t out[512];
	struct seal_mem_source in = {.bytes = out, .len = 7};
	struct seal_mem_sink to = {.bytes = out, .cap = sizeof out};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&to);

	(void)state;
	assert_int_equal(seal_fido2prf_seal(&prf, &source, &sink, NULL), SEAL_E_TOUCH);
	assert_int_equal(to.len, 0);
}

static int unwrap(struct credential *credential, const struct seal_age_stanza *stanzas,
		  size_t count)
{
	struct seal_fido2prf prf = {evaluate, credential};
	struct seal_age_identity identity = seal_fido2prf_identity(&prf);
	struct seal_secret *key = NULL;
	int error;

	assert_int_equal(seal_secret_new(SEAL_AGE_FILE_KEY, &key, NULL), SEAL_OK);
	error = identity.unwrap(identity.ctx, stanzas, count, key, NULL);
	seal_secret_free(key);
	return error;
}

static void stanzas(void **state)
{
	static const uint8_t body[33] = {0};
	struct seal_age_stanza other = {
		.type = "X25519", .args = 1, .arg = {"x"}, .body = body, .body_len = 32};
	struct seal_age_stanza good = {.type = SEAL_FIDO2PRF_TYPE,
				       .args = 1,
				       .arg = {"AAAAAAAAAAAAAAAAAAAAAA"},
				       .body = body,
				       .body_len = 32};
	struct seal_age_stanza bad[5] = {good, good, good, good, good};
	struct credential credential = planted();

	(void)state;
	assert_int_equal(unwrap(&credential, &other, 1), SEAL_E_NOIDENTITY);
	assert_int_equal(credential.asked, 0);
	bad[0].args = 0;
	bad[1].arg[0] = "AAAAAAAAAAAAAAAAAAAA"; /* 15 bytes */
	bad[2].arg[0] = "AAAAAAAAAAAAAAAAAAAAAB";
	bad[3].body_len = 31;
	bad[4].args = 2;
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(unwrap(&credential, &bad[i], 1), SEAL_E_FORMAT);
	assert_int_equal(credential.asked, 0);
	bad[0] = bad[1] = good;
	assert_int_equal(unwrap(&credential, bad, 2), SEAL_E_NOIDENTITY);
	assert_int_equal(credential.asked, 2);
}

static void their_identities(void **state)
{
	static struct seal_fido2prf_credential read;
	static char text[SEAL_FIDO2PRF_TEXT];
	static char again[SEAL_FIDO2PRF_TEXT];
	static const struct {
		const char *name, *rp_id, *first;
		size_t id_len, transports;
		uint8_t id_first;
	} table[] = {
		{"identity", "sealkit.invalid", "usb", 127, 1, 0x80},
		{"identity-short", "example.com", "", 16, 0, 1},
		{"identity-long", "a.rather.long.name.of.an.organisation.example.com", "internal",
		 1000, 5, 0},
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		read_line(table[i].name, text, sizeof text);
		assert_int_equal(seal_fido2prf_parse(text, &read, NULL), SEAL_OK);
		assert_string_equal(read.rp_id, table[i].rp_id);
		assert_int_equal(read.id_len, table[i].id_len);
		assert_int_equal(read.id[0], table[i].id_first);
		assert_int_equal(read.id[15], table[i].id_first + 15);
		assert_int_equal(read.transports, table[i].transports);
		assert_string_equal(read.transport[0], table[i].first);
		assert_int_equal(seal_fido2prf_text(&read, again, NULL), SEAL_OK);
		assert_string_equal(text, again);
	}
}

static void what_does_not_fit(void **state)
{
	static struct seal_fido2prf_credential credential = {.id_len = SEAL_FIDO2PRF_CREDENTIAL};
	static char text[SEAL_FIDO2PRF_TEXT];

	(void)state;
	assert_int_equal(seal_fido2prf_text(&credential, text, NULL), SEAL_E_FORMAT);
	for (size_t i = 0; i < SEAL_FIDO2PRF_RP_ID; i++)
		credential.rp_id[i] = 'a';
	assert_int_equal(seal_fido2prf_text(&credential, text, NULL), SEAL_E_TOOLONG);
	credential.rp_id[60] = '\0';
	assert_int_equal(seal_fido2prf_text(&credential, text, NULL), SEAL_OK);
	credential.id_len++;
	assert_int_equal(seal_fido2prf_text(&credential, text, NULL), SEAL_E_ARGUMENT);
	credential.id_len = 0;
	assert_int_equal(seal_fido2prf_text(&credential, text, NULL), SEAL_E_FORMAT);
}

static void bad_bytes(void **state)
{
	static const struct {
		const char *hex;
		int error;
	} table[] = {
		{"01410161618163757362", SEAL_OK},
		{"014101616180", SEAL_OK},
		{"", SEAL_E_FORMAT},
		{"02410161618163757362", SEAL_E_VERSION},
		{"1801410161618163757362", SEAL_E_FORMAT},	     /* 1 in two bytes */
		{"01580101616180", SEAL_E_FORMAT},		     /* length 1 in two */
		{"0159000101616180", SEAL_E_FORMAT},		     /* in three */
		{"015a0000000101616180", SEAL_E_FORMAT},	     /* in five */
		{"015f4101ff616180", SEAL_E_FORMAT},		     /* of no length */
		{"0140616180", SEAL_E_FORMAT},			     /* no credential */
		{"01610161618163757362", SEAL_E_FORMAT},	     /* a text for bytes */
		{"01410141618163757362", SEAL_E_FORMAT},	     /* bytes for a text */
		{"0141016080", SEAL_E_FORMAT},			     /* no rp id */
		{"014101610080", SEAL_E_FORMAT},		     /* NUL in it */
		{"014101620a6180", SEAL_E_FORMAT},		     /* a newline */
		{"01410161ff80", SEAL_E_FORMAT},		     /* not UTF-8 */
		{"0141016161", SEAL_E_FORMAT},			     /* no transports */
		{"014101616181", SEAL_E_FORMAT},		     /* one, and it is not there */
		{"01410161618100", SEAL_E_FORMAT},		     /* a number */
		{"01410161618960616161616161616161", SEAL_E_FORMAT}, /* nine */
		{"01410161618163757362"
		 "00",
		 SEAL_E_FORMAT},		     /* more behind */
		{"015904010a616180", SEAL_E_FORMAT}, /* 1025, cut short */
	};
	static struct seal_fido2prf_credential read;
	uint8_t bytes[64];

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		size_t len = 0;

		assert_int_equal(seal_unhex(table[i].hex, strlen(table[i].hex), bytes, sizeof bytes,
					    &len, NULL),
				 SEAL_OK);
		assert_int_equal(seal_fido2prf_parse_bytes(bytes, len, &read, NULL),
				 table[i].error);
	}
	/* Every cut of a good one is bad. */
	for (size_t n = 0; n < 10; n++) {
		static const uint8_t good[] = {1, 0x41, 1, 0x61, 'a', 0x81, 0x63, 'u', 's', 'b'};

		assert_int_equal(seal_fido2prf_parse_bytes(good, n, &read, NULL), SEAL_E_FORMAT);
	}
}

static void bad_texts(void **state)
{
	static struct seal_fido2prf_credential read;
	char text[512];

	(void)state;
	read_line("identity-short", text, sizeof text);
	text[40] = text[40] == 'Q' ? 'P' : 'Q';
	assert_int_equal(seal_fido2prf_parse(text, &read, NULL), SEAL_E_FORMAT);
	read_line("identity-short", text, sizeof text);
	for (char *c = text; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	assert_int_equal(seal_fido2prf_parse(text, &read, NULL), SEAL_E_FORMAT);
	assert_int_equal(seal_fido2prf_parse("", &read, NULL), SEAL_E_FORMAT);
	assert_int_equal(seal_bech32("age-secret-key-", (const uint8_t *)"\1\101\1\141a\200", 6, 1,
				     text, sizeof text, NULL),
			 SEAL_OK);
	assert_int_equal(seal_fido2prf_parse(text, &read, NULL), SEAL_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_theirs),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(a_refusal_writes_nothing),
		cmocka_unit_test(stanzas),
		cmocka_unit_test(their_identities),
		cmocka_unit_test(what_does_not_fit),
		cmocka_unit_test(bad_bytes),
		cmocka_unit_test(bad_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
