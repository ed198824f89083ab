/* sys/init with cards: every share leaves sealed to its holder's tokens, and the root token,
   where one is wished, sealed to a card of its own. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "api/handlers.h"
#include "base/io.h"
#include "crypto/age_seal.h"
#include "share/card.h"
#include "share/set.h"

#include "base/banned.h"

#define ROOT_FILE 4096u
#define CARDS_MAX (SEAL_MANIFEST_SHARES * SEAL_MANIFEST_CARDS)

struct wish {
	struct seal_set_policy policy;
	struct seal_card *cards; /* owned */
	size_t count;
	struct seal_card *root; /* owned; NULL: no root token */
	int again;
};

static void wish_done(struct wish *wish)
{
	free(wish->cards);
	free(wish->root);
}

/* All that the caller can mend is 400 with the reason. */
static int refused(int error, const struct seal_diag *diag, struct seal_api_answer *answer)
{
	char line[400];

	if (error == SEAL_E_EXISTS)
		return seal_api_refuse(answer, 400, "Vault is already initialized");
	if (seal_error_http(error) != 400 && error != SEAL_E_TOOLONG)
		return error;
	seal_diag_line(diag, line, sizeof line);
	return seal_api_refuse(answer, 400, "invalid seal configuration: %s", line);
}

static int read_card(const struct json_t *json, const char *what, size_t i, int rehearsal,
		     struct seal_card *out_card, struct seal_diag *diag)
{
	struct seal_json_text text SEAL_CLEANUP(seal_json_text_done) = {0};
	int error;

	if (!json_is_object(json))
		return seal_fail(diag, SEAL_E_FORMAT, "%s %zu: not an object", what, i + 1);
	error = seal_json_write(json, SEAL_JSON_AS_MADE, "\n", &text, diag);
	if (!error)
		error = seal_card_parse(text.bytes, text.len, out_card, diag);
	if (!error && out_card->is_virtual && !rehearsal)
		error = seal_fail(diag, SEAL_E_POLICY,
				  "made on a virtual token, and this is no rehearsal");
	return error ? seal_because(diag, error, "%s %zu", what, i + 1) : SEAL_OK;
}

static int read_cards(const struct json_t *list, int rehearsal, struct wish *wish,
		      struct seal_diag *diag)
{
	size_t count = json_array_size(list);
	int error = SEAL_OK;

	if (!count || count > CARDS_MAX)
		return seal_fail(diag, SEAL_E_FORMAT, "cards: 1 to %u are needed", CARDS_MAX);
	wish->cards = calloc(count, sizeof *wish->cards);
	if (!wish->cards)
		return seal_fail(diag, SEAL_E_NOMEM, "cards");
	for (; wish->count < count && !error; wish->count++)
		error = read_card(json_array_get(list, wish->count), "card", wish->count, rehearsal,
				  &wish->cards[wish->count], diag);
	return error;
}

static int read_groups(const struct json_t *list, struct seal_set_policy *policy,
		       struct seal_diag *diag)
{
	size_t count = json_array_size(list);

	if (list && !json_is_null(list) && !json_is_array(list))
		return seal_fail(diag, SEAL_E_FORMAT, "groups: not an array");
	if (count > SEAL_MANIFEST_GROUPS)
		return seal_fail(diag, SEAL_E_TOOLONG, "groups: over %u", SEAL_MANIFEST_GROUPS);
	for (size_t i = 0; i < count; i++) {
		const json_t *group = json_array_get(list, i);
		const char *name = json_string_value(json_object_get(group, "name"));
		const json_t *threshold = json_object_get(group, "threshold");
		json_int_t t = json_integer_value(threshold);

		if (!name || !json_is_integer(threshold) || t < 1 || t > SEAL_MANIFEST_SHARES)
			return seal_fail(diag, SEAL_E_FORMAT,
					 "group %zu: name and threshold are needed", i + 1);
		if (seal_card_check_name(name, diag))
			return seal_because(diag, SEAL_E_FORMAT, "group %zu", i + 1);
		(void)snprintf(policy->groups[i].name, sizeof policy->groups[i].name, "%s", name);
		policy->groups[i].threshold = (unsigned)t;
	}
	policy->group_count = count;
	return SEAL_OK;
}

static size_t persons(const struct wish *wish)
{
	size_t count = 0;

	for (size_t i = 0; i < wish->count; i++) {
		size_t j = 0;

		while (j < i && strcmp(wish->cards[i].name, wish->cards[j].name) != 0)
			j++;
		count += j == i;
	}
	return count;
}

/* The numbers beside the cards say the same once more, as people agreed on them. */
static int check_numbers(long long n, long long t, struct wish *wish, struct seal_diag *diag)
{
	unsigned sum = 0;

	for (size_t i = 0; i < wish->policy.group_count; i++)
		sum += wish->policy.groups[i].threshold;
	if (n != (long long)persons(wish))
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "secret_shares is %lld, the cards are of %zu persons", n,
				 persons(wish));
	if (t < 1 || t > n)
		return seal_fail(diag, SEAL_E_POLICY, "threshold %lld of %lld", t, n);
	if (wish->policy.group_count && t != (long long)sum)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "secret_threshold is %lld, the groups' sum is %u", t, sum);
	wish->policy.threshold = wish->policy.group_count ? 0 : (unsigned)t;
	return SEAL_OK;
}

