#ifndef SEALKIT_BASE_SECRET_H
#define SEALKIT_BASE_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "diag.h"

/* Keys, PINs, shares and passphrases live here and nowhere else (design
   section 7.1): pages locked, kept out of core files and out of forked children,
   between guard pages, wiped on free. Locking that fails is an error. */

struct seal_secret;

/* A zeroed secret of 1..SEAL_SECRET_MAX bytes. SEAL_E_LOCKMEM says what
   limit to raise. Free with seal_secret_free, which accepts NULL. */
#define SEAL_SECRET_MAX (64u << 20)
SEAL_MUST_CHECK int seal_secret_new(size_t len, struct seal_secret **out_secret,
				    struct seal_diag *diag);
SEAL_MUST_CHECK int seal_secret_random(size_t len, struct seal_secret **out_secret,
				       struct seal_diag *diag);
SEAL_MUST_CHECK int seal_secret_copy(const uint8_t *bytes, size_t len,
				     struct seal_secret **out_secret, struct seal_diag *diag);
void seal_secret_free(struct seal_secret *secret);
void seal_secret_freep(struct seal_secret **secret);

uint8_t *seal_secret_data(struct seal_secret *secret);
const uint8_t *seal_secret_bytes(const struct seal_secret *secret);
size_t seal_secret_len(const struct seal_secret *secret);

/* Shortens: the bytes beyond len are wiped. Never lengthens. */
void seal_secret_shrink(struct seal_secret *secret, size_t len);

/* Constant time for equal lengths; lengths themselves are not secret. */
int seal_secret_equal(const struct seal_secret *a, const struct seal_secret *b);

/* Not removed by the optimiser, unlike a last memset. */
void seal_wipe(void *bytes, size_t len);
int seal_eq_ct(const void *a, const void *b, size_t len); /* 1 equal, 0 not */

/* Public random bytes (nonces, salts); aborts nothing, fails only with the kernel. */
SEAL_MUST_CHECK int seal_random(void *out_bytes, size_t len, struct seal_diag *diag);

#endif
