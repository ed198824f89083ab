/* seald.conf: libconfig's grammar, our own list of settings. */

#include "config.h"

#include <arpa/inet.h>
#include <libconfig.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#include "base/banned.h"

#define FILE_MAX 65536u
#define HOUR 3600u
#define HALF_OPEN_MAX (72u * HOUR)

struct setting {
	const char *name;
	int (*take)(const config_setting_t *setting, void *out, struct seal_diag *diag);
	size_t offset;
};

static int fail_at(const config_setting_t *setting, const char *why, struct seal_diag *diag)
{
	return seal_fail(diag, SEAL_E_FORMAT, "line %u: %s: %s",
			 config_setting_source_line(setting), config_setting_name(setting), why);
}

static int take_text(const config_setting_t *setting, char *out, size_t max, struct seal_diag *diag)
{
	const char *text = config_setting_get_string(setting);

	if (!text)
		return fail_at(setting, "must be a text in quotes", diag);
	if (!*text)
		return fail_at(setting, "is empty", diag);
	if (strlen(text) > max)
		return fail_at(setting, "is too long", diag);
	(void)snprintf(out, max + 1, "%s", text);
	return SEAL_OK;
}

static int take_path(const config_setting_t *setting, void *out, struct seal_diag *diag)
{
	int error = take_text(setting, out, SEALD_PATH, diag);

	if (!error && *(const char *)out != '/')
		return fail_at(setting, "must be a path that begins with /", diag);
	return error;
}

static int take_user(const config_setting_t *setting, void *out, struct seal_diag *diag)
{
	return take_text(setting, out, 32, diag);
}

static int take_switch(const config_setting_t *setting, void *out, struct seal_diag *diag)
{
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return fail_at(setting, "must be true or false", diag);
	*(int *)out = config_setting_get_bool(setting) != 0;
	return SEAL_OK;
}

static int take_plain(const config_setting_t *setting, void *out, struct seal_diag *diag)
{
	const char *text = config_setting_get_string(setting);

	if (!text || (strcmp(text, "allow") != 0 && strcmp(text, "deny") != 0))
		return fail_at(setting, "must be \"deny\" or \"allow\"", diag);
	*(int *)out = strcmp(text, "allow") == 0;
	return SEAL_OK;
}

static int take_gates(const config_setting_t *setting, void *out, struct seal_diag *diag)
{
	int count = config_setting_get_int(setting);

	if (config_setting_type(setting) != CONFIG_TYPE_INT || count < 1 ||
	    count > (int)SEALD_GATES)
		return fail_at(setting, "must be a number from 1 to 64", diag);
	*(unsigned *)out = (unsigned)count;
	return SEAL_OK;
}

static int take_duration(const config_setting_t *setting, void *out, struct seal_diag *diag)
{
	static const char units[] = "smh";
	static const unsigned seconds[] = {1, 60, HOUR};
	const char *text = config_setting_get_string(setting);
	const char *unit = NULL;
	uint64_t value = 0;
	size_t digits = text ? strspn(text, "0123456789") : 0;

	if (digits > 0 && digits < 7 && text[digits] && !text[digits + 1])
		unit = strchr(units, text[digits]);
	if (unit)
		value = strtoul(text, NULL, 10) * seconds[unit - units];
	if (value < 1 || value > HALF_OPEN_MAX)
		return fail_at(setting, "must be a duration such as \"30m\", at most \"72h\"",
			       diag);
	*(uint64_t *)out = value;
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
		return fail_at(list, "more than 16 addresses", diag);
	if (!text || !cut_address(text, &config->listen[config->listen_count]))
		return fail_at(list, "must be ADDRESS:PORT, the address a number", diag);
	config->listen_count++;
	return SEAL_OK;
}

