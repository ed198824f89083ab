/* Audit lines. */

#include "audit/line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "audit/line_internal.h"

#include "base/banned.h"

static const char *salt_of(const struct seal_audit *audit)
{
	return (const char *)seal_secret_bytes(audit->salt);
}

int seal_audit_new(int fd, const char *salt, struct seal_audit **out_audit, struct seal_diag *diag)
{
	struct seal_audit *audit SEAL_CLEANUP(seal_audit_freep) = NULL;
	struct stat stat;
	int error;

	if (!salt[0] || strlen(salt) > SEAL_AUDIT_SALT)
		return seal_fail(diag, SEAL_E_ARGUMENT, "audit salt");
	audit = calloc(1, sizeof *audit);
	if (!audit)
		return seal_fail(diag, SEAL_E_NOMEM, "audit log");
	audit->fd = -1;
	error = seal_secret_new(strlen(salt) + 1, &audit->salt, diag);
	if (error)
		return error;
	memcpy(seal_secret_data(audit->salt), salt, strlen(salt) + 1);
	error = seal_audit_tail(fd, &audit->seq, &audit->torn, &audit->last, diag);
	if (error)
		return error;
	audit->is_file = fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
	/* Numbering goes on from a line that stays. */
	audit->dirty = audit->seq > 0;
	audit->fd = fd;
	error = seal_audit_sync(audit, diag);
	if (error)
		audit->fd = -1;
	if (error)
		return error;
	*out_audit = seal_steal(&audit);
	return SEAL_OK;
}

void seal_audit_free(struct seal_audit *audit)
{
	if (!audit)
		return;
	if (audit->fd >= 0)
		(void)!seal_audit_sync(audit, NULL);
	if (audit->fd >= 0)
		(void)close(audit->fd);
	seal_json_text_done(&audit->last);
	seal_secret_free(audit->salt);
	free(audit);
}

void seal_audit_freep(struct seal_audit **audit)
{
	seal_audit_free(*audit);
	*audit = NULL;
}

uint64_t seal_audit_seq(const struct seal_audit *audit)
{
	return audit->seq;
}

void seal_audit_time(char out[static SEAL_AUDIT_TIME], time_t seconds, long nanoseconds)
{
	struct tm tm = {0};
	size_t len;

	(void)gmtime_r(&seconds, &tm);
	len = strftime(out, SEAL_AUDIT_TIME, "%Y-%m-%dT%H:%M:%S", &tm);
	if (nanoseconds) {
		len += (size_t)snprintf(out + len, SEAL_AUDIT_TIME - len, ".%09ld", nanoseconds);
		while (out[len - 1] == '0')
			len--;
	}
	(void)snprintf(out + len, SEAL_AUDIT_TIME - len, "Z");
}

static int set_text(json_t *json, const char *name, const char *text)
{
	return text ? json_object_set_new(json, name, json_string(text)) : 0;
}

static int set_hash(const struct seal_audit *audit, json_t *json, const char *name,
		    const char *text)
{
	char hash[SEAL_AUDIT_HASH];

	if (!text)
		return 0;
	seal_audit_hash(salt_of(audit), text, strlen(text), hash);
	return set_text(json, name, hash);
}

static const char *record_text(const struct seal_audit_event *event, const char *name)
{
	return json_string_value(json_object_get(event->record, name));
}

static int set_auth(const struct seal_audit *audit, const struct seal_audit_event *event,
		    json_t *line)
{
	json_t *auth = json_object(), *policies = json_object_get(event->record, "policies");
	char issued[SEAL_AUDIT_TIME];
	int bad;

	if (!event->record) {
		bad = set_text(auth, "token_type", "default");
	} else {
		seal_audit_time(
			issued,
			(time_t)json_integer_value(json_object_get(event->record, "creation_time")),
			0);
		bad = set_hash(audit, auth, "client_token", event->token) ||
		      set_hash(audit, auth, "accessor", record_text(event, "accessor")) ||
		      set_text(auth, "display_name", record_text(event, "display_name")) ||
		      json_object_set(auth, "policies", policies) ||
		      json_object_set(auth, "token_policies", policies) ||
		      set_text(auth, "token_type", record_text(event, "type")) ||
		      set_text(auth, "token_issue_time", issued);
	}
	return json_object_set_new(line, "auth", auth) || bad;
}

/* "[2001:db8::1]:4711" in its two halves. */
static int set_peer(json_t *request, const char *peer)
{
	const char *colon = peer ? strrchr(peer, ':') : NULL;
	const char *from = peer && peer[0] == '[' ? peer + 1 : peer;
	size_t len = colon ? (size_t)(colon - from) : 0;
	int port = 0;

	if (!colon)
		return set_text(request, "remote_address", peer);
	if (len && from[len - 1] == ']')
		len--;
	for (const char *at = colon + 1; *at >= '0' && *at <= '9' && port < 65536; at++)
		port = port * 10 + (*at - '0');
	return json_object_set_new(request, "remote_address", json_stringn(from, len)) ||
	       json_object_set_new(request, "remote_port", json_integer(port));
}

static size_t longest(const struct seal_audit_event *event)
{
	return event->brief ? SEAL_AUDIT_BRIEF : SEAL_AUDIT_LINE;
}

