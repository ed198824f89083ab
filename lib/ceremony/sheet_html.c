/* A run sheet as one HTML file that prints on A4. */

#include "ceremony/sheet_internal.h"

#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

#define BLANK_ROWS 6u

/* Begins within @page, before which stands what is in the foot of each page: a sheet that was left
   lying says of which plan it is. */
static const char style[] =
	"size:A4;margin:14mm 14mm 18mm}\n"
	"body{font:10pt/1.3 \"DejaVu Sans\",Arial,sans-serif;color:#000;margin:1em auto;"
	"max-width:182mm}\n"
	"h1{font-size:17pt;margin:0 0 .3em}h2{font-size:12pt;margin:1.1em 0 .3em}"
	"h3{font-size:10.5pt;margin:.7em 0 .1em}h2,h3{break-after:avoid}\n"
	"ol{margin:.1em 0}table{border-collapse:collapse;width:100%}\n"
	"th,td{border:.5pt solid #555;padding:2.5pt 4pt;text-align:left;vertical-align:top;"
	"overflow-wrap:anywhere}\n"
	"th{background:#eee;font-weight:600;overflow-wrap:normal}"
	"thead{display:table-header-group}\n"
	"tr,section.incident{break-inside:avoid}\n"
	"table.steps{table-layout:fixed}col.no{width:8mm}col.who{width:22mm}col.box{width:12mm}"
	"col.ink{width:20mm}\n"
	".mono{font-family:\"DejaVu Sans Mono\",monospace;font-size:8pt}\n"
	".words{font-size:12pt;font-weight:600}.name{width:30mm}\n"
	".box{text-align:center;font-size:15pt;line-height:1}.no{text-align:right}\n"
	".blank td{height:8.5mm}.rehearsal{border:2pt solid #b00;color:#b00;padding:4pt;"
	"font-weight:700;text-align:center}\n"
	"section.incidents{break-before:page}\n"
	"footer{font-size:8pt;color:#333;margin-top:1em}\n"
	"@media print{body{margin:0;max-width:none}footer{display:none}}\n";

static void put(FILE *out, const char *text)
{
	for (; *text; text++) {
		const char *as = *text == '&'	? "&amp;"
				 : *text == '<' ? "&lt;"
				 : *text == '>' ? "&gt;"
				 : *text == '"' ? "&quot;"
						: NULL;

		if (as)
			(void)fputs(as, out);
		else
			(void)fputc(*text, out);
	}
}

static void put_in(FILE *out, const char *open, const char *text, const char *close)
{
	(void)fputs(open, out);
	put(out, text);
	(void)fputs(close, out);
}

static void put_row_head(FILE *out, enum seal_language language, const enum seal_label *columns,
			 size_t count, int numbered)
{
	(void)fputs(numbered ? "<table class=\"steps\">\n<colgroup><col class=\"no\"><col "
			       "class=\"who\"><col><col><col class=\"box\"><col class=\"ink\"><col "
			       "class=\"ink\"></colgroup>\n<thead><tr><th class=\"no\">#</th>"
			     : "<table>\n<thead><tr>",
		    out);
	for (size_t i = 0; i < count; i++)
		put_in(out, "<th>", seal_sheet_label(columns[i], language), "</th>");
	(void)fputs("</tr></thead>\n<tbody>\n", out);
}

static void put_blank(FILE *out, size_t columns, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		(void)fputs("<tr class=\"blank\">", out);
		for (size_t k = 0; k < columns; k++)
			(void)fputs("<td></td>", out);
		(void)fputs("</tr>\n", out);
	}
	(void)fputs("</tbody></table>\n", out);
}

void seal_sheet_html_named(FILE *out, const char *name, const char *value)
{
	put_in(out, "<tr><th scope=\"row\">", name, "</th><td>");
	put_in(out, "", value, "</td></tr>\n");
}

void seal_sheet_html_begin(FILE *out, const struct seal_steps *steps, enum seal_label title,
			   enum seal_language language)
{
	struct seal_sheet_row rows[SEAL_SHEET_ROWS];
	const char *kind = seal_sheet_kind(steps->file->plan.kind, language);

