/* A run sheet as text, for whom paper comes from a plain printer. */

#include "ceremony/sheet_internal.h"

#include <string.h>

#include "base/encode.h"
#include "base/utf8.h"

#include "base/banned.h"

#define COLUMNS 80u
#define BLANK_LINES 6u

/* Characters, not bytes: what stands in a plan is UTF-8. */
static size_t width_of(const char *text, size_t len)
{
	size_t width = 0;

	for (size_t at = 0; at < len; width++)
		(void)seal_utf8_next(text, len, &at);
	return width;
}

/* Of the first so many characters. */
static size_t bytes_of(const char *text, size_t width)
{
	size_t len = strlen(text), at = 0;

	while (width-- > 0 && at < len)
		(void)seal_utf8_next(text, len, &at);
	return at;
}

/* Words on lines of at most COLUMNS, all but the first behind `indent` blanks. at: where the
   line is already. A word that is longer than a line is broken. */
static void put_wrapped(FILE *out, const char *text, size_t indent, size_t at)
{
	int first = 1;

	while (*text) {
		size_t len = strcspn(text, " ");
		size_t width = width_of(text, len);

		if (!first && at + 1 + width > COLUMNS) {
			(void)fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			(void)fputc(' ', out);
			at++;
		}
		while (at + width > COLUMNS) {
			size_t some = bytes_of(text, COLUMNS - at);

			(void)fprintf(out, "%.*s\n%*s", (int)some, text, (int)indent, "");
			text += some;
			len -= some;
			width -= COLUMNS - at;
			at = indent;
		}
		(void)fprintf(out, "%.*s", (int)len, text);
		at += width;
		text += len;
		text += *text == ' ';
		first = 0;
	}
	(void)fputc('\n', out);
}

void seal_sheet_text_title(FILE *out, const char *title)
{
	(void)fprintf(out, "\n%s\n", title);
	for (size_t i = width_of(title, strlen(title)); i > 0; i--)
		(void)fputc('-', out);
	(void)fputc('\n', out);
}

void seal_sheet_text_named(FILE *out, const char *name, const char *value)
{
	const size_t column = 22;
	size_t width = width_of(name, strlen(name));

	(void)fprintf(out, "%s%*s", name, (int)(width < column ? column - width : 1), "");
	put_wrapped(out, value, column, width < column ? column : width + 1);
}

void seal_sheet_text_begin(FILE *out, const struct seal_steps *steps, enum seal_label title,
			   enum seal_language language)
{
	struct seal_sheet_row rows[SEAL_SHEET_ROWS];

	if (steps->file->plan.rehearsal)
		(void)fprintf(out, "*** %s ***\n\n",
			      seal_sheet_label(SEAL_LABEL_REHEARSAL, language));
	(void)fprintf(out, "%s: %s\n\n", seal_sheet_label(title, language),
		      seal_sheet_kind(steps->file->plan.kind, language));
	seal_sheet_head(steps, language, rows);
	for (size_t i = 0; rows[i].name; i++)
		seal_sheet_text_named(out, rows[i].name, rows[i].value);
	seal_sheet_text_named(out, seal_sheet_label(SEAL_LABEL_DIGEST, language), steps->digest);
	seal_sheet_text_named(out, seal_sheet_label(SEAL_LABEL_WORDS, language), steps->words);
}

static void put_people(FILE *out, const struct seal_steps *steps, enum seal_language language)
{
	const struct seal_plan *plan = &steps->file->plan;

	seal_sheet_text_title(out, seal_sheet_label(SEAL_LABEL_PEOPLE, language));
	for (size_t i = 0; i < plan->people_count; i++)
		seal_sheet_text_named(out, seal_sheet_part(plan->people[i].part, language),
				      plan->people[i].name);
}

