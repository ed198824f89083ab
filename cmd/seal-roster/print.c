/* What several commands show. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/encode.h"
#include "base/own.h"
#include "seal-roster.h"
#include "share/date.h"

#include "base/banned.h"

int time_of(const char *at, char out[static 21], struct seal_diag *diag)
{
	time_t now = time(NULL);
	struct tm utc;

	if (at && seal_is_time(at)) {
		(void)snprintf(out, 21, "%s", at);
		return SEAL_OK;
	}
	if (at && seal_is_date(at)) {
		(void)snprintf(out, 21, "%sT23:59:59Z", at);
		return SEAL_OK;
	}
	if (at)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--at: not a day or time such as 2026-11-24 or "
				 "2026-11-24T10:00:00Z");
	if (!gmtime_r(&now, &utc) || strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &utc) != SEAL_TIME)
		return seal_fail(diag, SEAL_E_SYSTEM, "the clock");
	return SEAL_OK;
}

int shown_of(const struct seal_roster *roster, struct shown *out, struct seal_diag *diag)
{
	uint8_t digest[SEAL_ROSTER_DIGEST];
	int error = seal_roster_digest(roster, digest, diag);

	if (error)
		return error;
	seal_hex(digest, sizeof digest, out->hex);
	seal_card_words(digest, out->words);
	return SEAL_OK;
}

void print_head(FILE *out, const char *path, const struct seal_roster *roster,
		const struct shown *shown)
{
	(void)fprintf(out, "roster       %s\n", path);
	(void)fprintf(out, "organisation %s\n", roster->organisation);
	(void)fprintf(out, "version      %u, made at %s, to be reviewed until %s\n",
		      roster->version, roster->created, roster->review);
	(void)fprintf(out, "digest       %s\n", shown->hex);
	(void)fprintf(out, "read aloud   %s\n", shown->words);
}

json_t *head_json(const char *path, const struct seal_roster *roster, const struct shown *shown)
{
	return json_pack("{s:s,s:s,s:i,s:s,s:s,s:i,s:i,s:s,s:s}", "roster", path, "organisation",
			 roster->organisation, "version", (int)roster->version, "created",
			 roster->created, "review", roster->review, "changes", (int)roster->changes,
			 "duty", (int)roster->duty, "digest", shown->hex, "words", shown->words);
}

/* Whether text has this line. */
static int has_line(const char *text, const char *line, size_t len)
{
	while (*text) {
		const char *end = strchr(text, '\n');

		if ((size_t)(end - text) == len && strncmp(text, line, len) == 0)
			return 1;
		text = end + 1;
	}
	return 0;
}

static int begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* Lines of a that b does not have, but for those that differ in every version. */
static void add_others(json_t *list, const char *sign, const char *a, const char *b)
{
	for (const char *line = a, *end; *line; line = end + 1) {
		const char *key;
		size_t len;
		char text[1024];

		end = strchr(line, '\n');
		len = (size_t)(end - line);
		if (begins(line, "version: ") || begins(line, "previous: ") ||
		    begins(line, "created: ") || has_line(b, line, len))
			continue;
		(void)snprintf(text, sizeof text, "%s %.*s", sign, (int)len, line);
		key = strstr(text, begins(line, "card: ") ? " key=" : " card=");
		if (key && !begins(line, "person: "))
			text[key - text] = '\0';
		(void)json_array_append_new(list, json_string(text));
	}
}

int changes_of(const struct seal_roster *old, const struct seal_roster *next, json_t **out_list,
	       struct seal_diag *diag)
{
	char *before SEAL_CLEANUP(seal_text_freep) = NULL;
	char *after SEAL_CLEANUP(seal_text_freep) = NULL;
	json_t *list;
	int error = seal_roster_text(old, &before, diag);

	if (!error)
		error = seal_roster_text(next, &after, diag);
	if (error)
		return error;
	list = json_array();
	if (!list)
		return seal_fail(diag, SEAL_E_NOMEM, "changes");
	add_others(list, "-", before, after);
	add_others(list, "+", after, before);
	*out_list = list;
	return SEAL_OK;
}

void print_changes(FILE *out, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		(void)fprintf(out, "%-12s %s\n", i > 0 ? "" : "changes",
			      json_string_value(json_array_get(list, i)));
}

json_t *signed_json(const struct seal_roster *of, const uint8_t *is_signed)
{
	json_t *list = json_array();

	for (size_t i = 0; i < of->count; i++)
		if (is_signed[i])
			(void)json_array_append_new(list, json_string(of->people[i].id));
	return list;
}

void print_signed(FILE *out, const struct seal_roster *of, const uint8_t *is_signed, size_t count)
{
	const char *comma = "";

	(void)fprintf(out, "signed by    ");
	for (size_t i = 0; i < of->count; i++)
		if (is_signed[i]) {
			(void)fprintf(out, "%s%s", comma, of->people[i].id);
			comma = ", ";
		}
	(void)fprintf(out, "%s(%zu of %u needed)\n", count ? " " : "nobody ", count, of->changes);
}

void print_findings(const char *what, const struct seal_roster_findings *findings)
{
	for (size_t i = 0; i < findings->count && i < SEAL_ROSTER_FINDINGS; i++)
		(void)printf("%-12s %s: %s\n", what, findings->list[i].rule,
			     findings->list[i].text);
}

json_t *findings_json(const struct seal_roster_findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count && i < SEAL_ROSTER_FINDINGS; i++)
		(void)json_array_append_new(list,
					    json_pack("{s:s,s:s}", "rule", findings->list[i].rule,
						      "text", findings->list[i].text));
	return list;
}

void give_details(char **details, json_t *json)
{
	*details = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
}
