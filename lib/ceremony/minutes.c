/* Minutes: the lines of a transcript as tables. */

#include "ceremony/minutes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/encode.h"
#include "base/own.h"
#include "ceremony/sheet_internal.h"

#include "base/banned.h"

struct line {
	enum seal_transcript_kind kind;
	unsigned row;
	char time[25];
	char *person, *result, *text; /* never NULL */
};

struct seal_minutes {
	const struct seal_steps *steps;
	struct seal_walk walk;
	struct seal_signatures signatures;
	struct line *lines;
	size_t count;
};

void seal_minutes_free(struct seal_minutes *minutes)
{
	if (!minutes)
		return;
	for (size_t i = 0; i < minutes->count; i++) {
		free(minutes->lines[i].person);
		free(minutes->lines[i].result);
		free(minutes->lines[i].text);
	}
	free(minutes->lines);
	seal_signatures_done(&minutes->signatures);
	seal_walk_done(&minutes->walk);
	free(minutes);
}

void seal_minutes_freep(struct seal_minutes **minutes)
{
	seal_minutes_free(*minutes);
	*minutes = NULL;
}

static int keep(void *ctx, const struct seal_transcript_entry *entry, struct seal_diag *diag)
{
	struct seal_minutes *minutes = ctx;
	struct line *lines = realloc(minutes->lines, (minutes->count + 1) * sizeof *lines);
	struct line *line;

	if (!lines)
		return seal_fail(diag, SEAL_E_NOMEM, "minutes");
	minutes->lines = lines;
	line = &lines[minutes->count++];
	*line = (struct line){.kind = entry->kind, .row = entry->row};
	(void)snprintf(line->time, sizeof line->time, "%s", entry->time);
	line->person = strdup(entry->person ? entry->person : "");
	line->result = strdup(entry->result ? entry->result : "");
	line->text = strdup(entry->text ? entry->text : "");
	return line->person && line->result && line->text
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_NOMEM, "minutes");
}

int seal_minutes_new(const struct seal_steps *steps, const char *transcript,
		     const struct seal_card *const *cards, size_t count,
		     struct seal_minutes **out_minutes, struct seal_diag *diag)
{
	struct seal_minutes *minutes SEAL_CLEANUP(seal_minutes_freep) = calloc(1, sizeof *minutes);
	struct seal_checkpoint head;
	int error;

	if (!minutes)
		return seal_fail(diag, SEAL_E_NOMEM, "minutes");
	minutes->steps = steps;
	minutes->walk.steps = steps;
	minutes->walk.each = keep;
	minutes->walk.ctx = minutes;
	minutes->walk.only_read = 1;
	error = seal_walk_open(&minutes->walk, transcript, diag);
	if (error)
		return error;
	seal_transcript_head(minutes->walk.transcript, &head);
	error = seal_signatures_open(transcript, &head, cards, count, &minutes->signatures, diag);
	if (!error)
		*out_minutes = seal_steal(&minutes);
	return error;
}

void seal_minutes_signed(const struct seal_minutes *minutes, size_t *out_signed,
			 size_t *out_missing)
{
	*out_signed = *out_missing = 0;
	for (size_t i = 0; i < minutes->walk.people_count; i++) {
		const struct seal_walk_person *person = &minutes->walk.people[i];
		int has = seal_signatures_time(&minutes->signatures, person->name) != 0;

		*out_signed += has != 0;
		*out_missing += !has && person->signing == SEAL_SIGNING_TOKEN;
	}
}

/* Words of transcripts, as people read them. */
static const char *word(const char *of, enum seal_language language)
{
	static const struct {
		const char *of, *as[SEAL_LANGUAGES];
	} words[] = {
		{SEAL_WALK_DONE, {"done", "fait"}},
		{SEAL_WALK_SKIPPED, {"LEFT OUT", "OMIS"}},
		{SEAL_WALK_UNNEEDED, {"not needed", "sans objet"}},
		{SEAL_WALK_REFUSED, {"refused", "refusé"}},
		{SEAL_WALK_COMES, {"comes", "entre"}},
		{SEAL_WALK_GOES, {"goes", "sort"}},
		{SEAL_WALK_ABSENT, {"absent", "absent"}},
		{"deviation", {"deviation", "écart"}},
		{"break", {"break", "pause"}},
		{"resume", {"gone on with", "reprise"}},
		{"abort", {"ABORTED", "ABANDON"}},
		{"here", {"present", "présent"}},
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].of, of) == 0)
			return words[i].as[language];
	return of;
}

/* A paper in one of the two forms. */
struct paper {
	FILE *out;
	const struct seal_minutes *minutes;
	enum seal_language language;
	int is_html;
	const enum seal_label *columns;
	size_t count;
};

