/* The environment of Vault's CLI, and of OpenBao's: BAO_* wins, even if empty. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"

#include "base/banned.h"

#define NAME_BYTES 64

static const char *value_of(const char *name)
{
	static const char *const prefixes[] = {"BAO_", "VAULT_"};
	char full[NAME_BYTES];

	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		const char *value;

		(void)snprintf(full, sizeof full, "%s%s", prefixes[i], name);
		value = getenv(full);
		if (value)
			return value[0] ? value : NULL;
	}
	return NULL;
}

/* "60" or "60s". */
static int seconds(const char *text, unsigned *out, struct seal_diag *diag)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || (*end && strcmp(end, "s") != 0) || n == 0 ||
	    n > 86400)
		return seal_fail(diag, SEAL_E_USAGE, "CLIENT_TIMEOUT: %s: not seconds, 1 to 86400",
				 text);
	*out = (unsigned)n;
	return SEAL_OK;
}

int seal_client_environment(struct seal_client_config *config, struct seal_diag *diag)
{
	struct {
		const char *name;
		const char **field;
	} fields[] = {
		{"ADDR", &config->address},	    {"CACERT", &config->ca_file},
		{"CAPATH", &config->ca_folder},	    {"CLIENT_CERT", &config->certificate},
		{"CLIENT_KEY", &config->key},	    {"TLS_SERVER_NAME", &config->server_name},
		{"NAMESPACE", &config->name_space},
	};
	const char *skip = value_of("SKIP_VERIFY");
	const char *timeout = value_of("CLIENT_TIMEOUT");

	if (skip && strcmp(skip, "false") != 0 && strcmp(skip, "0") != 0)
		return seal_fail(diag, SEAL_E_POLICY,
				 "SKIP_VERIFY is set: an unseal key goes to no server that is not "
				 "verified; give --pin or a CA file instead");
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (!*fields[i].field)
			*fields[i].field = value_of(fields[i].name);
	return timeout && config->timeout == 0 ? seconds(timeout, &config->timeout, diag) : SEAL_OK;
}
