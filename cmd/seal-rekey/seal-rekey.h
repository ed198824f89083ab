#ifndef SEAL_REKEY_H
#define SEAL_REKEY_H

#include "../connect.h"
#include "../use_tokens.h"
#include "ceremony/rekey.h"

struct values {
	struct connect connect;
	struct use_tokens tokens;
	const char *plan, *digest, *custodian, *output;
	int json;
	char **details;
};

#define PLAN_ROW                                                                      \
	{                                                                             \
		"plan", 'p', SEAL_OPTION_TEXT, offsetof(struct values, plan), "FILE", \
			"the plan, as sealkit-plan(5) says"                           \
	}
#define DIGEST_ROW                                                                     \
	{                                                                              \
		"digest", 0, SEAL_OPTION_TEXT, offsetof(struct values, digest), "HEX", \
			"confirm the plan by its digest instead of asking"             \
	}
#define CUSTODIAN_ROW                                                                           \
	{                                                                                       \
		"custodian", 'n', SEAL_OPTION_TEXT, offsetof(struct values, custodian), "NAME", \
			"whose turn it is, where tokens of several are plugged in"              \
	}
#define JSON_ROW                                                                  \
	{                                                                         \
		"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL, \
			"one JSON object on stdout"                               \
	}

/* What each command begins with; all zero before, ended by begun_done. */
struct begun {
	struct seal_plan_file file;
	struct seal_client *client;
	struct seal_rekey rekey;
};
SEAL_MUST_CHECK int begin(const struct values *values, struct begun *begun, struct seal_diag *diag);
void begun_done(struct begun *begun);
/* Shows the plan and its words, and asks; or compares with --digest. SEAL_E_POLICY: refused. */
SEAL_MUST_CHECK int confirm_plan(const struct values *values, const struct begun *begun,
				 struct seal_diag *diag);
/* tokens and unseal are the caller's; unseal has the folder afterwards. */
SEAL_MUST_CHECK int use_folder(const struct values *values, const struct begun *begun,
			       const char *dir, struct seal_set_folder *folder,
			       struct used_tokens *tokens, struct seal_unseal *unseal,
			       struct seal_diag *diag);

/* Names of the plan's custodians with one of these cards, or, where want is 0, of the others. */
void names_of(const struct seal_plan *plan, const struct seal_client_given *list, size_t count,
	      int want, char *out, size_t cap);
/* One line: how far it is. */
void show_state(const struct values *values, const struct begun *begun,
		const struct seal_client_rekey_status *status);
void state_details(const struct values *values, const struct begun *begun,
		   const struct seal_client_rekey_status *status, const char *accepted);

/* The commands; each gives the exit code. */
int give_main(int argc, char **argv);
int prove_main(int argc, char **argv);
int status_main(int argc, char **argv);
int cancel_main(int argc, char **argv);

#endif
