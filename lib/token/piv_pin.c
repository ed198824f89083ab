/* PIN and PUK: a try is spent only on what a person typed, after the right token was found,
   and never the last one by mistake. Commands with a PIN are built in locked memory. */

#include "token/piv_internal.h"

#include <string.h>

#include "base/banned.h"

#define LOCAL_REFUSALS 3

static const struct {
	const char *name, *factory;
} kinds[] = {{"PIN", "123456"}, {"PUK", "12345678"}};

static int is_puk(const struct seal_token_question *question)
{
	return question->what == SEAL_ASK_NEW_PUK || question->what == SEAL_ASK_PUK;
}

/* 00 20 00 80 without data: no try is spent. */
static int count(struct seal_piv_link *link, unsigned *out_sw, struct seal_diag *diag)
{
	const struct seal_piv_apdu ask = {0x20, 0, SEAL_PIV_PIN, NULL, 0};
	struct seal_piv_reply reply = {NULL, 0, 0};
	int error = seal_piv_send(link, &ask, &reply, diag);

	*out_sw = reply.sw;
	return error;
}

/* A token that another program left with its PIN verified does not count: it is reset. The
   four bits here cannot show more than 15; the metadata can. */
int seal_piv_tries(struct seal_piv_link *link, int *out_left, struct seal_diag *diag)
{
	struct seal_piv_metadata m;
	unsigned sw = 0;
	int error = seal_piv_get_metadata(link, SEAL_PIV_PIN, &m, diag);

	if (!error && m.has_tries) {
		*out_left = m.tries_left;
		return SEAL_OK;
	}
	if (error && error != SEAL_E_VERSION && error != SEAL_E_NOTFOUND)
		return error;
	error = count(link, &sw, diag);
	if (!error && sw == SEAL_PIV_OK) {
		error = seal_piv_link_reset(link, diag);
		if (!error)
			error = count(link, &sw, diag);
	}
	if (error)
		return error;
	*out_left = sw == 0x6983 ? 0 : sw >> 4 == 0x63c ? (int)(sw & 15) : -1;
	return SEAL_OK;
}

int seal_piv_may_try(const struct seal_token_asker *asker, int left, struct seal_diag *diag)
{
	if (left == 0)
		return seal_fail(diag, SEAL_E_BLOCKED,
				 "the PIV PIN is blocked; the PUK unblocks it, or use the spare "
				 "token");
	if (left == 1 && !asker->last_try)
		return seal_fail(diag, SEAL_E_PINWRONG,
				 "one try of the PIV PIN is left; it is not spent without "
				 "--last-try");
	return SEAL_OK;
}

int seal_piv_is_factory(const struct seal_secret *value, int is_puk)
{
	size_t len = strlen(kinds[is_puk].factory);

	return seal_secret_len(value) == len &&
	       seal_eq_ct(seal_secret_bytes(value), kinds[is_puk].factory, len);
}

static int check_form(const struct seal_secret *value, int puk, int factory_too,
		      struct seal_diag *diag)
{
	const uint8_t *bytes = seal_secret_bytes(value);
	size_t len = seal_secret_len(value);

	if (len < SEAL_PIV_PIN_MIN || len > SEAL_PIV_PIN_MAX)
		return seal_fail(diag, SEAL_E_PINWRONG, "a PIV %s has %u to %u bytes; not sent",
				 kinds[puk].name, SEAL_PIV_PIN_MIN, SEAL_PIV_PIN_MAX);
	if (!factory_too && seal_piv_is_factory(value, puk))
		return seal_fail(diag, SEAL_E_PINWRONG, "that is the factory %s; not sent",
				 kinds[puk].name);
	/* What nobody types has come from a file, such as one with lines that end in CR and LF. */
	for (size_t i = 0; i < len; i++)
		if (bytes[i] == 0xff || bytes[i] < 0x20 || bytes[i] == 0x7f)
			return seal_fail(diag, SEAL_E_PINWRONG,
					 "a byte %02X in a PIV %s, which nobody types; not sent",
					 bytes[i], kinds[puk].name);
	return SEAL_OK;
}

static int check_answer(const struct seal_token_question *question, const struct seal_secret *value,
			struct seal_diag *diag)
{
	return check_form(value, is_puk(question), question->factory_too, diag);
}

int seal_piv_ask(const struct seal_token_asker *asker, const struct seal_token_question *question,
		 struct seal_secret **out_value, struct seal_diag *diag)
{
	struct seal_token_question again = *question;
	struct seal_diag why = {0};
	char text[SEAL_DIAG_TEXT];
	int error = SEAL_OK;

