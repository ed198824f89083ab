/* What characters a note and a key's name may have. */

#include "crypto/note_internal.h"

#include "base/utf8.h"

#include "base/banned.h"

int seal_note_text_ok(const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		int32_t point = seal_utf8_next(text, len, &at);

		if (point < 0x20 && point != '\n')
			return 0;
	}
	return 1;
}

static int is_space(int32_t point)
{
	static const int32_t spaces[] = {0x20,	 0x85,	 0xa0,	 0x1680, 0x2028,
					 0x2029, 0x202f, 0x205f, 0x3000};

	for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
		if (point == spaces[i])
			return 1;
	return point >= 0x2000 && point <= 0x200a;
}

int seal_note_name_ok(const char *name, size_t len)
{
	if (len < 1 || len > SEAL_NOTE_NAME_MAX)
		return 0;
	for (size_t at = 0; at < len;) {
		int32_t point = seal_utf8_next(name, len, &at);

		if (point < 0x20 || point == '+' || is_space(point))
			return 0;
	}
	return 1;
}
