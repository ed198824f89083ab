/* Plans: there and back for each kind, and everything that is no plan, refused by name. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sodium.h>

#include "share/plan.h"

#define HEX(pair)                                                                                 \
	pair pair pair pair pair pair pair pair pair pair pair pair pair pair pair pair pair pair \
		pair pair pair pair pair pair pair pair pair pair pair pair pair pair

static const char rekey[] =
	"sealkit-plan/1\nkind: rekey\npurpose: key of the vault\ncreated: 2026-11-24T10:00:00Z\n"
	"core: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\naddress: https://vault.example:8200\n"
	"pin: sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
	"set: 00112233445566778899aabbccddeeff\nepoch: 1\nroster: " HEX(
		"5a") "\n"
		      "threshold: 3 of 5\ngroup: ops 2 of 3\ngroup: security 1 of 2\n"
		      "custodian: person=alice group=ops cards=" HEX("01") "," HEX(
			      "02") "\n"
				    "custodian: person=bruno group=ops cards=" HEX(
					    "03") "\n"
						  "custodian: person=chloe group=ops cards=" HEX(
							  "04") "\n"
								"custodian: person=david "
								"group=security cards=" HEX(
									"05") "\n"
									      "custodian: "
									      "person=emma "
									      "group=security "
									      "cards=" HEX(
										      "06") "\n"
											    "invite"
											    "d: "
											    "alice"
											    "\ninvi"
											    "ted: "
											    "bruno"
											    "\ninvi"
											    "ted: "
											    "david"
											    "\ndepu"
											    "ty: "
											    "emma\n"
											    "admini"
											    "strato"
											    "r: "
											    "zoe\n"
											    "witnes"
											    "s: "
											    "walt\n"
											    "audito"
											    "r: "
											    "anna\n"
											    "firmwa"
											    "re: "
											    "5.7."
											    "0\natt"
											    "estati"
											    "on: "
											    "yes\np"
											    "in-"
											    "policy"
											    ": "
											    "always"
											    "\n"
											    "touch-"
											    "policy"
											    ": "
											    "cached"
											    "\nexpi"
											    "res: "
											    "86400"
											    "\nreas"
											    "on: "
											    "chloe "
											    "has "
											    "left\n"
											    "ticket"
											    ": "
											    "SEC-"
											    "4711"
											    "\n";

static const char unseal[] =
	"sealkit-plan/1\nkind: unseal\npurpose: key of the vault\ncreated: 2026-11-24T10:00:00Z\n"
	"rehearsal: yes\ncore: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
	"address: https://vault.example:8200\nset: 00112233445566778899aabbccddeeff\nepoch: 12\n"
	"expires: 3600\nreason: restart\n";

static const char init[] =
	"sealkit-plan/1\nkind: init\npurpose: key of the vault\ncreated: 2026-11-24T10:00:00Z\n"
	"core: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\naddress: https://vault.example:8200\n"
	"threshold: 1 of 1\ncustodian: person=alice cards=" HEX(
		"01") "\nallow-no-spare: yes\n"
		      "allow-single: yes\nexpires: 60\nreason: a first start\n";

static int parse(const char *text, struct seal_plan *out, struct seal_diag *diag)
{
	return seal_plan_parse(text, strlen(text), out, diag);
}

static void back(const char *text)
{
	struct seal_plan plan;
	char *again = NULL;

	assert_int_equal(parse(text, &plan, NULL), SEAL_OK);
	assert_int_equal(seal_plan_text(&plan, &again, NULL), SEAL_OK);
	assert_string_equal(again, text);
	free(again);
}

static void there_and_back(void **state)
{
	struct seal_plan plan;

	(void)state;
	back(rekey);
	back(unseal);
	back(init);
	assert_int_equal(parse(rekey, &plan, NULL), SEAL_OK);
	assert_int_equal(plan.kind, SEAL_PLAN_REKEY);
	assert_int_equal(plan.custodians[3].group, 1);
	assert_int_equal(plan.custodians[0].card_count, 2);
	assert_int_equal(plan.custodians[0].cards[1][31], 2);
	assert_int_equal(plan.people[3].part, SEAL_PLAN_DEPUTY);
	assert_string_equal(plan.people[6].name, "anna");
	assert_int_equal(plan.firmware[1], 7);
	assert_int_equal(plan.expires, 86400);
	assert_int_equal(plan.touch_policy, 3);
	assert_false(plan.rehearsal);
	assert_int_equal(parse(unseal, &plan, NULL), SEAL_OK);
	assert_true(plan.rehearsal);
	assert_false(plan.has_roster);
}

static void each_kind(void **state)
{
	static const char *const names[] = {"unseal", "root", "rotate", "drill", "seal"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char text[sizeof unseal + 8];

		(void)snprintf(text, sizeof text, "sealkit-plan/1\nkind: %s%s", names[i],
			       strstr(unseal, "\npurpose"));
		back(text);
		assert_string_equal(seal_plan_kind_name(seal_plan_kind_of(names[i])), names[i]);
	}
	assert_int_equal(seal_plan_kind_of("reseal"), 0);
	assert_null(seal_plan_kind_name(0));
	assert_null(seal_plan_kind_name(8));
	assert_string_equal(seal_plan_part_name(SEAL_PLAN_WITNESS), "witness");
}

struct wrong {
	const char *from, *to;
	int error;
	const char *says;
};

static void refuse(const char *good, const struct wrong *wrong)
{
	const char *at = strstr(good, wrong->from);
	struct seal_plan plan = {.epoch = 77};
	struct seal_diag diag = {0};
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	char *text = NULL;
	int error;

	assert_non_null(at);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - good), good, wrong->to,
			     at + strlen(wrong->from)) > 0);
	error = parse(text, &plan, &diag);
	seal_diag_line(&diag, line, sizeof line);
	if (error != wrong->error || !strstr(line, wrong->says))
		fail_msg("%s -> %s: %s: '%s' does not say '%s'", wrong->from, wrong->to,
			 seal_error_name(error), line, wrong->says);
	assert_int_equal(plan.epoch, 77);
	free(text);
}

static void refused_lines(void **state)
{
	static const struct wrong wrongs[] = {
		{"sealkit-plan/1", "sealkit-plan/2", SEAL_E_VERSION, "line 1: "},
		{"sealkit-plan/1", "sealkit-plot/1", SEAL_E_FORMAT, "line 1: "},
		{"kind: rekey", "kind: reseal", SEAL_E_FORMAT, "line 2: not a word"},
		{"kind: rekey", "kind: rekeyed", SEAL_E_FORMAT, "line 2: not a word"},
		{"kind: rekey\n", "", SEAL_E_FORMAT, "line 2"},
		{"purpose: key", "purpose:  key", SEAL_E_FORMAT, "line 3"},
		{"created: 2026-11-24T", "created: 2026-11-24 ", SEAL_E_FORMAT, "line 4"},
		{"core: 11qY", "core: 1qY", SEAL_E_FORMAT, "line 5"},
		{"https://vault", "http://vault", SEAL_E_FORMAT, "line 6: not `https://`"},
		{"https://vault.example:8200", "https://", SEAL_E_FORMAT, "line 6"},
		{"https://vault", "https://vau lt", SEAL_E_FORMAT, "line 6: a character"},
		{"sha256//", "sha512//", SEAL_E_FORMAT, "line 7: not `sha256//`"},
		{"set: 00", "set: 0G", SEAL_E_FORMAT, "line 8"},
		{"epoch: 1", "epoch: 01", SEAL_E_FORMAT, "line 9"},
		{"epoch: 1", "epoch: 0", SEAL_E_FORMAT, "line 9"},
		{"roster: 5a", "roster: 5A", SEAL_E_FORMAT, "line 10: hex digits"},
		{"threshold: 3 of 5", "threshold: 3 of 65", SEAL_E_FORMAT, "line 11"},
		{"group: ops 2", "group: ops  2", SEAL_E_FORMAT, "line 12"},
		{"person=alice group=ops", "group=ops person=alice", SEAL_E_FORMAT,
		 "line 14: no `person=`"},
		{"alice group=ops", "alice group=hr", SEAL_E_FORMAT, "line 14: of a group"},
		{"group=ops cards=", "group=ops kards=", SEAL_E_FORMAT, "line 14: no `cards=`"},
		{"invited: alice\n", "deputy: alice\n", SEAL_E_FORMAT, "a line that is not due"},
		{"firmware: 5.7.0", "firmware: 5.7", SEAL_E_FORMAT, "not a version"},
		{"firmware: 5.7.0", "firmware: 5.7.0.1", SEAL_E_FORMAT, "not a version"},
		{"firmware: 5.7.0", "firmware: 5.07.0", SEAL_E_FORMAT, "not a version"},
		{"firmware: 5.7.0", "firmware: 5.7.256", SEAL_E_FORMAT, "not a version"},
		{"firmware: 5.7.0", "firmware: 5.7.", SEAL_E_FORMAT, "not a version"},
		{"firmware: 5.7.0", "firmware: 0.0.0", SEAL_E_FORMAT, "is no version"},
		{"attestation: yes", "attestation: no", SEAL_E_FORMAT, "not a word"},
		{"pin-policy: always", "pin-policy: cached", SEAL_E_FORMAT, "not a word"},
		{"touch-policy: cached", "touch-policy: once", SEAL_E_FORMAT, "not a word"},
		{"expires: 86400", "expires: 259201", SEAL_E_FORMAT, "not a number"},
		{"SEC-4711\n", "SEC-4711\n\n", SEAL_E_FORMAT, "a line that is not due"},
		{"SEC-4711\n", "SEC-4711", SEAL_E_TRUNCATED, "cut short"},
		{"SEC-4711\n", "SEC-4711\nticket: twice\n", SEAL_E_FORMAT, "not due"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++)
		refuse(rekey, &wrongs[i]);
}

static void refused_sense(void **state)
{
	static const struct wrong wrongs[] = {
		{"created: 2026-11-24T10:00:00Z\n", "", SEAL_E_FORMAT, "created"},
		{"purpose: key of the vault\n", "", SEAL_E_FORMAT, "purpose"},
		{"core: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n", "", SEAL_E_FORMAT,
		 "core: is needed"},
		{"address: https://vault.example:8200\n", "", SEAL_E_FORMAT, "address: is needed"},
		{"set: 00112233445566778899aabbccddeeff\n", "", SEAL_E_FORMAT, "a rekey is of the"},
		{"epoch: 1\n", "", SEAL_E_FORMAT, "a rekey is of the"},
		{"kind: rekey", "kind: init", SEAL_E_FORMAT, "none before an init"},
		{"kind: rekey", "kind: root", SEAL_E_FORMAT, "a root makes no set"},
		{"expires: 86400", "expires: 59", SEAL_E_FORMAT, "60 to 259200 seconds"},
		{"expires: 86400\n", "", SEAL_E_FORMAT, "expires: is needed"},
		{"reason: chloe has left\n", "", SEAL_E_FORMAT, "reason"},
		{"threshold: 3 of 5", "threshold: 4 of 5", SEAL_E_FORMAT, "make 3, not 4"},
		{"ops 2 of 3", "ops 3 of 3", SEAL_E_FORMAT, "make 4, not 3"},
		{"threshold: 3 of 5\ngroup: ops 2 of 3", "threshold: 4 of 5\ngroup: ops 3 of 3",
		 SEAL_E_POLICY, "threshold of group ops: 3 of 3, one lost share"},
		{"security 1 of 2", "security 1 of 3", SEAL_E_FORMAT, "and 2 shares"},
		{"group: security 1 of 2", "group: ops 1 of 2", SEAL_E_FORMAT, "of a group that"},
		{"person=bruno", "person=alice", SEAL_E_DUPLICATE, "custodian alice: named twice"},
		{HEX("03"), HEX("02"), SEAL_E_DUPLICATE, "bruno: a card that counts already"},
		{HEX("02"), HEX("01"), SEAL_E_DUPLICATE, "alice: a card that counts already"},
		{"witness: walt", "witness: zoe", SEAL_E_DUPLICATE,
		 "witness zoe: is administrator already"},
		{"witness: walt", "witness: chloe", SEAL_E_POLICY, "witness chloe: is to hold"},
		{"administrator: zoe", "administrator: chloe", SEAL_E_POLICY, "is to hold a share"},
		{"auditor: anna", "auditor: chloe", SEAL_E_POLICY, "is to hold a share"},
		{"deputy: emma", "deputy: david", SEAL_E_DUPLICATE, "is invited already"},
	};
	static const struct wrong alone[] = {
		{"allow-single: yes\n", "", SEAL_E_POLICY, "allow-single"},
		{"allow-no-spare: yes\n", "", SEAL_E_POLICY, "allow-no-spare"},
		{"threshold: 1 of 1\ncustodian: person=alice cards=" HEX("01") "\n", "",
		 SEAL_E_FORMAT, "needs those of the new set"},
		{"threshold: 1 of 1\n", "threshold: 1 of 1\nepoch: 2\n", SEAL_E_FORMAT, "line "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++)
		refuse(rekey, &wrongs[i]);
	for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++)
		refuse(init, &alone[i]);
}

/* Each line left out, doubled, or changed with the next: another plan, or none, never the same. */
static void lines_moved(void **state)
{
	char text[sizeof rekey + 200];
	struct seal_plan plan;
	uint8_t whole[SEAL_PLAN_DIGEST], part[SEAL_PLAN_DIGEST];

	(void)state;
	seal_plan_digest(rekey, strlen(rekey), whole);
	for (const char *at = rekey, *end; *at; at = end) {
		end = strchr(at, '\n') + 1;
		(void)snprintf(text, sizeof text, "%.*s%.*s%s", (int)(end - rekey), rekey,
			       (int)(end - at), at, end);
		assert_int_not_equal(parse(text, &plan, NULL), SEAL_OK);
		(void)snprintf(text, sizeof text, "%.*s%s", (int)(at - rekey), rekey, end);
		if (parse(text, &plan, NULL) == SEAL_OK) {
			seal_plan_digest(text, strlen(text), part);
			assert_memory_not_equal(whole, part, sizeof whole);
		}
	}
}

