/* seald.conf: libconfig's grammar, our own list of settings. */

#include "config.h"

#include <arpa/inet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/settings.h"

#include "base/banned.h"

#define HOUR 3600u
#define HALF_OPEN_MAX (72u * HOUR)

static int take_path(const config_setting_t *setting, void *out, size_t max, struct seal_diag *diag)
{
	int error = seal_setting_text(setting, out, max, diag);

	if (!error && *(const char *)out != '/')
		return seal_setting_fail(setting, "must be a path that begins with /", diag);
	return error;
}

static int take_plain(const config_setting_t *setting, void *out, size_t max SEAL_UNUSED,
		      struct seal_diag *diag)
{
	const char *text = config_setting_get_string(setting);

	if (!text || (strcmp(text, "allow") != 0 && strcmp(text, "deny") != 0))
		return seal_setting_fail(setting, "must be \"deny\" or \"allow\"", diag);
	*(int *)out = strcmp(text, "allow") == 0;
	return SEAL_OK;
}

static int is_host(const char *host, size_t len, int six, char *out, size_t cap)
{
	uint8_t address[16];

	if (len >= cap)
		return 0;
	memcpy(out, host, len);
	out[len] = '\0';
	return inet_pton(six ? AF_INET6 : AF_INET, out, address) == 1;
}

/* 192.0.2.1:8200 or [2001:db8::1]:8200. */
static int cut_address(const char *text, struct seald_listen *out)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	int six = len > 2 && text[0] == '[' && text[len - 1] == ']';
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
	unsigned long port;

	if (!len || !digits || digits > 5 || colon[1 + digits])
		return 0;
	port = strtoul(colon + 1, NULL, 10);
	if (port > 65535)
		return 0;
	out->port = (uint16_t)port;
	return is_host(text + six, len - (six ? 2 : 0), six, out->host, sizeof out->host);
}

static int take_address(const config_setting_t *list, const config_setting_t *setting,
			struct seald_config *config, struct seal_diag *diag)
{
	const char *text = config_setting_get_string(setting);

	if (config->listen_count == SEALD_LISTENS)
		return seal_setting_fail(list, "more than 16 addresses", diag);
	if (!text || !cut_address(text, &config->listen[config->listen_count]))
		return seal_setting_fail(list, "must be ADDRESS:PORT, the address a number", diag);
	config->listen_count++;
	return SEAL_OK;
}

static int take_listen(const config_setting_t *setting, void *out, size_t max SEAL_UNUSED,
		       struct seal_diag *diag)
{
	int error = SEAL_OK;

	if (!config_setting_is_aggregate(setting))
		return take_address(setting, setting, out, diag);
	if (config_setting_is_group(setting) || config_setting_length(setting) == 0)
		return seal_setting_fail(setting, "must be an address or a list of some", diag);
	for (int i = 0; i < config_setting_length(setting) && !error; i++)
		error = take_address(setting, config_setting_get_elem(setting, (unsigned)i), out,
				     diag);
	return error;
}

#define PATH(text, member)                                                         \
	{                                                                          \
		text, take_path, offsetof(struct seald_config, member), SEALD_PATH \
	}

static int take_tls(const config_setting_t *setting, void *out, size_t max SEAL_UNUSED,
		    struct seal_diag *diag)
{
	static const struct seal_setting table[] = {PATH("certificate", certificate),
						    PATH("key", key),
						    PATH("client_ca", client_ca),
						    {NULL, NULL, 0, 0}};
	const struct seald_config *config = out;
	int error = seal_settings_group(setting, table, out, diag);

	if (!error && !*config->certificate != !*config->key)
		return seal_setting_fail(setting, "certificate and key belong together", diag);
	return error;
}

#define VALUE(text, take, member, max)                                 \
	{                                                              \
		text, take, offsetof(struct seald_config, member), max \
	}

static const struct seal_setting settings[] = {
	{"listen", take_listen, 0, 0},
	{"tls", take_tls, 0, 0},
	PATH("state", state),
	PATH("audit", audit),
	VALUE("plain_shares", take_plain, plain_shares, 0),
	VALUE("rehearsal", seal_setting_switch, rehearsal, 0),
	VALUE("gates", seal_setting_number, gates, SEALD_GATES),
	VALUE("half_open", seal_setting_duration, half_open, HALF_OPEN_MAX),
	VALUE("user", seal_setting_text, user, 32),
	{NULL, NULL, 0, 0}};

static unsigned processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;

	return count > (int)SEALD_GATES ? SEALD_GATES : (unsigned)count;
}

static int check(struct seald_config *config, struct seal_diag *diag)
{
	if (!config->listen_count)
		return seal_fail(diag, SEAL_E_FORMAT, "listen: missing");
	if (!*config->state)
		return seal_fail(diag, SEAL_E_FORMAT, "state: missing");
	if (!*config->audit)
		return seal_fail(diag, SEAL_E_FORMAT, "audit: missing");
	if (!config->gates)
		config->gates = processors();
	return SEAL_OK;
}

int seald_config_read(const char *path, struct seald_config *out_config, struct seal_diag *diag)
{
	struct seald_config config = {.half_open = HOUR};
	int error = seal_settings_read(path, settings, &config, diag);

	if (error)
		return error;
	error = check(&config, diag);
	if (error)
		return seal_because(diag, error, "%s", path);
	*out_config = config;
	return SEAL_OK;
}