void seal_sheet_text_set(FILE *out, const struct seal_steps *steps, enum seal_language language)
{
	const struct seal_plan *plan = &steps->file->plan;
	char hex[2 * SEAL_CARD_FINGERPRINT + 1];

	if (!plan->total)
		return;
	seal_sheet_text_title(out, seal_sheet_label(SEAL_LABEL_NEW_SET, language));
	(void)fprintf(out, "%u / %u\n", plan->threshold, plan->total);
	for (size_t i = 0; i < plan->group_count; i++)
		(void)fprintf(out, "%s: %u / %u\n", plan->groups[i].name, plan->groups[i].threshold,
			      plan->groups[i].total);
	for (size_t i = 0; i < plan->total; i++)
		for (size_t k = 0; k < plan->custodians[i].card_count; k++) {
			seal_hex(plan->custodians[i].cards[k], SEAL_CARD_FINGERPRINT, hex);
			seal_sheet_text_named(out, plan->custodians[i].name, hex);
		}
}

static int put_steps(FILE *out, const struct seal_steps *steps, enum seal_language language,
		     struct seal_diag *diag)
{
	char who[SEAL_STEP_TEXT], what[SEAL_STEP_TEXT], see[SEAL_STEP_TEXT];
	int error = SEAL_OK;

	seal_sheet_text_title(out, seal_sheet_label(SEAL_LABEL_STEPS, language));
	for (size_t i = 0; i < steps->count && !error; i++) {
		error = seal_step_texts(steps, i, language, who, what, see, diag);
		if (error)
			break;
		(void)fprintf(out, "\n%3zu [ ] %s\n        ", i + 1, who);
		put_wrapped(out, what, 8, 8);
		(void)fputs("     -> ", out);
		put_wrapped(out, see, 8, 8);
		(void)fprintf(out, "        %s ________  %s __:__\n",
			      seal_sheet_label(SEAL_LABEL_INITIALS, language),
			      seal_sheet_label(SEAL_LABEL_TIME, language));
	}
	return error;
}

static void put_ends(FILE *out, const struct seal_steps *steps, enum seal_language language)
{
	const struct seal_plan *plan = &steps->file->plan;

	seal_sheet_text_title(out, seal_sheet_label(SEAL_LABEL_DEVIATIONS, language));
	(void)fprintf(out, "%s | %s | %s | %s | %s\n", seal_sheet_label(SEAL_LABEL_TIME, language),
		      seal_sheet_label(SEAL_LABEL_EXPECTED, language),
		      seal_sheet_label(SEAL_LABEL_HAPPENED, language),
		      seal_sheet_label(SEAL_LABEL_DECIDED, language),
		      seal_sheet_label(SEAL_LABEL_BY, language));
	for (size_t i = 0; i < BLANK_LINES; i++)
		(void)fprintf(out, "\n________________________________________"
				   "________________________________________\n");
	seal_sheet_text_title(out, seal_sheet_label(SEAL_LABEL_SIGNATURES, language));
	for (size_t i = 0; i < plan->people_count; i++)
		(void)fprintf(out,
			      "\n%s (%s)\n  %s ____________________  %s ____________________\n",
			      plan->people[i].name, seal_sheet_part(plan->people[i].part, language),
			      seal_sheet_label(SEAL_LABEL_DATE, language),
			      seal_sheet_label(SEAL_LABEL_SIGNATURE, language));
}

int seal_sheet_put_text(FILE *out, const struct seal_steps *steps, enum seal_language language,
			struct seal_diag *diag)
{
	int error;

	seal_sheet_text_begin(out, steps, SEAL_LABEL_TITLE, language);
	put_people(out, steps, language);
	seal_sheet_text_set(out, steps, language);
	error = put_steps(out, steps, language, diag);
	put_ends(out, steps, language);
	seal_sheet_text_title(out, seal_sheet_label(SEAL_LABEL_INCIDENTS, language));
	for (const struct seal_incident *one = seal_incidents; one->id; one++) {
		(void)fprintf(out, "\n%s\n", one->title[language]);
		for (size_t i = 0; one->lines[language][i]; i++) {
			(void)fprintf(out, "  %zu. ", i + 1);
			put_wrapped(out, one->lines[language][i], 5, 5);
		}
	}
	return error;
}