static void every_bit_counts(void **state)
{
	char text[sizeof rekey];
	struct seal_plan plan;
	char *again = NULL;

	(void)state;
	memcpy(text, rekey, sizeof text);
	for (size_t i = 0; i < strlen(rekey); i++)
		for (unsigned flip = 1; flip < 256; flip <<= 1) {
			text[i] = (char)(rekey[i] ^ (char)flip);
			if (seal_plan_parse(text, strlen(rekey), &plan, NULL) == SEAL_OK) {
				assert_int_equal(seal_plan_text(&plan, &again, NULL), SEAL_OK);
				assert_int_equal(strlen(again), strlen(rekey));
				assert_memory_equal(again, text, strlen(rekey));
				free(again);
			}
			text[i] = rekey[i];
		}
	for (size_t cut = 0; cut < strlen(rekey); cut++)
		if (seal_plan_parse(rekey, cut, &plan, NULL) == SEAL_OK)
			assert_string_equal(rekey + cut, "ticket: SEC-4711\n");
}

static void no_plan_is_written(void **state)
{
	struct seal_plan plan;
	char *text = NULL;

	(void)state;
	assert_int_equal(parse(rekey, &plan, NULL), SEAL_OK);
	plan.touch_policy = 4;
	assert_int_equal(seal_plan_text(&plan, &text, NULL), SEAL_E_FORMAT);
	assert_int_equal(parse(rekey, &plan, NULL), SEAL_OK);
	plan.people[0].part = 6;
	assert_int_equal(seal_plan_text(&plan, &text, NULL), SEAL_E_FORMAT);
	plan.people[0].part = SEAL_PLAN_INVITED;
	plan.people_count = SEAL_PLAN_PEOPLE + 1;
	assert_int_equal(seal_plan_text(&plan, &text, NULL), SEAL_E_FORMAT);
	plan.people_count = 0;
	plan.custodians[0].card_count = SEAL_MANIFEST_CARDS + 1;
	assert_int_equal(seal_plan_text(&plan, &text, NULL), SEAL_E_FORMAT);
	plan.custodians[0].card_count = 1;
	plan.custodians[0].group = 2;
	assert_int_equal(seal_plan_text(&plan, &text, NULL), SEAL_E_FORMAT);
	plan.custodians[0].group = 0;
	plan.total = SEAL_MANIFEST_SHARES + 1;
	assert_int_equal(seal_plan_text(&plan, &text, NULL), SEAL_E_FORMAT);
	assert_null(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),     cmocka_unit_test(each_kind),
		cmocka_unit_test(refused_lines),      cmocka_unit_test(refused_sense),
		cmocka_unit_test(lines_moved),	      cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(no_plan_is_written),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
