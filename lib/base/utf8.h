#ifndef SEALKIT_BASE_UTF8_H
#define SEALKIT_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The code point at text[*at], which is moved on; *at is below len. -1, and *at
   stays, for what is not UTF-8 (RFC 3629): cut short, a longer form than needed,
   a surrogate, beyond U+10FFFF. */
int32_t seal_utf8_next(const char *text, size_t len, size_t *at);
/* 1: drives a terminal, turns text about or breaks a line: C0, DEL, C1, U+061C, U+200E, U+200F,
   U+2028 to U+202E, U+2066 to U+2069. */
int seal_utf8_drives(int32_t point);

#endif
