/* Reads the answers of a seal daemon: bounded, and with nothing taken on trust. */

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "client/client_internal.h"

#include "base/banned.h"

#define SET_HEX 32u
#define CARD_HEX 8u
#define PRINT_HEX 64u

int seal_client_load(const char *text, json_t **out_json, struct seal_diag *diag)
{
	int error = seal_json_parse(text, strlen(text), out_json, diag);

	return error ? seal_because(diag, error, "answer") : SEAL_OK;
}

int seal_client_refusal(unsigned status, const char *body, struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	json_t *first;
	int error = status == 403 ? SEAL_E_DENIED : status == 503 ? SEAL_E_SEALED : SEAL_E_REFUSED;

	if (status < 400)
		return seal_fail(diag, SEAL_E_DAEMON,
				 "answered with status %u, which seal daemons do not give", status);
	if (!body || seal_client_load(body, &json, NULL))
		return seal_fail(diag, error, "answered with status %u and no reason", status);
	first = json_array_get(json_object_get(json, "errors"), 0);
	if (!json_is_string(first))
		return seal_fail(diag, error, "answered with status %u and no reason", status);
	return seal_fail(diag, error, "%.200s%s", json_string_value(first),
			 status >= 500 && status != 503 ? "; see the daemon's log" : "");
}

int seal_client_get_text(const json_t *json, const char *name, char *out, size_t cap,
			 struct seal_diag *diag)
{
	const json_t *value = json_object_get(json, name);
	const char *text = json_string_value(value);
	int good = json_is_string(value) && json_string_length(value) < cap &&
		   strlen(text) == json_string_length(value);

	for (size_t i = 0; good && text[i]; i++)
		good = text[i] >= ' ' && text[i] <= '~';
	if (!good)
		return seal_fail(diag, SEAL_E_FORMAT,
				 "answer: %s: not a printable text of its length", name);
	(void)snprintf(out, cap, "%s", json_string_value(value));
	return SEAL_OK;
}

int seal_client_get_hex(const json_t *json, const char *name, size_t len, int may_be_empty,
			char *out, struct seal_diag *diag)
{
	const char *text = json_string_value(json_object_get(json, name));

	if (!text || strlen(text) != json_string_length(json_object_get(json, name)) ||
	    strspn(text, "0123456789abcdef") != strlen(text) ||
	    (strlen(text) != len && !(may_be_empty && !text[0])))
		return seal_fail(diag, SEAL_E_FORMAT, "answer: %s: not %zu hex digits", name, len);
	(void)snprintf(out, len + 1, "%s", text);
	return SEAL_OK;
}

int seal_client_get_number(const json_t *json, const char *name, unsigned max, unsigned *out,
			   struct seal_diag *diag)
{
	const json_t *value = json_object_get(json, name);

	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    json_integer_value(value) > (json_int_t)max)
		return seal_fail(diag, SEAL_E_FORMAT, "answer: %s: not a number from 0 to %u", name,
				 max);
	*out = (unsigned)json_integer_value(value);
	return SEAL_OK;
}

int seal_client_get_flag(const json_t *json, const char *name, int *out, struct seal_diag *diag)
{
	const json_t *value = json_object_get(json, name);

	if (!json_is_boolean(value))
		return seal_fail(diag, SEAL_E_FORMAT, "answer: %s: neither true nor false", name);
	*out = json_is_true(value);
	return SEAL_OK;
}

int seal_client_get_bytes(const json_t *json, const char *name, uint8_t *out, size_t want,
			  struct seal_diag *diag)
{
	const json_t *value = json_object_get(json, name);
	size_t len = 0;

	if (!json_is_string(value) ||
	    seal_unbase64(SEAL_BASE64_PADDED, json_string_value(value), json_string_length(value),
			  out, want, &len, NULL) ||
	    len != want)
		return seal_fail(diag, SEAL_E_FORMAT, "answer: %s: not %zu bytes in base64", name,
				 want);
	return SEAL_OK;
}