static void put_named(const struct paper *paper, enum seal_label name, const char *value)
{
	const char *text = seal_sheet_label(name, paper->language);

	if (paper->is_html)
		seal_sheet_html_named(paper->out, text, value);
	else
		seal_sheet_text_named(paper->out, text, value);
}

static void put_table(struct paper *paper, enum seal_label title, const enum seal_label *columns,
		      size_t count)
{
	paper->columns = columns;
	paper->count = count;
	if (paper->is_html)
		seal_sheet_html_table(paper->out, paper->language, title, columns, count);
	else
		seal_sheet_text_title(paper->out, seal_sheet_label(title, paper->language));
}

/* In text a row is a line for each cell; where one is empty and there is to be room, one to write
   on. */
static void put_row(const struct paper *paper, const char *const *cells, int has_room)
{
	if (paper->is_html) {
		seal_sheet_html_row(paper->out, cells, paper->count, has_room);
		return;
	}
	(void)fputc('\n', paper->out);
	for (size_t i = 0; i < paper->count; i++)
		if (cells[i][0] || has_room)
			seal_sheet_text_named(paper->out,
					      seal_sheet_label(paper->columns[i], paper->language),
					      cells[i][0] ? cells[i] : "____________________");
}

static void end_table(const struct paper *paper)
{
	if (paper->is_html)
		seal_sheet_html_close(paper->out);
}

static void put_head(const struct paper *paper)
{
	const struct seal_minutes *minutes = paper->minutes;
	const struct line *last = &minutes->lines[minutes->count - 1];
	char root[SEAL_BASE64_LEN(SEAL_MERKLE_HASH)], words[SEAL_CARD_WORDS], head[128];

	if (paper->is_html)
		seal_sheet_html_begin(paper->out, minutes->steps, SEAL_LABEL_MINUTES,
				      paper->language);
	else
		seal_sheet_text_begin(paper->out, minutes->steps, SEAL_LABEL_MINUTES,
				      paper->language);
	seal_base64(SEAL_BASE64_PADDED, minutes->signatures.head.root, SEAL_MERKLE_HASH, root);
	seal_card_words(minutes->signatures.head.root, words);
	(void)snprintf(head, sizeof head, "%s (%zu)", root, minutes->count);
	put_named(paper, SEAL_LABEL_SESSION, seal_transcript_session(minutes->walk.transcript));
	put_named(paper, SEAL_LABEL_BEGUN, minutes->lines[0].time);
	put_named(paper,
		  minutes->walk.ended	  ? SEAL_LABEL_ENDED
		  : minutes->walk.aborted ? SEAL_LABEL_ABORTED
					  : SEAL_LABEL_UNFINISHED,
		  last->time);
	put_named(paper, SEAL_LABEL_HEAD, head);
	put_named(paper, SEAL_LABEL_HEAD_WORDS, words);
	end_table(paper);
}

/* The part of who is in the plan; nothing of others. */
static const char *part_of(const struct paper *paper, const char *name)
{
	const struct seal_plan *plan = &paper->minutes->steps->file->plan;

	for (size_t i = 0; i < plan->people_count; i++)
		if (strcmp(plan->people[i].name, name) == 0)
			return seal_sheet_part(plan->people[i].part, paper->language);
	for (size_t i = 0; i < plan->total; i++)
		if (strcmp(plan->custodians[i].name, name) == 0)
			return seal_sheet_part(SEAL_PLAN_INVITED, paper->language);
	return "";
}

static void put_people(struct paper *paper)
{
	static const enum seal_label columns[] = {SEAL_LABEL_PART, SEAL_LABEL_NAME,
						  SEAL_LABEL_RESULT};
	const struct seal_walk *walk = &paper->minutes->walk;

	put_table(paper, SEAL_LABEL_PEOPLE, columns, 3);
	for (size_t i = 0; i < walk->people_count; i++) {
		const char *was = "here";
		const char *cells[] = {part_of(paper, walk->people[i].name), walk->people[i].name,
				       NULL};

		for (size_t k = 0; k < paper->minutes->count; k++)
			if (paper->minutes->lines[k].kind == SEAL_TRANSCRIPT_PERSON &&
			    strcmp(paper->minutes->lines[k].person, walk->people[i].name) == 0)
				was = paper->minutes->lines[k].result;
		cells[2] = word(was, paper->language);
		put_row(paper, cells, 0);
	}
	end_table(paper);
	if (paper->is_html)
		seal_sheet_html_set(paper->out, paper->minutes->steps, paper->language);
	else
		seal_sheet_text_set(paper->out, paper->minutes->steps, paper->language);
}

static int is_signing(const struct line *line)
{
	return strcmp(line->result, SEAL_WALK_SIGNS) == 0 ||
	       strcmp(line->result, SEAL_WALK_INK) == 0;
}

