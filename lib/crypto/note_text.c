/* What characters a note and a key's name may have. */

#include "crypto/note_internal.h"

#include "base/banned.h"

/* The code point at *at, which is moved on; -1 for what is not UTF-8: cut short, a
   longer form than needed, a surrogate, beyond U+10FFFF. */
static int32_t next(const char *text, size_t len, size_t *at)
{
	static const int32_t least[4] = {0, 0x80, 0x800, 0x10000};
	unsigned first = (unsigned char)text[*at];
	unsigned more = first < 0x80   ? 0
			: first < 0xc2 ? 4
			: first < 0xe0 ? 1
			: first < 0xf0 ? 2
				       : 3;
	int32_t point;

	if (more == 4 || first > 0xf4 || len - *at <= more)
		return -1;
	point = (int32_t)(more == 0 ? first : first & (0x3fu >> more));
	for (unsigned i = 1; i <= more; i++) {
		unsigned byte = (unsigned char)text[*at + i];

		if ((byte & 0xc0u) != 0x80)
			return -1;
		point = point << 6 | (int32_t)(byte & 0x3fu);
	}
	if (point < least[more] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return -1;
	*at += more + 1;
	return point;
}

int seal_note_text_ok(const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		int32_t point = next(text, len, &at);

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
		int32_t point = next(name, len, &at);

		if (point < 0x20 || point == '+' || is_space(point))
			return 0;
	}
	return 1;
}