	(void)fprintf(out,
		      "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
		      language == SEAL_FRENCH ? "fr" : "en");
	put_in(out, "<title>", kind, " · ");
	put_in(out, "", steps->file->plan.purpose, "</title>\n");
	(void)fprintf(out,
		      "<style>\n@page{@bottom-left{font:8pt Arial,sans-serif;content:\"%.16s\"}"
		      "@bottom-right{font:8pt Arial,sans-serif;content:counter(page) \" / \" "
		      "counter(pages)}%s</style>\n</head>\n<body>\n",
		      steps->digest, style);
	if (steps->file->plan.rehearsal)
		put_in(out, "<p class=\"rehearsal\">",
		       seal_sheet_label(SEAL_LABEL_REHEARSAL, language), "</p>\n");
	put_in(out, "<h1>", seal_sheet_label(title, language), " · ");
	put_in(out, "", kind, "</h1>\n<table>\n<tbody>\n");
	seal_sheet_head(steps, language, rows);
	for (size_t i = 0; rows[i].name; i++)
		seal_sheet_html_named(out, rows[i].name, rows[i].value);
	put_in(out, "<tr><th scope=\"row\">", seal_sheet_label(SEAL_LABEL_DIGEST, language),
	       "</th><td class=\"mono\">");
	put_in(out, "", steps->digest, "</td></tr>\n<tr><th scope=\"row\">");
	put_in(out, "", seal_sheet_label(SEAL_LABEL_WORDS, language), "</th><td class=\"words\">");
	put_in(out, "", steps->words, "</td></tr>\n");
}

void seal_sheet_html_close(FILE *out)
{
	(void)fputs("</tbody></table>\n", out);
}

void seal_sheet_html_table(FILE *out, enum seal_language language, enum seal_label title,
			   const enum seal_label *columns, size_t count)
{
	put_in(out, "<h2>", seal_sheet_label(title, language), "</h2>\n");
	put_row_head(out, language, columns, count, 0);
}

void seal_sheet_html_row(FILE *out, const char *const *cells, size_t count, int has_room)
{
	(void)fputs(has_room ? "<tr class=\"blank\">" : "<tr>", out);
	for (size_t i = 0; i < count; i++)
		put_in(out, "<td>", cells[i], "</td>");
	(void)fputs("</tr>\n", out);
}

void seal_sheet_html_end(FILE *out, const struct seal_steps *steps)
{
	(void)fprintf(out, "<footer>sealkit " SEAL_VERSION " · %.16s</footer>\n</body>\n</html>\n",
		      steps->digest);
}

static void put_people(FILE *out, const struct seal_steps *steps, enum seal_language language)
{
	static const enum seal_label columns[] = {SEAL_LABEL_PART, SEAL_LABEL_NAME, SEAL_LABEL_TIME,
						  SEAL_LABEL_SIGNATURE};
	const struct seal_plan *plan = &steps->file->plan;

	put_in(out, "<h2>", seal_sheet_label(SEAL_LABEL_PEOPLE, language), "</h2>\n");
	put_row_head(out, language, columns, 4, 0);
	for (size_t i = 0; i < plan->people_count; i++) {
		put_in(out, "<tr class=\"blank\"><td>",
		       seal_sheet_part(plan->people[i].part, language), "</td><td>");
		put_in(out, "", plan->people[i].name, "</td><td></td><td></td></tr>\n");
	}
	put_blank(out, 4, 2);
}

void seal_sheet_html_set(FILE *out, const struct seal_steps *steps, enum seal_language language)
{
	const struct seal_plan *plan = &steps->file->plan;
	char hex[2 * SEAL_CARD_FINGERPRINT + 1];

	if (!plan->total)
		return;
	put_in(out, "<h2>", seal_sheet_label(SEAL_LABEL_NEW_SET, language), ": ");
	(void)fprintf(out, "%u / %u", plan->threshold, plan->total);
	for (size_t i = 0; i < plan->group_count; i++) {
		put_in(out, " · ", plan->groups[i].name, " ");
		(void)fprintf(out, "%u / %u", plan->groups[i].threshold, plan->groups[i].total);
	}
	(void)fputs("</h2>\n<table>\n<tbody>\n", out);
	for (size_t i = 0; i < plan->total; i++) {
		const struct seal_plan_custodian *one = &plan->custodians[i];

		put_in(out, "<tr><td class=\"name\">", one->name, "</td><td class=\"name\">");
		put_in(out, "", one->group < 0 ? "" : plan->groups[one->group].name,
		       "</td><td class=\"mono\">");
		for (size_t k = 0; k < one->card_count; k++) {
			seal_hex(one->cards[k], SEAL_CARD_FINGERPRINT, hex);
			(void)fprintf(out, "%s%s", k ? "<br>" : "", hex);
		}
		(void)fputs("</td></tr>\n", out);
	}
	(void)fputs("</tbody></table>\n", out);
}

