#ifndef SEALKIT_TOKEN_PIV_H
#define SEALKIT_TOKEN_PIV_H

#include "token/token.h"

/* PIV tokens: a YubiKey's PIV applet, or another card with the same commands, reached
   through libykpiv and pcscd. The unwrapping key is in a retired slot (82..95) or in 9D, the
   signing key in 9C; both P-256. A PIN is sent only after the token has shown the key that
   its card names, never when one try is left (unless asker->last_try), and a factory PIN
   never. Nothing holds the reader while a person is being asked.

   place->devices: "piv:READER" limits the search to those readers; without any, all are
   looked at. plan->device: the reader's exact name, with or without "piv:".
   plan->slot: 82..95 or 9D (9D has no AGE-PLUGIN-YUBIKEY identity).

   Enrolment that was cut off can be repeated under the same name: the slots it had begun
   are marked by a certificate that says so. Repeating a complete one gives the same card
   again. A slot that holds any other key is refused. */
extern const struct seal_token_driver seal_piv_driver;

#endif
