/* Strict UTF-8. Two readers that take one text for two are how a signed text, or a
   line on a terminal, says something else than was meant. */

#include "base/utf8.h"

#include "base/banned.h"

int32_t seal_utf8_next(const char *text, size_t len, size_t *at)
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

int seal_utf8_drives(int32_t point)
{
	return (point >= 0 && point < 0x20) || (point >= 0x7f && point < 0xa0) || point == 0x061c ||
	       (point >= 0x200e && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069);
}