int seal_client_key_parse(const char *text, struct seal_client_key *out_key, struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct seal_client_key key = {0};
	int error = seal_client_load(text, &json, diag);

	if (!error)
		error = seal_client_get_bytes(json, "identity", key.identity, sizeof key.identity,
					      diag);
	if (!error)
		error = seal_client_get_bytes(json, "key", key.point, sizeof key.point, diag);
	if (!error)
		error = seal_client_get_bytes(json, "signature", key.signature,
					      sizeof key.signature, diag);
	if (!error)
		error = seal_client_get_text(json, "key", key.key_text, sizeof key.key_text, diag);
	if (!error)
		error = seal_client_get_text(json, "nonce", key.nonce, sizeof key.nonce, diag);
	if (!error)
		error = seal_client_get_hex(json, "set", SET_HEX, 0, key.set, diag);
	if (!error)
		*out_key = key;
	return error;
}

static int get_given(const json_t *json, struct seal_client_given *out, struct seal_diag *diag)
{
	int error = seal_client_get_number(json, "x", 255, &out->x, diag);

	return error ? error : seal_client_get_hex(json, "card", CARD_HEX, 1, out->card, diag);
}

int seal_client_get_list(const json_t *json, const char *name,
			 struct seal_client_given out[static SEAL_CLIENT_GIVEN], size_t *out_count,
			 struct seal_diag *diag)
{
	const json_t *list = json_object_get(json, name);
	int error = SEAL_OK;

	if (!json_is_array(list) || json_array_size(list) > SEAL_CLIENT_GIVEN)
		return seal_fail(diag, SEAL_E_FORMAT, "answer: %s: not a list of shares", name);
	for (size_t i = 0; !error && i < json_array_size(list); i++)
		error = get_given(json_array_get(list, i), &out[i], diag);
	*out_count = json_array_size(list);
	return error;
}

int seal_client_get_accepted(const json_t *json, struct seal_client_given *out, int *out_repeated,
			     uint8_t out_signature[static 64], struct seal_diag *diag)
{
	int error = get_given(json, out, diag);

	if (!error)
		error = seal_client_get_flag(json, "repeated", out_repeated, diag);
	return error ? error : seal_client_get_bytes(json, "signature", out_signature, 64, diag);
}

static int get_sealkit(const json_t *json, struct seal_client_status *status,
		       struct seal_diag *diag)
{
	const json_t *accepted = json_object_get(json, "accepted");
	int error = seal_client_get_hex(json, "set", SET_HEX, 1, status->set, diag);

	if (!error)
		error = seal_client_get_number(json, "epoch", 1000000, &status->epoch, diag);
	if (!error)
		error = seal_client_get_flag(json, "plain", &status->plain, diag);
	if (!error)
		error = seal_client_get_text(json, "sandbox", status->sandbox,
					     sizeof status->sandbox, diag);
	if (!error)
		error = seal_client_get_bytes(json, "identity", status->identity, 32, diag);
	if (!error)
		error = seal_client_get_list(json, "given", status->given, &status->given_count,
					     diag);
	if (!error)
		error = seal_client_get_list(json, "unproved", status->unproved,
					     &status->unproved_count, diag);
	status->has_identity = 1;
	status->has_signature = json_object_get(json, "signature") != NULL;
	if (!error && status->has_signature)
		error = seal_client_get_bytes(json, "signature", status->signature, 64, diag);
	if (!error && accepted) {
		status->has_accepted = 1;
		error = seal_client_get_accepted(accepted, &status->accepted, &status->repeated,
						 status->accepted_signature, diag);
	}
	if (!error && accepted && json_object_get(accepted, "switched"))
		error = seal_client_get_flag(accepted, "switched", &status->switched, diag);
	return error;
}

