#ifndef SEALKIT_TOKEN_ATTEST_INTERNAL_H
#define SEALKIT_TOKEN_ATTEST_INTERNAL_H

#include <openssl/x509.h>

/* Shared by attest.c, attest_roots.c and fido2_attest.c only. */
struct seal_roots {
	X509_STORE *store;	  /* roots */
	STACK_OF(X509) * between; /* intermediates, owned */
	unsigned n_roots;
};

#endif
