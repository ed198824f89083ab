/* sys/init as Vault has it, with plain shares. With cards: sys_init_cards.c. */

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "api/handlers.h"
#include "base/encode.h"

#include "base/banned.h"

#define SHARES 255u
#define SHARE_MAX 33u
#define INVALID "invalid seal configuration: "

int seal_sys_init_read(struct seal_api *api, const struct seal_api_request *request,
		       struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_barrier_status status;

	(void)request;
	seal_barrier_status(api->barrier, &status);
	answer->status = 200;
	answer->json = json_pack("{s:b}", "initialized", status.initialized);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}

static const char *invalid(long long n, long long t)
{
	if (n < 1)
		return INVALID "shares must be at least one";
	if (t < 1)
		return INVALID "threshold must be at least one";
	if (n > SHARES)
		return INVALID "shares must be less than 256";
	if (t > n)
		return INVALID "threshold cannot be larger than shares";
	if (n > 1 && t == 1)
		return INVALID "threshold must be greater than one for multiple shares";
	return NULL;
}

/* PGP is not there; whoever asks for it must not get shares in the clear instead. */
static int wants_pgp(const struct seal_api_request *request, struct seal_api_answer *answer)
{
	const json_t *keys = json_object_get(request->body, "pgp_keys");
	const char *root = NULL;

	if (keys && !json_is_null(keys) && !json_is_array(keys)) {
		(void)seal_api_refuse(answer, 400,
				      "failed to parse JSON input: pgp_keys must be an array");
		return 1;
	}
	if (seal_api_string(request->body, "root_token_pgp_key", &root, answer) < 0)
		return 1;
	if (!json_array_size(keys) && !(root && root[0]))
		return 0;
	(void)seal_api_refuse(answer, 400,
			      "pgp_keys are not supported: give cards of tokens in sealkit");
	return 1;
}

struct shares {
	struct seal_secret *share[SHARES];
};

static void shares_done(struct shares *shares)
{
	for (size_t i = 0; i < SHARES; i++)
		seal_secret_free(shares->share[i]);
}

static int plain_answer(const struct shares *shares, size_t n, const struct seal_secret *root,
			struct seal_api_answer *answer, struct seal_diag *diag)
{
	json_t *hex = json_array(), *base64 = json_array();
	char text[2 * SHARE_MAX + 1];
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		const uint8_t *bytes = seal_secret_bytes(shares->share[i]);
		size_t len = seal_secret_len(shares->share[i]);

		if (len > SHARE_MAX) {
			bad = 1;
			break;
		}
		seal_hex(bytes, len, text);
		bad |= json_array_append_new(hex, json_string(text));
		seal_base64(SEAL_BASE64_PADDED, bytes, len, text);
		bad |= json_array_append_new(base64, json_string(text));
	}
	seal_wipe(text, sizeof text);
	answer->json = json_pack("{s:o, s:o, s:s}", "keys", hex, "keys_base64", base64,
				 "root_token", (const char *)seal_secret_bytes(root));
	answer->status = 200;
	return bad || !answer->json ? seal_fail(diag, SEAL_E_NOMEM, "answer") : SEAL_OK;
}

static int plain(struct seal_api *api, unsigned t, unsigned n, struct seal_api_answer *answer,
		 struct seal_diag *diag)
{
	struct seal_token_birth birth SEAL_CLEANUP(seal_token_birth_done) = {0};
	struct shares shares SEAL_CLEANUP(shares_done) = {{0}};
	int error = seal_token_birth_init(1, &birth, diag);

	if (!error)
		error = seal_barrier_init_plain(api->barrier, t, n, birth.entries, birth.count,
						shares.share, diag);
	if (error == SEAL_E_EXISTS)
		return seal_api_refuse(answer, 400, "Vault is already initialized");
	if (error)
		return error;
	answer->changed = 1;
	return plain_answer(&shares, n, birth.text, answer, diag);
}

int seal_sys_init_write(struct seal_api *api, const struct seal_api_request *request,
			struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_barrier_status status;
	long long n = 0, t = 0;
	const char *why;

	if (!request->body)
		return seal_api_refuse(answer, 400, "EOF");
	if (json_object_get(request->body, "sealkit"))
		return seal_sys_init_cards(api, request, answer, diag);
	if (seal_api_int(request, "secret_shares", &n, answer) < 0 ||
	    seal_api_int(request, "secret_threshold", &t, answer) < 0 || wants_pgp(request, answer))
		return SEAL_OK;
	why = invalid(n, t);
	if (why)
		return seal_api_refuse(answer, 400, "%s", why);
	seal_barrier_status(api->barrier, &status);
	if (status.initialized)
		return seal_api_refuse(answer, 400, "Vault is already initialized");
	if (!api->plain_shares)
		return seal_api_refuse(answer, 400,
				       "init without cards gives shares in the clear: this server "
				       "has plain_shares = \"deny\"; use seal-init");
	return plain(api, (unsigned)t, (unsigned)n, answer, diag);
}