int seal_client_asked_parse(const char *text, struct seal_client_asked *out_asked,
			    struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct seal_client_asked asked = {0};
	int error = seal_client_load(text, &json, diag);

	if (!error)
		error = seal_client_get_hex(json, "challenge", SEAL_CLIENT_CHALLENGE, 0,
					    asked.challenge, diag);
	if (!error)
		error = seal_client_get_hex(json, "set", SET_HEX, 0, asked.set, diag);
	if (!error)
		error = seal_client_get_hex(json, "card", PRINT_HEX, 0, asked.card, diag);
	if (!error)
		error = seal_client_get_bytes(json, "signature", asked.signature,
					      sizeof asked.signature, diag);
	if (!error)
		*out_asked = asked;
	return error;
}

int seal_client_share_parse(const char *text, struct seal_client_asked *out_asked, char **out_file,
			    struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct seal_client_asked asked = {0};
	const char *file;
	int error = seal_client_load(text, &json, diag);

	if (!error)
		error = seal_client_get_hex(json, "set", SET_HEX, 0, asked.set, diag);
	if (!error)
		error = seal_client_get_hex(json, "card", PRINT_HEX, 0, asked.card, diag);
	if (error)
		return error;
	file = json_string_value(json_object_get(json, "file"));
	if (!file || !file[0])
		return seal_fail(diag, SEAL_E_FORMAT, "answer: file: not a text");
	*out_file = strdup(file);
	if (!*out_file)
		return seal_fail(diag, SEAL_E_NOMEM, "share");
	*out_asked = asked;
	return SEAL_OK;
}

static int get_count(const json_t *json, const char *name, uint64_t *out, struct seal_diag *diag)
{
	const json_t *value = json_object_get(json, name);

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return seal_fail(diag, SEAL_E_FORMAT, "answer: %s: not a number from 0 on", name);
	*out = (uint64_t)json_integer_value(value);
	return SEAL_OK;
}

int seal_client_term_parse(const char *text, struct seal_client_term *out_term,
			   uint8_t out_signature[static 64], struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct seal_client_term term = {0};
	const json_t *data, *own;
	uint8_t signature[64];
	int error = seal_client_load(text, &json, diag);

	data = json_object_get(json, "data");
	own = json_object_get(data, "sealkit");
	if (!error)
		error = get_count(data, "term", &term.term, diag);
	if (!error)
		error = get_count(data, "encryptions", &term.encryptions, diag);
	if (!error)
		error = seal_client_get_text(data, "install_time", term.installed,
					     sizeof term.installed, diag);
	if (!error && !own)
		error = seal_fail(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNSIGNED);
	if (!error)
		error = seal_client_get_bytes(own, "signature", signature, sizeof signature, diag);
	if (error)
		return error;
	*out_term = term;
	(void)memcpy(out_signature, signature, sizeof signature);
	return SEAL_OK;
}

int seal_client_status_parse(const char *text, struct seal_client_status *out_status,
			     struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct seal_client_status status = {0};
	const json_t *own;
	int error = seal_client_load(text, &json, diag);

	if (!error)
		error = seal_client_get_flag(json, "initialized", &status.initialized, diag);
	if (!error)
		error = seal_client_get_flag(json, "sealed", &status.sealed, diag);
	if (!error)
		error = seal_client_get_number(json, "t", 255, &status.t, diag);
	if (!error)
		error = seal_client_get_number(json, "n", 255, &status.n, diag);
	if (!error)
		error = seal_client_get_number(json, "progress", 255, &status.progress, diag);
	if (!error)
		error = seal_client_get_text(json, "nonce", status.nonce, sizeof status.nonce,
					     diag);
	if (!error)
		error = seal_client_get_text(json, "version", status.version, sizeof status.version,
					     diag);
	if (!error)
		error = seal_client_get_text(json, "storage_type", status.storage,
					     sizeof status.storage, diag);
	if (error)
		return error;
	own = json_object_get(json, "sealkit");
	status.is_seald = own != NULL;
	if (own)
		error = get_sealkit(own, &status, diag);
	if (!error)
		*out_status = status;
	return error;
}
