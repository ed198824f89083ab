/* The page of a walk: the current step large and alone. */

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "ceremony/sheet.h"
#include "run.h"

#include "base/banned.h"

#define RULE "───────────────────\n" /* fits the narrowest terminal */

static const char *const texts[RUN_TEXTS][SEAL_LANGUAGES] = {
	[RUN_REHEARSAL] = {"REHEARSAL", "RÉPÉTITION"},
	[RUN_SEE] = {"To be seen: ", "Doit être vu : "},
	[RUN_PLAN] = {"Plan: ", "Plan : "},
	[RUN_GIVEN] = {"given", "remises"},
	[RUN_PROVED] = {"proved", "prouvées"},
	[RUN_POSSIBLE] = {"still possible: ", "encore possibles : "},
	[RUN_KEYS] = {"Enter = done   d = deviation   b = break   p = somebody comes or goes\n"
		      "a = abort",
		      "Entrée = fait   d = écart   b = pause   p = quelqu'un entre ou sort\n"
		      "a = abandon"},
	[RUN_KEYS_SHARE] = {"Enter = plugged in, go on   s = a deputy instead   d = deviation\n"
			    "b = break   p = somebody comes or goes   a = abort",
			    "Entrée = branché, continuer   s = un suppléant   d = écart\n"
			    "b = pause   p = quelqu'un entre ou sort   a = abandon"},
	[RUN_NO_KEY] = {"That is no key of this page.", "Ce n'est pas une touche de cette page."},
	[RUN_BY] = {"By whom (name or initials): ", "Par qui (nom ou paraphe) : "},
	[RUN_INITIALS] = {"Done by (name or initials): ", "Fait par (nom ou paraphe) : "},
	[RUN_EXPECTED] = {"What was expected: ", "Ce qui était prévu : "},
	[RUN_HAPPENED] = {"What happened: ", "Ce qui est survenu : "},
	[RUN_DECIDED] = {"What was decided: ", "Ce qui est décidé : "},
	[RUN_GO_ON] = {"Leave this step out and go on? (yes or no) ",
		       "Omettre cette étape et continuer ? (oui ou non) "},
	[RUN_YES_NO] = {"yes", "oui"},
	[RUN_UNTIL] = {"Until when (UTC): ", "Jusqu'à quand (UTC) : "},
	[RUN_STAYS] = {"Who stays with the material (two names): ",
		       "Qui reste auprès du matériel (deux noms) : "},
	[RUN_ON_BREAK] = {"BREAK", "PAUSE"},
	[RUN_BACK] = {"When all are back, who says so (name or initials): ",
		      "Quand tous sont revenus, qui l'atteste (nom ou paraphe) : "},
	[RUN_WHO] = {"Who (name): ", "Qui (nom) : "},
	[RUN_COMES] = {"Comes or goes (c or g): ", "Entre ou sort (e ou s) : "},
	[RUN_WHY] = {"Why: ", "Pourquoi : "},
	[RUN_ABSENT] =
		{"Who of the plan is absent (a name; Enter: nobody else): ",
		 "Qui, parmi les prévus, est absent (un nom ; Entrée : personne d'autre) : "},
	[RUN_ABORT] = {"Abort the ceremony? What is in force stays in force. (yes or no) ",
		       "Abandonner la cérémonie ? Ce qui est en vigueur le reste. (oui ou non) "},
	[RUN_ABORT_SURE] = {"It cannot be gone on with after that. Abort? (yes or no) ",
			    "Elle ne pourra plus être reprise. Abandonner ? (oui ou non) "},
	[RUN_INSTEAD] = {"Which deputy (name): ", "Quel suppléant (nom) : "},
	[RUN_NO_DEPUTY] = {"The plan names no such deputy.", "Le plan ne nomme pas ce suppléant."},
	[RUN_WRITTEN] = {"Written down.", "C'est noté."},
	[RUN_REFUSED] = {"REFUSED: ", "REFUSÉ : "},
	[RUN_DONE] = {"Done: ", "Fait : "},
	[RUN_TOKEN_OR_INK] = {"signs with the token, or in ink? (t or i) ",
			      "signe avec son jeton, ou à l'encre ? (t ou e) "},
	[RUN_HEAD] = {"The head of the transcript, to be read aloud: ",
		      "La tête de la transcription, à lire à haute voix : "},
	[RUN_SIGN] = {"plug in the token and press Enter to sign (l: leave it unsigned) ",
		      "brancher le jeton et Entrée pour signer (l : laisser sans signature) "},
	[RUN_SIGNED] = {"signed, and verified.", "signé, et vérifié."},
	[RUN_RESUMED] = {"Gone on with: nothing was lost.", "Reprise : rien n'est perdu."},
};

const char *run_text(const struct run *run, enum run_text which)
{
	return texts[which][run->language];
}

static void add(char *out, const char *text)
{
	size_t len = strlen(out);

	(void)snprintf(out + len, RUN_TEXT - len, "%s", text);
}