/* Fields of one simple type each; a refusal is in answer: 0. */
static int read_simple(const struct json_t *json, struct wish *wish, struct seal_api_answer *answer)
{
	const char *purpose = "seald unseal key";

	if (seal_api_string(json, "purpose", &purpose, answer) < 0 ||
	    seal_api_flag(json, "allow_no_spare", &wish->policy.allow_no_spare, answer) < 0 ||
	    seal_api_flag(json, "allow_single", &wish->policy.allow_single, answer) < 0 ||
	    seal_api_flag(json, "again", &wish->again, answer) < 0)
		return 0;
	if (strlen(purpose) > SEAL_PURPOSE) {
		(void)seal_api_refuse(answer, 400,
				      "invalid seal configuration: purpose is over %u bytes",
				      SEAL_PURPOSE);
		return 0;
	}
	(void)snprintf(wish->policy.purpose, sizeof wish->policy.purpose, "%s", purpose);
	return 1;
}

static int read_wish(const struct seal_api *api, const struct json_t *json, long long n,
		     long long t, struct wish *wish, struct seal_diag *diag)
{
	const json_t *root = json_object_get(json, "root_token_card");
	int error = read_cards(json_object_get(json, "cards"), api->rehearsal, wish, diag);

	wish->policy.epoch = 1;
	wish->policy.allow_virtual = api->rehearsal;
	if (!error)
		error = read_groups(json_object_get(json, "groups"), &wish->policy, diag);
	if (!error)
		error = check_numbers(n, t, wish, diag);
	if (error || !root || json_is_null(root))
		return error;
	wish->root = calloc(1, sizeof *wish->root);
	if (!wish->root)
		return seal_fail(diag, SEAL_E_NOMEM, "card");
	wish->policy.root_card = wish->root;
	return read_card(root, "root_token_card", 0, api->rehearsal, wish->root, diag);
}

/* The token's text and a newline, armored, to the card's recipient. */
static int seal_root(const struct seal_secret *token, const struct seal_card *card,
		     char out_text[static ROOT_FILE], struct seal_diag *diag)
{
	struct seal_secret *line SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_age_recipient recipient;
	struct seal_age_armor_out armor = {0};
	struct seal_mem_sink under = {.bytes = (uint8_t *)out_text, .cap = ROOT_FILE - 1};
	struct seal_sink memory = seal_sink_mem(&under),
			 sink = seal_age_armor_sink(&armor, &memory);
	struct seal_mem_source from = {0};
	struct seal_source source = seal_source_mem(&from);
	int error = seal_age_recipient_parse(card->recipient, &recipient, diag);

	if (!error)
		error = seal_secret_copy(seal_secret_bytes(token), SEAL_TOKEN_TEXT + 1, &line,
					 diag);
	if (error)
		return error;
	seal_secret_data(line)[SEAL_TOKEN_TEXT] = '\n';
	from.bytes = seal_secret_bytes(line);
	from.len = SEAL_TOKEN_TEXT + 1;
	error = seal_age_seal(&recipient, 1, &source, &sink, diag);
	if (!error)
		error = seal_age_armor_end(&armor, diag);
	if (!error)
		out_text[under.len] = 0;
	return error;
}

/* The root token's file is on disk before the set: killed in between it is of a set that was
   never made, and nothing is lost. Files of other sets, which open nothing, are no reason to call
   a set that is there a failure: what is left of them goes at the next start. */
static int init(struct seal_api *api, struct wish *wish, struct seal_diag *diag)
{
	struct seal_token_birth birth SEAL_CLEANUP(seal_token_birth_done) = {0};
	struct seal_set *set SEAL_CLEANUP(seal_set_freep) = NULL;
	char root[ROOT_FILE];
	int error = seal_token_birth_init(wish->root != NULL, &birth, diag);

	if (!error)
		error = seal_set_id(wish->policy.set, diag);
	if (!error && wish->root)
		error = seal_root(birth.text, wish->root, root, diag);
	if (!error && wish->root)
		error = api->state.put_root_file(api->state.ctx, wish->policy.set, root, diag);
	if (error)
		return error;
	error = seal_barrier_init(api->barrier, wish->cards, wish->count, &wish->policy,
				  api->signer, wish->again, birth.entries, birth.count, &set, diag);
	if (error && wish->root &&
	    api->state.put_root_file(api->state.ctx, wish->policy.set, NULL, NULL))
		return seal_because(diag, error, "a root token of no set is left in the state");
	if (!error)
		api->state.keep_root_file(api->state.ctx, wish->policy.set);
	return error;
}

int seal_sys_init_cards(struct seal_api *api, const struct seal_api_request *request,
			struct seal_api_answer *answer, struct seal_diag *diag)
{
	const json_t *json = json_object_get(request->body, "sealkit");
	struct wish wish SEAL_CLEANUP(wish_done) = {0};
	struct seal_barrier_status status;
	json_t *block = NULL;
	long long n = 0, t = 0;
	int error;

	seal_barrier_status(api->barrier, &status);
	if (status.initialized && (seal_barrier_in_force(api->barrier) || !status.sealed))
		return seal_api_refuse(answer, 400, "Vault is already initialized");
	if (!request->founder)
		return seal_api_refuse(answer, 403, "permission denied");
	if (!json_is_object(json))
		return seal_api_refuse(answer, 400,
				       "failed to parse JSON input: sealkit must be an object");
	if (seal_api_int(request, "secret_shares", &n, answer) < 0 ||
	    seal_api_int(request, "secret_threshold", &t, answer) < 0 ||
	    !read_simple(json, &wish, answer))
		return SEAL_OK;
	if (status.initialized && !wish.again)
		return seal_api_refuse(answer, 400, "Vault is already initialized");
	error = read_wish(api, json, n, t, &wish, diag);
	if (!error)
		error = init(api, &wish, diag);
	if (error)
		return refused(error, diag, answer);
	answer->changed = 1;
	error = seal_api_share_files(api, &block, diag);
	if (error)
		return error;
	answer->status = 200;
	answer->json = json_pack("{s:[], s:[], s:s, s:o}", "keys", "keys_base64", "root_token", "",
				 "sealkit", block);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}
