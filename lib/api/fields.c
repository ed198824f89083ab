/* Members of a body, with their types checked. */

#include <jansson.h>

#include "api/handlers.h"

#include "base/banned.h"

#define WRONG "failed to parse JSON input: %s must be %s"

int seal_api_int(const struct seal_api_request *request, const char *name, long long *out,
		 struct seal_api_answer *answer)
{
	const json_t *value = json_object_get(request->body, name);

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_integer(value)) {
		(void)seal_api_refuse(answer, 400, WRONG, name, "an integer");
		return -1;
	}
	*out = json_integer_value(value);
	return 1;
}

int seal_api_flag(const struct json_t *object, const char *name, int *out,
		  struct seal_api_answer *answer)
{
	const json_t *value = json_object_get(object, name);

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_boolean(value)) {
		(void)seal_api_refuse(answer, 400, WRONG, name, "true or false");
		return -1;
	}
	*out = json_is_true(value);
	return 1;
}

int seal_api_string(const struct json_t *object, const char *name, const char **out,
		    struct seal_api_answer *answer)
{
	const json_t *value = json_object_get(object, name);

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value) || seal_json_number(value)) {
		(void)seal_api_refuse(answer, 400, WRONG, name, "a string");
		return -1;
	}
	*out = json_string_value(value);
	return 1;
}
