#ifndef SEALKIT_BASE_OWN_H
#define SEALKIT_BASE_OWN_H

#include <stdint.h>
#include <stdlib.h>

/* SEAL_CLEANUP of what malloc gave, where it holds nothing secret. */

static inline void seal_text_freep(char **text)
{
	free(*text);
	*text = NULL;
}

static inline void seal_bytes_freep(uint8_t **bytes)
{
	free(*bytes);
	*bytes = NULL;
}

#endif
