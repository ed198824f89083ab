#ifndef SEALKIT_TESTS_CORE_LOOP_CORE_H
#define SEALKIT_TESTS_CORE_LOOP_CORE_H

/* A core for tests of its loop, in place of lib/core/core.c and what is behind it. */

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "core/core.h"

static int seals;
static size_t answer_len;
static int reopened;
static pthread_barrier_t held;	   /* "/hold" is answered when the test says so */
static unsigned served, served_at; /* how many were answered; the place of "/urgent" */

/* In place of core.c: answers with the target, then with as much as is asked for. */
int seal_core_answer(struct seal_core *core, const struct seal_request_message *request,
		     struct seal_buffer *out_payload, struct seal_diag *diag)
{
	static uint8_t body[1 << 18];
	struct seal_response_message message = {.status = 200, .body = body};

	(void)core;
	served++;
	if (strcmp(request->target, "/urgent") == 0)
		served_at = served;
	if (strcmp(request->target, "/hold") == 0) {
		(void)pthread_barrier_wait(&held);
		(void)pthread_barrier_wait(&held);
	}
	if (strcmp(request->target, "/fail") == 0)
		return seal_fail(diag, SEAL_E_NOMEM, "as asked");
	message.body_len = strlen(request->target);
	memcpy(body, request->target, message.body_len);
	if (answer_len > message.body_len)
		message.body_len = answer_len;
	return seal_response_encode(&message, out_payload, diag);
}

int seal_core_reopen_audit(struct seal_core *core, int fd, int *out_same, struct seal_diag *diag)
{
	int taken = reopened;

	(void)core;
	(void)close(fd);
	reopened++;
	*out_same = taken == 1;
	return taken > 1 ? seal_fail(diag, SEAL_E_IO, "as asked") : SEAL_OK;
}

void seal_core_tick(struct seal_core *core)
{
	(void)core;
}

void seal_core_seal(struct seal_core *core)
{
	(void)core;
	seals++;
}

#endif
