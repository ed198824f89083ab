/* By a root token: the terms of the keyring, and sealing. What is told of terms is the core's word
   or nothing; other answers are empty. */

#include <sodium.h>
#include <stdio.h>

#include "base/own.h"
#include "client/client_internal.h"

#include "base/banned.h"

#define PATH_BYTES 128
#define TEXT_BYTES 512

static int check(const struct seal_client_term *term, const char *challenge,
		 const uint8_t signature[static 64], const uint8_t identity[static 32],
		 struct seal_diag *diag)
{
	char text[TEXT_BYTES];
	int len = snprintf(text, sizeof text, "sealkit/key-status/1\n%s\n%llu\n%s\n%llu\n",
			   challenge, (unsigned long long)term->term, term->installed,
			   (unsigned long long)term->encryptions);

	if (len < 0 || (size_t)len >= sizeof text ||
	    crypto_sign_verify_detached(signature, (const unsigned char *)text,
					(unsigned long long)len, identity) != 0)
		return seal_fail(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNSIGNED);
	return SEAL_OK;
}

int seal_client_term(struct seal_client *client, const struct seal_secret *token,
		     const uint8_t identity[static 32], struct seal_client_term *out_term,
		     struct seal_diag *diag)
{
	char challenge[SEAL_CLIENT_FRESH + 1], path[PATH_BYTES];
	const struct seal_client_request ask = {"GET", path, NULL, token};
	char *answer SEAL_CLEANUP(seal_text_freep) = NULL;
	struct seal_client_term term;
	uint8_t signature[64];
	int error = seal_client_fresh(challenge, diag);

	if (error)
		return error;
	(void)snprintf(path, sizeof path, "sys/key-status?challenge=%s", challenge);
	error = seal_client_call(client, &ask, NULL, &answer, diag);
	if (!error)
		error = seal_client_term_parse(answer, &term, signature, diag);
	if (!error)
		error = check(&term, challenge, signature, identity, diag);
	if (error == SEAL_E_VERIFY || error == SEAL_E_FORMAT)
		return seal_because(diag, error, "%s", seal_client_address(client));
	if (!error)
		*out_term = term;
	return error;
}

static int order(struct seal_client *client, const char *path, const struct seal_secret *token,
		 struct seal_diag *diag)
{
	const struct seal_client_request ask = {"PUT", path, NULL, token};
	char *answer SEAL_CLEANUP(seal_text_freep) = NULL;

	return seal_client_call(client, &ask, NULL, &answer, diag);
}

int seal_client_rotate(struct seal_client *client, const struct seal_secret *token,
		       struct seal_diag *diag)
{
	return order(client, "sys/rotate", token, diag);
}

int seal_client_seal(struct seal_client *client, const struct seal_secret *token,
		     struct seal_diag *diag)
{
	return order(client, "sys/seal", token, diag);
}
