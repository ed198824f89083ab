/* seal-drill report: who proved when, and what follows. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../lint_lines.h"
#include "../papers.h"
#include "../tool.h"
#include "base/encode.h"
#include "base/own.h"
#include "ceremony/drill.h"
#include "ceremony/drill_report.h"
#include "seal-drill.h"

#include "base/banned.h"

#define FILES_MAX 4097u
#define MISSING_MAX 2
#define PRINT 9 /* the first four bytes of a fingerprint, in hex */

struct values {
	const char *manifest, *signer, *cards, *digest;
	struct seal_option_list previous;
	int every, soon, card_days, missing, rehearsal, json;
	const char *const *arguments;
	char **details;
};

static const struct seal_option options[] = {
	{"manifest", 'm', SEAL_OPTION_TEXT, offsetof(struct values, manifest), "FILE",
	 "of the share set in force"},
	{"signer", 0, SEAL_OPTION_TEXT, offsetof(struct values, signer), "BASE64",
	 "who must have signed the manifest"},
	{"cards", 0, SEAL_OPTION_TEXT, offsetof(struct values, cards), "DIR",
	 "cards, for their age; default: `cards' beside the manifest"},
	{"previous", 0, SEAL_OPTION_LIST, offsetof(struct values, previous), "PATH",
	 "earlier versions of the roster: a file, or a folder of *.roster; may be repeated"},
	{"digest", 0, SEAL_OPTION_TEXT, offsetof(struct values, digest), "HEX64",
	 "of a version of the roster that is trusted"},
	{"every", 0, SEAL_OPTION_NUMBER, offsetof(struct values, every), "DAYS",
	 "from one proof to the next; default: 90"},
	{"soon", 0, SEAL_OPTION_NUMBER, offsetof(struct values, soon), "DAYS",
	 "tell what ends within so many; default: 30"},
	{"card-days", 0, SEAL_OPTION_NUMBER, offsetof(struct values, card_days), "DAYS",
	 "how old a card may become; 0: any age; default: 1825"},
	{"missing", 0, SEAL_OPTION_NUMBER, offsetof(struct values, missing), "NUMBER",
	 "it is wrong if so many missing leave no quorum: 0 to 2; default: 1"},
	{"rehearsal", 0, SEAL_OPTION_FLAG, offsetof(struct values, rehearsal), NULL,
	 "only statements of a rehearsal are right"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static void print_of(const struct seal_drill_row *row, char out[static PRINT])
{
	seal_hex(row->share->cards[row->card], (PRINT - 1) / 2, out);
}

static void show(const struct seal_manifest *manifest, const struct seal_drill_report *report)
{
	(void)printf("%-16s %-20s %5s  %-8s  %s\n", "custodian", "last proof", "days", "card",
		     "term");
	for (unsigned i = 0; i < manifest->total; i++) {
		const struct seal_drill_row *row = &report->row[i];
		const char *end = !row->person		? "not in the roster"
				  : row->person->end[0] ? row->person->end
							: "no end";
		char print[PRINT];

		print_of(row, print);
		if (row->time[0])
			(void)printf("%-16s %-20s %5ld  %-8s  %s\n", row->share->custodian,
				     row->time, row->days, print, end);
		else
			(void)printf("%-16s %-20s %5s  %-8s  %s\n", row->share->custodian, "none",
				     "", "", end);
	}
	(void)putchar('\n');
	lint_lines_show(&report->lint);
}

static json_t *row_json(const struct seal_drill_row *row)
{
	int has = row->time[0] != '\0';
	int ends = row->person && row->person->end[0];
	char print[PRINT];

	print_of(row, print);
	return json_pack("{s:s,s:s?,s:o,s:s?,s:s?,s:b}", "custodian", row->share->custodian, "time",
			 has ? row->time : NULL, "days",
			 has ? json_integer(row->days) : json_null(), "card", has ? print : NULL,
			 "end", ends ? row->person->end : NULL, "counts", row->counts);
}

static char *details(const struct seal_manifest *manifest, const struct seal_drill_report *report)
{
	json_t *rows = json_array(), *json;
	char *text;

	for (unsigned i = 0; i < manifest->total; i++)
		(void)json_array_append_new(rows, row_json(&report->row[i]));
	json = json_pack("{s:s,s:i,s:o,s:o}", "set", manifest->set, "wrong",
			 (int)report->lint.wrong, "custodians", rows, "lines",
			 lint_lines_json(&report->lint));
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}

static int take(struct seal_drill_report *report, const struct seal_drill_world *world,
		const char *file, struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	size_t len = 0;
	int error = read_statement(file, &bytes, &len, diag);

	return error ? error : seal_drill_report_take(report, world, file, bytes, len, diag);
}

static int report_all(const struct values *values, struct seal_drill_world *world,
		      const char *const *files, size_t count, struct seal_diag *diag)
{
	struct seal_drill_report report SEAL_CLEANUP(seal_drill_report_done) = {0};
	const struct seal_drill_rules rules = {(unsigned)values->every, (unsigned)values->soon,
					       (unsigned)values->card_days,
					       (unsigned)values->missing};
	char now[21];
	int error = seal_drill_clock(0, now, diag);

	if (!error)
		error = seal_drill_clock(SEAL_DRILL_SKEW, world->latest, diag);
	for (size_t i = 0; i < count && !error; i++)
		error = take(&report, world, files[i], diag);
	if (!error)
		error = seal_drill_report_judge(&report, world, &rules, now, diag);
	if (error)
		return error;
	if (values->json)
		*values->details = details(world->manifest, &report);
	else
		show(world->manifest, &report);
	return lint_lines_end(&report.lint, diag);
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = NULL;
	struct seal_cards cards SEAL_CLEANUP(seal_cards_done) = {0};
	struct seal_manifest manifest = {0};
	struct seal_drill_world world = {.manifest = &manifest, .rehearsal = values->rehearsal};
	const struct papers_trust trust = {&values->previous, values->digest};
	const char *const *files = NULL;
	size_t count = files_from(values->arguments, file, &files);
	int error = SEAL_OK;

	if (!values->manifest)
		return seal_fail(diag, SEAL_E_USAGE, "--manifest: missing (see --help)");
	if (count < 1)
		return seal_fail(diag, SEAL_E_USAGE, "ROSTER: missing (see --help)");
	if (values->missing > MISSING_MAX)
		return seal_fail(diag, SEAL_E_USAGE, "--missing: 0 to %d", MISSING_MAX);
	error = papers_manifest(values->manifest, values->signer, &manifest, diag);
	if (!error)
		error = papers_roster(files[0], &trust, &roster, diag);
	if (!error)
		error = read_cards(values->cards, values->manifest, &cards, diag);
	if (error)
		return error;
	world.roster = roster;
	world.cards = cards.list;
	world.card_count = cards.count;
	return report_all(values, &world, files + 1, count - 1, diag);
}

int report_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.every = 90,
				.soon = 30,
				.card_days = 1825,
				.missing = 1,
				.arguments = (const char *const *)argv,
				.details = &text};
	const struct tool tool = {
		{"seal-drill",
		 "report -m FILE [--every DAYS] [--soon DAYS] [--missing NUMBER] [--json] ROSTER "
		 "[STATEMENT...]",
		 "Who of a share set proved when, who is overdue, whose term or card ends soon, "
		 "and whether\nthose who proved in time still are a quorum if some are missing.",
		 options, FILES_MAX},
		run,
		&values.json,
		values.details,
		"nothing was changed"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
