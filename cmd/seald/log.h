#ifndef SEALD_LOG_H
#define SEALD_LOG_H

#include "base/diag.h"

/* The daemon's one log: lines on stderr, each by one write, with no secret in them. */

void seald_log(const char *fmt, ...) SEAL_PRINTF(1, 2);

#endif
