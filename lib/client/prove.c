/* Proofs of shares, and locks: asked for, sent, and confirmed by the core's own word. A share is
   neither read nor sent here. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "client/client_internal.h"

#include "base/banned.h"

#define PATH_BYTES 160
#define TEXT_BYTES 512
#define SIGNATURE_MAX 1024u

/* What holders of cards sign something for. */
struct kind {
	const char *route;
	const char *challenge, *answer; /* first lines of what the core signs */
	const char *unconfirmed;
	int seals; /* what is told then is that it is sealed */
};
#define NOT_PROVED "the daemon's core did not confirm this proof: something stands between"
static const struct kind proofs = {"sys/sealkit/prove", "sealkit/proof-challenge/1",
				   "sealkit/proof-answer/1", NOT_PROVED, 0};
static const struct kind new_proofs = {"sys/sealkit/rekey/prove", "sealkit/proof-challenge/1",
				       "sealkit/proof-answer/1", NOT_PROVED, 0};
static const struct kind locks = {"sys/sealkit/lock", "sealkit/lock-challenge/1",
				  "sealkit/lock-answer/1",
				  "the daemon's core did not confirm that it is sealed: something "
				  "stands between, and it may be OPEN",
				  1};

static void textp(char **text)
{
	free(*text);
	*text = NULL;
}

static int is_for(const struct seal_client_holder *holder, const struct seal_client_asked *asked,
		  struct seal_diag *diag)
{
	if (strcmp(asked->set, holder->set) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "the daemon is under share set %.8s, this one is %.8s", asked->set,
				 holder->set);
	if (strcmp(asked->card, holder->card) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH, "the answer is for another card");
	return SEAL_OK;
}

static int ask_challenge(struct seal_client *client, const struct kind *kind,
			 const struct seal_client_holder *holder,
			 char out[static SEAL_CLIENT_CHALLENGE + 1], struct seal_diag *diag)
{
	char path[PATH_BYTES], text[TEXT_BYTES];
	struct seal_client_request ask = {"GET", path, NULL, NULL};
	char *answer SEAL_CLEANUP(textp) = NULL;
	struct seal_client_asked asked;
	int error, len;

	(void)snprintf(path, sizeof path, "%s?card=%s", kind->route, holder->card);
	error = seal_client_call(client, &ask, NULL, &answer, diag);
	if (!error)
		error = seal_client_asked_parse(answer, &asked, diag);
	if (!error)
		error = is_for(holder, &asked, diag);
	if (error)
		return error;
	len = snprintf(text, sizeof text, "%s\n%s\n%s\n%s\n", kind->challenge, asked.challenge,
		       asked.set, asked.card);
	if (!seal_client_is_by(holder->identity, text, len, sizeof text, asked.signature))
		return seal_fail(diag, SEAL_E_VERIFY,
				 "the challenge is not signed by the core that signed this "
				 "manifest: another daemon, or something stands between");
	(void)snprintf(out, SEAL_CLIENT_CHALLENGE + 1, "%s", asked.challenge);
	return SEAL_OK;
}

int seal_client_challenge(struct seal_client *client, const struct seal_client_holder *holder,
			  char out[static SEAL_CLIENT_CHALLENGE + 1], struct seal_diag *diag)
{
	return ask_challenge(client, holder->is_pending ? &new_proofs : &proofs, holder, out, diag);
}

int seal_client_lock_challenge(struct seal_client *client, const struct seal_client_holder *holder,
			       char out[static SEAL_CLIENT_CHALLENGE + 1], struct seal_diag *diag)
{
	return ask_challenge(client, &locks, holder, out, diag);
}

static int make_body(const struct seal_client_proof *proof, struct seal_json_text *out_body,
		     struct seal_diag *diag)
{
	struct json_t *card SEAL_CLEANUP(seal_json_freep) = NULL;
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	char by_share[SEAL_BASE64_LEN(64)], by_token[SEAL_BASE64_LEN(SIGNATURE_MAX)];
	int error;

