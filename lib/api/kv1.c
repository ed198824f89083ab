/* KV version 1 at secret/: whole values behind the barrier. */

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "api/handlers.h"

#include "base/banned.h"

#define PREFIX "kv/secret/"
#define DEFAULT_LEASE 2764800u /* Vault's 32 days */
#define ENVELOPE 4096u	       /* what is about a value in an answer */
#define LEASE_MAX 4000000000u

struct kv_path {
	char text[SEAL_BARRIER_PATH];
	int folder;
};

static struct kv_path path_of(const struct seal_api_request *request)
{
	struct kv_path path;
	size_t len = strlen(request->rest);

	(void)snprintf(path.text, sizeof path.text, PREFIX "%s", request->rest);
	path.folder = !len || request->rest[len - 1] == '/';
	return path;
}

/* "90", "1h30m", "250ms" in seconds, as Go's durations; 0: not one. */
static int duration(const char *text, uint64_t *out_seconds)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
	double sum = 0;
	const char *at = text;

	while (*at) {
		size_t whole = strspn(at, "0123456789"), unit = 0, i;
		double value = 0;

		for (i = 0; i < whole && i < 12; i++)
			value = value * 10 + (at[i] - '0');
		at += whole;
		unit = strcspn(at, "0123456789");
		if (!whole || whole > 12)
			return 0;
		if (!unit && at - whole == text) { /* a bare number */
			*out_seconds = (uint64_t)value;
			return *at == 0;
		}
		for (i = 0; i < sizeof units / sizeof *units; i++) {
			if (strlen(units[i].unit) == unit && !strncmp(at, units[i].unit, unit))
				break;
		}
		if (i == sizeof units / sizeof *units)
			return 0;
		sum += value * units[i].seconds;
		at += unit;
	}
	*out_seconds = sum < (double)LEASE_MAX ? (uint64_t)sum : LEASE_MAX;
	return at != text;
}

/* A value says its own lease in "ttl" or, older, "lease"; what cannot be read counts as absent. */
static unsigned lease_of(const struct json_t *value)
{
	const json_t *ttl = json_object_get(value, "ttl");
	uint64_t seconds = DEFAULT_LEASE;

	if (!ttl)
		ttl = json_object_get(value, "lease");
	if (json_is_integer(ttl) && json_integer_value(ttl) >= 0)
		seconds = (uint64_t)json_integer_value(ttl);
	else if (json_is_string(ttl) && !duration(json_string_value(ttl), &seconds))
		seconds = DEFAULT_LEASE;
	return (unsigned)(seconds < LEASE_MAX ? seconds : LEASE_MAX);
}

int seal_kv1_read(struct seal_api *api, const struct seal_api_request *request,
		  struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_secret *value SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct kv_path path = path_of(request);
	int error;

	if (path.folder)
		return seal_api_refuse(answer, 404, "%s", "");
	error = seal_barrier_get(api->barrier, path.text, &value, diag);
	if (error == SEAL_E_NOTFOUND)
		return seal_api_refuse(answer, 404, "%s", "");
	if (!error)
		error = seal_json_parse(seal_secret_bytes(value), seal_secret_len(value),
					&answer->json, diag);
	if (error)
		return error;
	answer->status = 200;
	answer->lease = lease_of(answer->json);
	return SEAL_OK;
}

int seal_kv1_write(struct seal_api *api, const struct seal_api_request *request,
		   struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_json_text text SEAL_CLEANUP(seal_json_text_done) = {0};
	struct kv_path path = path_of(request);
	struct seal_barrier_entry entry = {.path = path.text};
	int error;

	if (path.folder)
		return seal_api_refuse(answer, 400, "cannot write to a path ending in '/'");
	if (!json_object_size(request->body))
		return seal_api_refuse(answer, 400, "missing data fields");
	error = seal_json_write(request->body, SEAL_JSON_SORTED, "", &text, diag);
	if (error)
		return error;
	if (text.len > SEAL_BARRIER_VALUE - ENVELOPE)
		return seal_api_refuse(answer, 413, "value is too large");
	entry.value = (const uint8_t *)text.bytes;
	entry.len = text.len;
	answer->changed = 1;
	answer->status = 204;
	return seal_barrier_apply(api->barrier, &entry, 1, diag);
}

int seal_kv1_delete(struct seal_api *api, const struct seal_api_request *request,
		    struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct kv_path path = path_of(request);
	const struct seal_barrier_entry entry = {.path = path.text};

	if (path.folder)
		return seal_api_refuse(answer, 400, "cannot delete a path ending in '/'");
	answer->changed = 1;
	answer->status = 204;
	return seal_barrier_apply(api->barrier, &entry, 1, diag);
}

static int add_name(void *ctx, const char *name, struct seal_diag *diag)
{
	return json_array_append_new(ctx, json_string(name))
		       ? seal_fail(diag, SEAL_E_NOMEM, "answer")
		       : SEAL_OK;
}

int seal_kv1_list(struct seal_api *api, const struct seal_api_request *request,
		  struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct json_t *names SEAL_CLEANUP(seal_json_freep) = json_array();
	struct kv_path path = path_of(request);
	size_t len = strlen(path.text);
	int error;

	if (!path.folder)
		(void)snprintf(path.text + len, sizeof path.text - len, "/");
	error = names ? seal_barrier_list(api->barrier, path.text, add_name, names, diag)
		      : seal_fail(diag, SEAL_E_NOMEM, "answer");
	if (error)
		return error;
	if (!json_array_size(names))
		return seal_api_refuse(answer, 404, "%s", "");
	answer->status = 200;
	answer->json = json_pack("{s:O}", "keys", names);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}
