/* ASCII armor on the way out: lines of 64 characters, the last may be shorter. */

#include "crypto/age_seal.h"

#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

#define BEGIN "-----BEGIN AGE ENCRYPTED FILE-----\n"
#define END "-----END AGE ENCRYPTED FILE-----\n"

static int put(struct seal_age_armor_out *armor, const char *text, size_t len,
	       struct seal_diag *diag)
{
	return armor->under->write(armor->under->ctx, (const uint8_t *)text, len, diag);
}

static int put_line(struct seal_age_armor_out *armor, struct seal_diag *diag)
{
	char line[SEAL_BASE64_LEN(SEAL_AGE_ARMOR_BYTES) + 1];
	size_t len;

	seal_base64(SEAL_BASE64_PADDED, armor->held, armor->len, line);
	len = strlen(line);
	line[len++] = '\n';
	armor->len = 0;
	return put(armor, line, len, diag);
}

/* The BEGIN line goes out with the first byte, so that sealing which fails before
   it leaves nothing behind. */
static int armor_write(void *ctx, const uint8_t *buf, size_t len, struct seal_diag *diag)
{
	struct seal_age_armor_out *armor = ctx;

	if (!armor->begun && len > 0) {
		int error = put(armor, BEGIN, strlen(BEGIN), diag);

		if (error)
			return error;
		armor->begun = 1;
	}
	while (len > 0) {
		size_t part = sizeof armor->held - armor->len;

		if (part > len)
			part = len;
		memcpy(armor->held + armor->len, buf, part);
		armor->len += part;
		buf += part;
		len -= part;
		if (armor->len == sizeof armor->held) {
			int error = put_line(armor, diag);

			if (error)
				return error;
		}
	}
	return SEAL_OK;
}

struct seal_sink seal_age_armor_sink(struct seal_age_armor_out *armor, struct seal_sink *under)
{
	*armor = (struct seal_age_armor_out){.under = under};
	return (struct seal_sink){.write = armor_write, .ctx = armor};
}

int seal_age_armor_end(struct seal_age_armor_out *armor, struct seal_diag *diag)
{
	int error =
		armor->begun ? SEAL_OK : seal_fail(diag, SEAL_E_ARGUMENT, "armor around nothing");

	if (!error && armor->len > 0)
		error = put_line(armor, diag);
	return error ? error : put(armor, END, strlen(END), diag);
}
