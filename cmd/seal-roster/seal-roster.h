#ifndef SEALKIT_CMD_SEAL_ROSTER_H
#define SEALKIT_CMD_SEAL_ROSTER_H

#include <jansson.h>
#include <stdio.h>

#include "../tool.h"
#include "../use_tokens.h"
#include "ceremony/cards.h"
#include "share/roster_rules.h"

#define NAME "seal-roster"

int draft_main(int argc, char **argv);
int accept_main(int argc, char **argv);
int sign_main(int argc, char **argv);
int check_main(int argc, char **argv);
int show_main(int argc, char **argv);

/* The clock's time, or `at`, a time or a day, which means its end; NULL: the clock's. */
SEAL_MUST_CHECK int time_of(const char *at, char out[static 21], struct seal_diag *diag);

/* Digest and words of a roster, as they are shown. */
struct shown {
	char hex[2 * SEAL_ROSTER_DIGEST + 1];
	char words[SEAL_CARD_WORDS];
};
SEAL_MUST_CHECK int shown_of(const struct seal_roster *roster, struct shown *out,
			     struct seal_diag *diag);
/* Its first lines, and the same as members of an object. */
void print_head(FILE *out, const char *path, const struct seal_roster *roster,
		const struct shown *shown);
json_t *head_json(const char *path, const struct seal_roster *roster, const struct shown *shown);

/* What next says and old does not ("+ person: id=..."), and the reverse ("- ..."); keys and
   signatures left out. An array of texts, the caller's. */
SEAL_MUST_CHECK int changes_of(const struct seal_roster *old, const struct seal_roster *next,
			       json_t **out_list, struct seal_diag *diag);
void print_changes(FILE *out, const json_t *list);

/* Names of the administrators of `of` who have signed, and how many are needed. */
json_t *signed_json(const struct seal_roster *of, const uint8_t *is_signed);
void print_signed(FILE *out, const struct seal_roster *of, const uint8_t *is_signed, size_t count);

/* Rules by name, on stdout, and as an array of objects. */
void print_findings(const char *what, const struct seal_roster_findings *findings);
json_t *findings_json(const struct seal_roster_findings *findings);

/* Takes json, which may be NULL, as the report's details. */
void give_details(char **details, json_t *json);

#endif
