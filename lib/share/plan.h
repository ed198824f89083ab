#ifndef SEALKIT_SHARE_PLAN_H
#define SEALKIT_SHARE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "share/manifest.h"

/* What a ceremony will do, decided and signed beforehand (design section 3; man
   sealkit-plan.5): text of which each participant sees, and signs, every parameter. Threat: a
   parameter that is changed between agreeing and doing (another card, a lower threshold,
   another daemon); a rehearsal's papers that are played in earnest, and the reverse. So there
   is one spelling of each plan, its digest is read aloud as words, and what is done names it. */

#define SEAL_PLAN_TEXT (128u << 10) /* bytes of a plan's text */
#define SEAL_PLAN_PEOPLE 128u
#define SEAL_PLAN_ADDRESS 255u
#define SEAL_PLAN_PIN_TEXT 64u
#define SEAL_PLAN_DIGEST 32u
#define SEAL_PLAN_EXPIRES_MIN 60u	    /* seconds */
#define SEAL_PLAN_EXPIRES_MAX (72u * 3600u) /* the longest that a half-given quorum is kept */

enum seal_plan_kind {
	SEAL_PLAN_INIT = 1,
	SEAL_PLAN_UNSEAL,
	SEAL_PLAN_REKEY,
	SEAL_PLAN_ROOT, /* generate-root */
	SEAL_PLAN_ROTATE,
	SEAL_PLAN_DRILL,
	SEAL_PLAN_SEAL,
};

enum seal_plan_part {
	SEAL_PLAN_INVITED = 1,
	SEAL_PLAN_DEPUTY, /* comes where an invited one does not; has a share of his own */
	SEAL_PLAN_ADMINISTRATOR,
	SEAL_PLAN_WITNESS,
	SEAL_PLAN_AUDITOR,
};

struct seal_plan_person {
	enum seal_plan_part part;
	char name[SEAL_CARD_NAME + 1];
};

struct seal_plan_custodian { /* of the new set */
	char name[SEAL_CARD_NAME + 1];
	int group; /* index into groups, -1: none */
	uint8_t cards[SEAL_MANIFEST_CARDS][SEAL_CARD_FINGERPRINT];
	size_t card_count;
};

struct seal_plan {
	enum seal_plan_kind kind;
	char purpose[SEAL_PURPOSE + 1];
	char created[21];
	unsigned rehearsal;
	uint8_t core[32]; /* the daemon's identity key */
	char address[SEAL_PLAN_ADDRESS + 1];
	char pin[SEAL_PLAN_PIN_TEXT + 1]; /* "sha256//..."; empty: none */
	char set[SEAL_SET_ID + 1];	  /* the one in force; empty with init */
	unsigned epoch;
	unsigned has_roster;
	uint8_t roster[SEAL_PLAN_DIGEST];
	/* Of the set that init or rekey makes; else none. */
	unsigned threshold, total;
	struct seal_manifest_group groups[SEAL_MANIFEST_GROUPS];
	size_t group_count;
	struct seal_plan_custodian custodians[SEAL_MANIFEST_SHARES]; /* total of them */
	struct seal_plan_person people[SEAL_PLAN_PEOPLE]; /* in the order of their part */
	size_t people_count;
	/* What each card of the new set must show at least. */
	uint8_t firmware[3];
	unsigned attestation, allow_no_spare, allow_single;
	unsigned pin_policy, touch_policy; /* token/attest.h; 0: any */
	unsigned expires;		   /* seconds from the first share to the last */
	char reason[SEAL_PURPOSE + 1];
	char ticket[SEAL_PURPOSE + 1]; /* empty: none */
};

/* "rekey"; NULL for what is no kind. */
const char *seal_plan_kind_name(enum seal_plan_kind kind);
/* 0: no kind has this name. */
enum seal_plan_kind seal_plan_kind_of(const char *name);
const char *seal_plan_part_name(enum seal_plan_part part);

/* The one text of a plan, malloc'd, NUL-terminated, the caller's. Rules first
   (seal_plan_check). */
SEAL_MUST_CHECK int seal_plan_text(const struct seal_plan *plan, char **out_text,
				   struct seal_diag *diag);
/* Reads what seal_plan_text writes and nothing else: SEAL_E_FORMAT, SEAL_E_VERSION; causes
   name the line. Whose signatures stand below the text is not looked at here. */
SEAL_MUST_CHECK int seal_plan_parse(const char *text, size_t len, struct seal_plan *out_plan,
				    struct seal_diag *diag);
/* Sets what one line says ("core", "expires", ...), as if that line stood in a text. Not for
   kind, threshold, groups and people. SEAL_E_FORMAT; SEAL_E_ARGUMENT: there is no such line. */
SEAL_MUST_CHECK int seal_plan_set(struct seal_plan *plan, const char *name, const char *value,
				  struct seal_diag *diag);
/* Whether a plan makes sense: what its kind needs is there and nothing else; nobody has two
   parts, or a share besides one that holds none; no card stands twice; thresholds are
   possible, and all of all, and one alone, only where it says so. SEAL_E_FORMAT,
   SEAL_E_DUPLICATE, SEAL_E_POLICY. */
SEAL_MUST_CHECK int seal_plan_check(const struct seal_plan *plan, struct seal_diag *diag);
/* Whether a card of the new set shows what the plan asks for: attestation, firmware, policies,
   and no virtual token except in a rehearsal. SEAL_E_POLICY says what is missing. */
SEAL_MUST_CHECK int seal_plan_card(const struct seal_plan *plan, const struct seal_card *card,
				   struct seal_diag *diag);
/* SHA-256 of the text; as words by seal_card_words. */
void seal_plan_digest(const char *text, size_t len, uint8_t out[static SEAL_PLAN_DIGEST]);

#endif
