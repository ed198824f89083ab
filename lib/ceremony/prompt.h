#ifndef SEALKIT_CEREMONY_PROMPT_H
#define SEALKIT_CEREMONY_PROMPT_H

#include <stddef.h>

#include "base/diag.h"
#include "base/secret.h"
#include "ceremony/terminal.h"
#include "token/token.h"

/* Questions on the terminal (/dev/tty, whatever stdin is). Secrets are not echoed and
   go from the terminal straight into secret memory. However a question ends (answer,
   Ctrl-C, Ctrl-D, Ctrl-Z, SIGTERM) the terminal is as it was before. Given up:
   SEAL_E_INTERRUPTED. No terminal: SEAL_E_USAGE, naming what can be given instead. */

/* Echoed; cap bytes with the NUL. */
SEAL_MUST_CHECK int seal_prompt_line(const char *text, char *out, size_t cap,
				     struct seal_diag *diag);
/* The same below a page (terminal.h); NULL: there is none. */
SEAL_MUST_CHECK int seal_prompt_line_below(const struct seal_terminal_page *page, const char *text,
					   char *out, size_t cap, struct seal_diag *diag);
/* "yes" or "no" in full, until one of them comes. */
SEAL_MUST_CHECK int seal_prompt_yes(const char *text, int *out_yes, struct seal_diag *diag);
/* 1 to count; *out_index counts from 0. */
SEAL_MUST_CHECK int seal_prompt_number(const char *text, size_t count, size_t *out_index,
				       struct seal_diag *diag);
/* Shows text, if there is a terminal. */
void seal_prompt_say(const char *text);
/* In red. */
void seal_prompt_warn(const char *text);

/* Who is asked by tokens: a descriptor where one is given, else a person, unless
   non_interactive. What comes from a descriptor is used once and never asked for again.
   Set all descriptors to -1 first (SEAL_PROMPT_INIT). */
struct seal_prompt {
	int pin_fd, passphrase_fd; /* the latter also for new passphrases */
	int new_pin_fd, new_puk_fd, puk_fd;
	int non_interactive;
	int last_try, replugged;
	int used;	    /* bits of descriptors that were read */
	size_t touch_lines; /* on the screen now */
};
#define SEAL_PROMPT_INIT                          \
	{                                         \
		-1, -1, -1, -1, -1, 0, 0, 0, 0, 0 \
	}
/* prompt must outlive the asker. */
struct seal_token_asker seal_prompt_asker(struct seal_prompt *prompt);

#endif
