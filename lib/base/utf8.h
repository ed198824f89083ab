#ifndef SEALKIT_BASE_UTF8_H
#define SEALKIT_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The code point at text[*at], which is moved on; *at is below len. -1, and *at
   stays, for what is not UTF-8 (RFC 3629): cut short, a longer form than needed,
   a surrogate, beyond U+10FFFF. */
int32_t seal_utf8_next(const char *text, size_t len, size_t *at);

#endif
