/* Every allocation of reading and signing heads, proofs and keys fails in turn: an error, and
   nothing half done. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>

#include "audit/tlog_proof.h"
#include "audit/vkey.h"
#include "audit_keys.h"
#include "audit_log.h"
#include "base/json.h"
#include "base/own.h"
#include "faults.h"

static const struct seal_checkpoint sample = {"vault.example/log", 130, {7, 8, 9}, 0};
static struct audit_log sample_log;
static char path[] = "/tmp/sealkit-fault-audit-XXXXXX";

static int setup(void **state)
{
	char text[512];
	int fd = mkstemp(path);

	(void)state;
	seal_json_setup();
	audit_keys_init(1679315147);
	log_setup();
	log_make(&sample_log);
	log_write(&sample_log);
	for (int i = 0; i < KEYS; i++) {
		vkey_of(i, text, sizeof text);
		assert_true(dprintf(fd, "%s\n", text) > 0);
	}
	return close(fd);
}

static int teardown(void **state)
{
	(void)state;
	log_done(&sample_log);
	log_teardown();
	audit_keys_done();
	return unlink(path);
}

/* A head is signed by the log, cosigned, and read again; and so is a proof that has it. */
static int sign_and_read(void)
{
	struct seal_note_signer signers[KEYS] = {signer_of(LOG), signer_of(ALICE)};
	char *head SEAL_CLEANUP(seal_text_freep) = NULL;
	char *more SEAL_CLEANUP(seal_text_freep) = NULL;
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	struct seal_cosign_verdict verdict[2];
	struct seal_tlog_proof proof = {.from = 5};
	struct seal_checkpoint back;
	size_t len = 0;
	size_t more_len = 0;
	int error = seal_checkpoint_sign(&sample, signers, 1, &head, &len, NULL);

	if (!error)
		error = seal_cosign_add(head, len, signers + 1, 1, &more, &more_len, NULL);
	if (!error)
		error = seal_tlog_proof_text(&proof, more, more_len, &text, &len, NULL);
	if (!error)
		error = seal_tlog_proof_parse(text, len, &proof, NULL);
	if (!error)
		error = seal_note_parse(text + proof.checkpoint_at, len - proof.checkpoint_at,
					&note, NULL);
	if (!error)
		error = seal_checkpoint_read(note, &back, NULL);
	if (error)
		return error;
	/* A check that could not be made is none that was passed. */
	seal_cosign_check(note, keys.key, KEYS, verdict);
	return verdict[0].error ? verdict[0].error : verdict[1].error;
}

static void heads_and_proofs(void **state)
{
	(void)state;
	fault_each(sign_and_read, NULL);
}

static int read_keys(void)
{
	struct seal_note_key *list = NULL;
	size_t count = 0;
	int error = seal_vkey_read(path, &list, &count, NULL);

	if (!error)
		assert_int_equal(count, KEYS);
	free(list);
	return error;
}

static void files_of_keys(void **state)
{
	(void)state;
	fault_each(read_keys, NULL);
}

/* A run that could not do all it should is none that found nothing. */
static int verify_log(void)
{
	const char *files[] = {log_path};
	struct seal_verify job = {.files = files,
				  .count = 1,
				  .keys = keys.key,
				  .key_count = KEYS,
				  .strict = 1,
				  .threads = 1};
	struct seal_verify_report report;
	char **heads = NULL;
	size_t count = 0;
	int error = seal_verify_heads_of(log_path, &heads, &count, NULL);

	job.heads = (const char *const *)heads;
	job.head_count = count;
	if (!error)
		error = seal_verify_run(&job, &report, NULL);
	for (size_t i = 0; i < count; i++)
		free(heads[i]);
	free(heads);
	return error;
}

static void verifying(void **state)
{
	(void)state;
	fault_each(verify_log, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_and_proofs),
		cmocka_unit_test(files_of_keys),
		cmocka_unit_test(verifying),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
