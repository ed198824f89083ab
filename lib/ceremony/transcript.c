/* The file of a transcript: grows by whole lines, each on disk before anybody hears of it. */

#include "ceremony/transcript_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/own.h"
#include "base/path.h"
#include "base/secret.h"
#include "share/set.h"

#include "base/banned.h"

void seal_transcript_free(struct seal_transcript *transcript)
{
	if (!transcript)
		return;
	if (transcript->fd >= 0)
		(void)close(transcript->fd);
	free(transcript);
}

void seal_transcript_freep(struct seal_transcript **transcript)
{
	seal_transcript_free(*transcript);
	*transcript = NULL;
}

static int add_leaf(struct seal_transcript *transcript, const char *line, size_t len,
		    struct seal_diag *diag)
{
	uint8_t hash[SEAL_MERKLE_HASH];
	int error;

	seal_merkle_leaf(line, len, hash);
	error = seal_merkle_add(&transcript->tree, 0, hash, diag);
	if (!error)
		transcript->seq++;
	return error;
}

static int take_line(struct seal_transcript *transcript, const char *line, size_t len,
		     const struct seal_transcript_source *source, struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct seal_transcript_entry entry;
	uint8_t card[SEAL_CARD_FINGERPRINT];
	int error = seal_transcript_read_line(transcript, line, len, &json, &entry, card, diag);

	if (!error)
		error = add_leaf(transcript, line, len, diag);
	if (!error && source->each)
		error = source->each(source->ctx, &entry, diag);
	return error;
}

/* Cuts what a crash has left of a line off: it was never reported. */
static int cut(struct seal_transcript *transcript, size_t to, struct seal_diag *diag)
{
	return ftruncate(transcript->fd, (off_t)to) == 0 && fsync(transcript->fd) == 0
		       ? SEAL_OK
		       : seal_fail_errno(diag, SEAL_E_IO, "transcript");
}

static int read_lines(struct seal_transcript *transcript, const char *text, size_t len,
		      const struct seal_transcript_source *source, struct seal_diag *diag)
{
	size_t at = 0;
	int error = SEAL_OK;

	while (at < len && !error) {
		const char *end = memchr(text + at, '\n', len - at);

		if (!end)
			return source->only_read ? SEAL_OK : cut(transcript, at, diag);
		error = take_line(transcript, text + at, (size_t)(end - text) - at, source, diag);
		if (error)
			return seal_because(diag, error, "line %llu",
					    (unsigned long long)transcript->seq + 1);
		at = (size_t)(end - text) + 1;
	}
	return error;
}

static int read_all(struct seal_transcript *transcript, const struct seal_transcript_source *source,
		    struct seal_diag *diag)
{
	struct stat st;
	char *text;
	size_t len, have = 0;
	int error = SEAL_OK;

	if (fstat(transcript->fd, &st) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "transcript");
	if (!S_ISREG(st.st_mode))
		return seal_fail(diag, SEAL_E_IO, "not a regular file");
	if (st.st_size > (off_t)SEAL_TRANSCRIPT_FILE)
		return seal_fail(diag, SEAL_E_TOOLONG, "over %u bytes", SEAL_TRANSCRIPT_FILE);
	len = (size_t)st.st_size;
	text = malloc(len + 1);
	if (!text)
		return seal_fail(diag, SEAL_E_NOMEM, "transcript");
	while (have < len && !error) {
		ssize_t got = pread(transcript->fd, text + have, len - have, (off_t)have);

		if (got <= 0)
			error = seal_fail_errno(diag, SEAL_E_IO, "transcript");
		else
			have += (size_t)got;
	}
	if (!error)
		error = read_lines(transcript, text, len, source, diag);
	free(text);
	return error;
}

static int open_only(struct seal_transcript *transcript, const char *path, struct seal_diag *diag)
{
	transcript->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	transcript->broken = 1;
	return transcript->fd >= 0
		       ? SEAL_OK
		       : seal_fail_errno(diag, errno == ENOENT ? SEAL_E_NOTFOUND : SEAL_E_IO,
					 "transcript");
}

