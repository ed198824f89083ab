/* Questions to people, and the answers that scripts give by descriptor instead. */

#include "ceremony/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ceremony/busy.h"

#include "base/banned.h"

#define SECRET_MAX 1024u
#define TEXT_BYTES 512u

/* One line, without its newline. An empty or too long one is asked for again. */
static int ask_secret(const char *text, size_t max, struct seal_secret **out_secret,
		      struct seal_diag *diag)
{
	for (;;) {
		struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
		size_t len = 0;
		int error = seal_secret_new(max + 1, &secret, diag);

		if (!error)
			error = seal_terminal_ask(text, 0, seal_secret_data(secret), max, &len,
						  diag);
		if (error)
			return error;
		if (len > max)
			seal_terminal_say("too long");
		else if (len > 0) {
			seal_secret_shrink(secret, len);
			*out_secret = seal_steal(&secret);
			return SEAL_OK;
		}
	}
}

int seal_prompt_line_below(const struct seal_terminal_page *page, const char *text, char *out,
			   size_t cap, struct seal_diag *diag)
{
	uint8_t line[TEXT_BYTES] = {0};
	size_t max = cap < sizeof line ? cap - 1 : sizeof line - 1;

	for (;;) {
		size_t len = 0;
		int error = page ? seal_terminal_ask_below(page, text, line, max, &len, diag)
				 : seal_terminal_ask(text, 1, line, max, &len, diag);

		if (error)
			return error;
		if (len <= max) {
			(void)snprintf(out, cap, "%.*s", (int)len, (const char *)line);
			return SEAL_OK;
		}
		seal_terminal_say("too long");
	}
}

int seal_prompt_line(const char *text, char *out, size_t cap, struct seal_diag *diag)
{
	return seal_prompt_line_below(NULL, text, out, cap, diag);
}

int seal_prompt_yes(const char *text, int *out_yes, struct seal_diag *diag)
{
	for (;;) {
		char answer[8] = "";
		int error = seal_prompt_line(text, answer, sizeof answer, diag);

		if (error)
			return error;
		if (strcmp(answer, "yes") == 0 || strcmp(answer, "no") == 0) {
			*out_yes = answer[0] == 'y';
			return SEAL_OK;
		}
		seal_terminal_say("answer yes or no");
	}
}

int seal_prompt_number(const char *text, size_t count, size_t *out_index, struct seal_diag *diag)
{
	for (;;) {
		char answer[8] = "";
		char *end = answer;
		unsigned long number;
		int error = seal_prompt_line(text, answer, sizeof answer, diag);

		if (error)
			return error;
		number = answer[0] >= '0' && answer[0] <= '9' ? strtoul(answer, &end, 10) : 0;
		if (*end == '\0' && number >= 1 && number <= count) {
			*out_index = (size_t)number - 1;
			return SEAL_OK;
		}
		seal_terminal_say("answer with one of the numbers");
	}
}

void seal_prompt_say(const char *text)
{
	seal_terminal_say(text);
}

void seal_prompt_warn(const char *text)
{
	seal_terminal_warn(text);
}

static const char *secret_name(enum seal_question what)
{
	switch (what) {
	case SEAL_ASK_PIN:
	case SEAL_ASK_NEW_PIN:
		return "PIN";
	case SEAL_ASK_PUK:
	case SEAL_ASK_NEW_PUK:
		return "PUK";
	case SEAL_ASK_PASSPHRASE:
	case SEAL_ASK_NEW_PASSPHRASE:
		break;
	}
	return "passphrase";
}

static int is_new(enum seal_question what)
{
	return what != SEAL_ASK_PIN && what != SEAL_ASK_PUK && what != SEAL_ASK_PASSPHRASE;
}

static int is_phrase(enum seal_question what)
{
	return what == SEAL_ASK_PASSPHRASE || what == SEAL_ASK_NEW_PASSPHRASE;
}

static void add(char *out, size_t cap, const char *text)
{
	size_t len = strlen(out);

	(void)snprintf(out + len, cap - len, "%s", text);
}

