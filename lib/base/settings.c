/* Settings by tables; libconfig reads the grammar. */

#include "base/settings.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/secret.h"

#include "base/banned.h"

int seal_setting_fail(const config_setting_t *setting, const char *why, struct seal_diag *diag)
{
	const char *name = config_setting_name(setting);
	const config_setting_t *parent = config_setting_parent(setting);

	if (!name && parent)
		name = config_setting_name(parent);
	return seal_fail(diag, SEAL_E_FORMAT, "line %u: %s: %s",
			 config_setting_source_line(setting), name ? name : "setting", why);
}

int seal_setting_text(const config_setting_t *setting, void *out, size_t max,
		      struct seal_diag *diag)
{
	const char *text = config_setting_get_string(setting);

	if (!text)
		return seal_setting_fail(setting, "must be a text in quotes", diag);
	if (!*text)
		return seal_setting_fail(setting, "is empty", diag);
	if (strlen(text) > max)
		return seal_setting_fail(setting, "is too long", diag);
	(void)snprintf(out, max + 1, "%s", text);
	return SEAL_OK;
}

int seal_setting_switch(const config_setting_t *setting, void *out, size_t max SEAL_UNUSED,
			struct seal_diag *diag)
{
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return seal_setting_fail(setting, "must be true or false", diag);
	*(int *)out = config_setting_get_bool(setting) != 0;
	return SEAL_OK;
}

int seal_setting_number(const config_setting_t *setting, void *out, size_t max,
			struct seal_diag *diag)
{
	int number = config_setting_get_int(setting);
	char why[48];

	if (config_setting_type(setting) != CONFIG_TYPE_INT || number < 1 || (size_t)number > max) {
		(void)snprintf(why, sizeof why, "must be a number from 1 to %zu", max);
		return seal_setting_fail(setting, why, diag);
	}
	*(unsigned *)out = (unsigned)number;
	return SEAL_OK;
}

int seal_setting_duration(const config_setting_t *setting, void *out, size_t max,
			  struct seal_diag *diag)
{
	static const char units[] = "smh";
	static const unsigned seconds[] = {1, 60, 3600};
	const char *text = config_setting_get_string(setting);
	const char *unit = NULL;
	uint64_t value = 0;
	size_t digits = text ? strspn(text, "0123456789") : 0;
	char why[80];

	if (digits > 0 && digits < 7 && text[digits] && !text[digits + 1])
		unit = strchr(units, text[digits]);
	if (unit)
		value = strtoul(text, NULL, 10) * seconds[unit - units];
	if (value < 1 || value > max) {
		(void)snprintf(why, sizeof why,
			       "must be a duration such as \"30m\", at most \"%zuh\"", max / 3600);
		return seal_setting_fail(setting, why, diag);
	}
	*(uint64_t *)out = value;
	return SEAL_OK;
}

int seal_settings_each(const config_setting_t *list,
		       int (*take)(const config_setting_t *element, void *out,
				   struct seal_diag *diag),
		       void *out, size_t max, struct seal_diag *diag)
{
	int error = SEAL_OK;
	int count = config_setting_length(list);
	char why[48];

	if (!config_setting_is_list(list) && !config_setting_is_array(list))
		return seal_setting_fail(list, "must be a list", diag);
	if (count < 1)
		return seal_setting_fail(list, "is empty", diag);
	(void)snprintf(why, sizeof why, "more than %zu", max);
	if ((size_t)count > max)
		return seal_setting_fail(list, why, diag);
	for (int i = 0; i < count && !error; i++)
		error = take(config_setting_get_elem(list, (unsigned)i), out, diag);
	return error;
}

int seal_settings_group(const config_setting_t *group, const struct seal_setting *table, void *out,
			struct seal_diag *diag)
{
	int error = SEAL_OK;

	if (!config_setting_is_group(group))
		return seal_setting_fail(group, "must be a group in braces", diag);
	for (int i = 0; i < config_setting_length(group) && !error; i++) {
		const config_setting_t *one = config_setting_get_elem(group, (unsigned)i);
		const struct seal_setting *known = table;

		while (known->name && strcmp(known->name, config_setting_name(one)) != 0)
			known++;
		if (!known->name)
			return seal_setting_fail(one, "unknown setting", diag);
		error = known->take(one, (char *)out + known->offset, known->max, diag);
	}
	return error;
}

/* Before libconfig sees it. */
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

static int parse(const char *text, const struct seal_setting *table, void *out,
		 struct seal_diag *diag)
{
	config_t parsed SEAL_CLEANUP(config_destroy);

	config_init(&parsed);
	if (config_read_string(&parsed, text) != CONFIG_TRUE)
		return seal_fail(diag, SEAL_E_FORMAT, "line %d: %s", config_error_line(&parsed),
				 config_error_text(&parsed));
	return seal_settings_group(config_root_setting(&parsed), table, out, diag);
}

int seal_settings_read(const char *path, const struct seal_setting *table, void *out,
		       struct seal_diag *diag)
{
	uint8_t *bytes = NULL;
	size_t len = 0;
	int error = seal_file_read(path, SEAL_SETTINGS_FILE, &bytes, &len, diag);

	if (error)
		return error;
	error = refuse_includes((const char *)bytes, len, diag);
	if (!error)
		error = parse((const char *)bytes, table, out, diag);
	free(bytes);
	return error ? seal_because(diag, error, "%s", path) : SEAL_OK;
}
