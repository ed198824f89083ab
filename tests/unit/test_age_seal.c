/* Sealing with age: there and back at sizes around the chunks, several recipients,
   and Debian's age as the reader. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/secret.h"
#include "crypto/age.h"
#include "crypto/age_seal.h"

/* 32 bytes of 0x42 as an identity, and its recipient as age-keygen -y prints it. */
#define IDENTITY "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
#define RECIPIENT "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
#define CAP 400000u

static uint8_t plain[200000];
static uint8_t sealed[CAP];
static uint8_t back[CAP];

static size_t seal_it(size_t len, size_t recipients)
{
	struct seal_age_recipient to[3];
	struct seal_mem_source in = {.bytes = plain, .len = len};
	struct seal_mem_sink out = {.bytes = sealed, .cap = CAP};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);

	for (size_t i = 0; i < recipients; i++) {
		assert_int_equal(seal_age_recipient_parse(RECIPIENT, &to[i], NULL), SEAL_OK);
		if (i + 1 < recipients)
			assert_int_equal(seal_random(to[i].point, 32, NULL), SEAL_OK);
	}
	assert_int_equal(seal_age_seal(to, recipients, &source, &sink, NULL), SEAL_OK);
	return out.len;
}

static int open_it(size_t sealed_len, size_t *out_len)
{
	struct seal_secret *key = NULL;
	struct seal_mem_source in = {.bytes = sealed, .len = sealed_len};
	struct seal_mem_sink out = {.bytes = back, .cap = CAP};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);
	struct seal_age_identity identity;
	int error;

	assert_int_equal(seal_age_x25519_parse(IDENTITY, &key, NULL), SEAL_OK);
	identity = seal_age_x25519_identity(key);
	error = seal_age_open(&identity, 1, &source, &sink, NULL);
	seal_secret_free(key);
	*out_len = out.len;
	return error;
}

static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 200000};

static void there_and_back(void **state)
{
	(void)state;
	assert_int_equal(seal_random(plain, sizeof plain, NULL), SEAL_OK);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (size_t recipients = 1; recipients <= 3; recipients++) {
			size_t len = seal_it(sizes[i], recipients);
			size_t got = 0;

			assert_int_equal(open_it(len, &got), SEAL_OK);
			assert_int_equal(got, sizes[i]);
			assert_memory_equal(back, plain, got);
			assert_int_not_equal(open_it(len - 1, &got), SEAL_OK);
			sealed[len / 2] ^= 1;
			assert_int_not_equal(open_it(len, &got), SEAL_OK);
		}
	}
}

/* Nothing repeats: neither file keys nor ephemeral keys nor nonces. */
static void each_file_is_fresh(void **state)
{
	size_t len = seal_it(100, 1);

	(void)state;
	memcpy(back, sealed, len);
	assert_int_equal(seal_it(100, 1), len);
	assert_memory_equal(back, sealed, 32); /* version line and stanza name */
	assert_memory_not_equal(back + 32, sealed + 32, 43);
	assert_memory_not_equal(back + len - 116, sealed + len - 116, 100);
}

static void age_opens_it(void **state)
{
	char dir[] = "/tmp/sealkit-age-XXXXXX";
	char id[64];
	char file[64];
	FILE *out;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(id, sizeof id, "%s/id", dir);
	(void)snprintf(file, sizeof file, "%s/sealed", dir);
	out = fopen(id, "w");
	assert_non_null(out);
	assert_true(fputs(IDENTITY "\n", out) >= 0);
	assert_int_equal(fclose(out), 0);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		size_t len = seal_it(sizes[i], 2);
		int ends[2];
		int status = 0;
		size_t got;
		FILE *from;
		pid_t child;

		out = fopen(file, "w");
		assert_non_null(out);
		assert_int_equal(fwrite(sealed, 1, len, out), len);
		assert_int_equal(fclose(out), 0);
		assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
		child = fork();
		if (child == 0) {
			(void)dup2(ends[1], STDOUT_FILENO);
			(void)execlp("age", "age", "-d", "-i", id, file, (char *)NULL);
			_exit(127);
		}
		(void)close(ends[1]);
		from = fdopen(ends[0], "r");
		assert_non_null(from);
		got = fread(back, 1, CAP, from);
		(void)fclose(from);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_int_equal(got, sizes[i]);
		assert_memory_equal(back, plain, got);
	}
	(void)unlink(id);
	(void)unlink(file);
	(void)rmdir(dir);
}

static void refusals(void **state)
{
	struct seal_age_recipient to = {.kind = SEAL_AGE_X25519};
	struct seal_mem_source in = {.bytes = plain, .len = 1};
	struct seal_mem_sink out = {.bytes = sealed, .cap = CAP};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);

	(void)state;
	assert_int_equal(seal_age_recipient_parse(IDENTITY, &to, NULL), SEAL_E_FORMAT);
	assert_int_equal(seal_age_recipient_parse("age1", &to, NULL), SEAL_E_FORMAT);
	assert_int_equal(seal_age_seal(&to, 0, &source, &sink, NULL), SEAL_E_ARGUMENT);
	/* A point of low order: refused before a byte is written. */
	assert_int_equal(seal_age_seal(&to, 1, &source, &sink, NULL), SEAL_E_FORMAT);
	assert_int_equal(out.len, 0);
}

/* A share needs a few locked pages, not a whole batch of a long payload: here with a
   limit of 256 KiB, and without root's right to pass it. */
static void shares_need_little_locked_memory(void **state)
{
	const struct rlimit little = {256u << 10, 256u << 10};
	int status = 0;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		if (setrlimit(RLIMIT_MEMLOCK, &little) != 0 ||
		    (getuid() == 0 && setresuid(65534, 65534, 65534) != 0))
			_exit(9);
		(void)seal_it(300, 2);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(each_file_is_fresh),
		cmocka_unit_test(age_opens_it),
		cmocka_unit_test(refusals),
		cmocka_unit_test(shares_need_little_locked_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
