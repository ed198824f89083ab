/* seal-drill check: whether statements are true. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../papers.h"
#include "../tool.h"
#include "base/encode.h"
#include "base/own.h"
#include "ceremony/drill.h"
#include "seal-drill.h"

#include "base/banned.h"

#define STATEMENTS_MAX 4096u

struct values {
	const char *manifest, *signer, *cards, *roster, *digest, *challenge;
	struct seal_option_list previous;
	int rehearsal, json;
	const char *const *arguments;
	char **details;
};

static const struct seal_option options[] = {
	{"manifest", 'm', SEAL_OPTION_TEXT, offsetof(struct values, manifest), "FILE",
	 "of the share set"},
	{"signer", 0, SEAL_OPTION_TEXT, offsetof(struct values, signer), "BASE64",
	 "who must have signed the manifest"},
	{"cards", 0, SEAL_OPTION_TEXT, offsetof(struct values, cards), "DIR",
	 "cards whose tokens have signed; default: `cards' beside the manifest"},
	{"roster", 'r', SEAL_OPTION_TEXT, offsetof(struct values, roster), "FILE",
	 "instead: people, terms and keys"},
	{"previous", 0, SEAL_OPTION_LIST, offsetof(struct values, previous), "PATH",
	 "earlier versions of the roster: a file, or a folder of *.roster; may be repeated"},
	{"digest", 0, SEAL_OPTION_TEXT, offsetof(struct values, digest), "HEX64",
	 "of a version of the roster that is trusted"},
	{"challenge", 0, SEAL_OPTION_TEXT, offsetof(struct values, challenge), "HEX",
	 "that was asked with; another or none is wrong"},
	{"rehearsal", 0, SEAL_OPTION_FLAG, offsetof(struct values, rehearsal), NULL,
	 "only statements of a rehearsal are right"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

struct checked {
	const struct seal_drill_world *world;
	json_t *list; /* with --json */
	size_t wrong;
};

static void show(const struct checked *checked, const char *file, const struct seal_drill *drill,
		 const struct seal_drill_findings *found)
{
	const struct seal_manifest *manifest = checked->world->manifest;

	if (found->count == 0)
		(void)printf("ok    %s: %s proved at %s, share %u of %u, %s\n", file,
			     manifest->shares[drill->share - 1].custodian, drill->time,
			     drill->share, manifest->total,
			     !drill->challenge[0]	 ? "no challenge"
			     : checked->world->challenge ? "the challenge"
							 : "a challenge that nobody compared");
	for (size_t i = 0; i < found->count; i++)
		if (found->list[i].line)
			(void)printf("wrong %s: line %u: %s\n", file, found->list[i].line,
				     found->list[i].text);
		else
			(void)printf("wrong %s: %s\n", file, found->list[i].text);
}

static void note(const struct checked *checked, const char *file, const struct seal_drill *drill,
		 const struct seal_drill_findings *found)
{
	const struct seal_manifest *manifest = checked->world->manifest;
	int is_of_set = drill->share >= 1 && drill->share <= manifest->total;
	json_t *wrong = json_array();

	for (size_t i = 0; i < found->count; i++)
		(void)json_array_append_new(wrong,
					    json_pack("{s:i,s:s}", "line", (int)found->list[i].line,
						      "text", found->list[i].text));
	(void)json_array_append_new(
		checked->list,
		json_pack("{s:s,s:s?,s:i,s:s?,s:s?,s:o}", "file", file, "custodian",
			  is_of_set ? manifest->shares[drill->share - 1].custodian : NULL, "share",
			  (int)drill->share, "time", drill->time[0] ? drill->time : NULL,
			  "challenge", drill->challenge[0] ? drill->challenge : NULL, "wrong",
			  wrong));
}

static int check_file(struct checked *checked, const char *file, struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	struct seal_drill_findings found;
	struct seal_drill drill;
	size_t len = 0;
	int error = read_statement(file, &bytes, &len, diag);

	if (!error)
		error = seal_drill_look(checked->world, bytes, len, &drill, &found, diag);
	if (error)
		return error;
	checked->wrong += found.count > 0;
	if (checked->list)
		note(checked, file, &drill, &found);
	else
		show(checked, file, &drill, &found);
	return SEAL_OK;
}

static int check_all(const struct values *values, const struct seal_drill_world *world,
		     const char *const *files, size_t count, struct seal_diag *diag)
{
	struct checked checked = {.world = world, .list = values->json ? json_array() : NULL};
	int error = SEAL_OK;

	for (size_t i = 0; i < count && !error; i++)
		error = check_file(&checked, files[i], diag);
	if (values->json) {
		json_t *json = json_pack("{s:i,s:O}", "wrong", (int)checked.wrong, "statements",
					 checked.list);

		*values->details = json ? json_dumps(json, JSON_COMPACT) : NULL;
		json_decref(json);
		json_decref(checked.list);
	}
	if (!error && checked.wrong)
		error = seal_fail(diag, SEAL_E_VERIFY, "%zu of %zu statements %s wrong",
				  checked.wrong, count, checked.wrong == 1 ? "is" : "are");
	return error;
}

static int check_options(const struct values *values, const char *file, struct seal_diag *diag)
{
	if (!values->manifest)
		return seal_fail(diag, SEAL_E_USAGE, "--manifest: missing (see --help)");
	if (values->cards && values->roster)
		return seal_fail(diag, SEAL_E_USAGE, "--cards: not with --roster");
	if (!values->roster && (values->previous.count || values->digest))
		return seal_fail(diag, SEAL_E_USAGE, "--previous, --digest: of which --roster?");
	if (values->challenge && seal_drill_challenge_check(values->challenge, NULL))
		return seal_fail(diag, SEAL_E_USAGE, "--challenge: not %u lower-case hex digits",
				 SEAL_DRILL_CHALLENGE);
	return file ? SEAL_OK : seal_fail(diag, SEAL_E_USAGE, "STATEMENT: missing (see --help)");
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = NULL;
	struct seal_cards cards SEAL_CLEANUP(seal_cards_done) = {0};
	struct seal_manifest manifest = {0};
	struct seal_drill_world world = {.manifest = &manifest,
					 .challenge = values->challenge,
					 .rehearsal = values->rehearsal};
	const struct papers_trust trust = {&values->previous, values->digest};
	const char *const *files = NULL;
	size_t count = files_from(values->arguments, file, &files);
	int error = check_options(values, file, diag);

	if (!error)
		error = papers_manifest(values->manifest, values->signer, &manifest, diag);
	if (!error && values->roster)
		error = papers_roster(values->roster, &trust, &roster, diag);
	if (!error)
		error = read_cards(values->cards, values->manifest, &cards, diag);
	if (!error)
		error = seal_drill_clock(SEAL_DRILL_SKEW, world.latest, diag);
	if (error)
		return error;
	world.roster = roster;
	world.cards = cards.list;
	world.card_count = cards.count;
	return check_all(values, &world, files, count, diag);
}

int check_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.arguments = (const char *const *)argv, .details = &text};
	const struct tool tool = {
		{"seal-drill",
		 "check -m FILE [--cards DIR | --roster FILE] [--challenge HEX] [--json] "
		 "STATEMENT...",
		 "Whether statements are true: each was signed by the share and by the token that "
		 "the\nmanifest names. Each line of one that is wrong is named. Works offline.",
		 options, STATEMENTS_MAX},
		run,
		&values.json,
		values.details,
		"nothing was changed"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
