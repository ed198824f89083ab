/* Identity files as tokens: the suite of all tokens, and what is theirs alone. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "token/passphrase.h"
#include "token_conformance.h"

static int number;

static int one(const char *name, int good)
{
	printf("%s - passphrase, %s\n", good ? "ok" : "not ok", name);
	number += !good;
	return good;
}

static int count_all(void *ctx, const struct seal_token_info *info)
{
	(void)info;
	++*(int *)ctx;
	return SEAL_OK;
}

static int no_one(void *ctx, const struct seal_token_question *q, struct seal_secret **out,
		  struct seal_diag *diag)
{
	(void)q;
	++*(int *)ctx;
	return seal_secret_copy((const uint8_t *)"short", 5, out, diag);
}

/* Enrolments that must fail leave no file. */
static void refusals(const char *dir, const char *there)
{
	char path[128];
	int asked = 0;
	const struct seal_token_asker asker = {.secret = no_one, .ctx = &asked};
	struct seal_token_place place = {0};
	struct seal_token_plan plan = {.name = "bruno", .identity_out = there};
	struct seal_token *token = NULL;
	static struct seal_card card;

	one("an identity file is never written over",
	    seal_token_enrol(SEAL_CARD_PASSPHRASE, &place, &plan, &asker, &card, &token, NULL) ==
			    SEAL_E_EXISTS &&
		    asked == 0);
	snprintf(path, sizeof path, "%s/none/b.identity", dir);
	plan.identity_out = path;
	one("a folder that is not there",
	    seal_token_enrol(SEAL_CARD_PASSPHRASE, &place, &plan, &asker, &card, &token, NULL) ==
			    SEAL_E_IO &&
		    asked == 0);
	plan.identity_out = NULL;
	one("no path", seal_token_enrol(SEAL_CARD_PASSPHRASE, &place, &plan, &asker, &card, &token,
					NULL) == SEAL_E_USAGE);
	snprintf(path, sizeof path, "%s/b.identity", dir);
	plan.identity_out = path;
	one("a passphrase of five letters",
	    seal_token_enrol(SEAL_CARD_PASSPHRASE, &place, &plan, &asker, &card, &token, NULL) ==
			    SEAL_E_POLICY &&
		    access(path, F_OK) != 0 && !token);
}

static void files(const char *dir, const char *there, const struct seal_card *card)
{
	char junk[128];
	const char *list[2] = {junk, there};
	struct seal_token_place place = {.identities = list, .identity_count = 2};
	struct seal_token *token = NULL;
	struct seal_diag diag = {0};
	struct stat st;
	int seen = 0;
	FILE *file;

	one("the file is for its owner's eyes", stat(there, &st) == 0 && (st.st_mode & 077) == 0);
	snprintf(junk, sizeof junk, "%s/junk", dir);
	file = fopen(junk, "w");
	if (!file || fputs("sealkit-identity/2\n", file) < 0 || fclose(file) != 0)
		exit(1);
	one("a file of another version is named",
	    seal_token_open(&place, card, &token, &diag) == SEAL_E_VERSION &&
		    strstr(diag.cause[0], "junk"));
	place.identities = list + 1;
	place.identity_count = 1;
	one("listed through the registry",
	    seal_passphrase_driver.list(&place, count_all, &seen, NULL) == SEAL_OK && seen == 1);
	place.identity_count = 0;
	one("absent without its file",
	    seal_token_open(&place, card, &token, NULL) == SEAL_E_TOKENABSENT && !token);
}

int main(void)
{
	char dir[] = "/tmp/sealkit-token.XXXXXX";
	char path[128];
	char junk[128];
	const char *list[1] = {path};
	static struct seal_card card;
	const struct seal_token_place place = {.identities = list, .identity_count = 1};
	const struct seal_token_plan plan = {.name = "alice", .group = "ops", .identity_out = path};
	const struct conformance suite = {.driver = &seal_passphrase_driver,
					  .place = &place,
					  .plan = &plan,
					  .secret = "correct horse",
					  .wrong = "correct house",
					  .card = &card};

	if (!mkdtemp(dir))
		return 99;
	snprintf(path, sizeof path, "%s/alice.identity", dir);
	snprintf(junk, sizeof junk, "%s/junk", dir);
	number = conformance_run(&suite);
	files(dir, path, &card);
	refusals(dir, path);
	(void)unlink(path);
	(void)unlink(junk);
	one("nothing else was left behind", rmdir(dir) == 0);
	return number > 0;
}
