/* The journal of a ceremony. Threat: a power cut between doing and noting, or in
   the middle of noting, makes the tool forget or repeat what cannot be repeated. */

#include "base/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/io.h"
#include "base/own.h"
#include "base/path.h"

#include "base/banned.h"

#define HEAD "sealkit-journal/1\n"
#define HASH_HEX 32u
#define FILE_MAX (64u << 20)
#define LINE_MAX_BYTES (SEAL_JOURNAL_TEXT + HASH_HEX + 32u)

struct seal_journal {
	int fd;
	int broken;
	uint64_t seq;
	char hash[HASH_HEX + 1];
	char path[SEAL_PATH];
};

static void chain(const char *before, uint64_t seq, const char *text, char out[HASH_HEX + 1])
{
	crypto_hash_sha256_state state;
	uint8_t digest[32];
	char number[24];

	(void)snprintf(number, sizeof number, "%" PRIu64 " ", seq);
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)before, strlen(before));
	crypto_hash_sha256_update(&state, (const uint8_t *)number, strlen(number));
	crypto_hash_sha256_update(&state, (const uint8_t *)text, strlen(text));
	crypto_hash_sha256_final(&state, digest);
	seal_hex(digest, HASH_HEX / 2, out);
}

/* line is whole, without its newline, and is cut in place. */
static int take_line(struct seal_journal *journal, char *line, char **out_text,
		     struct seal_diag *diag)
{
	char number[24];
	char want[HASH_HEX + 1];
	size_t lead = (size_t)snprintf(number, sizeof number, "%" PRIu64 " ", journal->seq + 1);
	size_t len = strlen(line);

	if (len < lead + HASH_HEX + 1 || strncmp(line, number, lead) != 0 ||
	    line[lead + HASH_HEX] != ' ')
		return seal_fail(diag, SEAL_E_VERIFY, "%s: record %" PRIu64 " is damaged",
				 journal->path, journal->seq + 1);
	chain(journal->hash, journal->seq + 1, line + lead + HASH_HEX + 1, want);
	if (!seal_eq_ct(want, line + lead, HASH_HEX))
		return seal_fail(diag, SEAL_E_VERIFY, "%s: record %" PRIu64 " was changed",
				 journal->path, journal->seq + 1);
	(void)snprintf(journal->hash, sizeof journal->hash, "%s", want);
	journal->seq++;
	*out_text = line + lead + HASH_HEX + 1;
	return SEAL_OK;
}

/* Sets *out_good to the length of whole records, head included. */
static int take_all(struct seal_journal *journal, char *bytes, size_t len,
		    int (*each)(void *, uint64_t, const char *, struct seal_diag *), void *ctx,
		    size_t *out_good, struct seal_diag *diag)
{
	size_t at = strlen(HEAD);

	if (len < at || strncmp(bytes, HEAD, at) != 0)
		return seal_fail(diag, SEAL_E_VERSION, "%s: not a journal of version 1",
				 journal->path);
	if (strlen(bytes) != len)
		return seal_fail(diag, SEAL_E_VERIFY, "%s: holds a zero byte", journal->path);
	for (;;) {
		char *end = strchr(bytes + at, '\n');
		char *text = NULL;
		int error;

		if (!end)
			break;
		*end = '\0';
		error = take_line(journal, bytes + at, &text, diag);
		if (!error && each)
			error = each(ctx, journal->seq, text, diag);
		if (error)
			return error;
		at = (size_t)(end - bytes) + 1;
	}
	*out_good = at;
	return SEAL_OK;
}

static int sync_parent(const char *path, struct seal_diag *diag)
{
	char dir[SEAL_PATH];
	int error = seal_path_parent(path, dir, diag);

	return error ? error : seal_path_sync(dir, diag);
}