/* " (3 tries left)" or " (6 to 8 characters)", if there is anything to say. */
static void about(const struct seal_token_question *question, char *out, size_t cap)
{
	out[0] = '\0';
	if (is_new(question->what) && is_phrase(question->what))
		(void)snprintf(out, cap, " (at least %u characters)", question->min_len);
	else if (is_new(question->what))
		(void)snprintf(out, cap, " (%u to %u characters)", question->min_len,
			       question->max_len);
	else if (question->tries_left >= 0)
		(void)snprintf(out, cap, " (%d %s left)", question->tries_left,
			       question->tries_left == 1 ? "try" : "tries");
}

/* "alice: PIV PIN of YubiKey 12345678, firmware 5.7.1 (3 tries left): " */
static void question_text(const struct seal_token_question *question, char *out, size_t cap)
{
	const char *name = secret_name(question->what);
	char tail[64];
	char head[128];

	about(question, tail, sizeof tail);
	if (question->refused)
		(void)snprintf(head, sizeof head, "%.*s. ", (int)sizeof head - 4,
			       question->refused);
	else
		(void)snprintf(head, sizeof head, "%s%s%s", question->wrong_before ? "wrong " : "",
			       question->wrong_before ? name : "",
			       question->wrong_before ? ". " : "");
	out[0] = '\0';
	add(out, cap, head);
	add(out, cap, question->holder ? question->holder : "");
	add(out, cap, question->holder ? ": " : "");
	add(out, cap, is_new(question->what) ? "new " : "");
	add(out, cap, is_phrase(question->what) ? name : question->applet);
	add(out, cap, is_phrase(question->what) ? " of " : " ");
	add(out, cap, is_phrase(question->what) ? question->applet : name);
	add(out, cap, is_phrase(question->what) ? " " : " of ");
	add(out, cap, question->token);
	add(out, cap, tail);
	add(out, cap, ": ");
}

/* Whether the token's driver would not even try it: then it is said, and why. */
static int is_unfit(const struct seal_token_question *question, const struct seal_secret *secret)
{
	struct seal_diag why = {0};
	char text[TEXT_BYTES];

	if (!question->check || question->check(question, secret, &why) == SEAL_OK)
		return 0;
	seal_diag_line(&why, text, sizeof text);
	seal_terminal_say(text);
	return 1;
}

/* What is too short, or cannot be, is not sent: it would cost a try. */
static int ask_once(struct seal_token_question *question, struct seal_secret **out_secret,
		    struct seal_diag *diag)
{
	char text[TEXT_BYTES];
	size_t max = question->max_len && question->max_len < SECRET_MAX ? question->max_len
									 : SECRET_MAX;

	for (;;) {
		struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
		int error;

		question_text(question, text, sizeof text);
		error = ask_secret(text, max, &secret, diag);
		if (error)
			return error;
		/* What was said of the answer before is not true of this one. */
		question->wrong_before = 0;
		question->refused = NULL;
		if (seal_secret_len(secret) < question->min_len)
			seal_terminal_say("too short");
		else if (!is_unfit(question, secret)) {
			*out_secret = seal_steal(&secret);
			return SEAL_OK;
		}
	}
}

static int ask_person(const struct seal_token_question *question, struct seal_secret **out_secret,
		      struct seal_diag *diag)
{
	struct seal_token_question again = *question;

	for (;;) {
		struct seal_secret *first SEAL_CLEANUP(seal_secret_freep) = NULL;
		struct seal_secret *second SEAL_CLEANUP(seal_secret_freep) = NULL;
		int error = ask_once(&again, &first, diag);

		if (!error && is_new(question->what))
			error = ask_secret("the same again: ", SECRET_MAX, &second, diag);
		if (error)
			return error;
		if (!second || seal_secret_equal(first, second)) {
			*out_secret = seal_steal(&first);
			return SEAL_OK;
		}
		seal_terminal_say("the two differ");
	}
}

static int fd_of(const struct seal_prompt *prompt, enum seal_question what)
{
	switch (what) {
	case SEAL_ASK_PIN:
		return prompt->pin_fd;
	case SEAL_ASK_NEW_PIN:
		return prompt->new_pin_fd;
	case SEAL_ASK_NEW_PUK:
		return prompt->new_puk_fd;
	case SEAL_ASK_PUK:
		return prompt->puk_fd;
	case SEAL_ASK_PASSPHRASE:
	case SEAL_ASK_NEW_PASSPHRASE:
		break;
	}
	return prompt->passphrase_fd;
}

