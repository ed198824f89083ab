/* What the statements of drills come to. */

#include "ceremony/drill_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "ceremony/lint_internal.h"
#include "share/date.h"
#include "share/quorum.h"
#include "share/roster_rules.h"

#include "base/banned.h"

struct judging {
	struct seal_drill_report *report;
	const struct seal_drill_world *world;
	const struct seal_drill_rules *rules;
	const char *now;
	struct seal_diag *diag;
};
#define ADD(judging, level, rule, ...) \
	seal_lint_add(&(judging)->report->lint, (judging)->diag, level, rule, __VA_ARGS__)

void seal_drill_report_done(struct seal_drill_report *report)
{
	seal_lint_done(&report->lint);
}

static void keep(struct seal_drill_row *row, const struct seal_manifest_share *share,
		 const struct seal_drill *drill)
{
	for (size_t i = 0; i < share->card_count; i++) {
		if (!seal_eq_ct(share->cards[i], drill->card, sizeof drill->card))
			continue;
		if (strcmp(drill->time, row->of_card[i]) > 0)
			memcpy(row->of_card[i], drill->time, sizeof drill->time);
		if (strcmp(drill->time, row->time) > 0) {
			memcpy(row->time, drill->time, sizeof drill->time);
			row->card = i;
		}
	}
}

int seal_drill_report_take(struct seal_drill_report *report, const struct seal_drill_world *world,
			   const char *name, const void *bytes, size_t len, struct seal_diag *diag)
{
	struct seal_drill_findings found;
	struct seal_drill drill;
	int error = seal_drill_look(world, bytes, len, &drill, &found, diag);

	for (size_t i = 0; i < found.count && !error; i++)
		error = found.list[i].line
				? seal_lint_add(&report->lint, diag, SEAL_LINT_WRONG, "statement",
						"%s: line %u: %s", name, found.list[i].line,
						found.list[i].text)
				: seal_lint_add(&report->lint, diag, SEAL_LINT_WRONG, "statement",
						"%s: %s", name, found.list[i].text);
	if (!error && found.count == 0)
		keep(&report->row[drill.share - 1], &world->manifest->shares[drill.share - 1],
		     &drill);
	return error;
}

static int judge_roster(const struct judging *judging)
{
	const struct seal_roster *roster = judging->world->roster;
	struct seal_roster_findings *found = calloc(1, sizeof *found);
	int error = SEAL_OK;

	if (!found)
		return seal_fail(judging->diag, SEAL_E_NOMEM, "findings");
	seal_roster_rules_at(roster, judging->now, found);
	for (size_t i = 0; i < found->count && i < SEAL_ROSTER_FINDINGS && !error; i++)
		error = ADD(judging, SEAL_LINT_WRONG, "roster", "%s: %s", found->list[i].rule,
			    found->list[i].text);
	free(found);
	return error;
}

/* Role and term: whether who holds the share is in office. */
static int judge_person(const struct judging *judging, struct seal_drill_row *row)
{
	const char *name = row->share->custodian;
	const struct seal_roster_person *person = seal_roster_find(judging->world->roster, name);
	long left;

	row->person = person;
	if (!person)
		return ADD(judging, SEAL_LINT_WRONG, "roster", "%s is not in it", name);
	if (!(person->roles & SEAL_ROLE_CUSTODIAN))
		return ADD(judging, SEAL_LINT_WRONG, "roster", "%s is no custodian in it", name);
	if (!seal_roster_active(person, judging->now))
		return ADD(judging, SEAL_LINT_WRONG, "term",
			   "%s holds a share and is not in office: %s to %s", name, person->start,
			   person->end[0] ? person->end : "no end");
	row->counts = 1;
	left = person->end[0] ? seal_date_days(judging->now, person->end) : 0;
	if (person->end[0] && left <= (long)judging->rules->soon)
		return ADD(judging, SEAL_LINT_NOTE, "term", "%s: the term ends on %s, in %ld days",
			   name, person->end, left);
	return SEAL_OK;
}

static int judge_proof(const struct judging *judging, struct seal_drill_row *row)
{
	const char *name = row->share->custodian;
	long every = (long)judging->rules->every;

	if (!row->time[0]) {
		row->counts = 0;
		return ADD(judging, SEAL_LINT_WRONG, "proof", "%s has not proved", name);
	}
	row->days = seal_date_days(row->time, judging->now);
	if (row->days > every) {
		row->counts = 0;
		return ADD(judging, SEAL_LINT_WRONG, "proof",
			   "%s is overdue: proved on %.10s, %ld days ago, and %ld are allowed",
			   name, row->time, row->days, every);
	}
	if (every > (long)judging->rules->soon && row->days + (long)judging->rules->soon >= every)
		return ADD(judging, SEAL_LINT_NOTE, "proof",
			   "%s proved on %.10s and is due again in %ld days", name, row->time,
			   every - row->days);
	return ADD(judging, SEAL_LINT_FINE, "proof", "%s proved on %.10s", name, row->time);
}

