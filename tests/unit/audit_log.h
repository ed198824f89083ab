#ifndef SEALKIT_TESTS_AUDIT_LOG_H
#define SEALKIT_TESTS_AUDIT_LOG_H

/* A sample log in memory, written to a folder of its own: LINES lines with a checkpoint at each of
   the sizes in `heads`, promised by the line before it. Include after audit_keys.h. */

#include <sys/stat.h>
#include <unistd.h>

#include "audit/verify.h"
#include "base/file.h"

#define LOG_LINES 40u
#define LOG_HEADS 3u
#define LOG_TIME 1794992400u /* of the first line, in seconds */

static const uint64_t log_sizes[LOG_HEADS] = {7, 24, LOG_LINES};

struct audit_log {
	char *line[2 * LOG_LINES]; /* without newline */
	size_t count;
	char *head[LOG_HEADS];
	char tail[64]; /* behind the last line, without newline */
};

static char log_folder[] = "/tmp/sealkit-log-XXXXXX";
static char log_path[64], log_head_path[LOG_HEADS][128];

static char *log_line(unsigned i, uint64_t seq)
{
	char *text = NULL;

	if (seq == log_sizes[0] || seq == log_sizes[1] || seq == log_sizes[2])
		assert_true(asprintf(&text,
				     "{\"time\":\"2026-11-18T09:%02u:%02u.%03uZ\",\"type\":"
				     "\"promise\",\"seq\":%llu,\"signers\":[\"vault.example/log\","
				     "\"alice\",\"bruno\",\"chloe\"]}",
				     i / 60, i % 60, i * 7 % 1000, (unsigned long long)seq) > 0);
	else
		assert_true(asprintf(&text,
				     "{\"time\":\"2026-11-18T09:%02u:%02u.%03uZ\",\"type\":"
				     "\"request\",\"seq\":%llu,\"auth\":{\"token_type\":"
				     "\"default\"},\"request\":{\"id\":\"%08x\",\"path\":"
				     "\"sys/seal \\u2014 %u\",\"n\":%u.5}}",
				     i / 60, i % 60, i * 7 % 1000, (unsigned long long)seq,
				     i * 2654435761u, i, i) > 0);
	return text;
}

static void log_root(const struct audit_log *log, uint64_t size, uint8_t *out)
{
	struct seal_merkle tree = {0};
	uint8_t leaf[SEAL_MERKLE_HASH];

	for (uint64_t i = 0; i < size; i++) {
		seal_merkle_leaf(log->line[i], strlen(log->line[i]), leaf);
		assert_int_equal(seal_merkle_add(&tree, 0, leaf, NULL), SEAL_OK);
	}
	seal_merkle_root(&tree, out);
}

static void SEAL_UNUSED log_sign(struct audit_log *log)
{
	for (size_t k = 0; k < LOG_HEADS; k++) {
		struct seal_checkpoint checkpoint = {.origin = "vault.example/log",
						     .size = log_sizes[k]};
		size_t len = 0;

		log_root(log, log_sizes[k], checkpoint.root);
		for (int i = 0; i < KEYS; i++)
			keys.cosigner[i].seconds = LOG_TIME + 60 + k;
		free(log->head[k]);
		log->head[k] = head_of(&checkpoint, 0xf, &len);
	}
}

static void SEAL_UNUSED log_make(struct audit_log *log)
{
	*log = (struct audit_log){.count = LOG_LINES};
	for (unsigned i = 0; i < LOG_LINES; i++)
		log->line[i] = log_line(i, i + 1);
	log_sign(log);
}

static void SEAL_UNUSED log_done(struct audit_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		free(log->line[i]);
	for (size_t k = 0; k < LOG_HEADS; k++)
		free(log->head[k]);
}

static void SEAL_UNUSED log_copy(const struct audit_log *log, struct audit_log *out)
{
	*out = *log;
	for (size_t i = 0; i < log->count; i++)
		out->line[i] = strdup(log->line[i]);
	for (size_t k = 0; k < LOG_HEADS; k++)
		out->head[k] = strdup(log->head[k]);
}

/* The newest head is beside the file, the others in the folder. */
static void log_setup(void)
{
	char path[96];

	assert_non_null(mkdtemp(log_folder));
	(void)snprintf(log_path, sizeof log_path, "%s/log", log_folder);
	(void)snprintf(path, sizeof path, "%s.checkpoints", log_path);
	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t k = 0; k < LOG_HEADS - 1; k++)
		(void)snprintf(log_head_path[k], sizeof log_head_path[k], "%s/%zu", path, k);
	(void)snprintf(log_head_path[LOG_HEADS - 1], sizeof log_head_path[0], "%s.checkpoint",
		       log_path);
}

static void log_teardown(void)
{
	char path[96];

	for (size_t k = 0; k < LOG_HEADS; k++)
		(void)unlink(log_head_path[k]);
	(void)unlink(log_path);
	(void)snprintf(path, sizeof path, "%s.checkpoints", log_path);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(log_folder), 0);
}

static void log_put(const char *path, const char *text)
{
	FILE *out = text ? fopen(path, "w") : NULL;

	if (!text)
		(void)unlink(path);
	else
		assert_true(out && fputs(text, out) >= 0 && fclose(out) == 0);
}

static void SEAL_UNUSED log_write(const struct audit_log *log)
{
	FILE *out = fopen(log_path, "w");

	for (size_t i = 0; i < log->count; i++)
		assert_true(fprintf(out, "%s\n", log->line[i]) > 0);
	assert_true(fputs(log->tail, out) >= 0);
	assert_int_equal(fclose(out), 0);
	for (size_t k = 0; k < LOG_HEADS; k++)
		log_put(log_head_path[k], log->head[k]);
}

struct log_findings { /* one a line: FILE:LINE WHAT */
	size_t count;
	char text[8192];
};

static void log_found(void *ctx, const struct seal_verify_finding *finding)
{
	struct log_findings *findings = ctx;
	size_t used = strlen(findings->text);
	const char *name = strrchr(finding->path, '/');

	findings->count++;
	(void)snprintf(findings->text + used, sizeof findings->text - used, "%s:%llu %s\n",
		       name ? name + 1 : finding->path, (unsigned long long)finding->line,
		       finding->what);
}

static int SEAL_UNUSED log_verify(struct seal_verify *job, struct log_findings *findings,
				  struct seal_verify_report *report)
{
	const char *const files[] = {log_path};
	const struct seal_verify asked = *job;
	struct seal_diag diag = {0};
	char **heads = NULL;
	size_t count = 0;
	int error;

	*findings = (struct log_findings){0};
	assert_int_equal(seal_verify_heads_of(log_path, &heads, &count, NULL), SEAL_OK);
	if (!job->files)
		job->files = files;
	if (!job->count)
		job->count = 1;
	job->heads = (const char *const *)heads;
	job->head_count = count;
	job->keys = keys.key;
	if (!job->key_count)
		job->key_count = KEYS;
	job->found = log_found;
	job->ctx = findings;
	error = seal_verify_run(job, report, &diag);
	assert_int_equal(diag.error, error);
	*job = asked;
	for (size_t i = 0; i < count; i++)
		free(heads[i]);
	free(heads);
	return error;
}

#endif
