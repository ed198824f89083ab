/* What seal-enroll tells. Warnings go to stderr, in red where that is a terminal. */

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "base/encode.h"
#include "ceremony/busy.h"
#include "seal-enroll.h"

#include "base/banned.h"

static const char *kind_name(enum seal_card_kind kind)
{
	switch (kind) {
	case SEAL_CARD_PIV:
		return "piv";
	case SEAL_CARD_FIDO2:
		return "fido2";
	case SEAL_CARD_PASSPHRASE:
		break;
	}
	return "passphrase";
}

static void warn(const char *text)
{
	int red = isatty(STDERR_FILENO);

	(void)fprintf(stderr, "%sseal-enroll: %s%s\n", red ? "\033[1;31m" : "", text,
		      red ? "\033[0m" : "");
}

static void warnings(const struct seal_card *card, const struct seal_token_info *info)
{
	if (card->kind != SEAL_CARD_PASSPHRASE && !card->is_attested)
		warn("NOT ATTESTED: nothing proves that the keys of this card are in a token");
	if (card->is_virtual)
		warn("VIRTUAL: a token of rehearsals and tests; real ceremonies refuse its card");
	if (card->piv.puk_unknown)
		warn("PUK NOT PROVED: it may be the factory's, and who has the token sets a new "
		     "PIN by "
		     "it");
	if (card->firmware_leaks || info->leaks_ecdsa)
		warn("OLD FIRMWARE: who gets the token and opens it can read its signing key "
		     "(YSA-2024-03)");
}

static void add_numbers(json_t *json, const struct seal_token_info *info)
{
	char firmware[16];

	if (info->has_serial)
		(void)json_object_set_new(json, "serial", json_integer(info->serial));
	(void)snprintf(firmware, sizeof firmware, "%u.%u.%u", info->firmware[0], info->firmware[1],
		       info->firmware[2]);
	if (info->has_firmware)
		(void)json_object_set_new(json, "firmware", json_string(firmware));
}

static char *details(const struct values *values, const char *did, const struct seal_card *card,
		     const struct seal_token_info *info, const char *hex, const char *words)
{
	json_t *json = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:b,s:b}", "card",
				 values->check ? values->check : values->output, "did", did, "name",
				 card->name, "group", card->group, "kind", kind_name(card->kind),
				 "recipient", card->recipient, "fingerprint", hex, "words", words,
				 "attested", card->is_attested, "virtual", card->is_virtual,
				 "firmware_leaks", card->firmware_leaks || info->leaks_ecdsa,
				 "puk_unknown", card->piv.puk_unknown);
	char *text;

	if (json)
		add_numbers(json, info);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}

int enroll_show(const struct values *values, const char *did, const struct seal_card *card,
		const struct seal_token_info *info, struct seal_diag *diag)
{
	uint8_t fingerprint[SEAL_CARD_FINGERPRINT];
	char hex[2 * SEAL_CARD_FINGERPRINT + 1];
	char words[SEAL_CARD_WORDS];
	int error = seal_card_fingerprint(card, fingerprint, diag);

	if (error)
		return error;
	seal_hex(fingerprint, sizeof fingerprint, hex);
	seal_card_words(fingerprint, words);
	seal_busy(NULL);
	warnings(card, info);
	if (values->json) {
		*values->details = details(values, did, card, info, hex, words);
		return SEAL_OK;
	}
	(void)printf("card         %s: %s\n", values->check ? values->check : values->output, did);
	(void)printf("name         %s%s%s\n", card->name, card->group[0] ? ", group " : "",
		     card->group);
	(void)printf("token        %s at %s\n", info->model, info->where);
	(void)printf("recipient    %s\n", card->recipient);
	(void)printf("fingerprint  %s\n", hex);
	(void)printf("read aloud   %s\n", words);
	return fflush(stdout) == 0 ? SEAL_OK : seal_fail_errno(diag, SEAL_E_IO, "stdout");
}

static void show_count(const char *what, int count)
{
	if (count >= 0)
		(void)printf(", %s: %d %s left", what, count, count == 1 ? "try" : "tries");
}

static void show_factory(const char *what, int is)
{
	if (is == 1)
		(void)printf(", factory %s", what);
}

static int show_token(void *ctx, const struct seal_token_info *info)
{
	int *seen = ctx;

	++*seen;
	(void)printf("%-10s  %s", kind_name(info->kind), info->model);
	if (info->has_serial)
		(void)printf(", serial %u", info->serial);
	if (info->has_firmware)
		(void)printf(", firmware %u.%u.%u%s", info->firmware[0], info->firmware[1],
			     info->firmware[2], info->leaks_ecdsa ? " (leaks signing keys)" : "");
	show_count("PIN", info->tries_left);
	show_count("PUK", info->puk_tries_left);
	show_factory("PIN", info->factory_pin);
	show_factory("PUK", info->factory_puk);
	show_factory("management key", info->factory_key);
	if (info->kind == SEAL_CARD_PIV && (info->factory_pin < 0 || info->factory_puk < 0))
		(void)printf(", tells nothing of factory values");
	(void)printf(", at %s%s\n", info->where, info->is_virtual ? " (virtual)" : "");
	return SEAL_OK;
}

static json_t *known(int value)
{
	return value < 0 ? json_null() : json_boolean(value);
}

static int add_token(void *ctx, const struct seal_token_info *info)
{
	json_t *json = json_pack("{s:s,s:s,s:s,s:b,s:b}", "kind", kind_name(info->kind), "model",
				 info->model, "where", info->where, "virtual", info->is_virtual,
				 "firmware_leaks", info->leaks_ecdsa);

	if (!json)
		return SEAL_E_NOMEM;
	add_numbers(json, info);
	if (info->tries_left >= 0)
		(void)json_object_set_new(json, "tries_left", json_integer(info->tries_left));
	if (info->puk_tries_left >= 0)
		(void)json_object_set_new(json, "puk_tries_left",
					  json_integer(info->puk_tries_left));
	(void)json_object_set_new(json, "factory_pin", known(info->factory_pin));
	(void)json_object_set_new(json, "factory_puk", known(info->factory_puk));
	(void)json_object_set_new(json, "factory_key", known(info->factory_key));
	return json_array_append_new(ctx, json) == 0 ? SEAL_OK : SEAL_E_NOMEM;
}

int enroll_list(const struct values *values, struct used_tokens *tokens, struct seal_diag *diag)
{
	json_t *list;
	json_t *json;
	int seen = 0;
	int error;

	if (!values->json) {
		error = seal_token_list(&tokens->place, show_token, &seen, diag);
		if (!error && seen == 0)
			error = seal_fail(diag, SEAL_E_TOKENABSENT,
					  "--list: no token is here; plug one in");
		if (fflush(stdout) != 0 && !error)
			error = seal_fail_errno(diag, SEAL_E_IO, "stdout");
		return error;
	}
	list = json_array();
	error = seal_token_list(&tokens->place, add_token, list, diag);
	if (!error && json_array_size(list) == 0)
		error = seal_fail(diag, SEAL_E_TOKENABSENT,
				  "--list: no token is here; plug one in");
	json = json_pack("{s:o}", "tokens", list);
	*values->details = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return error;
}