/* "ops 1 of 2 · security 0 of 1" */
static void add_groups(const struct run *run, char *out)
{
	const struct seal_manifest *manifest = &run->folder.manifest;
	char line[SEAL_CARD_NAME + 48];

	for (size_t g = 0; g < manifest->group_count; g++) {
		unsigned there = 0;

		for (unsigned i = 0; i < manifest->total; i++)
			there += manifest->shares[i].group == (int)g && run->state.given[i];
		(void)snprintf(line, sizeof line, "%s%s %u / %u", g ? " · " : "",
			       manifest->groups[g].name, there, manifest->groups[g].threshold);
		add(out, line);
	}
	add(out, manifest->group_count ? "\n" : "");
}

static void add_given(const struct run *run, char *out)
{
	const struct seal_manifest *manifest = &run->folder.manifest;
	char names[1024], line[64];

	if (!run->has_state || !run->state.status.sealed)
		return;
	(void)snprintf(line, sizeof line, "%u / %u %s", run->state.status.progress,
		       manifest->threshold, run_text(run, RUN_GIVEN));
	add(out, line);
	seal_set_folder_names(&run->folder, run->state.given, 1, names, sizeof names);
	add(out, ": ");
	add(out, names);
	add(out, "\n");
	add_groups(run, out);
	seal_set_folder_names(&run->folder, run->state.given, 0, names, sizeof names);
	add(out, run_text(run, RUN_POSSIBLE));
	add(out, names);
	add(out, "\n");
}

static void add_proved(const struct run *run, char *out)
{
	char line[64];
	size_t rows = 0;

	for (size_t i = 0; i < run->steps.count; i++)
		rows += strcmp(run->steps.list[i].id, "prove") == 0 ||
			strcmp(run->steps.list[i].id, "drill") == 0;
	(void)snprintf(line, sizeof line, "%zu / %zu %s\n", run->walk.proved, rows,
		       run_text(run, RUN_PROVED));
	add(out, line);
}

struct page {
	char title[SEAL_STEP_TEXT], head[RUN_TEXT], large[RUN_TEXT], rest[RUN_TEXT];
};

static void put_title(const struct run *run, struct page *page)
{
	const struct seal_plan *plan = &run->plan.plan;

	(void)snprintf(page->title, sizeof page->title, "%s%s%s · %s",
		       plan->rehearsal ? run_text(run, RUN_REHEARSAL) : "",
		       plan->rehearsal ? " · " : "", seal_sheet_kind(plan->kind, run->language),
		       plan->purpose);
	(void)snprintf(page->head, sizeof page->head, "%s%s\n", run_text(run, RUN_PLAN),
		       run->steps.words);
	add(page->head, RULE);
}

static int put_step(const struct run *run, struct page *page, struct seal_diag *diag)
{
	char who[SEAL_STEP_TEXT], what[SEAL_STEP_TEXT], see[SEAL_STEP_TEXT], line[64];
	const struct seal_step *step = seal_walk_current(&run->walk);
	int error =
		seal_step_texts(&run->steps, run->walk.row, run->language, who, what, see, diag);

	if (error)
		return error;
	(void)snprintf(line, sizeof line,
		       run->language == SEAL_FRENCH ? "Étape %zu sur %zu\n\n"
						    : "Step %zu of %zu\n\n",
		       run->walk.row + 1, run->steps.count);
	add(page->head, line);
	(void)snprintf(page->large, sizeof page->large, "%s\n\n  %s\n\n", who, what);
	(void)snprintf(page->rest, sizeof page->rest, "%s%s\n\n", run_text(run, RUN_SEE), see);
	if (run->plan.plan.kind == SEAL_PLAN_UNSEAL)
		add_given(run, page->rest);
	else
		add_proved(run, page->rest);
	add(page->rest, run->message);
	add(page->rest, run->message[0] ? "\n" : "");
	add(page->rest, RULE);
	add(page->rest, run_text(run, run_is_of_share(step) ? RUN_KEYS_SHARE : RUN_KEYS));
	add(page->rest, "\n");
	return SEAL_OK;
}

int run_page(const struct run *run, enum run_text question, char out[static RUN_LINE],
	     struct seal_diag *diag)
{
	struct page page = {0};
	const struct seal_terminal_page shown = {page.title, page.head, page.large, page.rest};
	int error = SEAL_OK;

	put_title(run, &page);
	if (run->walk.on_break)
		(void)snprintf(page.large, sizeof page.large, "\n%s\n\n",
			       run_text(run, RUN_ON_BREAK));
	else
		error = put_step(run, &page, diag);
	return error ? error
		     : seal_prompt_line_below(&shown,
					      run->walk.on_break ? run_text(run, question) : "> ",
					      out, RUN_LINE, diag);
}

/* What people type may be anything; a line of a transcript is text. */
static int is_text(const char *line)
{
	size_t len = strlen(line);

	for (size_t at = 0; at < len;) {
		int32_t point = seal_utf8_next(line, len, &at);

		if (point < 0 || seal_utf8_drives(point))
			return 0;
	}
	return len > 0;
}

int run_ask(const struct run *run, enum run_text question, char out[static RUN_LINE],
	    struct seal_diag *diag)
{
	for (;;) {
		char line[RUN_LINE] = "";
		int error = seal_prompt_line(run_text(run, question), line, sizeof line, diag);

		if (error)
			return error;
		if (is_text(line)) {
			(void)snprintf(out, RUN_LINE, "%s", line);
			return SEAL_OK;
		}
	}
}