/* Makes the file begin with whole records only; syncs what it changed. */
static int settle(struct seal_journal *journal, size_t good, size_t len, struct seal_diag *diag)
{
	struct seal_sink sink = seal_sink_fd(&journal->fd);
	int error = SEAL_OK;

	if (good == 0) {
		if (ftruncate(journal->fd, 0) != 0)
			return seal_fail_errno(diag, SEAL_E_IO, "%s", journal->path);
		error = sink.write(sink.ctx, (const uint8_t *)HEAD, strlen(HEAD), diag);
	} else if (good < len && ftruncate(journal->fd, (off_t)good) != 0) {
		return seal_fail_errno(diag, SEAL_E_IO, "%s", journal->path);
	}
	if (error)
		return seal_because(diag, error, "%s", journal->path);
	if ((good == 0 || good != len) && fsync(journal->fd) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s: fsync", journal->path);
	return good == 0 ? sync_parent(journal->path, diag) : SEAL_OK;
}

static int load(struct seal_journal *journal,
		int (*each)(void *, uint64_t, const char *, struct seal_diag *), void *ctx,
		struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	size_t len = 0;
	size_t good = 0;
	int error = seal_file_read(journal->path, FILE_MAX, &bytes, &len, diag);

	/* A crash at the very first write leaves a beginning of the head. */
	if (!error && !(len < strlen(HEAD) && strncmp((char *)bytes, HEAD, len) == 0))
		error = take_all(journal, (char *)bytes, len, each, ctx, &good, diag);
	return error ? error : settle(journal, good, len, diag);
}

int seal_journal_open(const char *path,
		      int (*each)(void *ctx, uint64_t seq, const char *text,
				  struct seal_diag *diag),
		      void *ctx, struct seal_journal **out_journal, struct seal_diag *diag)
{
	struct seal_journal *journal SEAL_CLEANUP(seal_journal_freep) = calloc(1, sizeof *journal);
	int error;

	if (!journal)
		return seal_fail(diag, SEAL_E_NOMEM, "journal");
	journal->fd = -1;
	if (strlen(path) >= sizeof journal->path)
		return seal_fail(diag, SEAL_E_IO, "%s: over %zu bytes", path, SEAL_PATH - 1);
	(void)snprintf(journal->path, sizeof journal->path, "%s", path);
	journal->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (journal->fd < 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	if (flock(journal->fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? seal_fail(diag, SEAL_E_EXISTS,
							"%s: in use by another process", path)
					    : seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	error = load(journal, each, ctx, diag);
	if (error)
		return error;
	*out_journal = seal_steal(&journal);
	return SEAL_OK;
}

int seal_journal_add(struct seal_journal *journal, const char *text, struct seal_diag *diag)
{
	struct seal_sink sink = seal_sink_fd(&journal->fd);
	char line[LINE_MAX_BYTES];
	char hash[HASH_HEX + 1];
	int len;
	int error;

	if (journal->broken)
		return seal_fail(diag, SEAL_E_IO, "%s: an earlier record failed", journal->path);
	if (strlen(text) > SEAL_JOURNAL_TEXT || strchr(text, '\n'))
		return seal_fail(diag, SEAL_E_ARGUMENT, "%s: record too long or of two lines",
				 journal->path);
	chain(journal->hash, journal->seq + 1, text, hash);
	len = snprintf(line, sizeof line, "%" PRIu64 " %s %s\n", journal->seq + 1, hash, text);
	error = sink.write(sink.ctx, (const uint8_t *)line, (size_t)len, diag);
	if (!error && fdatasync(journal->fd) != 0)
		error = seal_fail_errno(diag, SEAL_E_IO, "fdatasync");
	if (error) {
		/* What is on disk is unknown now: only a new open may tell. */
		journal->broken = 1;
		return seal_because(diag, error, "%s", journal->path);
	}
	journal->seq++;
	(void)snprintf(journal->hash, sizeof journal->hash, "%s", hash);
	return SEAL_OK;
}

void seal_journal_free(struct seal_journal *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0)
		(void)close(journal->fd);
	free(journal);
}

void seal_journal_freep(struct seal_journal **journal)
{
	seal_journal_free(*journal);
	*journal = NULL;
}
