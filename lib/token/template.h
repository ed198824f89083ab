#ifndef SEALKIT_TOKEN_TEMPLATE_H
#define SEALKIT_TOKEN_TEMPLATE_H

#include "token/token.h"

/* A driver to copy from: a whole token in the memory of this process, with a PIN of three
   tries. HACKING.md, "A token", has the steps. It is in no registry: only tests link it. */
extern const struct seal_token_driver seal_template_driver;

#define SEAL_TEMPLATE_TOKENS 4u
/* Takes every token made so far away, for ever. */
void seal_template_pull(void);

#endif