static int put_steps(FILE *out, const struct seal_steps *steps, enum seal_language language,
		     struct seal_diag *diag)
{
	static const enum seal_label columns[] = {SEAL_LABEL_WHO,      SEAL_LABEL_WHAT,
						  SEAL_LABEL_SEE,      SEAL_LABEL_DONE,
						  SEAL_LABEL_INITIALS, SEAL_LABEL_TIME};
	char who[SEAL_STEP_TEXT], what[SEAL_STEP_TEXT], see[SEAL_STEP_TEXT];
	int error = SEAL_OK;

	put_in(out, "<h2>", seal_sheet_label(SEAL_LABEL_STEPS, language), "</h2>\n");
	put_row_head(out, language, columns, 6, 1);
	for (size_t i = 0; i < steps->count && !error; i++) {
		error = seal_step_texts(steps, i, language, who, what, see, diag);
		if (error)
			break;
		(void)fprintf(out, "<tr id=\"step-%zu\"><td class=\"no\">%zu</td>", i + 1, i + 1);
		put_in(out, "<td>", who, "</td>");
		put_in(out, "<td>", what, "</td>");
		put_in(out, "<td>", see, "</td>");
		(void)fputs("<td class=\"box\">☐</td><td></td>"
			    "<td></td></tr>\n",
			    out);
	}
	(void)fputs("</tbody></table>\n", out);
	return error;
}

static void put_ends(FILE *out, const struct seal_steps *steps, enum seal_language language)
{
	static const enum seal_label deviations[] = {SEAL_LABEL_TIME, SEAL_LABEL_EXPECTED,
						     SEAL_LABEL_HAPPENED, SEAL_LABEL_DECIDED,
						     SEAL_LABEL_BY};
	static const enum seal_label signatures[] = {SEAL_LABEL_NAME, SEAL_LABEL_PART,
						     SEAL_LABEL_ORGANISATION, SEAL_LABEL_DATE,
						     SEAL_LABEL_SIGNATURE};

	put_in(out, "<h2>", seal_sheet_label(SEAL_LABEL_DEVIATIONS, language), "</h2>\n");
	put_row_head(out, language, deviations, 5, 0);
	put_blank(out, 5, BLANK_ROWS);
	put_in(out, "<h2>", seal_sheet_label(SEAL_LABEL_SIGNATURES, language), "</h2>\n");
	put_row_head(out, language, signatures, 5, 0);
	for (size_t i = 0; i < steps->file->plan.people_count; i++) {
		const struct seal_plan_person *one = &steps->file->plan.people[i];

		put_in(out, "<tr class=\"blank\"><td>", one->name, "</td><td>");
		put_in(out, "", seal_sheet_part(one->part, language),
		       "</td><td></td><td></td><td></td></tr>\n");
	}
	put_blank(out, 5, 1);
}

static void put_incidents(FILE *out, enum seal_language language)
{
	put_in(out, "<section class=\"incidents\">\n<h2>",
	       seal_sheet_label(SEAL_LABEL_INCIDENTS, language), "</h2>\n");
	for (const struct seal_incident *one = seal_incidents; one->id; one++) {
		put_in(out, "<section class=\"incident\">\n<h3>", one->title[language],
		       "</h3>\n<ol>\n");
		for (size_t i = 0; one->lines[language][i]; i++)
			put_in(out, "<li>", one->lines[language][i], "</li>\n");
		(void)fputs("</ol>\n</section>\n", out);
	}
	(void)fputs("</section>\n", out);
}

int seal_sheet_put_html(FILE *out, const struct seal_steps *steps, enum seal_language language,
			struct seal_diag *diag)
{
	int error;

	seal_sheet_html_begin(out, steps, SEAL_LABEL_TITLE, language);
	seal_sheet_html_close(out);
	put_people(out, steps, language);
	seal_sheet_html_set(out, steps, language);
	error = put_steps(out, steps, language, diag);
	put_ends(out, steps, language);
	put_incidents(out, language);
	seal_sheet_html_end(out, steps);
	return error;
}
