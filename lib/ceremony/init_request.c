/* The request of an init, and the check of its answer. */

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/own.h"
#include "ceremony/init_internal.h"
#include "share/set.h"

#include "base/banned.h"

/* Main and spare tokens count once. */
static size_t count_persons(const struct seal_cards *cards)
{
	size_t persons = 0;

	for (size_t i = 0; i < cards->count; i++) {
		size_t j = 0;

		while (j < i && strcmp(cards->list[j].name, cards->list[i].name) != 0)
			j++;
		persons += j == i;
	}
	return persons;
}

static json_t *card_json(const struct seal_card *card)
{
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	json_t *json = NULL;

	if (seal_card_text(card, &text, NULL) || seal_json_parse(text, strlen(text), &json, NULL))
		return NULL;
	return json;
}

static int add_cards(const struct seal_init_job *job, json_t *own)
{
	json_t *cards = json_array();
	int bad = json_object_set_new(own, "cards", cards);

	for (size_t i = 0; !bad && i < job->cards->count; i++)
		bad = json_array_append_new(cards, card_json(&job->cards->list[i]));
	if (!bad && job->root_card)
		bad = json_object_set_new(own, "root_token_card", card_json(job->root_card));
	return bad;
}

static int add_groups(const struct seal_init_job *job, json_t *own)
{
	json_t *groups;
	int bad;

	if (job->group_count == 0)
		return 0;
	groups = json_array();
	bad = json_object_set_new(own, "groups", groups);
	for (size_t i = 0; !bad && i < job->group_count; i++)
		bad = json_array_append_new(groups,
					    json_pack("{s:s,s:i}", "name", job->groups[i].name,
						      "threshold", (int)job->groups[i].threshold));
	return bad;
}

static unsigned threshold_of(const struct seal_init_job *job)
{
	unsigned sum = 0;

	for (size_t i = 0; i < job->group_count; i++)
		sum += job->groups[i].threshold;
	return job->group_count > 0 ? sum : job->threshold;
}

int seal_init_request(const struct seal_init_job *job, struct seal_json_text *out_body,
		      struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(seal_json_freep) = json_pack(
		"{s:i,s:i,s:{s:s,s:b,s:b,s:b}}", "secret_shares", (int)count_persons(job->cards),
		"secret_threshold", (int)threshold_of(job), "sealkit", "purpose", job->purpose,
		"allow_no_spare", job->allow_no_spare, "allow_single", job->allow_single, "again",
		job->again);
	json_t *own = json_object_get(json, "sealkit");

	if (!own || add_cards(job, own) || add_groups(job, own))
		return seal_fail(diag, SEAL_E_NOMEM, "request");
	return seal_json_write(json, SEAL_JSON_AS_MADE, "", out_body, diag);
}

/* Each card that was asked for, and no other, is in the manifest, under its holder. */
static int check_cards(const struct seal_init_job *job, const struct seal_manifest *manifest,
		       struct seal_diag *diag)
{
	size_t named = 0;

	for (unsigned i = 0; i < manifest->total; i++)
		named += manifest->shares[i].card_count;
	for (size_t c = 0; c < job->cards->count; c++) {
		const struct seal_card *card = &job->cards->list[c];
		uint8_t own[SEAL_CARD_FINGERPRINT];
		int error = seal_card_fingerprint(card, own, diag);
		int found = 0;

		if (error)
			return error;
		for (unsigned i = 0; i < manifest->total; i++)
			for (size_t j = 0; j < manifest->shares[i].card_count; j++)
				found |= strcmp(manifest->shares[i].custodian, card->name) == 0 &&
					 seal_eq_ct(manifest->shares[i].cards[j], own, sizeof own);
		if (!found)
			return seal_fail(diag, SEAL_E_VERIFY,
					 "the daemon sealed nothing to the card of %s: do not use "
					 "this share set",
					 card->name);
	}
	if (named != job->cards->count)
		return seal_fail(diag, SEAL_E_VERIFY,
				 "the daemon sealed to a card that was not asked for: do not use "
				 "this share set");
	return SEAL_OK;
}

/* The manifest is the core's own word: a gate can change what was asked and cut what is answered.
 */
static int check_words(const struct seal_init_job *job, const struct seal_manifest *manifest,
		       struct seal_diag *diag)
{
	uint8_t own[SEAL_CARD_FINGERPRINT] = {0};
	int error = job->root_card ? seal_card_fingerprint(job->root_card, own, diag) : SEAL_OK;

	if (error)
		return error;
	if (strcmp(manifest->purpose, job->purpose) != 0 || manifest->epoch != 1)
		return seal_fail(diag, SEAL_E_VERIFY,
				 "the daemon was told another purpose: do not use it or this share "
				 "set; init again with --again and a new folder");
	if (manifest->has_root_card != (job->root_card != NULL) ||
	    !seal_eq_ct(manifest->root_card, own, sizeof own))
		return seal_fail(diag, SEAL_E_VERIFY,
				 "the root token is not as it was asked for: somebody in between "
				 "may hold one; do not use the daemon or this share set; init "
				 "again with --again and a new folder");
	return SEAL_OK;
}

