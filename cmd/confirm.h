#ifndef SEALKIT_CMD_CONFIRM_H
#define SEALKIT_CMD_CONFIRM_H

#include "ceremony/cards.h"

/* A line each on stderr, in red where that is a terminal, with the names of all whose card nothing
   attests, whose firmware leaks signing keys, whose PUK nobody proved; none where there is no such
   card. For tools that asked no person, who sees it
   card by card. extra: may be NULL. */
void confirm_warn(const char *tool, const struct seal_cards *cards, const struct seal_card *extra);

#endif
