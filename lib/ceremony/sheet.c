/* What stands on a run sheet. */

#include "ceremony/sheet_internal.h"

#include <stdlib.h>

#include "base/encode.h"

#include "base/banned.h"

static const char *const labels[SEAL_LABELS][SEAL_LANGUAGES] = {
	[SEAL_LABEL_TITLE] = {"Run sheet", "Feuille de route"},
	[SEAL_LABEL_REHEARSAL] = {"REHEARSAL: nothing here is in force",
				  "RÉPÉTITION : rien ici n'est en vigueur"},
	[SEAL_LABEL_DIGEST] = {"Plan digest", "Empreinte du plan"},
	[SEAL_LABEL_WORDS] = {"Read aloud", "À lire à haute voix"},
	[SEAL_LABEL_PEOPLE] = {"People", "Participants"},
	[SEAL_LABEL_PART] = {"Role", "Rôle"},
	[SEAL_LABEL_NAME] = {"Name", "Nom"},
	[SEAL_LABEL_SIGNATURE] = {"Signature", "Signature"},
	[SEAL_LABEL_NEW_SET] = {"The new share set", "Le nouveau jeu de parts"},
	[SEAL_LABEL_CARDS] = {"Cards", "Cartes"},
	[SEAL_LABEL_STEPS] = {"Steps", "Étapes"},
	[SEAL_LABEL_WHO] = {"Who", "Qui"},
	[SEAL_LABEL_WHAT] = {"What is done", "Ce qui est fait"},
	[SEAL_LABEL_SEE] = {"What must be seen", "Ce qui doit être vu"},
	[SEAL_LABEL_DONE] = {"Done", "Fait"},
	[SEAL_LABEL_INITIALS] = {"Initials", "Paraphe"},
	[SEAL_LABEL_TIME] = {"UTC", "UTC"},
	[SEAL_LABEL_DEVIATIONS] = {"Deviations, breaks, comings and goings",
				   "Écarts, pauses, entrées et sorties"},
	[SEAL_LABEL_EXPECTED] = {"Expected", "Prévu"},
	[SEAL_LABEL_HAPPENED] = {"Happened", "Survenu"},
	[SEAL_LABEL_DECIDED] = {"Decided", "Décidé"},
	[SEAL_LABEL_BY] = {"By", "Par"},
	[SEAL_LABEL_SIGNATURES] = {"Signatures", "Signatures"},
	[SEAL_LABEL_ORGANISATION] = {"Organisation", "Organisme"},
	[SEAL_LABEL_DATE] = {"Date, time, zone", "Date, heure, fuseau"},
	[SEAL_LABEL_INCIDENTS] = {"If something goes wrong", "En cas d'incident"},
	[SEAL_LABEL_MINUTES] = {"Minutes", "Procès-verbal"},
	[SEAL_LABEL_SESSION] = {"Session", "Séance"},
	[SEAL_LABEL_BEGUN] = {"Begun (UTC)", "Début (UTC)"},
	[SEAL_LABEL_ENDED] = {"Ended (UTC)", "Fin (UTC)"},
	[SEAL_LABEL_ABORTED] = {"ABORTED (UTC)", "ABANDONNÉE (UTC)"},
	[SEAL_LABEL_UNFINISHED] = {"NOT FINISHED (UTC)", "INACHEVÉE (UTC)"},
	[SEAL_LABEL_HEAD] = {"Transcript head", "Tête de transcription"},
	[SEAL_LABEL_HEAD_WORDS] = {"The head as words", "La tête en mots"},
	[SEAL_LABEL_RESULT] = {"Result", "Résultat"},
	[SEAL_LABEL_EVENT] = {"Event", "Événement"},
	[SEAL_LABEL_SAID] = {"As written down", "Tel que noté"},
};

static const char *const kinds[][SEAL_LANGUAGES] = {
	[SEAL_PLAN_INIT] = {"First ceremony (init)", "Première cérémonie (init)"},
	[SEAL_PLAN_UNSEAL] = {"Unseal", "Ouverture"},
	[SEAL_PLAN_REKEY] = {"Rekey", "Renouvellement des parts"},
	[SEAL_PLAN_ROOT] = {"Root token", "Jeton racine"},
	[SEAL_PLAN_ROTATE] = {"Rotation", "Rotation"},
	[SEAL_PLAN_DRILL] = {"Drill", "Exercice"},
	[SEAL_PLAN_SEAL] = {"Seal", "Mise sous scellés"},
};

static const char *const parts[][SEAL_LANGUAGES] = {
	[SEAL_PLAN_INVITED] = {"custodian", "porteur"},
	[SEAL_PLAN_DEPUTY] = {"deputy", "suppléant"},
	[SEAL_PLAN_ADMINISTRATOR] = {"administrator", "administrateur"},
	[SEAL_PLAN_WITNESS] = {"witness", "témoin"},
	[SEAL_PLAN_AUDITOR] = {"auditor", "auditeur"},
};

const char *seal_sheet_label(enum seal_label label, enum seal_language language)
{
	return labels[label][language];
}

const char *seal_sheet_kind(enum seal_plan_kind kind, enum seal_language language)
{
	return kinds[kind][language];
}

const char *seal_sheet_part(enum seal_plan_part part, enum seal_language language)
{
	return parts[part][language];
}

void seal_sheet_head(const struct seal_steps *steps, enum seal_language language,
		     struct seal_sheet_row rows[static SEAL_SHEET_ROWS])
{
	static const char *const names[][SEAL_LANGUAGES] = {
		{"Purpose", "Objet"},	 {"Reason", "Motif"},
		{"Ticket", "Référence"}, {"Plan made", "Plan du"},
		{"Daemon", "Serveur"},	 {"Pin", "Empreinte TLS"},
		{"Core", "Cœur"},	 {"Set in force", "Jeu en vigueur"},
		{"Within", "Dans les"},
	};
	const struct seal_plan *plan = &steps->file->plan;
	char core[SEAL_BASE64_LEN(sizeof plan->core)];
	char set[SEAL_SET_ID + 32] = "", within[32] = "";
	const char *values[] = {plan->purpose, plan->reason,  plan->ticket,
				plan->created, plan->address, plan->pin,
				core,	       set,	      within};
	size_t count = 0;

	seal_base64(SEAL_BASE64_PADDED, plan->core, sizeof plan->core, core);
	if (plan->set[0])
		(void)snprintf(set, sizeof set, "%s (%u)", plan->set, plan->epoch);
	if (plan->expires)
		(void)snprintf(within, sizeof within, "%u h %02u min", plan->expires / 3600,
			       plan->expires / 60 % 60);
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (values[i][0]) {
			rows[count].name = names[i][language];
			(void)snprintf(rows[count].value, sizeof rows[count].value, "%s",
				       values[i]);
			count++;
		}
	rows[count].name = NULL;
}

int seal_sheet(const struct seal_steps *steps, enum seal_language language,
	       enum seal_sheet_form form, char **out_text, struct seal_diag *diag)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int failed, error;

	if (!out)
		return seal_fail(diag, SEAL_E_NOMEM, "run sheet");
	error = form == SEAL_SHEET_HTML ? seal_sheet_put_html(out, steps, language, diag)
					: seal_sheet_put_text(out, steps, language, diag);
	failed = ferror(out);
	if (fclose(out) != 0 || failed)
		error = error ? error : seal_fail(diag, SEAL_E_NOMEM, "run sheet");
	if (error)
		free(text);
	else
		*out_text = text;
	return error;
}