static int check(const struct seal_init_job *job, const struct seal_manifest *manifest,
		 struct seal_diag *diag)
{
	int error;

	if (!seal_eq_ct(manifest->signer, job->core, 32))
		return seal_fail(diag, SEAL_E_VERIFY,
				 "the manifest is signed by another key than the daemon's");
	if (manifest->total != count_persons(job->cards) ||
	    manifest->threshold != threshold_of(job) || manifest->group_count != job->group_count)
		return seal_fail(diag, SEAL_E_VERIFY,
				 "the daemon made %u of %u, which was not asked for: do not use "
				 "this share set",
				 manifest->threshold, manifest->total);
	for (size_t i = 0; i < job->group_count; i++)
		if (strcmp(manifest->groups[i].name, job->groups[i].name) != 0 ||
		    manifest->groups[i].threshold != job->groups[i].threshold)
			return seal_fail(diag, SEAL_E_VERIFY,
					 "group %s is not as it was asked for: do not use this "
					 "share set",
					 job->groups[i].name);
	error = check_words(job, manifest, diag);
	return error ? error : check_cards(job, manifest, diag);
}

static int take_text(const json_t *json, const char *name, char **out, struct seal_diag *diag)
{
	const json_t *value = json_object_get(json, name);

	if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
		return seal_fail(diag, SEAL_E_FORMAT, "answer: %s: not a text", name);
	*out = strdup(json_string_value(value));
	return *out ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}

/* A gate could hand out something else instead: the file must be for the holder's cards. */
static int check_file(const struct seal_init_job *job, const char *holder, const char *file,
		      struct seal_diag *diag)
{
	const struct seal_card *cards[SEAL_MANIFEST_CARDS];
	size_t count = 0;
	int error;

	for (size_t i = 0; i < job->cards->count && count < SEAL_MANIFEST_CARDS; i++)
		if (strcmp(job->cards->list[i].name, holder) == 0)
			cards[count++] = &job->cards->list[i];
	error = seal_set_check_file(file, strlen(file), cards, count, diag);
	return error ? seal_because(diag, SEAL_E_VERIFY, "the share of %s that the daemon sent",
				    holder)
		     : SEAL_OK;
}

static int take_shares(const struct seal_init_job *job, const json_t *own,
		       struct seal_init_answer *answer, struct seal_diag *diag)
{
	const json_t *shares = json_object_get(own, "shares");

	if (json_array_size(shares) != answer->manifest.total)
		return seal_fail(diag, SEAL_E_FORMAT, "answer: shares: not one a custodian");
	for (unsigned i = 0; i < answer->manifest.total; i++) {
		const json_t *share = json_array_get(shares, i);
		const char *who = json_string_value(json_object_get(share, "custodian"));
		int error;

		if (!who || strcmp(who, answer->manifest.shares[i].custodian) != 0)
			return seal_fail(diag, SEAL_E_FORMAT,
					 "answer: shares: not in the order of the manifest");
		error = take_text(share, "file", &answer->file[i], diag);
		if (!error)
			error = check_file(job, who, answer->file[i], diag);
		if (error)
			return error;
	}
	return SEAL_OK;
}

void seal_init_answer_done(struct seal_init_answer *answer)
{
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		free(answer->file[i]);
	free(answer->note);
	free(answer->root_token);
	*answer = (struct seal_init_answer){0};
}

int seal_init_read(const struct seal_init_job *job, const char *body,
		   struct seal_init_answer *answer, struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	const json_t *own;
	int error = seal_json_parse(body, strlen(body), &json, diag);

	if (error)
		return seal_because(diag, error, "answer");
	own = json_object_get(json, "sealkit");
	if (!json_is_object(own))
		return seal_fail(diag, SEAL_E_FORMAT,
				 "answer: says nothing of sealed shares: not seald?");
	error = take_text(own, "manifest", &answer->note, diag);
	if (!error)
		error = seal_manifest_parse(answer->note, strlen(answer->note), job->core,
					    &answer->manifest, diag);
	if (!error)
		error = check(job, &answer->manifest, diag);
	if (!error)
		error = take_shares(job, own, answer, diag);
	if (!error && json_is_string(json_object_get(own, "root_token_file")))
		error = take_text(own, "root_token_file", &answer->root_token, diag);
	if (!error && job->root_card && !answer->root_token)
		error = seal_fail(diag, SEAL_E_VERIFY, "the daemon sent no root token file");
	if (!error && !job->root_card && answer->root_token)
		error = seal_fail(diag, SEAL_E_VERIFY, "a root token that was not asked for");
	if (!error && job->root_card) {
		error = seal_set_check_file(answer->root_token, strlen(answer->root_token),
					    &job->root_card, 1, diag);
		if (error)
			error = seal_because(diag, SEAL_E_VERIFY, "the root token's file");
	}
	return error;
}
