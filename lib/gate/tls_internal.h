#ifndef SEALKIT_GATE_TLS_INTERNAL_H
#define SEALKIT_GATE_TLS_INTERNAL_H

#include "base/diag.h"

/* Credentials: version, number of own certificates, number of roots (1 byte each), then the
   certificates, the key, the roots, each in DER behind a length of 4 bytes. */
#define SEAL_TLS_CREDENTIALS_VERSION 1

/* SEAL_E_CRYPTO with OpenSSL's last reason, which holds no secret. */
int seal_tls_fail(const char *what, struct seal_diag *diag);

#endif
