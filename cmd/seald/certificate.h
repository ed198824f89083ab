#ifndef SEALD_CERTIFICATE_H
#define SEALD_CERTIFICATE_H

#include "config.h"

/* Where no certificate is configured: a P-256 key and a self-signed certificate in the
   folder `tls` of the state, made when missing, 0600. Clients trust it by its pin, or as
   a CA file. Sets certificate and key of config to them. *out_made: 1 if it is new. */
SEAL_MUST_CHECK int seald_certificate(struct seald_config *config, int *out_made,
				      struct seal_diag *diag);

#endif
