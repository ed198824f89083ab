/* A plan as rows: who, what, and what must be seen. */

#include "ceremony/steps_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/own.h"
#include "base/secret.h"

#include "base/banned.h"

void seal_steps_done(struct seal_steps *steps)
{
	free(steps->list);
	*steps = (struct seal_steps){0};
}

static int add(struct seal_steps *steps, const struct seal_step_template *template,
	       const char *person, const struct seal_card *card, struct seal_diag *diag)
{
	struct seal_step *list = realloc(steps->list, (steps->count + 1) * sizeof *list);

	if (!list)
		return seal_fail(diag, SEAL_E_NOMEM, "steps");
	steps->list = list;
	list += steps->count++;
	*list = (struct seal_step){.id = template->id, .template = template, .card = card};
	(void)snprintf(list->person, sizeof list->person, "%s", person);
	return SEAL_OK;
}

/* A row for each of the person's cards: each is read aloud. */
static int add_cards(struct seal_steps *steps, const struct seal_step_template *template,
		     const char *person, struct seal_diag *diag)
{
	const struct seal_cards *cards = &steps->file->cards;
	int error = SEAL_OK;

	for (size_t i = 0; i < cards->count && !error; i++)
		if (strcmp(cards->list[i].name, person) == 0)
			error = add(steps, template, person, &cards->list[i], diag);
	return error;
}

static int add_invited(struct seal_steps *steps, const struct seal_step_template *template,
		       struct seal_diag *diag)
{
	const struct seal_plan *plan = &steps->file->plan;
	int error = SEAL_OK;

	for (size_t i = 0; i < plan->people_count && !error; i++)
		if (plan->people[i].part == SEAL_PLAN_INVITED)
			error = add(steps, template, plan->people[i].name, NULL, diag);
	return error;
}

/* Of one role, and the plan names one person for it. */
static const char *only(const struct seal_plan *plan, enum seal_plan_part part)
{
	const char *found = "";
	size_t count = 0;

	for (size_t i = 0; i < plan->people_count; i++)
		if (plan->people[i].part == part) {
			found = plan->people[i].name;
			count++;
		}
	return count == 1 ? found : "";
}

static int add_template(struct seal_steps *steps, const struct seal_step_template *template,
			struct seal_diag *diag)
{
	const struct seal_plan *plan = &steps->file->plan;
	int error = SEAL_OK;

	if (!(template->kinds & 1u << plan->kind))
		return SEAL_OK;
	switch (template->whom) {
	case SEAL_WHOM_ADMINISTRATOR:
		return add(steps, template, only(plan, SEAL_PLAN_ADMINISTRATOR), NULL, diag);
	case SEAL_WHOM_WITNESS:
		return add(steps, template, only(plan, SEAL_PLAN_WITNESS), NULL, diag);
	case SEAL_WHOM_ALL:
		return add(steps, template, "", NULL, diag);
	case SEAL_WHOM_INVITED:
		return add_invited(steps, template, diag);
	case SEAL_WHOM_NEW:
		break;
	}
	for (size_t i = 0; i < plan->total && !error; i++)
		error = template->has_card
				? add_cards(steps, template, plan->custodians[i].name, diag)
				: add(steps, template, plan->custodians[i].name, NULL, diag);
	return error;
}

int seal_steps_new(const struct seal_plan_file *file, struct seal_steps *out_steps,
		   struct seal_diag *diag)
{
	struct seal_steps steps = {.file = file};
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	uint8_t digest[SEAL_PLAN_DIGEST];
	int error = seal_plan_text(&file->plan, &text, diag);

	if (error)
		return error;
	seal_plan_digest(text, strlen(text), digest);
	seal_hex(digest, sizeof digest, steps.digest);
	seal_card_words(digest, steps.words);
	for (const struct seal_step_template *one = seal_step_templates; one->id && !error; one++)
		error = add_template(&steps, one, diag);
	if (error)
		seal_steps_done(&steps);
	else
		*out_steps = steps;
	return error;
}

/* What stands for {name}. */
static int value_of(const struct seal_steps *steps, const struct seal_step *step, const char *name,
		    char out[static SEAL_STEP_TEXT], struct seal_diag *diag)
{
	const struct seal_plan *plan = &steps->file->plan;
	uint8_t print[SEAL_CARD_FINGERPRINT];
	char core[SEAL_BASE64_LEN(sizeof plan->core)];
	const char *text = NULL;
	int error = SEAL_OK;

	if (strcmp(name, "words") == 0) {
		text = steps->words;
	} else if (strcmp(name, "digest") == 0) {
		text = steps->digest;
	} else if (strcmp(name, "address") == 0) {
		text = plan->address;
	} else if (strcmp(name, "person") == 0) {
		text = step->person;
	} else if (strcmp(name, "core") == 0) {
		seal_base64(SEAL_BASE64_PADDED, plan->core, sizeof plan->core, core);
		text = core;
	} else if (strcmp(name, "threshold") == 0) {
		(void)snprintf(out, SEAL_STEP_TEXT, "%u / %u", plan->threshold, plan->total);
	} else if (strcmp(name, "cardwords") == 0 && step->card) {
		error = seal_card_fingerprint(step->card, print, diag);
		if (!error)
			seal_card_words(print, out);
	} else {
		return seal_fail(diag, SEAL_E_ARGUMENT, "a step's text has {%s}", name);
	}
	if (text)
		(void)snprintf(out, SEAL_STEP_TEXT, "%s", text);
	return error;
}

static int fill(const struct seal_steps *steps, const struct seal_step *step, const char *from,
		char out[static SEAL_STEP_TEXT], struct seal_diag *diag)
{
	size_t at = 0;

	while (*from && at + 1 < SEAL_STEP_TEXT) {
		const char *end = *from == '{' ? strchr(from, '}') : NULL;
		char name[16], value[SEAL_STEP_TEXT];
		int error;

		if (!end) {
			out[at++] = *from++;
			continue;
		}
		(void)snprintf(name, sizeof name, "%.*s", (int)(end - from - 1), from + 1);
		error = value_of(steps, step, name, value, diag);
		if (error)
			return error;
		at += (size_t)snprintf(out + at, SEAL_STEP_TEXT - at, "%s", value);
		if (at >= SEAL_STEP_TEXT)
			return seal_fail(diag, SEAL_E_TOOLONG, "step %s", step->id);
		from = end + 1;
	}
	out[at] = '\0';
	return SEAL_OK;
}

int seal_step_texts(const struct seal_steps *steps, size_t i, enum seal_language language,
		    char who[static SEAL_STEP_TEXT], char what[static SEAL_STEP_TEXT],
		    char see[static SEAL_STEP_TEXT], struct seal_diag *diag)
{
	static const char *const roles[][SEAL_LANGUAGES] = {
		[SEAL_WHOM_ADMINISTRATOR] = {"administrator", "administrateur"},
		[SEAL_WHOM_WITNESS] = {"witness", "témoin"},
		[SEAL_WHOM_ALL] = {"all", "tous"},
		[SEAL_WHOM_INVITED] = {"custodian", "porteur"},
		[SEAL_WHOM_NEW] = {"custodian", "porteur"},
	};
	const struct seal_step *step = &steps->list[i];
	const struct seal_step_template *template = step->template;
	int error;

	(void)snprintf(who, SEAL_STEP_TEXT, "%s",
		       step->person[0] ? step->person : roles[template->whom][language]);
	error = fill(steps, step, template->what[language], what, diag);
	return error ? error : fill(steps, step, template->see[language], see, diag);
}
