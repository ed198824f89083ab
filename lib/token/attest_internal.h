#ifndef SEALKIT_TOKEN_ATTEST_INTERNAL_H
#define SEALKIT_TOKEN_ATTEST_INTERNAL_H

#include <openssl/x509.h>

#include "base/diag.h"

/* Shared by attest.c, attest_roots.c, fido2_attest.c and their tests only. */
struct seal_roots {
	X509_STORE *store;	  /* roots */
	STACK_OF(X509) * between; /* intermediates, owned */
	unsigned n_roots;
};

/* cert <- pinned intermediates <- pinned root, now. SEAL_E_EXPIRED, SEAL_E_VERIFY. */
SEAL_MUST_CHECK int seal_roots_verify(const struct seal_roots *roots, X509 *cert,
				      struct seal_diag *diag);

/* The same for leaf <- f9, without looking at what leaf says. */
SEAL_MUST_CHECK int seal_attest_chain(const struct seal_roots *roots, X509 *leaf, X509 *f9,
				      struct seal_diag *diag);

#endif
