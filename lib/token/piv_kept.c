/* The management key that nobody needs to know: random, and kept in the token under its PIN,
   as Yubico's tools do: object 5FC109 holds 88 {89 key}, object 5FFF00 says so. It is
   written there before it is in force, so that a crash between the two loses nothing. */

#include "token/piv_internal.h"

#include "base/banned.h"

#define OBJECT_PRINTED 0x5fc109u
#define OBJECT_ADMIN 0x5fff00u

int seal_piv_put_object(struct seal_piv_link *link, uint32_t object, const uint8_t *value,
			size_t len, struct seal_diag *diag)
{
	const uint8_t name[3] = {(uint8_t)(object >> 16), (uint8_t)(object >> 8), (uint8_t)object};
	struct seal_secret *data SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_piv_apdu put = {0xdb, 0x3f, 0xff, NULL, 0};
	struct seal_piv_reply reply;
	size_t at = 0;
	int error = len > SEAL_PIV_OBJECT
			    ? seal_fail(diag, SEAL_E_TOOLONG, "object %06x: too long", object)
			    : seal_secret_new(len + 16, &data, diag);

	if (!error)
		error = seal_piv_tlv_put(seal_secret_data(data), len + 16, &at, 0x5c, name, 3);
	if (!error)
		error = seal_piv_tlv_put(seal_secret_data(data), len + 16, &at, 0x53, value, len);
	if (error)
		return error;
	put.data = seal_secret_bytes(data);
	put.len = at;
	error = seal_piv_send(link, &put, &reply, diag);
	if (!error && reply.sw != SEAL_PIV_OK)
		error = seal_fail(diag, SEAL_E_TOKENREFUSED, "object %06x: not written (%04x)",
				  object, reply.sw);
	return error;
}

static int write_printed(struct seal_piv_link *link, const struct seal_secret *key,
			 struct seal_diag *diag)
{
	struct seal_secret *data SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t len = seal_secret_len(key);
	size_t at = 0;
	int error = seal_secret_new(len + 4, &data, diag);

	if (error)
		return error;
	/* 88 {89 key}: both lengths are short. */
	error = seal_piv_tlv_put(seal_secret_data(data) + 2, len + 2, &at, 0x89,
				 seal_secret_bytes(key), len);
	seal_secret_data(data)[0] = 0x88;
	seal_secret_data(data)[1] = (uint8_t)(len + 2);
	if (!error)
		error = seal_piv_put_object(link, OBJECT_PRINTED, seal_secret_bytes(data), len + 4,
					    diag);
	return error;
}

/* Other fields stay as they were, but for the salt of a derived key. */
static int write_admin(struct seal_piv_link *link, const struct seal_piv_admin *was,
		       struct seal_diag *diag)
{
	uint8_t flags = was->flags | 0x02;
	uint8_t list[16];
	uint8_t data[18];
	size_t list_len = 0;
	size_t len = 0;
	int error = seal_piv_tlv_put(list, sizeof list, &list_len, 0x81, &flags, 1);

	if (!error && was->has_time)
		error = seal_piv_tlv_put(list, sizeof list, &list_len, 0x83, was->time,
					 sizeof was->time);
	if (!error)
		error = seal_piv_tlv_put(data, sizeof data, &len, 0x80, list, list_len);
	return error ? error : seal_piv_put_object(link, OBJECT_ADMIN, data, len, diag);
}

static int read_admin(struct seal_piv_link *link, struct seal_piv_admin *out_admin,
		      struct seal_diag *diag)
{
	struct seal_piv_span value;
	int error = seal_piv_get_object(link, OBJECT_ADMIN, &value, diag);

	*out_admin = (struct seal_piv_admin){0};
	if (error == SEAL_E_NOTFOUND)
		return SEAL_OK;
	return error ? error : seal_piv_admin_parse(value.bytes, value.len, out_admin, diag);
}

/* The key that the token keeps under its PIN. SEAL_E_NOTFOUND: none. */
static int kept_key(struct seal_piv_link *link, struct seal_secret **out_key,
		    struct seal_diag *diag)
{
	struct seal_piv_span value;
	struct seal_piv_span key = {NULL, 0};
	int error = seal_piv_get_object(link, OBJECT_PRINTED, &value, diag);

