/* Root tokens: made at init, found by HMAC, revoked. */

#include "api/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/encode.h"
#include "crypto/hmac.h"

#include "base/banned.h"

#define KEY_PATH "sys/token-key"
#define KEY_LEN 32u
#define CLUSTER_PATH "sys/cluster"
#define BASE62 "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define CHARACTERS 24u

int seal_token_text(const char *prefix, struct seal_secret **out_text, struct seal_diag *diag)
{
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t before = strlen(prefix), have = 0;
	int error = seal_secret_new(before + CHARACTERS + 1, &text, diag);

	if (error)
		return error;
	memcpy(seal_secret_data(text), prefix, before);
	while (have < CHARACTERS) {
		struct seal_secret *bytes SEAL_CLEANUP(seal_secret_freep) = NULL;

		error = seal_secret_random(64, &bytes, diag);
		if (error)
			return error;
		/* 248 is the last multiple of 62: no character is likelier. */
		for (size_t i = 0; i < 64 && have < CHARACTERS; i++) {
			uint8_t byte = seal_secret_bytes(bytes)[i];

			if (byte < 248)
				seal_secret_data(text)[before + have++] =
					(uint8_t)BASE62[byte % 62];
		}
	}
	*out_text = seal_steal(&text);
	return SEAL_OK;
}

static void entry_of(const struct seal_secret *key, const char *text, char out[static 80])
{
	struct seal_piece piece = {text, strlen(text)};
	uint8_t mac[32];
	char hex[65];

	seal_hmac(seal_secret_bytes(key), seal_secret_len(key), &piece, 1, mac);
	seal_hex(mac, sizeof mac, hex);
	(void)snprintf(out, 80, "sys/token/%s", hex);
}

/* In the order in which lookup-self shows it. */
static int make_record(struct seal_json_text *out_text, struct seal_diag *diag)
{
	struct seal_secret *accessor SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	int error = seal_token_text("", &accessor, diag);

	if (error)
		return error;
	json = json_pack("{s:s, s:I, s:i, s:s, s:s, s:n, s:i, s:n, s:i, s:b, s:s, s:[s], s:i, s:s}",
			 "accessor", (const char *)seal_secret_bytes(accessor), "creation_time",
			 (json_int_t)time(NULL), "creation_ttl", 0, "display_name", "root",
			 "entity_id", "", "expire_time", "explicit_max_ttl", 0, "meta", "num_uses",
			 0, "orphan", 1, "path", "auth/token/root", "policies", "root", "ttl", 0,
			 "type", "service");
	if (!json)
		return seal_fail(diag, SEAL_E_NOMEM, "token");
	return seal_json_write(json, SEAL_JSON_AS_MADE, "", out_text, diag);
}

static int make_cluster(struct seal_json_text *out_text, struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	uint8_t bytes[20];
	char hex[41], name[32], id[37];
	int error = seal_random(bytes, sizeof bytes, diag);

	if (error)
		return error;
	seal_hex(bytes, sizeof bytes, hex);
	(void)snprintf(name, sizeof name, "seald-cluster-%.8s", hex);
	(void)snprintf(id, sizeof id, "%.8s-%.4s-%.4s-%.4s-%.12s", hex + 8, hex + 16, hex + 20,
		       hex + 24, hex + 28);
	json = json_pack("{s:s, s:s}", "name", name, "id", id);
	if (!json)
		return seal_fail(diag, SEAL_E_NOMEM, "cluster");
	return seal_json_write(json, SEAL_JSON_AS_MADE, "", out_text, diag);
}

int seal_token_birth_init(int with_root, struct seal_token_birth *out_birth, struct seal_diag *diag)
{
	struct seal_token_birth birth SEAL_CLEANUP(seal_token_birth_done) = {0};
	int error = seal_secret_random(KEY_LEN, &birth.key, diag);

	if (!error)
		error = make_cluster(&birth.cluster, diag);
	if (!error && with_root)
		error = seal_token_text("hvs.", &birth.text, diag);
	if (!error && with_root)
		error = make_record(&birth.record, diag);
	if (error)
		return error;
	if (with_root)
		entry_of(birth.key, (const char *)seal_secret_bytes(birth.text), birth.entry);
	*out_birth = birth;
	birth = (struct seal_token_birth){0};
	out_birth->entries[0] =
		(struct seal_barrier_entry){KEY_PATH, seal_secret_bytes(out_birth->key), KEY_LEN};
	out_birth->entries[1] = (struct seal_barrier_entry){
		CLUSTER_PATH, (const uint8_t *)out_birth->cluster.bytes, out_birth->cluster.len};
	out_birth->entries[2] = (struct seal_barrier_entry){
		out_birth->entry, (const uint8_t *)out_birth->record.bytes, out_birth->record.len};
	out_birth->count = with_root ? 3 : 2;
	return SEAL_OK;
}

void seal_token_birth_done(struct seal_token_birth *birth)
{
	seal_secret_free(birth->text);
	seal_secret_free(birth->key);
	seal_json_text_done(&birth->record);
	seal_json_text_done(&birth->cluster);
	*birth = (struct seal_token_birth){0};
}

static int read_json(struct seal_barrier *barrier, const char *path, struct json_t **out_json,
		     struct seal_diag *diag)
{
	struct seal_secret *value SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = seal_barrier_get(barrier, path, &value, diag);

	if (error)
		return error;
	return seal_json_parse(seal_secret_bytes(value), seal_secret_len(value), out_json, diag);
}

static int has_policy(const struct json_t *record, const char *name)
{
	const json_t *policies = json_object_get(record, "policies");

	for (size_t i = 0; i < json_array_size(policies); i++) {
		const char *policy = json_string_value(json_array_get(policies, i));

		if (policy && !strcmp(policy, name))
			return 1;
	}
	return 0;
}

int seal_token_find(struct seal_barrier *barrier, const char *text, struct seal_token *out_token,
		    struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_token token = {0};
	int error;

	if (strlen(text) > SEAL_TOKEN_MAX)
		return seal_fail(diag, SEAL_E_DENIED, "token");
	error = seal_barrier_get(barrier, KEY_PATH, &key, diag);
	if (error)
		return error;
	entry_of(key, text, token.entry);
	error = read_json(barrier, token.entry, &token.record, diag);
	if (error)
		return error == SEAL_E_NOTFOUND ? seal_fail(diag, SEAL_E_DENIED, "token") : error;
	token.root = has_policy(token.record, "root");
	*out_token = token;
	return SEAL_OK;
}

void seal_token_done(struct seal_token *token)
{
	seal_json_free(token->record);
	*token = (struct seal_token){0};
}

int seal_token_revoke(struct seal_barrier *barrier, const struct seal_token *token,
		      struct seal_diag *diag)
{
	const struct seal_barrier_entry entry = {.path = token->entry};

	return seal_barrier_apply(barrier, &entry, 1, diag);
}

int seal_token_cluster(struct seal_barrier *barrier, struct json_t **out_json,
		       struct seal_diag *diag)
{
	return read_json(barrier, CLUSTER_PATH, out_json, diag);
}
