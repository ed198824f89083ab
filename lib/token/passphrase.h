#ifndef SEALKIT_TOKEN_PASSPHRASE_H
#define SEALKIT_TOKEN_PASSPHRASE_H

#include "token/token.h"

/* The token of people without hardware, of rehearsals and of a safe's envelope: a
   sealkit-identity/1 file (crypto/identity.h) under a passphrase. Files are those of
   place->identities. Its X25519 recipient carries no tag, so whether a file is
   for it shows only with the passphrase. */
extern const struct seal_token_driver seal_passphrase_driver;

#endif
