/* After a token was used and freed, its PIN is nowhere in this process: piv-scan CARD, PIN on
   descriptor 3. Uses the token, then reads all of its own writable memory. The PIN is kept
   here under a mask only. Exit 0: not found; 1: found. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "token/piv.h"
#include "token/token_internal.h"

#define MASK 0xa5u

static uint8_t masked[8];
static size_t masked_len;

static int answer(void *ctx, const struct seal_token_question *q, struct seal_secret **out_secret,
		  struct seal_diag *diag)
{
	int error = seal_secret_read_fd(3, sizeof masked, out_secret, diag);

	(void)ctx;
	(void)q;
	if (error)
		return error;
	masked_len = seal_secret_len(*out_secret);
	for (size_t i = 0; i < masked_len; i++)
		masked[i] = seal_secret_bytes(*out_secret)[i] ^ MASK;
	return SEAL_OK;
}

static void touch(void *ctx, const struct seal_token_question *q, int waiting)
{
	(void)ctx;
	(void)q;
	(void)waiting;
}

static int use(const char *path, struct seal_diag *diag)
{
	static struct seal_card card;
	const struct seal_token_place place = {0};
	const struct seal_token_asker asker = {.secret = answer, .touch = touch, .once = 1};
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	uint8_t out[128];
	size_t len = 0;
	int error = seal_card_read(path, &card, diag);

	if (!error)
		error = seal_token_open_with(&seal_piv_driver, &place, &card, &token, diag);
	return error ? error
		     : seal_token_sign(token, &asker, "text", 4, out, sizeof out, &len, diag);
}

static int is_here(const uint8_t *at)
{
	for (size_t i = 0; i < masked_len; i++)
		if ((at[i] ^ MASK) != masked[i])
			return 0;
	return 1;
}

/* How often, in one mapping. Pages that cannot be read are guards. */
static unsigned count(int mem, unsigned long from, unsigned long to)
{
	static uint8_t page[4096 + sizeof masked];
	unsigned found = 0;

	for (; from < to; from += 4096) {
		ssize_t n = pread(mem, page, sizeof page, (off_t)from);

		if (from >= (unsigned long)page - 4096 && from <= (unsigned long)page + sizeof page)
			continue;
		for (ssize_t i = 0; i + (ssize_t)masked_len <= n && i < 4096; i++)
			found += (unsigned)is_here(page + i);
		seal_wipe(page, sizeof page);
	}
	return found;
}

static unsigned scan(void)
{
	char line[512];
	char rights[8];
	unsigned long from = 0;
	unsigned long to = 0;
	unsigned found = 0;
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	FILE *maps = fopen("/proc/self/maps", "re");

	if (mem < 0 || !maps)
		exit(3);
	while (fgets(line, sizeof line, maps))
		if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 && rights[0] == 'r' &&
		    rights[1] == 'w') {
			unsigned here = count(mem, from, to);

			if (here)
				(void)printf("found %u: %s", here, line);
			found += here;
		}
	(void)fclose(maps);
	(void)close(mem);
	return found;
}

/* A copy put here on purpose must be found, or the scan proves nothing. */
static int scan_works(void)
{
	uint8_t *plain = malloc(64);
	unsigned found;

	if (!plain)
		exit(3);
	for (size_t i = 0; i < masked_len; i++)
		plain[i] = masked[i] ^ MASK;
	found = scan();
	seal_wipe(plain, 64);
	free(plain);
	return found > 0;
}

int main(int argc, char **argv)
{
	struct seal_diag diag = {0};
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	int error = argc == 2 ? use(argv[1], &diag)
			      : seal_fail(&diag, SEAL_E_USAGE, "piv-scan CARD 3<PIN");

	if (error) {
		seal_diag_line(&diag, line, sizeof line);
		(void)fprintf(stderr, "piv-scan: %s\n", line);
		return seal_error_exit(error);
	}
	if (masked_len == 0)
		return 3;
	if (scan() > 0)
		return 1;
	return scan_works() ? 0 : 3;
}
