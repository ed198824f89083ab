/* What a daemon, or whatever stands in its place, answers to the tools: nothing that is taken can
   drive a terminal, and every text ends in its buffer. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "client/client_internal.h"

static void printable(const char *text, size_t cap)
{
	size_t len = strnlen(text, cap);

	if (len == cap)
		abort();
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			abort();
}

static void hex(const char *text, size_t len)
{
	if (strlen(text) != len || strspn(text, "0123456789abcdef") != len)
		abort();
}

static void status(const char *text)
{
	struct seal_client_status out;

	if (seal_client_status_parse(text, &out, NULL))
		return;
	printable(out.nonce, sizeof out.nonce);
	printable(out.version, sizeof out.version);
	printable(out.storage, sizeof out.storage);
	printable(out.sandbox, sizeof out.sandbox);
	if (out.given_count > SEAL_CLIENT_GIVEN || out.unproved_count > SEAL_CLIENT_GIVEN)
		abort();
	for (size_t i = 0; i < out.given_count; i++)
		printable(out.given[i].card, sizeof out.given[i].card);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct seal_client_asked asked;
	struct seal_client_term term;
	struct seal_client_key key;
	uint8_t signature[64];
	char *text = malloc(len + 1), *file = NULL;
	static int ready;

	if (!text)
		return 0;
	if (!ready)
		seal_json_setup();
	ready = 1;
	memcpy(text, data, len);
	text[len] = '\0';
	status(text);
	if (!seal_client_term_parse(text, &term, signature, NULL))
		printable(term.installed, sizeof term.installed);
	if (!seal_client_key_parse(text, &key, NULL)) {
		printable(key.nonce, sizeof key.nonce);
		printable(key.key_text, sizeof key.key_text);
	}
	if (!seal_client_asked_parse(text, &asked, NULL)) {
		hex(asked.challenge, SEAL_CLIENT_CHALLENGE);
		hex(asked.set, 32);
		hex(asked.card, 64);
	}
	if (!seal_client_share_parse(text, &asked, &file, NULL) && !file[0])
		abort();
	free(file);
	free(text);
	return 0;
}
