#ifndef SEALKIT_CMD_SEAL_CEREMONY_RUN_H
#define SEALKIT_CMD_SEAL_CEREMONY_RUN_H

#include "../connect.h"
#include "../use_tokens.h"
#include "base/path.h"
#include "ceremony/signatures.h"
#include "ceremony/unseal.h"
#include "ceremony/walk.h"

/* seal-ceremony run and resume. run.c opens all, run_walk.c walks, run_page.c composes the page,
   run_tools.c does the steps that tools do, run_sign.c has the end signed. */

#define RUN_LINE 480u /* bytes of one answer: three and their names fit a line of a transcript */
#define RUN_TEXT 4096u
#define RUN_NAMES (SEAL_WALK_PEOPLE * (SEAL_CARD_NAME + 4u)) /* bytes of all names in a list */

struct run_values {
	struct connect connect;
	struct use_tokens tokens;
	const char *output, *set, *cards, *bootstrap, *language;
	int json, is_resume;
	char **details;
};

struct run {
	const struct run_values *values;
	enum seal_language language;
	struct seal_plan_file plan;
	struct seal_steps steps;
	struct seal_walk walk;
	char set[SEAL_PATH]; /* the folder of the share set */
	struct seal_set_folder folder;
	struct seal_cards others; /* of those who hold no share */
	struct seal_signatures signatures;
	struct seal_client *client;
	struct used_tokens tokens;
	struct seal_unseal unseal;
	struct seal_unseal_state state;
	int has_set;
	int has_state; /* the daemon was asked, and answered */
	char message[RUN_TEXT];
};

/* What a step that a tool does came to. */
struct run_result {
	const char *result; /* of ceremony/walk.h */
	uint8_t card[SEAL_CARD_FINGERPRINT];
	int has_card;
	char text[RUN_LINE];
};

/* Texts of the walk, in the run's language: run_page.c's table. */
enum run_text {
	RUN_REHEARSAL,
	RUN_SEE,
	RUN_PLAN,
	RUN_GIVEN,
	RUN_PROVED,
	RUN_POSSIBLE,
	RUN_KEYS,
	RUN_KEYS_SHARE,
	RUN_NO_KEY,
	RUN_BY,
	RUN_INITIALS,
	RUN_EXPECTED,
	RUN_HAPPENED,
	RUN_DECIDED,
	RUN_GO_ON,
	RUN_YES_NO,
	RUN_UNTIL,
	RUN_STAYS,
	RUN_ON_BREAK,
	RUN_BACK,
	RUN_WHO,
	RUN_COMES,
	RUN_WHY,
	RUN_ABSENT,
	RUN_ABORT,
	RUN_ABORT_SURE,
	RUN_INSTEAD,
	RUN_NO_DEPUTY,
	RUN_WRITTEN,
	RUN_REFUSED,
	RUN_DONE,
	RUN_RESUMED,
	RUN_TOKEN_OR_INK,
	RUN_HEAD,
	RUN_SIGN,
	RUN_SIGNED,
	RUN_TEXTS
};
const char *run_text(const struct run *run, enum run_text which);

/* SEAL_E_USAGE: of a kind whose steps nothing here can do. */
SEAL_MUST_CHECK int run_can(const struct run *run, struct seal_diag *diag);
/* Whether a tool does the step; who then gives the share of it, or proves: a person of it. */
int run_has_tool(const struct seal_step *step);
int run_is_of_share(const struct seal_step *step);
/* Does it. An error is a refusal that changes nothing, but where run_is_end says so. */
SEAL_MUST_CHECK int run_tool(struct run *run, const struct seal_step *step, const char *person,
			     struct run_result *out_result, struct seal_diag *diag);
int run_is_end(int error);
/* Steps of an init: the daemon before, and the act. */
SEAL_MUST_CHECK int run_look_new(struct run *run, struct run_result *out, struct seal_diag *diag);
SEAL_MUST_CHECK int run_init(struct run *run, const char *person, struct run_result *out,
			     struct seal_diag *diag);
/* Reads the folder of the share set, which must be the plan's core's; with init it may be absent.
 */
SEAL_MUST_CHECK int run_open_set(struct run *run, struct seal_diag *diag);
/* Asks the daemon how far it is, for the page; what it does not say is no error. */
void run_look(struct run *run);

/* Asks below the current step, until there is an answer of one line. */
SEAL_MUST_CHECK int run_ask(const struct run *run, enum run_text question,
			    char out[static RUN_LINE], struct seal_diag *diag);
/* The page of the current step, or of a break. */
SEAL_MUST_CHECK int run_page(const struct run *run, enum run_text question,
			     char out[static RUN_LINE], struct seal_diag *diag);

/* The row `sign`: each who is here says with what; then the transcript can end. */
SEAL_MUST_CHECK int run_roll(struct run *run, struct seal_diag *diag);
/* Behind the end: the signatures that were promised and are not there yet. */
SEAL_MUST_CHECK int run_sign(struct run *run, struct seal_diag *diag);
/* Opens run->signatures for the head as it is now. */
SEAL_MUST_CHECK int run_signatures(struct run *run, struct seal_diag *diag);
/* Names of those who are to sign, and have or, where want is 0, have not: as JSON strings. */
void run_signed(const struct run *run, int want, char *out, size_t cap);

SEAL_MUST_CHECK int run_walk(struct run *run, struct seal_diag *diag);

#endif