	if (!error)
		error = seal_piv_printed_parse(value.bytes, value.len, &key);
	if (!error && key.len == 0)
		error = SEAL_E_NOTFOUND;
	return error ? error : seal_secret_copy(key.bytes, key.len, out_key, diag);
}

struct key_state {
	uint8_t alg;
	int is_factory; /* -1 unknown */
	int wants_touch;
};

/* What the metadata of 9B says; a token without it speaks 3DES. */
static int key_state(struct seal_piv_link *link, struct key_state *out, struct seal_diag *diag)
{
	struct seal_piv_metadata m;
	int error = seal_piv_get_metadata(link, SEAL_PIV_KEY, &m, diag);

	*out = (struct key_state){0x03, -1, 0};
	if (error == SEAL_E_VERSION || error == SEAL_E_NOTFOUND)
		return SEAL_OK;
	if (error)
		return error;
	if (m.has_alg)
		out->alg = m.alg;
	if (m.has_default)
		out->is_factory = m.is_default != 0;
	out->wants_touch = m.has_policy && m.touch > SEAL_ATTEST_TOUCH_NEVER;
	return SEAL_OK;
}

static int replace_factory(struct seal_piv_link *link, uint8_t alg, struct seal_diag *diag)
{
	struct seal_secret *was SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_piv_admin admin;
	int error = kept_key(link, &was, diag);

	if (error == SEAL_E_FORMAT)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "management key: the token keeps other data where it would go "
				 "(object 5FC109)");
	if (error && error != SEAL_E_NOTFOUND)
		return error;
	error = read_admin(link, &admin, diag);
	if (!error)
		error = seal_secret_random(seal_piv_key_len(alg), &key, diag);
	if (!error)
		error = write_printed(link, key, diag);
	if (!error)
		error = seal_piv_key_set(link, alg, key, diag);
	return error ? error : write_admin(link, &admin, diag);
}

static int open_kept(struct seal_piv_link *link, uint8_t alg, struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_piv_admin admin;
	int error = kept_key(link, &key, diag);

	if (error == SEAL_E_NOTFOUND || error == SEAL_E_FORMAT || error == SEAL_E_PINWRONG)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "management key: neither the factory's nor kept under the PIN; "
				 "`ykman piv access change-management-key --generate --protect` "
				 "puts it there");
	if (!error)
		error = seal_piv_key_auth(link, alg, key, diag);
	if (!error)
		error = read_admin(link, &admin, diag);
	if (!error && (!admin.is_protected || admin.is_derived))
		error = write_admin(link, &admin, diag);
	return error;
}

static int try_both(struct seal_piv_link *link, const struct key_state *state,
		    struct seal_diag *diag)
{
	struct seal_secret *factory SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = SEAL_E_VERIFY;

	if (state->is_factory != 0) {
		error = seal_piv_key_factory(state->alg, &factory, diag);
		if (!error)
			error = seal_piv_key_auth(link, state->alg, factory, diag);
		if (!error)
			error = replace_factory(link, state->alg, diag);
	}
	return error == SEAL_E_VERIFY ? open_kept(link, state->alg, diag) : error;
}

int seal_piv_key_open(struct seal_piv_link *link, const struct seal_token_asker *asker,
		      const struct seal_token_question *question, struct seal_diag *diag)
{
	struct key_state state;
	int error = key_state(link, &state, diag);

	if (error)
		return error;
	if (state.wants_touch)
		asker->touch(asker->ctx, question, 1);
	error = try_both(link, &state, diag);
	if (state.wants_touch)
		asker->touch(asker->ctx, question, 0);
	if (error != SEAL_E_VERIFY)
		return error;
	if (state.wants_touch)
		return seal_fail(diag, SEAL_E_TOUCH, "management key: no touch, or another key");
	return seal_fail(diag, SEAL_E_TOKENREFUSED,
			 "management key: the one kept under the PIN is not the one in force");
}
