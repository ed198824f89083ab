/* What a daemon says of its state, and whether its core has signed that. */

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/secret.h"
#include "client/client_internal.h"

#include "base/banned.h"

#define PATH_BYTES 128
#define TEXT_BYTES 4096

static void textp(char **text)
{
	free(*text);
	*text = NULL;
}

static int ask(struct seal_client *client, const char *path, struct seal_client_status *out_status,
	       struct seal_diag *diag)
{
	const struct seal_client_request request = {"GET", path, NULL, NULL};
	char *body SEAL_CLEANUP(textp) = NULL;
	int error = seal_client_call(client, &request, NULL, &body, diag);

	if (!error)
		error = seal_client_status_parse(body, out_status, diag);
	return error == SEAL_E_FORMAT ? seal_because(diag, error, "%s", seal_client_address(client))
				      : error;
}

int seal_client_status(struct seal_client *client, struct seal_client_status *out_status,
		       struct seal_diag *diag)
{
	return ask(client, "sys/seal-status", out_status, diag);
}

int seal_client_fresh(char out[static SEAL_CLIENT_FRESH + 1], struct seal_diag *diag)
{
	uint8_t bytes[SEAL_CLIENT_FRESH / 2];
	int error = seal_random(bytes, sizeof bytes, diag);

	if (!error)
		seal_hex(bytes, sizeof bytes, out);
	return error;
}

void seal_client_list_text(const struct seal_client_given *list, size_t count,
			   char out[static SEAL_CLIENT_LIST])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		int n = snprintf(out + len, SEAL_CLIENT_LIST - len, "%s%u %s", len ? "," : "",
				 list[i].x, list[i].card);

		len += n > 0 ? (size_t)n : 0;
	}
}

int seal_client_is_by(const uint8_t identity[static 32], const char *text, int len, size_t cap,
		      const uint8_t signature[static 64])
{
	return len > 0 && (size_t)len < cap &&
	       crypto_sign_verify_detached(signature, (const unsigned char *)text,
					   (unsigned long long)len, identity) == 0;
}

static const char *word(int yes)
{
	return yes ? "true" : "false";
}

int seal_client_status_check(const struct seal_client_status *status, const char *challenge,
			     const uint8_t identity[static 32], struct seal_diag *diag)
{
	char given[SEAL_CLIENT_LIST], unproved[SEAL_CLIENT_LIST], text[TEXT_BYTES];
	int len;

	seal_client_list_text(status->given, status->given_count, given);
	seal_client_list_text(status->unproved, status->unproved_count, unproved);
	len = snprintf(text, sizeof text,
		       "sealkit/status/1\n%s\n%s\n%u\n%s\n%s\n%u\n%u\n%u\n%s\n%s\n%s\n%s\n%s\n",
		       challenge, status->set, status->epoch, word(status->initialized),
		       word(status->sealed), status->t, status->n, status->progress, status->nonce,
		       given, unproved, word(status->plain), status->sandbox);
	if (!status->has_signature ||
	    !seal_client_is_by(identity, text, len, sizeof text, status->signature))
		return seal_fail(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNSIGNED);
	return SEAL_OK;
}

int seal_client_status_signed(struct seal_client *client, const uint8_t identity[static 32],
			      struct seal_client_status *out_status, struct seal_diag *diag)
{
	char challenge[SEAL_CLIENT_FRESH + 1], path[PATH_BYTES];
	struct seal_client_status status;
	int error = seal_client_fresh(challenge, diag);

	if (error)
		return error;
	(void)snprintf(path, sizeof path, "sys/seal-status?challenge=%s", challenge);
	error = ask(client, path, &status, diag);
	if (error)
		return error;
	status.is_signed = !seal_client_status_check(&status, challenge, identity, NULL);
	*out_status = status;
	return SEAL_OK;
}