static int take_listen(const config_setting_t *setting, void *out, struct seal_diag *diag)
{
	int error = SEAL_OK;

	if (!config_setting_is_aggregate(setting))
		return take_address(setting, setting, out, diag);
	if (config_setting_is_group(setting) || config_setting_length(setting) == 0)
		return fail_at(setting, "must be an address or a list of some", diag);
	for (int i = 0; i < config_setting_length(setting) && !error; i++)
		error = take_address(setting, config_setting_get_elem(setting, (unsigned)i), out,
				     diag);
	return error;
}

static int take_all(const config_setting_t *group, const struct setting *table, void *out,
		    struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (int i = 0; i < config_setting_length(group) && !error; i++) {
		const config_setting_t *one = config_setting_get_elem(group, (unsigned)i);
		const struct setting *known = table;

		while (known->name && strcmp(known->name, config_setting_name(one)) != 0)
			known++;
		if (!known->name)
			return fail_at(one, "unknown setting", diag);
		error = known->take(one, (char *)out + known->offset, diag);
	}
	return error;
}

static int take_tls(const config_setting_t *setting, void *out, struct seal_diag *diag)
{
	static const struct setting table[] = {
		{"certificate", take_path, offsetof(struct seald_config, certificate)},
		{"key", take_path, offsetof(struct seald_config, key)},
		{"client_ca", take_path, offsetof(struct seald_config, client_ca)},
		{NULL, NULL, 0}};
	const struct seald_config *config = out;
	int error;

	if (!config_setting_is_group(setting))
		return fail_at(setting, "must be a group in braces", diag);
	error = take_all(setting, table, out, diag);
	if (!error && !*config->certificate != !*config->key)
		return fail_at(setting, "certificate and key belong together", diag);
	return error;
}

static const struct setting settings[] = {
	{"listen", take_listen, 0},
	{"tls", take_tls, 0},
	{"state", take_path, offsetof(struct seald_config, state)},
	{"audit", take_path, offsetof(struct seald_config, audit)},
	{"plain_shares", take_plain, offsetof(struct seald_config, plain_shares)},
	{"rehearsal", take_switch, offsetof(struct seald_config, rehearsal)},
	{"gates", take_gates, offsetof(struct seald_config, gates)},
	{"half_open", take_duration, offsetof(struct seald_config, half_open)},
	{"user", take_user, offsetof(struct seald_config, user)},
	{NULL, NULL, 0}};

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

/* Before libconfig sees it: an include would read files that nobody named. */
static int refuse_includes(const char *text, size_t len, struct seal_diag *diag)
{
	unsigned line = 1;

	if (strlen(text) != len)
		return seal_fail(diag, SEAL_E_FORMAT, "has a NUL byte");
	for (const char *at = text; at; line++) {
		at += strspn(at, " \t\v\f\r");
		if (*at == '@')
			return seal_fail(diag, SEAL_E_FORMAT, "line %u: @include is not allowed",
					 line);
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return SEAL_OK;
}

static int parse(const char *text, struct seald_config *out, struct seal_diag *diag)
{
	config_t parsed SEAL_CLEANUP(config_destroy);
	int error;

	config_init(&parsed);
	if (config_read_string(&parsed, text) != CONFIG_TRUE)
		return seal_fail(diag, SEAL_E_FORMAT, "line %d: %s", config_error_line(&parsed),
				 config_error_text(&parsed));
	error = take_all(config_root_setting(&parsed), settings, out, diag);
	return error ? error : check(out, diag);
}

int seald_config_read(const char *path, struct seald_config *out_config, struct seal_diag *diag)
{
	struct seald_config config = {.half_open = HOUR};
	uint8_t *bytes = NULL;
	size_t len = 0;
	int error = seal_file_read(path, FILE_MAX, &bytes, &len, diag);

	if (error)
		return error;
	error = refuse_includes((const char *)bytes, len, diag);
	if (!error)
		error = parse((const char *)bytes, &config, diag);
	free(bytes);
	if (error)
		return seal_because(diag, error, "%s", path);
	*out_config = config;
	return SEAL_OK;
}