	if (proof->signature_len > SIGNATURE_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "signature");
	error = seal_json_parse(proof->card_text, strlen(proof->card_text), &card, diag);
	if (error)
		return error;
	seal_base64(SEAL_BASE64_PADDED, proof->signature, proof->signature_len, by_token);
	if (proof->proof)
		seal_base64(SEAL_BASE64_PADDED, proof->proof, 64, by_share);
	json = json_pack("{s:s, s:O, s:s, s:s*, s:s}", "set", proof->holder.set, "card", card,
			 "challenge", proof->challenge, "proof", proof->proof ? by_share : NULL,
			 "signature", by_token);
	if (!json)
		return seal_fail(diag, SEAL_E_NOMEM, "request");
	return seal_json_write(json, SEAL_JSON_AS_MADE, "", out_body, diag);
}

static int send(struct seal_client *client, const struct kind *kind,
		const struct seal_client_proof *proof, struct seal_client_status *out_status,
		struct seal_diag *diag)
{
	char fresh[SEAL_CLIENT_FRESH + 1], path[PATH_BYTES];
	struct seal_client_request give = {"PUT", path, NULL, NULL};
	struct seal_json_text body SEAL_CLEANUP(seal_json_text_done) = {0};
	struct seal_client_status status = {0};
	char *answer SEAL_CLEANUP(textp) = NULL;
	char text[TEXT_BYTES];
	int error = seal_client_fresh(fresh, diag);
	int len;

	if (error)
		return error;
	(void)snprintf(path, sizeof path, "%s?challenge=%s", kind->route, fresh);
	error = make_body(proof, &body, diag);
	give.body = body.bytes;
	if (!error)
		error = seal_client_call(client, &give, NULL, &answer, diag);
	if (!error)
		error = seal_client_status_parse(answer, &status, diag);
	if (error)
		return error;
	len = snprintf(text, sizeof text, "%s\n%s\n%s\n%u\n", kind->answer, proof->challenge,
		       proof->holder.set, proof->x);
	if (!status.has_accepted || status.accepted.x != proof->x ||
	    !seal_client_is_by(proof->holder.identity, text, len, sizeof text,
			       status.accepted_signature))
		return seal_fail(diag, SEAL_E_VERIFY, "%s", kind->unconfirmed);
	error = seal_client_status_check(&status, fresh, proof->holder.identity, diag);
	if (!error && kind->seals && !status.sealed)
		error = seal_fail(diag, SEAL_E_VERIFY, "%s", kind->unconfirmed);
	if (!error)
		*out_status = status;
	return error;
}

int seal_client_prove(struct seal_client *client, const struct seal_client_proof *proof,
		      struct seal_client_status *out_status, struct seal_diag *diag)
{
	return send(client, proof->holder.is_pending ? &new_proofs : &proofs, proof, out_status,
		    diag);
}

int seal_client_lock(struct seal_client *client, const struct seal_client_proof *request,
		     struct seal_client_status *out_status, struct seal_diag *diag)
{
	return send(client, &locks, request, out_status, diag);
}

int seal_client_share(struct seal_client *client, const struct seal_client_holder *holder,
		      char **out_file, struct seal_diag *diag)
{
	char path[PATH_BYTES];
	struct seal_client_request ask = {"GET", path, NULL, NULL};
	char *answer SEAL_CLEANUP(textp) = NULL;
	char *file SEAL_CLEANUP(textp) = NULL;
	struct seal_client_asked asked;
	struct seal_diag why = {0};
	unsigned status = 0;
	int error;

	(void)snprintf(path, sizeof path, "sys/sealkit/shares?card=%s", holder->card);
	error = seal_client_call(client, &ask, &status, &answer, &why);
	if (error && status == 404)
		return seal_fail(diag, SEAL_E_NOTFOUND,
				 "%s: has no sealed share for this card: every holder has proved, "
				 "or it is of another set",
				 seal_client_address(client));
	if (error && diag)
		*diag = why;
	if (!error)
		error = seal_client_share_parse(answer, &asked, &file, diag);
	if (!error)
		error = is_for(holder, &asked, diag);
	if (!error)
		*out_file = seal_steal(&file);
	return error;
}
