#ifndef SEALKIT_TESTS_CORE_ROOM_H
#define SEALKIT_TESTS_CORE_ROOM_H

/* A core in a folder of its own, asked in this process. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "core/core.h"

struct core_room {
	char folder[64], state[96], log[96];
	struct seal_core_config config;
	struct seal_core *core;
};

struct core_ask {
	const char *method, *path, *token, *body; /* token, body: NULL for none */
	const char *bearer, *space, *wrap;
	size_t body_len; /* 0: of body as text */
};

struct core_answer {
	unsigned status;
	char *text; /* the body */
	size_t len;
	json_t *json;	 /* NULL: empty, or not JSON */
	char verdict[8]; /* on the token, for the gate; "" where it was not looked up */
};

static inline void core_answer_done(struct core_answer *answer)
{
	if (answer->text)
		seal_wipe(answer->text, answer->len);
	free(answer->text);
	json_decref(answer->json);
	*answer = (struct core_answer){0};
}

static inline void core_start(struct core_room *room)
{
	struct seal_diag diag = {0};
	char line[512] = "";

	room->config.state = room->state;
	room->config.audit_fd = open(room->log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(room->config.audit_fd >= 0);
	if (seal_core_new(&room->config, &room->core, &diag) != SEAL_OK) {
		seal_diag_line(&diag, line, sizeof line);
		fail_msg("%s", line);
	}
}

static inline void core_stop(struct core_room *room)
{
	seal_core_free(room->core);
	room->core = NULL;
}

static inline void core_room_init(struct core_room *room, int plain_shares)
{
	*room = (struct core_room){.config = {.plain_shares = plain_shares}};
	/* In memory where that can be: no disk to wait for. */
	(void)snprintf(room->folder, sizeof room->folder, "%s/sealkit-core-XXXXXX",
		       access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(room->folder));
	(void)snprintf(room->state, sizeof room->state, "%s/state", room->folder);
	(void)snprintf(room->log, sizeof room->log, "%s/audit", room->folder);
	core_start(room);
}

static inline int core_room_remove(const char *path, const struct stat *stat, int kind,
				   struct FTW *at)
{
	(void)stat;
	(void)kind;
	(void)at;
	return remove(path);
}

static inline void core_room_done(struct core_room *room)
{
	core_stop(room);
	(void)nftw(room->folder, core_room_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline struct core_answer core_ask(struct core_room *room, struct core_ask ask)
{
	struct seal_request_message message = {
		.method = ask.method,
		.target = ask.path,
		.peer = "192.0.2.7:4711",
		.fields = {[SEAL_FIELD_TOKEN] = ask.token,
			   [SEAL_FIELD_AUTHORIZATION] = ask.bearer,
			   [SEAL_FIELD_NAMESPACE] = ask.space,
			   [SEAL_FIELD_WRAP_TTL] = ask.wrap},
		.body = (const uint8_t *)ask.body,
		.body_len = ask.body_len ? ask.body_len
			    : ask.body	 ? strlen(ask.body)
					 : 0,
	};
	struct seal_response_message response;
	struct seal_buffer payload = {0};
	struct core_answer answer = {0};

	assert_int_equal(seal_core_answer(room->core, &message, &payload, NULL), SEAL_OK);
	assert_int_equal(seal_response_decode(payload.bytes, payload.len, &response, NULL),
			 SEAL_OK);
	answer.status = response.status;
	if (response.fields[SEAL_FIELD_VERDICT])
		(void)snprintf(answer.verdict, sizeof answer.verdict, "%s",
			       response.fields[SEAL_FIELD_VERDICT]);
	answer.len = response.body_len;
	answer.text = calloc(1, answer.len + 1);
	assert_non_null(answer.text);
	if (answer.len)
		memcpy(answer.text, response.body, answer.len);
	if (answer.len) {
		assert_int_equal(answer.text[answer.len - 1], '\n');
		answer.json = json_loadb(
			answer.text, answer.len,
			JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
	}
	seal_buffer_done(&payload);
	return answer;
}

/* The one error text; "" for none. */
static inline const char *core_error(const struct core_answer *answer)
{
	const json_t *errors = json_object_get(answer->json, "errors");

	assert_true(json_is_array(errors));
	assert_true(json_array_size(errors) <= 1);
	return json_array_size(errors) ? json_string_value(json_array_get(errors, 0)) : "";
}

/* text: a part of the body; NULL: any. */
static inline void core_expect_(struct core_room *room, int line, unsigned status, const char *text,
				struct core_ask ask)
{
	struct core_answer answer = core_ask(room, ask);

	if (answer.status != status || (text && !strstr(answer.text, text)))
		fail_msg("line %d: %u %s", line, answer.status, answer.text ? answer.text : "");
	core_answer_done(&answer);
}

#define core_expect(room, status, text, method_, path_, token_, body_) \
	core_expect_(room, __LINE__, status, text,                     \
		     (struct core_ask){                                \
			     .method = method_, .path = path_, .token = token_, .body = body_})

/* The bootstrap token, as an administrator reads it; the caller frees. */
static inline char *core_bootstrap(const struct core_room *room)
{
	char path[160];
	uint8_t *bytes = NULL;
	size_t len = 0;

	(void)snprintf(path, sizeof path, "%s/bootstrap-token", room->state);
	if (seal_file_read(path, 256, &bytes, &len, NULL) != SEAL_OK)
		return NULL;
	bytes[strcspn((char *)bytes, "\n")] = 0;
	return (char *)bytes;
}

/* The audit log so far; the caller frees. */
static inline char *core_log(const struct core_room *room)
{
	uint8_t *bytes = NULL;
	size_t len = 0;

	assert_int_equal(seal_file_read(room->log, 64u << 20, &bytes, &len, NULL), SEAL_OK);
	return (char *)bytes;
}

#endif
