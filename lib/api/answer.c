/* Answers in Vault's shapes. */

#include "api/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/encode.h"
#include "base/utf8.h"

#include "base/banned.h"

void seal_api_answer_done(struct seal_api_answer *answer)
{
	seal_json_free(answer->json);
	seal_json_free(answer->mirror);
	*answer = (struct seal_api_answer){0};
}

/* The text goes into an answer and the audit log, which take UTF-8 only: what was cut within a
   character, or quoted from a stranger, must not cost either of them. */
static void mend(char *text)
{
	size_t len = strlen(text), put = 0;

	for (size_t at = 0; at < len;) {
		size_t from = at;
		int32_t point = seal_utf8_next(text, len, &at);
		int bad = point < 0 || (seal_utf8_drives(point) && point != '\n' && point != '\t');

		if (point < 0)
			at = from + 1;
		if (bad) {
			text[put++] = '?';
			continue;
		}
		memcpy(text + put, text + from, at - from);
		put += at - from;
	}
	text[put] = 0;
}

int seal_api_refuse(struct seal_api_answer *answer, unsigned status, const char *fmt, ...)
{
	int changed = answer->changed;
	va_list args;

	seal_api_answer_done(answer);
	answer->changed = changed;
	answer->status = status;
	va_start(args, fmt);
	(void)vsnprintf(answer->error, sizeof answer->error, fmt, args);
	va_end(args);
	mend(answer->error);
	return SEAL_OK;
}

static int errors(const struct seal_api_answer *answer, struct json_t **out_json,
		  struct seal_diag *diag)
{
	json_t *text = answer->error[0] ? json_string(answer->error) : NULL;
	json_t *json = text ? json_pack("{s:[o]}", "errors", text) : json_pack("{s:[]}", "errors");

	if (!json)
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	*out_json = json;
	return SEAL_OK;
}

static int envelope(struct seal_api_answer *answer, const char *id, struct json_t **out_json,
		    struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = json_object();
	json_t *rest =
		json_pack("{s:s, s:s, s:b, s:I, s:O, s:n, s:n, s:n}", "request_id", id, "lease_id",
			  "", "renewable", 0, "lease_duration", (json_int_t)answer->lease, "data",
			  answer->json, "wrap_info", "warnings", "auth");
	int bad = !json || !rest;

	if (!bad && answer->mirror)
		bad = json_object_update(json, answer->mirror);
	if (!bad)
		bad = json_object_update(json, rest);
	json_decref(rest);
	if (bad)
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	*out_json = seal_steal(&json);
	return SEAL_OK;
}

int seal_api_body(struct seal_api_answer *answer, const char *id, int raw, struct json_t **out_json,
		  struct seal_diag *diag)
{
	*out_json = NULL;
	if (!answer->json && answer->status >= 400)
		return errors(answer, out_json, diag);
	if (!answer->json)
		return SEAL_OK;
	if (!raw)
		return envelope(answer, id, out_json, diag);
	*out_json = json_incref(answer->json);
	return SEAL_OK;
}

uint64_t seal_api_now(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec;
}

int seal_api_uuid(char out[static 37], struct seal_diag *diag)
{
	uint8_t bytes[16];
	char hex[33];
	int error = seal_random(bytes, sizeof bytes, diag);

	if (error)
		return error;
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	seal_hex(bytes, sizeof bytes, hex);
	(void)snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
		       hex + 20);
	return SEAL_OK;
}