static const char *option_of(enum seal_question what)
{
	return is_phrase(what)		  ? "--passphrase-fd"
	       : what == SEAL_ASK_PIN	  ? "--pin-fd"
	       : what == SEAL_ASK_NEW_PIN ? "--new-pin-fd"
	       : what == SEAL_ASK_PUK	  ? "--puk-fd"
					  : "--new-puk-fd";
}

static int give(struct seal_prompt *prompt, const struct seal_token_question *question,
		struct seal_secret **out_secret, struct seal_diag *diag)
{
	int bit = 1 << (is_phrase(question->what) ? SEAL_ASK_PASSPHRASE : question->what);
	int fd = fd_of(prompt, question->what);
	int error;

	if (fd < 0 && !prompt->non_interactive) {
		error = ask_person(question, out_secret, diag);
		return error == SEAL_E_USAGE ? seal_because(diag, error, "%s is needed: give %s",
							    secret_name(question->what),
							    option_of(question->what))
					     : error;
	}
	if (fd < 0)
		return seal_fail(diag, SEAL_E_USAGE, "%s of %s is needed: give %s",
				 secret_name(question->what), question->token,
				 option_of(question->what));
	if (prompt->used & bit)
		return seal_fail(diag, SEAL_E_PINWRONG, "%s: was used once already",
				 option_of(question->what));
	prompt->used |= bit;
	error = seal_secret_read_fd(fd, question->max_len ? question->max_len : SECRET_MAX,
				    out_secret, diag);
	return error ? seal_because(diag, error, "%s", option_of(question->what)) : SEAL_OK;
}

/* What follows an answer can take long: Argon2, a slow token. */
static void wait_for(const struct seal_token_question *question)
{
	char text[TEXT_BYTES];

	(void)snprintf(text, sizeof text, "%s %s%s",
		       is_phrase(question->what) ? "the key of" : question->applet,
		       is_phrase(question->what) ? "" : "of ", question->token);
	seal_busy(text);
}

static int answer(void *ctx, const struct seal_token_question *question,
		  struct seal_secret **out_secret, struct seal_diag *diag)
{
	int error = give(ctx, question, out_secret, diag);

	if (!error)
		wait_for(question);
	return error;
}

static void touch(void *ctx, const struct seal_token_question *question, int waiting)
{
	struct seal_prompt *prompt = ctx;
	char text[TEXT_BYTES];

	if (prompt->non_interactive)
		return;
	if (!waiting) {
		seal_terminal_release(prompt->touch_lines);
		prompt->touch_lines = 0;
		wait_for(question);
		return;
	}
	(void)snprintf(text, sizeof text, "%s%stouch %s (%s) now ...",
		       question->holder ? question->holder : "", question->holder ? ": " : "",
		       question->token, question->applet);
	prompt->touch_lines = seal_terminal_hold(text);
}

/* A script must have said it before; a person is asked. */
static int replugged(void *ctx, const struct seal_token_question *question, unsigned lost,
		     struct seal_diag *diag)
{
	const struct seal_prompt *prompt = ctx;
	char text[TEXT_BYTES];
	int yes = 0;
	int error;

	if (prompt->replugged)
		return SEAL_OK;
	if (prompt->non_interactive || prompt->pin_fd >= 0)
		return SEAL_E_TOKENREFUSED;
	(void)snprintf(
		text, sizeof text,
		"%s%sthe last %u %s PINs of %s were wrong (%d tries left). After the third in a "
		"row it is silent until it is taken out.\nWas it taken out and put in again "
		"since? (yes or no) ",
		question->holder ? question->holder : "", question->holder ? ": " : "", lost,
		question->applet, question->token, question->tries_left);
	error = seal_prompt_yes(text, &yes, diag);
	return error ? error : yes ? SEAL_OK : SEAL_E_TOKENREFUSED;
}

struct seal_token_asker seal_prompt_asker(struct seal_prompt *prompt)
{
	return (struct seal_token_asker){
		.secret = answer,
		.touch = touch,
		.replugged = replugged,
		.ctx = prompt,
		.once = prompt->pin_fd >= 0 || prompt->passphrase_fd >= 0 ||
			prompt->non_interactive,
		.last_try = prompt->last_try,
	};
}