static int put_steps(struct paper *paper, struct seal_diag *diag)
{
	static const enum seal_label columns[] = {SEAL_LABEL_TIME, SEAL_LABEL_WHO, SEAL_LABEL_WHAT,
						  SEAL_LABEL_RESULT, SEAL_LABEL_SAID};
	char who[SEAL_STEP_TEXT], what[SEAL_STEP_TEXT], see[SEAL_STEP_TEXT],
		numbered[SEAL_STEP_TEXT + 16];
	int error = SEAL_OK;

	put_table(paper, SEAL_LABEL_STEPS, columns, 5);
	for (size_t i = 0; i < paper->minutes->count && !error; i++) {
		const struct line *line = &paper->minutes->lines[i];

		if (line->kind != SEAL_TRANSCRIPT_STEP || is_signing(line))
			continue;
		error = seal_step_texts(paper->minutes->steps, line->row - 1, paper->language, who,
					what, see, diag);
		(void)snprintf(numbered, sizeof numbered, "%u. %s", line->row, what);
		put_row(paper,
			(const char *const[]){line->time, line->person[0] ? line->person : who,
					      numbered, word(line->result, paper->language),
					      line->text},
			0);
	}
	end_table(paper);
	return error;
}

static const char *event_of(const struct line *line)
{
	switch (line->kind) {
	case SEAL_TRANSCRIPT_DEVIATION:
		return "deviation";
	case SEAL_TRANSCRIPT_BREAK:
		return "break";
	case SEAL_TRANSCRIPT_RESUME:
		return "resume";
	case SEAL_TRANSCRIPT_ABORT:
		return "abort";
	case SEAL_TRANSCRIPT_PERSON:
		return line->result;
	case SEAL_TRANSCRIPT_START:
	case SEAL_TRANSCRIPT_STEP:
	case SEAL_TRANSCRIPT_END:
		break;
	}
	return NULL;
}

static void put_events(struct paper *paper)
{
	static const enum seal_label columns[] = {SEAL_LABEL_TIME, SEAL_LABEL_EVENT,
						  SEAL_LABEL_SAID, SEAL_LABEL_BY};

	put_table(paper, SEAL_LABEL_DEVIATIONS, columns, 4);
	for (size_t i = 0; i < paper->minutes->count; i++) {
		const struct line *line = &paper->minutes->lines[i];
		const char *event = event_of(line);

		if (event)
			put_row(paper,
				(const char *const[]){line->time, word(event, paper->language),
						      line->text, line->person},
				0);
	}
	end_table(paper);
}

static void when(uint64_t seconds, char out[static 32])
{
	time_t time = (time_t)seconds;
	struct tm parts;

	out[0] = '\0';
	if (gmtime_r(&time, &parts))
		(void)strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* Whoever was there: a signature that verifies, or room for ink. */
static void put_signatures(struct paper *paper)
{
	static const char *const by_token[] = {"signed with the token; verified",
					       "signé avec le jeton ; vérifié"};
	static const char *const missing[] = {"PROMISED with the token, and MISSING",
					      "PROMISE avec le jeton, et ABSENTE"};
	static const enum seal_label columns[] = {SEAL_LABEL_NAME, SEAL_LABEL_PART, SEAL_LABEL_DATE,
						  SEAL_LABEL_SIGNATURE};
	const struct seal_walk *walk = &paper->minutes->walk;

	put_table(paper, SEAL_LABEL_SIGNATURES, columns, 4);
	for (size_t i = 0; i < walk->people_count; i++) {
		const struct seal_walk_person *one = &walk->people[i];
		uint64_t seconds = seal_signatures_time(&paper->minutes->signatures, one->name);
		char date[32] = "";
		const char *how = seconds			       ? by_token[paper->language]
				  : one->signing == SEAL_SIGNING_TOKEN ? missing[paper->language]
								       : "";

		if (!seconds && !one->is_here)
			continue;
		if (seconds)
			when(seconds, date);
		put_row(paper,
			(const char *const[]){one->name, part_of(paper, one->name), date, how},
			!seconds);
	}
	end_table(paper);
}

int seal_minutes_text(const struct seal_minutes *minutes, enum seal_language language,
		      enum seal_sheet_form form, char **out_text, struct seal_diag *diag)
{
	char *text = NULL;
	size_t len = 0;
	struct paper paper = {open_memstream(&text, &len), minutes, language,
			      form == SEAL_SHEET_HTML,	   NULL,    0};
	int failed, error;

	if (!paper.out)
		return seal_fail(diag, SEAL_E_NOMEM, "minutes");
	put_head(&paper);
	put_people(&paper);
	error = put_steps(&paper, diag);
	put_events(&paper);
	put_signatures(&paper);
	if (paper.is_html)
		seal_sheet_html_end(paper.out, minutes->steps);
	failed = ferror(paper.out);
	if (fclose(paper.out) != 0 || failed)
		error = error ? error : seal_fail(diag, SEAL_E_NOMEM, "minutes");
	if (error)
		free(text);
	else
		*out_text = text;
	return error;
}
