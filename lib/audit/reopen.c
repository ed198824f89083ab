/* From one audit file to the next. Threat: that lines of the old one are lost, or cut off
   behind, when it is moved away, and nobody sees it. */

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <sodium.h>

#include "audit/line_internal.h"
#include "base/encode.h"

#include "base/banned.h"

static int is_same(int a, int b)
{
	struct stat one, two;

	return fstat(a, &one) == 0 && fstat(b, &two) == 0 && one.st_dev == two.st_dev &&
	       one.st_ino == two.st_ino;
}

/* Of the line without its newline, as `tail -n 1 | tr -d '\n' | sha256sum` has it. */
static void hash_of(const struct seal_json_text *line, char out[static 65])
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	size_t len = line->len;

	if (len && line->bytes[len - 1] == '\n')
		len--;
	(void)crypto_hash_sha256(hash, (const uint8_t *)line->bytes, len);
	seal_hex(hash, sizeof hash, out);
}

static int make(const struct seal_audit *audit, struct seal_json_text *out_text,
		struct seal_diag *diag)
{
	struct json_t *line SEAL_CLEANUP(seal_json_freep) = NULL;
	struct timespec now = {0};
	char time[SEAL_AUDIT_TIME], hash[65];

	(void)clock_gettime(CLOCK_REALTIME, &now);
	seal_audit_time(time, now.tv_sec, now.tv_nsec);
	if (audit->last.bytes)
		hash_of(&audit->last, hash);
	line = json_pack("{s:s, s:s, s:I, s:{s:I, s:s*}}", "time", time, "type", "continue", "seq",
			 (json_int_t)audit->seq + 1, "previous", "seq", (json_int_t)audit->seq,
			 "sha256", audit->last.bytes ? hash : NULL);
	if (!line)
		return seal_fail(diag, SEAL_E_NOMEM, "audit line");
	return seal_json_write(line, SEAL_JSON_AS_MADE, "\n", out_text, diag);
}

static int begin(const struct seal_audit *audit, struct seal_audit *next, struct seal_diag *diag)
{
	struct seal_json_text text SEAL_CLEANUP(seal_json_text_done) = {0};
	int error = make(audit, &text, diag);

	if (!error)
		error = seal_audit_put(next, &text, diag);
	return error ? error : seal_audit_sync(next, diag);
}

static int enter(struct seal_audit *audit, struct seal_audit *next, struct seal_diag *diag)
{
	uint64_t seq = 0;
	off_t size;
	int error = seal_audit_tail(next->fd, &seq, &next->torn, NULL, diag);

	if (!error && seq > audit->seq)
		error = seal_fail(diag, SEAL_E_POLICY,
				  "audit log: has lines with later numbers; move it away");
	if (!error)
		error = seal_audit_sync(audit, diag);
	if (error)
		return error;
	size = lseek(next->fd, 0, SEEK_END);
	error = begin(audit, next, diag);
	if (error && next->is_file && size >= 0 && ftruncate(next->fd, size) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "audit log: a line that is none stays");
	return error;
}

int seal_audit_reopen(struct seal_audit *audit, int fd, int *out_same, struct seal_diag *diag)
{
	struct seal_audit next = *audit;
	struct stat stat;
	int same = is_same(audit->fd, fd);
	int error;

	next.fd = fd;
	next.last = (struct seal_json_text){0};
	next.dirty = 0;
	next.is_file = fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
	error = same ? SEAL_OK : enter(audit, &next, diag);
	if (same || error) {
		seal_json_text_done(&next.last);
		(void)close(fd);
	} else {
		(void)close(audit->fd);
		seal_json_text_done(&audit->last);
		*audit = next;
	}
	if (!error)
		*out_same = same;
	return error;
}