/* A spare that nobody tried is no spare. */
static int judge_spares(const struct judging *judging, const struct seal_drill_row *row)
{
	int error = SEAL_OK;

	for (size_t i = 0; i < row->share->card_count && row->time[0] && !error; i++) {
		const uint8_t *print = row->share->cards[i];
		const char *time = row->of_card[i];

		if (time[0] && seal_date_days(time, judging->now) <= (long)judging->rules->every)
			continue;
		error = ADD(judging, SEAL_LINT_NOTE, "spare",
			    "%s: card %02x%02x%02x%02x has not proved%s%.10s",
			    row->share->custodian, print[0], print[1], print[2], print[3],
			    time[0] ? " since " : "", time);
	}
	return error;
}

static const struct seal_drill_row *row_of(const struct judging *judging, const uint8_t *print)
{
	for (unsigned i = 0; i < judging->world->manifest->total; i++) {
		const struct seal_drill_row *row = &judging->report->row[i];

		for (size_t k = 0; k < row->share->card_count; k++)
			if (seal_eq_ct(row->share->cards[k], print, SEAL_CARD_FINGERPRINT))
				return row;
	}
	return NULL;
}

static int judge_age(const struct judging *judging, const struct seal_card *card,
		     const uint8_t *print)
{
	long age = seal_date_days(card->created, judging->now);
	long left = (long)judging->rules->card_days - age;

	if (left < 0)
		return ADD(judging, SEAL_LINT_WRONG, "card",
			   "%s: card %02x%02x%02x%02x is %ld days old, and %u are allowed",
			   card->name, print[0], print[1], print[2], print[3], age,
			   judging->rules->card_days);
	if (left <= (long)judging->rules->soon)
		return ADD(judging, SEAL_LINT_NOTE, "card",
			   "%s: card %02x%02x%02x%02x is to be replaced in %ld days", card->name,
			   print[0], print[1], print[2], print[3], left);
	return SEAL_OK;
}

static int judge_cards(const struct judging *judging)
{
	const struct seal_drill_world *world = judging->world;
	size_t wanted = 0, seen = 0;
	int error = SEAL_OK;

	if (!judging->rules->card_days)
		return SEAL_OK;
	for (unsigned i = 0; i < world->manifest->total; i++)
		wanted += world->manifest->shares[i].card_count;
	for (size_t i = 0; i < world->card_count && !error; i++) {
		uint8_t print[SEAL_CARD_FINGERPRINT];

		error = seal_card_fingerprint(&world->cards[i], print, judging->diag);
		if (error || !row_of(judging, print))
			continue;
		seen++;
		error = judge_age(judging, &world->cards[i], print);
	}
	if (error || seen == wanted)
		return error;
	return ADD(judging, SEAL_LINT_NOTE, "card",
		   "%zu of %zu cards are here: the age of the others is not looked at", seen,
		   wanted);
}

static void names_of(const struct judging *judging, uint64_t persons, char *out, size_t cap)
{
	size_t at = 0;

	(void)snprintf(out, cap, "nobody");
	for (unsigned i = 0; i < judging->world->manifest->total && at < cap; i++)
		if (persons >> i & 1)
			at += (size_t)snprintf(out + at, cap - at, "%s%s", at ? ", " : "",
					       judging->report->row[i].share->custodian);
}

/* R36, of those who can be relied on: all, and any one, two or more of them missing. */
static int judge_quorum(const struct judging *judging)
{
	struct seal_quorum quorum;
	uint64_t present = 0;
	char names[SEAL_LINT_TEXT / 2];
	int error;

	seal_quorum_of_manifest(judging->world->manifest, &quorum);
	for (unsigned i = 0; i < quorum.total; i++)
		present |= judging->report->row[i].counts ? UINT64_C(1) << i : 0;
	names_of(judging, present, names, sizeof names);
	if (!seal_quorum_has(&quorum, present))
		return ADD(judging, SEAL_LINT_WRONG, "quorum",
			   "those in office who proved in time are none: %s", names);
	error = ADD(judging, SEAL_LINT_FINE, "quorum",
		    "those in office who proved in time are one: %s", names);
	for (unsigned absent = 1; absent <= 2 && !error; absent++) {
		uint64_t gone = __builtin_popcountll(present) <= (int)absent
					? present
					: seal_quorum_missing(&quorum, present, absent);

		if (!gone) {
			error = ADD(judging, SEAL_LINT_FINE, "quorum",
				    "it still is one if any %s missing",
				    absent == 1 ? "one is" : "two are");
			continue;
		}
		names_of(judging, gone, names, sizeof names);
		error = ADD(judging,
			    absent <= judging->rules->missing ? SEAL_LINT_WRONG : SEAL_LINT_NOTE,
			    "quorum", "it is none if %s missing: %s",
			    absent == 1 ? "one is" : "two are", names);
	}
	return error;
}

int seal_drill_report_judge(struct seal_drill_report *report, const struct seal_drill_world *world,
			    const struct seal_drill_rules *rules, const char *now,
			    struct seal_diag *diag)
{
	const struct judging judging = {report, world, rules, now, diag};
	int error = judge_roster(&judging);

	for (unsigned i = 0; i < world->manifest->total; i++)
		report->row[i].share = &world->manifest->shares[i];
	for (unsigned i = 0; i < world->manifest->total && !error; i++) {
		error = judge_person(&judging, &report->row[i]);
		if (!error)
			error = judge_proof(&judging, &report->row[i]);
		if (!error)
			error = judge_spares(&judging, &report->row[i]);
	}
	if (!error)
		error = judge_cards(&judging);
	return error ? error : judge_quorum(&judging);
}