/* brief: all of the data in one HMAC. */
static int set_data(const struct seal_audit *audit, const struct seal_audit_event *event,
		    const struct json_t *data, int brief, json_t *to, struct seal_diag *diag)
{
	struct seal_json_text text SEAL_CLEANUP(seal_json_text_done) = {0};
	char hash[SEAL_AUDIT_HASH];
	struct json_t *hidden;
	int error;

	if (!data)
		return SEAL_OK;
	if (!brief) {
		error = seal_audit_hide(
			data,
			&(struct seal_audit_hiding){salt_of(audit), event->hide_numbers,
						    event->hide_names, longest(event)},
			&hidden, diag);
		if (error)
			return error;
		return json_object_set_new(to, "data", hidden)
			       ? seal_fail(diag, SEAL_E_NOMEM, "audit line")
			       : SEAL_OK;
	}
	error = seal_json_write(data, SEAL_JSON_SORTED, "", &text, diag);
	if (error)
		return error;
	seal_audit_hash(salt_of(audit), text.bytes, text.len, hash);
	return set_text(to, "data", hash) ? seal_fail(diag, SEAL_E_NOMEM, "audit line") : SEAL_OK;
}

static int set_request(const struct seal_audit *audit, const struct seal_audit_event *event,
		       int brief, json_t *line, struct seal_diag *diag)
{
	json_t *request = json_object();
	int error;
	int bad =
		json_object_set_new(line, "request", request) ||
		set_text(request, "id", event->id) ||
		set_text(request, "operation", event->operation) ||
		set_text(request, "mount_type", event->mount_type) ||
		set_hash(audit, request, "client_token", event->token) ||
		set_hash(audit, request, "client_token_accessor", record_text(event, "accessor")) ||
		json_object_set_new(request, "namespace", json_pack("{s:s}", "id", "root")) ||
		set_text(request, "path", event->path);

	if (bad)
		return seal_fail(diag, SEAL_E_NOMEM, "audit line");
	error = set_data(audit, event, event->request, brief, request, diag);
	if (error)
		return error;
	return set_peer(request, event->peer) ? seal_fail(diag, SEAL_E_NOMEM, "audit line")
					      : SEAL_OK;
}

static int make(const struct seal_audit *audit, enum seal_audit_type type,
		const struct seal_audit_event *event, int brief, struct seal_json_text *out_text,
		struct seal_diag *diag)
{
	struct json_t *line SEAL_CLEANUP(seal_json_freep) = NULL;
	struct timespec now = {0};
	json_t *response = NULL;
	char text[SEAL_AUDIT_TIME];
	int error;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	seal_audit_time(text, now.tv_sec, now.tv_nsec);
	line = json_pack("{s:s, s:s, s:I}", "time", text, "type",
			 type == SEAL_AUDIT_REQUEST ? "request" : "response", "seq",
			 (json_int_t)audit->seq + 1);
	if (!line || set_auth(audit, event, line))
		return seal_fail(diag, SEAL_E_NOMEM, "audit line");
	error = set_request(audit, event, brief, line, diag);
	if (error)
		return error;
	if (type == SEAL_AUDIT_RESPONSE) {
		response = json_object();
		if (json_object_set_new(line, "response", response) ||
		    set_text(response, "mount_type", event->mount_type))
			return seal_fail(diag, SEAL_E_NOMEM, "audit line");
		error = set_data(audit, event, event->response, brief, response, diag);
	}
	if (!error && set_text(line, "error", event->error))
		error = seal_fail(diag, SEAL_E_NOMEM, "audit line");
	return error ? error : seal_json_write(line, SEAL_JSON_AS_MADE, "\n", out_text, diag);
}

/* What a failed write left behind; guess is for what cannot be read back. */
static int ends_torn(int fd, int guess)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char last;

	if (end == 0)
		return 0;
	return end > 0 && pread(fd, &last, 1, end - 1) == 1 ? last != '\n' : guess;
}

/* All in one call, so that no line of another writer comes between. *seq counts up where
   the line is there, if perhaps without its newline: then it has its number, but the
   caller does not go on. */
static int put(struct seal_audit *audit, const char *bytes, size_t len, uint64_t *seq,
	       struct seal_diag *diag)
{
	ssize_t done;

	do
		done = write(audit->fd, bytes, len);
	while (done < 0 && errno == EINTR);
	audit->dirty |= done > 0;
	if (seq && done > 0 && (size_t)done + 1 >= len)
		(*seq)++;
	if (done == (ssize_t)len)
		return SEAL_OK;
	(void)seal_fail_errno(diag, SEAL_E_IO, "audit log");
	audit->torn = ends_torn(audit->fd, done > 0);
	return SEAL_E_IO;
}

int seal_audit_put(struct seal_audit *audit, struct seal_json_text *text, struct seal_diag *diag)
{
	uint64_t before = audit->seq;
	int error = audit->torn ? put(audit, "\n", 1, NULL, diag) : SEAL_OK;

	if (error)
		return error;
	audit->torn = 0;
	error = put(audit, text->bytes, text->len, &audit->seq, diag);
	if (audit->seq != before) {
		seal_json_text_done(&audit->last);
		audit->last = *text;
		*text = (struct seal_json_text){0};
	}
	return error;
}

int seal_audit_sync(struct seal_audit *audit, struct seal_diag *diag)
{
	if (!audit->is_file || !audit->dirty)
		return SEAL_OK;
	if (fdatasync(audit->fd) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "audit log");
	audit->dirty = 0;
	return SEAL_OK;
}

int seal_audit_write(struct seal_audit *audit, enum seal_audit_type type,
		     const struct seal_audit_event *event, struct seal_diag *diag)
{
	struct seal_json_text text SEAL_CLEANUP(seal_json_text_done) = {0};
	int error = make(audit, type, event, 0, &text, diag);

	if (error == SEAL_E_TOOLONG || (!error && text.len > longest(event))) {
		seal_json_text_done(&text);
		error = make(audit, type, event, 1, &text, diag);
	}
	return error ? error : seal_audit_put(audit, &text, diag);
}
