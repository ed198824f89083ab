/* JSON bodies and request targets. What is taken must come out as one text only: parsed
   and written again it is the same, sorted or not, and its audit copy has no string of it. */

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "audit/line_internal.h"

#include "base/json.h"

static void body(const uint8_t *data, size_t len)
{
	struct seal_json_text first = {0}, second = {0};
	const struct seal_audit_hiding hiding = {"salt", 1, 1, SIZE_MAX};
	struct json_t *json = NULL, *again = NULL, *hidden = NULL;

	if (seal_json_parse(data, len, &json, NULL))
		return;
	if (seal_json_write(json, SEAL_JSON_SORTED, "", &first, NULL) ||
	    seal_json_parse(first.bytes, first.len, &again, NULL) ||
	    seal_json_write(again, SEAL_JSON_AS_MADE, "", &second, NULL))
		abort();
	if (strcmp(first.bytes, second.bytes) != 0 || strpbrk(first.bytes, "<>&"))
		abort();
	if (seal_audit_hide(json, &hiding, &hidden, NULL))
		abort();
	if (json_object_size(hidden) != json_object_size(json))
		abort();
	seal_json_text_done(&first);
	seal_json_text_done(&second);
	json_decref(json);
	json_decref(again);
	json_decref(hidden);
}

static void target(const uint8_t *data, size_t len)
{
	struct seal_target parsed;
	const struct seal_api_route *known;
	const char *rest;
	char *text = malloc(len + 1);

	if (!text)
		return;
	memcpy(text, data, len);
	text[len] = 0;
	if (!seal_target_parse(text, &parsed, NULL) && parsed.ours) {
		if (strstr(parsed.path, "//") || strstr(parsed.path, "/../") ||
		    parsed.path[0] == '/')
			abort();
		(void)seal_target_flag(&parsed, "list");
		(void)seal_api_match(SEAL_METHOD_GET, parsed.path, &known, &rest);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static int ready;

	if (!ready)
		seal_json_setup();
	ready = 1;
	body(data, len);
	target(data, len);
	return 0;
}
