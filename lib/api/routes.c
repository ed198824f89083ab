/* The table of routes. What is not said in a line is refused: no permission, not while
   sealed, no body, no method. man/sealkit-api.5 has every line; a test compares. */

#include <string.h>

#include "api/handlers.h"

#include "base/banned.h"

#define SMALL (64u << 10)
#define CARDS (18u << 20) /* 256 cards of 64 KiB, and some */

static const struct seal_api_route routes[] = {
	{SEAL_METHOD_GET, "sys/init", SEAL_NEED_NOTHING, SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW, 0,
	 "system", seal_sys_init_read},
	{SEAL_METHOD_PUT, "sys/init", SEAL_NEED_NOTHING, SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW, CARDS,
	 "system", seal_sys_init_write},
	{SEAL_METHOD_GET, "sys/seal-status", SEAL_NEED_NOTHING, SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW,
	 0, "system", seal_sys_seal_status},
	{SEAL_METHOD_PUT, "sys/unseal", SEAL_NEED_NOTHING, SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW,
	 SMALL, "system", seal_sys_unseal},
	{SEAL_METHOD_PUT, "sys/seal", SEAL_NEED_ROOT, SEAL_ROUTE_RAW, SMALL, "system",
	 seal_sys_seal},
	{SEAL_METHOD_GET | SEAL_METHOD_HEAD, "sys/health", SEAL_NEED_NOTHING,
	 SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW, 0, "system", seal_sys_health},
	{SEAL_METHOD_GET, "sys/leader", SEAL_NEED_NOTHING, SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW, 0,
	 "system", seal_sys_leader},
	{SEAL_METHOD_GET, "sys/key-status", SEAL_NEED_ROOT, 0, 0, "system", seal_sys_key_status},
	{SEAL_METHOD_PUT, "sys/rotate", SEAL_NEED_ROOT, 0, SMALL, "system", seal_sys_rotate},
	{SEAL_METHOD_GET, "sys/sealkit/submission", SEAL_NEED_NOTHING,
	 SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW, 0, "system", seal_sys_submission},
	{SEAL_METHOD_GET, "sys/sealkit/prove", SEAL_NEED_NOTHING,
	 SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW, 0, "system", seal_sys_challenge},
	{SEAL_METHOD_PUT, "sys/sealkit/prove", SEAL_NEED_NOTHING,
	 SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW, SMALL, "system", seal_sys_prove},
	{SEAL_METHOD_GET, "sys/sealkit/lock", SEAL_NEED_NOTHING, SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW,
	 0, "system", seal_sys_lock_challenge},
	{SEAL_METHOD_PUT, "sys/sealkit/lock", SEAL_NEED_NOTHING, SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW,
	 SMALL, "system", seal_sys_lock},
	{SEAL_METHOD_GET, "sys/sealkit/shares", SEAL_NEED_CARD, SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW,
	 0, "system", seal_sys_shares},
	{SEAL_METHOD_GET, "sys/sealkit/manifest", SEAL_NEED_FOUNDER,
	 SEAL_ROUTE_SEALED | SEAL_ROUTE_RAW, 0, "system", seal_sys_manifest},
	{SEAL_METHOD_GET, "sys/sealkit/rekey", SEAL_NEED_NOTHING, SEAL_ROUTE_RAW, 0, "system",
	 seal_sys_rekey_status},
	{SEAL_METHOD_PUT, "sys/sealkit/rekey", SEAL_NEED_NOTHING, SEAL_ROUTE_RAW, SMALL, "system",
	 seal_sys_rekey_open},
	{SEAL_METHOD_PUT, "sys/sealkit/rekey/card", SEAL_NEED_NOTHING, SEAL_ROUTE_RAW, SMALL,
	 "system", seal_sys_rekey_card},
	{SEAL_METHOD_GET, "sys/sealkit/rekey/share", SEAL_NEED_NOTHING, SEAL_ROUTE_RAW, 0, "system",
	 seal_sys_rekey_fetch},
	{SEAL_METHOD_PUT, "sys/sealkit/rekey/share", SEAL_NEED_NOTHING, SEAL_ROUTE_RAW, SMALL,
	 "system", seal_sys_rekey_share},
	{SEAL_METHOD_GET, "sys/sealkit/rekey/prove", SEAL_NEED_NOTHING, SEAL_ROUTE_RAW, 0, "system",
	 seal_sys_rekey_challenge},
	{SEAL_METHOD_PUT, "sys/sealkit/rekey/prove", SEAL_NEED_NOTHING, SEAL_ROUTE_RAW, SMALL,
	 "system", seal_sys_rekey_prove},
	{SEAL_METHOD_PUT, "sys/sealkit/rekey/cancel", SEAL_NEED_NOTHING, SEAL_ROUTE_RAW, SMALL,
	 "system", seal_sys_rekey_cancel},
	{SEAL_METHOD_GET, "auth/token/lookup-self", SEAL_NEED_TOKEN, 0, 0, "token",
	 seal_auth_token_lookup},
	{SEAL_METHOD_PUT, "auth/token/revoke-self", SEAL_NEED_TOKEN, 0, SMALL, "token",
	 seal_auth_token_revoke},
	{SEAL_METHOD_GET, "secret/*", SEAL_NEED_ROOT, SEAL_ROUTE_VALUES, 0, "kv", seal_kv1_read},
	{SEAL_METHOD_PUT, "secret/*", SEAL_NEED_ROOT, SEAL_ROUTE_VALUES, SEAL_BARRIER_VALUE, "kv",
	 seal_kv1_write},
	{SEAL_METHOD_DELETE, "secret/*", SEAL_NEED_ROOT, SEAL_ROUTE_VALUES, 0, "kv",
	 seal_kv1_delete},
	{SEAL_METHOD_LIST, "secret/*", SEAL_NEED_ROOT, SEAL_ROUTE_VALUES, 0, "kv", seal_kv1_list},
};

const struct seal_api_route *seal_api_routes(size_t *out_count)
{
	*out_count = sizeof routes / sizeof *routes;
	return routes;
}

/* `secret/` + `*`: the mount is also meant by its name without '/'. */
static int fits(const char *pattern, const char *path, const char **out_rest)
{
	size_t len = strlen(pattern);

	if (pattern[len - 1] != '*') {
		*out_rest = "";
		return !strcmp(pattern, path);
	}
	len--;
	if (!strncmp(pattern, path, len)) {
		*out_rest = path + len;
		return 1;
	}
	*out_rest = "";
	return strlen(path) == len - 1 && !strncmp(pattern, path, len - 1);
}

const struct seal_api_route *seal_api_match(unsigned method, const char *path,
					    const struct seal_api_route **out_known,
					    const char **out_rest)
{
	const struct seal_api_route *known = NULL;
	const char *rest = "";

	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (!fits(routes[i].pattern, path, &rest))
			continue;
		known = &routes[i];
		*out_known = known;
		*out_rest = rest;
		if (routes[i].methods & method)
			return known;
	}
	*out_known = known;
	return NULL;
}
