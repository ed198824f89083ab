/* The seal configuration. Before the unseal it is a claim; as associated data of the
   wrapped root key it is found out there if anybody changed it. One spelling: what
   is read is written again and compared. */

#include "barrier/barrier_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "crypto/hmac.h"

#include "base/banned.h"

#define FIRST_LINE "sealkit-barrier/1\n"
#define LINE 80u /* bytes of the longest line, and more */

void seal_barrier_digest(const char *name, const void *bytes, size_t len, uint8_t out[static 32])
{
	const struct seal_piece piece = {bytes, len};

	seal_hmac((const uint8_t *)name, strlen(name), &piece, 1, out);
}

int seal_barrier_digest_is(const char *name, const void *bytes, size_t len,
			   const uint8_t want[static 32])
{
	uint8_t digest[32];

	seal_barrier_digest(name, bytes, len, digest);
	return seal_eq_ct(digest, want, sizeof digest);
}

int seal_barrier_config_text(const struct seal_barrier_config *config, char **out_text,
			     size_t *out_len, struct seal_diag *diag)
{
	size_t cap = 512 + (config->plain ? 0 : (size_t)config->total * LINE);
	char *text = malloc(cap);
	char hex[65];
	int len;

	if (!text)
		return seal_fail(diag, SEAL_E_NOMEM, "seal configuration");
	len = snprintf(text, cap, FIRST_LINE "plain: %s\nset: %s\nepoch: %u\nthreshold: %u of %u\n",
		       config->plain ? "yes" : "no", config->set, config->epoch, config->threshold,
		       config->total);
	if (!config->plain) {
		seal_hex(config->manifest, 32, hex);
		len += snprintf(text + len, cap - (size_t)len, "manifest: %s\n", hex);
		for (unsigned i = 0; i < config->total; i++) {
			seal_hex(config->files[i], 32, hex);
			len += snprintf(text + len, cap - (size_t)len, "share: %u %s\n", i + 1,
					hex);
		}
	}
	*out_text = text;
	*out_len = (size_t)len;
	return SEAL_OK;
}

/* The 64 digits at text as 32 bytes; text ends in NUL before it could be too short. */
static int take_digest(const char *text, uint8_t out[32])
{
	size_t got = 0;

	return strnlen(text, 64) == 64 && seal_unhex(text, 64, out, 32, &got, NULL) == SEAL_OK;
}

static int take_shares(const char *at, struct seal_barrier_config *config)
{
	const char *text = strstr(at, "\nmanifest: ");

	if (config->total > SEAL_MANIFEST_SHARES || !text ||
	    !take_digest(text + strlen("\nmanifest: "), config->manifest))
		return 0;
	for (unsigned i = 0; i < config->total; i++) {
		char name[24];

		(void)snprintf(name, sizeof name, "\nshare: %u ", i + 1);
		text = strstr(text, name);
		if (!text || !take_digest(text + strlen(name), config->files[i]))
			return 0;
	}
	return 1;
}

static int take_fields(const char *text, struct seal_barrier_config *config)
{
	char plain[4];

	/* The widths keep each number in range. NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(text,
		   FIRST_LINE "plain: %3[a-z]\nset: %32[0-9a-f]\nepoch: %9u\nthreshold: %3u of %3u",
		   plain, config->set, &config->epoch, &config->threshold, &config->total) != 5)
		return 0;
	if (strlen(config->set) != SEAL_SET_ID || config->total > SEAL_BARRIER_PLAIN ||
	    config->threshold < 1 || config->threshold > config->total)
		return 0;
	config->plain = strcmp(plain, "yes") == 0;
	return config->plain || take_shares(text, config);
}

int seal_barrier_config_parse(const char *text, size_t len, struct seal_barrier_config *out_config,
			      struct seal_diag *diag)
{
	static const char what[] = "seal configuration: damaged";
	struct seal_barrier_config config = {0};
	char *copy = strndup(text, len);
	char *again = NULL;
	size_t again_len = 0;
	int error = SEAL_OK;

	if (!copy)
		return seal_fail(diag, SEAL_E_NOMEM, "seal configuration");
	if (!take_fields(copy, &config))
		error = seal_fail(diag, SEAL_E_VERIFY, what);
	free(copy);
	if (!error)
		error = seal_barrier_config_text(&config, &again, &again_len, diag);
	if (!error && (again_len != len || !seal_eq_ct(again, text, len)))
		error = seal_fail(diag, SEAL_E_VERIFY, what);
	free(again);
	if (!error)
		*out_config = config;
	return error;
}
