#ifndef SEALKIT_TESTS_STORE_ONE_H
#define SEALKIT_TESTS_STORE_ONE_H

#include "store/store.h"

/* Changes of one entry. */

static inline int store_put(struct seal_store *store, const uint8_t *key, const uint8_t *parent,
			    const uint8_t *value, size_t len, struct seal_diag *diag)
{
	static const uint8_t none[1];
	struct seal_store_change one = {
		.key = key, .parent = parent, .value = value ? value : none, .len = len};

	return seal_store_apply(store, &one, 1, diag);
}

static inline int store_delete(struct seal_store *store, const uint8_t *key, struct seal_diag *diag)
{
	struct seal_store_change one = {.key = key};

	return seal_store_apply(store, &one, 1, diag);
}

#endif