	again.min_len = SEAL_PIV_PIN_MIN;
	again.max_len = SEAL_PIV_PIN_MAX;
	again.check = check_answer;
	for (int i = 0; i < LOCAL_REFUSALS; i++) {
		struct seal_secret *value SEAL_CLEANUP(seal_secret_freep) = NULL;

		error = asker->secret(asker->ctx, &again, &value, diag);
		if (error)
			return error;
		why = (struct seal_diag){0};
		error = check_answer(&again, value, &why);
		if (!error) {
			*out_value = seal_steal(&value);
			return SEAL_OK;
		}
		if (asker->once)
			break;
		seal_diag_line(&why, text, sizeof text);
		again.wrong_before = 1;
		again.refused = text;
	}
	if (diag)
		*diag = why;
	return error;
}

static void pad(uint8_t out[static 8], const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < 8; i++)
		out[i] = i < len ? bytes[i] : 0xff;
}

static int wrong(unsigned sw, const char *what, struct seal_diag *diag)
{
	if (sw == 0x6983 || sw == 0x63c0)
		return seal_fail(diag, SEAL_E_BLOCKED, "wrong PIV %s; it is blocked now", what);
	return seal_fail(diag, SEAL_E_PINWRONG, "wrong PIV %s; %u tr%s left", what, sw & 15u,
			 (sw & 15u) == 1 ? "y is" : "ies are");
}

int seal_piv_verify(struct seal_piv_link *link, const struct seal_secret *pin,
		    struct seal_diag *diag)
{
	struct seal_secret *data SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_piv_apdu verify = {0x20, 0, SEAL_PIV_PIN, NULL, 8};
	struct seal_piv_reply reply;
	int error = seal_secret_new(8, &data, diag);

	if (error)
		return error;
	if (seal_secret_len(pin) > 8)
		return seal_fail(diag, SEAL_E_ARGUMENT, "PIN: too long");
	pad(seal_secret_data(data), seal_secret_bytes(pin), seal_secret_len(pin));
	verify.data = seal_secret_bytes(data);
	error = seal_piv_send(link, &verify, &reply, diag);
	if (error || reply.sw == SEAL_PIV_OK)
		return error;
	if (reply.sw == 0x6983 || reply.sw >> 4 == 0x63c)
		return wrong(reply.sw, "PIN", diag);
	return seal_fail(diag, SEAL_E_TOKENREFUSED, "PIN: the token answered %04x", reply.sw);
}

/* Old and new value, 8 bytes each. */
static int pair(int puk, const struct seal_secret *was, const struct seal_secret *value,
		struct seal_secret **out, struct seal_diag *diag)
{
	int error = check_form(value, puk, 0, diag);

	if (!error && was)
		error = check_form(was, puk, 1, diag);
	if (!error)
		error = seal_secret_new(16, out, diag);
	if (error)
		return error;
	if (was)
		pad(seal_secret_data(*out), seal_secret_bytes(was), seal_secret_len(was));
	else
		pad(seal_secret_data(*out), (const uint8_t *)kinds[puk].factory,
		    strlen(kinds[puk].factory));
	pad(seal_secret_data(*out) + 8, seal_secret_bytes(value), seal_secret_len(value));
	return SEAL_OK;
}

int seal_piv_change(struct seal_piv_link *link, uint8_t reference, const struct seal_secret *was,
		    const struct seal_secret *value, int *left, struct seal_diag *diag)
{
	struct seal_secret *data SEAL_CLEANUP(seal_secret_freep) = NULL;
	int puk = reference == SEAL_PIV_PUK;
	struct seal_piv_apdu change = {0x24, 0, reference, NULL, 16};
	struct seal_piv_reply reply;
	int error = pair(puk, was, value, &data, diag);

	if (error)
		return error;
	change.data = seal_secret_bytes(data);
	error = seal_piv_send(link, &change, &reply, diag);
	if (error || reply.sw == SEAL_PIV_OK)
		return error;
	if (left && reply.sw >> 4 == 0x63c)
		*left = (int)(reply.sw & 15);
	if (reply.sw == 0x6983 || reply.sw >> 4 == 0x63c)
		return wrong(reply.sw, kinds[puk].name, diag);
	if (reply.sw == 0x6985 || reply.sw == 0x6a80)
		return seal_fail(diag, SEAL_E_POLICY,
				 "the token's own rules refuse this %s: take a less simple one",
				 kinds[puk].name);
	return seal_fail(diag, SEAL_E_TOKENREFUSED, "new %s: the token answered %04x",
			 kinds[puk].name, reply.sw);
}
