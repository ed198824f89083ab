#ifndef SEALKIT_CRYPTO_NOTE_INTERNAL_H
#define SEALKIT_CRYPTO_NOTE_INTERNAL_H

#include "crypto/note.h"

#define SEAL_NOTE_DASH "\xe2\x80\x94 " /* em dash, space */
#define SEAL_NOTE_DASH_LEN 4u

/* 1 where all is valid UTF-8 without control characters but newline. */
int seal_note_text_ok(const char *text, size_t len);
/* 1 where also not empty and without spaces of Unicode and plus. */
int seal_note_name_ok(const char *name, size_t len);

#endif
