/* The environment of Vault's CLI, and of OpenBao's: BAO_* wins, even if empty. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"

#include "base/banned.h"

#define NAME_BYTES 64
#define MOST_MS 86400000L

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

/* A number; *at behind it. -1: none, or too large for anything. */
static long number(const char **at)
{
	size_t digits = strspn(*at, "0123456789");
	long value = 0;

	if (digits == 0 || digits > 9)
		return -1;
	for (; digits; digits--, (*at)++)
		value = value * 10 + (**at - '0');
	return value;
}

/* Milliseconds of the unit there; *at behind it. 0: none. */
static long unit(const char **at)
{
	static const struct {
		const char *text;
		long ms;
	} units[] = {{"ms", 1}, {"h", 3600000}, {"m", 60000}, {"s", 1000}};

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		size_t len = strlen(units[i].text);

		if (strncmp(*at, units[i].text, len) == 0) {
			*at += len;
			return units[i].ms;
		}
	}
	return 0;
}

/* "60", or as Go writes it: "60s", "1m30s". Parts of a second count as a whole one. */
static int seconds(const char *text, unsigned *out, struct seal_diag *diag)
{
	const char *at = text;
	long sum = 0;
	int bad = !*text;

	while (*at && !bad) {
		int first = at == text;
		long value = number(&at);
		long ms = first && !*at ? 1000 : unit(&at);

		bad = value < 0 || !ms || value > MOST_MS / ms;
		sum += bad ? 0 : value * ms;
		bad |= sum > MOST_MS;
	}
	if (bad || sum == 0)
		return seal_fail(diag, SEAL_E_USAGE,
				 "CLIENT_TIMEOUT: %s: not 1 to 86400 seconds, such as 90 or 1m30s",
				 text);
	*out = (unsigned)((sum + 999) / 1000);
	return SEAL_OK;
}

/* What Go takes for true or false; -1: neither. */
static int truth(const char *text)
{
	static const char *const words[2][6] = {{"0", "f", "F", "false", "FALSE", "False"},
						{"1", "t", "T", "true", "TRUE", "True"}};

	for (int value = 0; value < 2; value++)
		for (size_t i = 0; i < 6; i++)
			if (strcmp(text, words[value][i]) == 0)
				return value;
	return -1;
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

	if (skip && truth(skip) < 0)
		return seal_fail(diag, SEAL_E_USAGE, "SKIP_VERIFY: %s: neither true nor false",
				 skip);
	if (skip && truth(skip))
		return seal_fail(diag, SEAL_E_POLICY,
				 "SKIP_VERIFY is set: an unseal key goes to no server that is not "
				 "verified; give --pin or a CA file instead");
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (!*fields[i].field)
			*fields[i].field = value_of(fields[i].name);
	return timeout && config->timeout == 0 ? seconds(timeout, &config->timeout, diag) : SEAL_OK;
}