static int open_file(struct seal_transcript *transcript, const char *path, struct seal_diag *diag)
{
	char folder[SEAL_PATH];
	int error;

	transcript->fd =
		open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	if (transcript->fd < 0)
		return seal_fail_errno(diag, SEAL_E_IO, "transcript");
	if (flock(transcript->fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK
			       ? seal_fail(diag, SEAL_E_EXISTS, "another program writes it")
			       : seal_fail_errno(diag, SEAL_E_IO, "transcript");
	error = seal_path_parent(path, folder, diag);
	return error ? error : seal_path_sync(folder, diag);
}

int seal_transcript_open(const struct seal_transcript_source *source,
			 struct seal_transcript **out_transcript, struct seal_diag *diag)
{
	struct seal_transcript *transcript SEAL_CLEANUP(seal_transcript_freep) =
		calloc(1, sizeof *transcript);
	int error;

	if (!transcript)
		return seal_fail(diag, SEAL_E_NOMEM, "transcript");
	transcript->rehearsal = source->rehearsal != 0;
	seal_hex(source->plan, SEAL_PLAN_DIGEST, transcript->plan);
	error = source->only_read ? open_only(transcript, source->path, diag)
				  : open_file(transcript, source->path, diag);
	if (!error)
		error = read_all(transcript, source, diag);
	if (!error && !transcript->seq && source->only_read)
		error = seal_fail(diag, SEAL_E_TRUNCATED, "nothing is in it");
	if (!error && !transcript->seq)
		error = seal_set_id(transcript->session, diag);
	if (error)
		return seal_because(diag, error, "%s", source->path);
	*out_transcript = seal_steal(&transcript);
	return SEAL_OK;
}

static int write_line(struct seal_transcript *transcript, const struct seal_json_text *line,
		      struct seal_diag *diag)
{
	size_t done = 0;

	while (done < line->len) {
		ssize_t did = write(transcript->fd, line->bytes + done, line->len - done);

		if (did < 0 && errno == EINTR)
			continue;
		if (did <= 0)
			return seal_fail_errno(diag, SEAL_E_IO, "transcript");
		done += (size_t)did;
	}
	return fsync(transcript->fd) == 0 ? SEAL_OK
					  : seal_fail_errno(diag, SEAL_E_IO, "transcript");
}

int seal_transcript_add(struct seal_transcript *transcript,
			const struct seal_transcript_entry *entry, struct seal_diag *diag)
{
	struct seal_json_text line SEAL_CLEANUP(seal_json_text_done) = {0};
	char time[25];
	int error;

	if (transcript->broken)
		return seal_fail(diag, SEAL_E_IO,
				 "transcript: a line before could not be written; open it again");
	error = seal_transcript_line(transcript, entry, &line, time, diag);
	if (error)
		return error;
	transcript->broken = 1;
	error = write_line(transcript, &line, diag);
	if (!error)
		error = add_leaf(transcript, line.bytes, line.len - 1, diag);
	if (error)
		return error;
	transcript->broken = 0;
	memcpy(transcript->time, time, sizeof time);
	transcript->ended =
		entry->kind == SEAL_TRANSCRIPT_END || entry->kind == SEAL_TRANSCRIPT_ABORT;
	return SEAL_OK;
}

int seal_transcript_ended(const struct seal_transcript *transcript)
{
	return transcript->ended;
}

const char *seal_transcript_session(const struct seal_transcript *transcript)
{
	return transcript->session;
}

void seal_transcript_head(const struct seal_transcript *transcript,
			  struct seal_checkpoint *out_checkpoint)
{
	*out_checkpoint = (struct seal_checkpoint){.size = transcript->tree.size};
	(void)snprintf(out_checkpoint->origin, sizeof out_checkpoint->origin, "sealkit/ceremony/%s",
		       transcript->session);
	seal_merkle_root(&transcript->tree, out_checkpoint->root);
}
