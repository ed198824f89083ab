/* What the lines of a transcript say of the rows of a run sheet. */

#include "ceremony/walk.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

const struct seal_step *seal_walk_current(const struct seal_walk *walk)
{
	return walk->row < walk->steps->count ? &walk->steps->list[walk->row] : NULL;
}

struct seal_walk_person *seal_walk_find(struct seal_walk *walk, const char *name)
{
	for (size_t i = 0; i < walk->people_count; i++)
		if (strcmp(walk->people[i].name, name) == 0)
			return &walk->people[i];
	return NULL;
}

static int is(const char *text, const char *word)
{
	return text && strcmp(text, word) == 0;
}

static int ends_row(const char *result)
{
	return is(result, SEAL_WALK_DONE) || is(result, SEAL_WALK_SKIPPED) ||
	       is(result, SEAL_WALK_UNNEEDED);
}

static int says_signing(const char *result)
{
	return is(result, SEAL_WALK_SIGNS) || is(result, SEAL_WALK_INK);
}

/* Whether it can follow. Nothing is changed. */
static int check(const struct seal_walk *walk, const struct seal_transcript_entry *entry,
		 struct seal_diag *diag)
{
	const struct seal_step *step = seal_walk_current(walk);

	if (walk->on_break && entry->kind != SEAL_TRANSCRIPT_RESUME &&
	    entry->kind != SEAL_TRANSCRIPT_PERSON && entry->kind != SEAL_TRANSCRIPT_ABORT)
		return seal_fail(diag, SEAL_E_VERIFY, "something was done in a break");
	if (entry->kind == SEAL_TRANSCRIPT_END && step)
		return seal_fail(diag, SEAL_E_VERIFY, "an end before the last step");
	if (entry->kind == SEAL_TRANSCRIPT_PERSON && (!entry->person || !entry->result))
		return seal_fail(diag, SEAL_E_VERIFY, "nobody comes or goes");
	if (entry->kind != SEAL_TRANSCRIPT_STEP)
		return SEAL_OK;
	if (!step || entry->row != walk->row + 1 || !is(entry->step, step->id))
		return seal_fail(diag, SEAL_E_VERIFY, "a step that is not the next: %u (%s)",
				 entry->row, entry->step ? entry->step : "");
	if (!ends_row(entry->result) && !is(entry->result, SEAL_WALK_REFUSED) &&
	    !(says_signing(entry->result) && entry->person))
		return seal_fail(diag, SEAL_E_VERIFY, "a step with a result that is none");
	return SEAL_OK;
}

/* NULL: there are too many. */
static struct seal_walk_person *person_of(struct seal_walk *walk, const char *name)
{
	struct seal_walk_person *person = seal_walk_find(walk, name);

	if (!person && walk->people_count < SEAL_WALK_PEOPLE) {
		person = &walk->people[walk->people_count++];
		*person = (struct seal_walk_person){0};
		(void)snprintf(person->name, sizeof person->name, "%s", name);
	}
	return person;
}

static void take_step(struct seal_walk *walk, const struct seal_transcript_entry *entry)
{
	struct seal_walk_person *person;

	if (says_signing(entry->result)) {
		person = person_of(walk, entry->person);
		if (person)
			person->signing = is(entry->result, SEAL_WALK_SIGNS) ? SEAL_SIGNING_TOKEN
									     : SEAL_SIGNING_INK;
	} else if (!ends_row(entry->result)) {
		walk->refusals++;
	} else {
		walk->proved += is(entry->result, SEAL_WALK_DONE) &&
				(is(entry->step, "prove") || is(entry->step, "drill"));
		walk->row++;
	}
}

static void take(struct seal_walk *walk, const struct seal_transcript_entry *entry)
{
	struct seal_walk_person *person;

	walk->lines++;
	switch (entry->kind) {
	case SEAL_TRANSCRIPT_STEP:
		take_step(walk, entry);
		break;
	case SEAL_TRANSCRIPT_DEVIATION:
		walk->deviations++;
		break;
	case SEAL_TRANSCRIPT_PERSON:
		person = person_of(walk, entry->person);
		if (person)
			person->is_here = is(entry->result, SEAL_WALK_COMES);
		break;
	case SEAL_TRANSCRIPT_BREAK:
	case SEAL_TRANSCRIPT_RESUME:
		walk->on_break = entry->kind == SEAL_TRANSCRIPT_BREAK;
		break;
	case SEAL_TRANSCRIPT_ABORT:
		walk->aborted = 1;
		break;
	case SEAL_TRANSCRIPT_END:
		walk->ended = 1;
		break;
	case SEAL_TRANSCRIPT_START:
		break;
	}
}

static int see(void *ctx, const struct seal_transcript_entry *entry, struct seal_diag *diag)
{
	struct seal_walk *walk = ctx;
	int error = check(walk, entry, diag);

	if (error)
		return error;
	walk->was_there = 1;
	take(walk, entry);
	return walk->each ? walk->each(walk->ctx, entry, diag) : SEAL_OK;
}

/* Whom the plan names is there until somebody says otherwise; holders of a new set too. */
static void expect(struct seal_walk *walk, const char *name)
{
	struct seal_walk_person *person = person_of(walk, name);

	if (person)
		person->is_here = 1;
}

int seal_walk_open(struct seal_walk *walk, const char *path, struct seal_diag *diag)
{
	const struct seal_plan *plan = &walk->steps->file->plan;
	uint8_t digest[SEAL_PLAN_DIGEST];
	size_t len = 0;
	struct seal_transcript_source source = {path, digest, (int)plan->rehearsal,
						see,  walk,   walk->only_read};
	int error = seal_unhex(walk->steps->digest, strlen(walk->steps->digest), digest,
			       sizeof digest, &len, diag);

	for (size_t i = 0; i < plan->people_count; i++)
		expect(walk, plan->people[i].name);
	for (size_t i = 0; i < plan->total; i++)
		expect(walk, plan->custodians[i].name);
	return error ? error : seal_transcript_open(&source, &walk->transcript, diag);
}

void seal_walk_done(struct seal_walk *walk)
{
	seal_transcript_freep(&walk->transcript);
}

int seal_walk_add(struct seal_walk *walk, const struct seal_transcript_entry *entry,
		  struct seal_diag *diag)
{
	int error = check(walk, entry, diag);

	if (!error)
		error = seal_transcript_add(walk->transcript, entry, diag);
	if (!error)
		take(walk, entry);
	return error;
}

int seal_walk_step(struct seal_walk *walk, const struct seal_transcript_entry *entry,
		   struct seal_diag *diag)
{
	struct seal_transcript_entry own = *entry;
	const struct seal_step *step = seal_walk_current(walk);

	if (!step)
		return seal_fail(diag, SEAL_E_VERIFY, "no step is left");
	own.kind = SEAL_TRANSCRIPT_STEP;
	own.row = (unsigned)walk->row + 1;
	own.step = step->id;
	return seal_walk_add(walk, &own, diag);
}
