/* The rules of a roster (ceremony practice R3 to R5, R8), each told by name. */

#include "share/roster_rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "share/date.h"
#include "share/duty.h"

#include "base/banned.h"

#define ALONE (SEAL_ROLE_ADMINISTRATOR | SEAL_ROLE_AUDITOR | SEAL_ROLE_WITNESS)

void seal_roster_add(struct seal_roster_findings *findings, const char *rule, int error,
		     const char *fmt, ...)
{
	struct seal_roster_finding *finding;
	va_list args;

	if (findings->count++ >= SEAL_ROSTER_FINDINGS)
		return;
	finding = &findings->list[findings->count - 1];
	finding->rule = rule;
	finding->error = error;
	va_start(args, fmt);
	(void)vsnprintf(finding->text, sizeof finding->text, fmt, args);
	va_end(args);
}

/* R3: who holds a share watches over nobody and changes no roster; who changes it is no witness
   of that. */
static void check_roles(const struct seal_roster_person *person,
			struct seal_roster_findings *findings)
{
	char roles[SEAL_ROSTER_ROLES];
	unsigned others = person->roles & ~(unsigned)SEAL_ROLE_CUSTODIAN & ALONE;
	int is_custodian = (person->roles & SEAL_ROLE_CUSTODIAN) != 0;
	int is_administrator = (person->roles & SEAL_ROLE_ADMINISTRATOR) != 0;

	seal_roster_roles(person->roles, roles);
	if ((is_custodian && others) ||
	    (is_administrator && (others & ~(unsigned)SEAL_ROLE_ADMINISTRATOR)))
		seal_roster_add(findings, "clash", SEAL_E_POLICY,
				"%s: roles that clash in one person: %s", person->id, roles);
	if ((is_custodian || is_administrator) && person->card_count == 0)
		seal_roster_add(findings, "card", SEAL_E_POLICY, "%s: %s without a card",
				person->id, roles);
	if (person->end[0] && strcmp(person->start, person->end) >= 0)
		seal_roster_add(findings, "term", SEAL_E_FORMAT, "%s: ends on %s, starts on %s",
				person->id, person->end, person->start);
}

/* A key that two cards have counts twice for one token, whichever way it signs. */
static int same_key(const struct seal_roster_card *a, const struct seal_roster_card *b)
{
	return a->key_len == b->key_len && seal_eq_ct(a->key, b->key, a->key_len);
}

static const char *same(const struct seal_roster_card *a, const struct seal_roster_card *b)
{
	if (seal_eq_ct(a->fingerprint, b->fingerprint, SEAL_CARD_FINGERPRINT))
		return "card";
	return same_key(a, b) ? "key" : NULL;
}

/* Card c of person i, against all that stand before it. */
static void check_card(const struct seal_roster *roster, size_t i, size_t c,
		       struct seal_roster_findings *findings)
{
	const struct seal_roster_person *person = &roster->people[i];

	for (size_t k = 0; k <= i; k++) {
		const struct seal_roster_person *other = &roster->people[k];
		size_t before = k == i ? c : other->card_count;

		for (size_t j = 0; j < before; j++) {
			const char *what = same(&person->cards[c], &other->cards[j]);

			if (what)
				seal_roster_add(findings, "twice", SEAL_E_DUPLICATE,
						"%s: a %s that %s has already", person->id, what,
						k == i ? "the same person" : other->id);
		}
	}
}

static void check_once(const struct seal_roster *roster, struct seal_roster_findings *findings)
{
	for (size_t i = 0; i < roster->count; i++) {
		if (i > 0 && strcmp(roster->people[i - 1].id, roster->people[i].id) == 0)
			seal_roster_add(findings, "twice", SEAL_E_DUPLICATE,
					"%s: two people of one id", roster->people[i].id);
		for (size_t c = 0; c < roster->people[i].card_count; c++)
			check_card(roster, i, c, findings);
	}
}

static void check_accepted(const struct seal_roster *roster,
			   const struct seal_roster_person *person,
			   struct seal_roster_findings *findings)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	struct seal_diag why = {0};
	int error;

	if (!person->accepted.time[0])
		return;
	error = seal_duty_check(roster, person, &why);
	seal_diag_line(&why, line, sizeof line);
	if (error)
		seal_roster_add(findings, "acceptance", error, "%s", line);
	else if (strcmp(person->accepted.time, roster->created) > 0)
		seal_roster_add(findings, "acceptance", SEAL_E_FORMAT,
				"acceptance of %s: later than the roster itself", person->id);
}

static size_t administrators(const struct seal_roster *roster)
{
	size_t count = 0;

	for (size_t i = 0; i < roster->count; i++)
		count += (roster->people[i].roles & SEAL_ROLE_ADMINISTRATOR) &&
			 seal_roster_active(&roster->people[i], roster->created);
	return count;
}

void seal_roster_rules(const struct seal_roster *roster, struct seal_roster_findings *findings)
{
	size_t there = administrators(roster);

	for (size_t i = 0; i < roster->count; i++)
		check_roles(&roster->people[i], findings);
	check_once(roster, findings);
	if (roster->changes > there)
		seal_roster_add(findings, "quorum", SEAL_E_POLICY,
				"changes need %u administrators, and %zu are in office",
				roster->changes, there);
	if (seal_date_compare(roster->created, roster->review) >= 0)
		seal_roster_add(findings, "review", SEAL_E_FORMAT,
				"review on %s, and made at %s: not after it", roster->review,
				roster->created);
	for (size_t i = 0; i < roster->count; i++)
		check_accepted(roster, &roster->people[i], findings);
}

void seal_roster_rules_at(const struct seal_roster *roster, const char *time,
			  struct seal_roster_findings *findings)
{
	if (seal_date_compare(time, roster->review) > 0)
		seal_roster_add(findings, "overdue", SEAL_E_EXPIRED, "its review was due on %s",
				roster->review);
	if (strcmp(roster->created, time) > 0)
		seal_roster_add(findings, "early", SEAL_E_POLICY,
				"made at %s, which is still to come: check the clocks",
				roster->created);
	for (size_t i = 0; i < roster->count; i++) {
		const struct seal_roster_person *person = &roster->people[i];

		if ((person->roles & SEAL_ROLE_CUSTODIAN) && seal_roster_active(person, time) &&
		    !person->accepted.time[0])
			seal_roster_add(findings, "unaccepted", SEAL_E_POLICY,
					"%s: custodian who has not accepted duty %u", person->id,
					roster->duty);
	}
}

void seal_roster_advice(const struct seal_roster *roster, struct seal_roster_findings *findings)
{
	if (roster->changes == 1)
		seal_roster_add(findings, "single", SEAL_E_POLICY,
				"one administrator alone can change it");
	if (administrators(roster) == roster->changes)
		seal_roster_add(findings, "no-spare", SEAL_E_POLICY,
				"all administrators are needed: without one of them it cannot be "
				"changed");
}
