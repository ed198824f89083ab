/* Finding and opening FIDO2 tokens, and what they say of themselves. A token is not
   believed: what it says steers what is asked of it, and the answers are verified. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "token/fido2_internal.h"
#include "token/leaks.h"

#include "base/banned.h"

#define OPEN_MS 5000
#define BUSY_MS 3000 /* as long as another program may hold it */
#define ERROR_MS 1000
/* Tokens give up waiting for a finger by themselves after half a minute. */
#define TOUCH_MS 90000
#define PIV "piv:"

static void no_log(const char *line)
{
	(void)line;
}

void seal_fido2_begin(void)
{
	fido_init(FIDO_DISABLE_U2F_FALLBACK);
	/* FIDO_DEBUG in the environment dumps frames, salts and secrets among them. */
	fido_set_log_handler(no_log);
}

static int add_device(struct seal_fido2_device *out, size_t *count, const char *where,
		      const char *maker, const char *product, struct seal_diag *diag)
{
	struct seal_fido2_device *device = &out[*count];

	if (*count == SEAL_FIDO2_DEVICES)
		return seal_fail(diag, SEAL_E_TOOLONG, "over %u FIDO2 devices", SEAL_FIDO2_DEVICES);
	if (strlen(where) >= sizeof device->where)
		return seal_fail(diag, SEAL_E_TOOLONG, "name of a FIDO2 device");
	(void)snprintf(device->where, sizeof device->where, "%s", where);
	(void)snprintf(device->model, sizeof device->model, "%s%s%s", maker, *maker ? " " : "",
		       product);
	++*count;
	return SEAL_OK;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static int real_devices(struct seal_fido2_device *out, size_t *count, struct seal_diag *diag)
{
	fido_dev_info_t *list = fido_dev_info_new(SEAL_FIDO2_DEVICES);
	size_t found = 0;
	int error = SEAL_OK;

	if (!list)
		return seal_fail(diag, SEAL_E_NOMEM, "FIDO2 devices");
	if (fido_dev_info_manifest(list, SEAL_FIDO2_DEVICES, &found) != FIDO_OK)
		found = 0;
	for (size_t i = 0; !error && i < found; i++) {
		const fido_dev_info_t *info = fido_dev_info_ptr(list, i);

		error = add_device(out, count, or_empty(fido_dev_info_path(info)),
				   or_empty(fido_dev_info_manufacturer_string(info)),
				   or_empty(fido_dev_info_product_string(info)), diag);
	}
	fido_dev_info_free(&list, SEAL_FIDO2_DEVICES);
	return error;
}

int seal_fido2_devices(const struct seal_token_place *place,
		       struct seal_fido2_device out[static SEAL_FIDO2_DEVICES], size_t *out_count,
		       struct seal_diag *diag)
{
	size_t count = 0;
	int named = 0;
	int error = SEAL_OK;

	for (size_t i = 0; !error && i < place->device_count; i++) {
		const char *where = place->devices[i];

		if (strncmp(where, PIV, sizeof PIV - 1) == 0)
			continue;
		named = 1;
		error = add_device(out, &count, where, "",
				   seal_fido2_is_udp(where) ? "virtual FIDO2 token" : "FIDO2 token",
				   diag);
	}
	if (!error && !named)
		error = real_devices(out, &count, diag);
	if (!error)
		*out_count = count;
	return error;
}

void seal_fido2_free(struct seal_fido2 *token)
{
	if (!token)
		return;
	if (token->dev)
		(void)fido_dev_close(token->dev);
	fido_dev_free(&token->dev);
	seal_secret_free(token->pin);
	free(token);
}

void seal_fido2_freep(struct seal_fido2 **token)
{
	seal_fido2_free(*token);
	*token = NULL;
}

static int has_text(char *const *list, size_t len, const char *want)
{
	for (size_t i = 0; i < len; i++)
		if (strcmp(list[i], want) == 0)
			return 1;
	return 0;
}

static void read_facts(const fido_cbor_info_t *info, struct seal_fido2_facts *facts)
{
	char *const *options = fido_cbor_info_options_name_ptr(info);
	char *const *extensions = fido_cbor_info_extensions_ptr(info);
	size_t extension_count = fido_cbor_info_extensions_len(info);
	uint64_t firmware = fido_cbor_info_fwversion(info);
	uint64_t min_pin = fido_cbor_info_minpinlen(info);
	uint64_t max_id = fido_cbor_info_maxcredidlen(info);

	*facts = (struct seal_fido2_facts){.client_pin = -1};
	for (size_t i = 0; i < fido_cbor_info_options_len(info); i++)
		if (strcmp(options[i], "clientPin") == 0)
			facts->client_pin = fido_cbor_info_options_value_ptr(info)[i] ? 1 : 0;
	facts->has_fingers = has_text(options, fido_cbor_info_options_len(info), "bioEnroll");
	facts->hmac_secret = has_text(extensions, extension_count, "hmac-secret");
	facts->cred_protect = has_text(extensions, extension_count, "credProtect");
	facts->new_pin_wanted = fido_cbor_info_new_pin_required(info);
	facts->has_firmware = firmware > 0 && firmware <= 0xffffff;
	for (unsigned i = 0; i < 3; i++)
		facts->firmware[i] = (uint8_t)(firmware >> (16 - 8 * i));
	if (fido_cbor_info_aaguid_len(info) == sizeof facts->aaguid)
		memcpy(facts->aaguid, fido_cbor_info_aaguid_ptr(info), sizeof facts->aaguid);
	facts->min_pin = min_pin >= SEAL_FIDO2_PIN_MIN && min_pin <= SEAL_FIDO2_PIN_MAX
				 ? (unsigned)min_pin
				 : SEAL_FIDO2_PIN_MIN;
	facts->max_id = max_id > 0 && max_id < SEAL_FIDO2PRF_CREDENTIAL ? (size_t)max_id
									: SEAL_FIDO2PRF_CREDENTIAL;
}

int seal_fido2_refresh(struct seal_fido2 *token, struct seal_diag *diag)
{
	fido_cbor_info_t *info = fido_cbor_info_new();
	int code = FIDO_ERR_INTERNAL;
	int tries = 0;

	errno = 0;
	if (info)
		code = fido_dev_get_cbor_info(token->dev, info);
	if (code == FIDO_OK)
		read_facts(info, &token->facts);
	fido_cbor_info_free(&info);
	if (code != FIDO_OK)
		return seal_fido2_fail(token, code, "reading what the token is", diag);
	/* Without a PIN some tokens answer this with an error. */
	token->tries_left = -1;
	if (token->facts.client_pin != 1)
		return SEAL_OK;
	code = fido_dev_get_retry_count(token->dev, &tries);
	if (code != FIDO_OK)
		return seal_fido2_fail(token, code, "reading the PIN tries left", diag);
	token->tries_left = tries;
	return SEAL_OK;
}

int seal_fido2_leaks(const struct seal_fido2 *token)
{
	const struct seal_fido2_facts *facts = &token->facts;

	return seal_leaks_model(facts->aaguid) ||
	       (facts->has_firmware && strncmp(token->device.model, "Yubico", 6) == 0 &&
		seal_leaks_firmware(facts->firmware, facts->has_fingers));
}

static void set_title(struct seal_fido2 *token)
{
	const struct seal_fido2_facts *facts = &token->facts;
	char firmware[32] = "";

	if (facts->has_firmware)
		(void)snprintf(firmware, sizeof firmware, ", firmware %u.%u.%u", facts->firmware[0],
			       facts->firmware[1], facts->firmware[2]);
	(void)snprintf(token->title, sizeof token->title, "%s at %s%s", token->device.model,
		       token->device.where, firmware);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int try_open(struct seal_fido2 *token)
{
	int code = FIDO_OK;

	fido_dev_free(&token->dev);
	token->dev = fido_dev_new();
	if (!token->dev)
		return FIDO_ERR_INTERNAL;
	if (seal_fido2_is_udp(token->device.where))
		code = fido_dev_set_io_functions(token->dev, &seal_fido2_udp_io);
	if (code == FIDO_OK)
		code = fido_dev_set_timeout(token->dev, OPEN_MS);
	errno = 0;
	return code == FIDO_OK ? fido_dev_open(token->dev, token->device.where) : code;
}

/* An error frame, which libfido2 does not show, comes at once and without an error of the system:
   ERR_CHANNEL_BUSY, from a token that still has another program's message. If that program was
   killed in the middle of it, the token lets it go after half a second (CTAP 2.1, 11.2.9). */
static int open_when_free(struct seal_fido2 *token, int *out_busy)
{
	const struct timespec pause = {0, 100000000};
	uint64_t until = now_ms() + BUSY_MS;

	for (;;) {
		uint64_t began = now_ms();
		int code = try_open(token);

		*out_busy = code == FIDO_ERR_RX && errno == 0 && now_ms() - began < ERROR_MS;
		if (!*out_busy || now_ms() >= until)
			return code;
		if (nanosleep(&pause, NULL) != 0)
			return code;
	}
}

static int open_dev(struct seal_fido2 *token, struct seal_diag *diag)
{
	const char *where = token->device.where;
	int is_busy = 0;
	int code = open_when_free(token, &is_busy);

	if (!token->dev)
		return seal_fail(diag, SEAL_E_NOMEM, "FIDO2 device");
	if (is_busy && errno != EINTR)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "%s: busy with another program, or waiting for the touch of one "
				 "that was stopped: touch it, or put it in again",
				 where);
	if (code == FIDO_ERR_INTERNAL)
		return seal_fail(diag, SEAL_E_TOKENABSENT,
				 "%s: no such device, or no right to open it", where);
	if (code != FIDO_OK)
		return seal_fido2_fail(token, code, "opening the token", diag);
	if (!fido_dev_is_fido2(token->dev))
		return seal_fail(diag, SEAL_E_TOKENREFUSED, "%s: U2F only, not a FIDO2 token",
				 where);
	return SEAL_OK;
}

int seal_fido2_connect(const struct seal_fido2_device *device, struct seal_fido2 **out_token,
		       struct seal_diag *diag)
{
	struct seal_fido2 *token SEAL_CLEANUP(seal_fido2_freep) = calloc(1, sizeof *token);
	int error;

	if (!token)
		return seal_fail(diag, SEAL_E_NOMEM, "FIDO2 token");
	token->device = *device;
	error = open_dev(token, diag);
	if (!error)
		error = seal_fido2_refresh(token, diag);
	if (!error && fido_dev_set_timeout(token->dev, TOUCH_MS) != FIDO_OK)
		error = seal_fail(diag, SEAL_E_SYSTEM, "%s: timeout", device->where);
	if (error)
		return error;
	set_title(token);
	*out_token = seal_steal(&token);
	return SEAL_OK;
}

struct seal_token_question seal_fido2_question(const struct seal_fido2 *token,
					       enum seal_question what)
{
	return (struct seal_token_question){
		.what = what,
		.applet = "FIDO2",
		.token = token->title,
		.holder = token->holder[0] ? token->holder : NULL,
		.tries_left = token->tries_left,
		.min_len = what == SEAL_ASK_NEW_PIN ? token->facts.min_pin : SEAL_FIDO2_PIN_MIN,
		.max_len = SEAL_FIDO2_PIN_MAX};
}

/* No answer, or one that is no frame: whatever comes next belongs to this command, so
   nothing more is sent. A token that still waits for a finger is told to stop. */
static int no_answer(struct seal_fido2 *token, const char *what, struct seal_diag *diag)
{
	int interrupted = errno == EINTR;

	token->broken = 1;
	(void)fido_dev_cancel(token->dev);
	if (interrupted)
		return seal_fail(diag, SEAL_E_INTERRUPTED, "%s: %s: interrupted",
				 token->device.where, what);
	return seal_fail(diag, SEAL_E_TOKENABSENT, "%s: %s: no answer; was the token pulled out?",
			 token->device.where, what);
}

static const struct {
	int code, error;
	const char *text;
} meanings[] = {
	{FIDO_ERR_NO_CREDENTIALS, SEAL_E_TOKENWRONG,
	 "this token does not know the credential: another token, or it was reset"},
	{FIDO_ERR_INVALID_CREDENTIAL, SEAL_E_TOKENWRONG,
	 "this token does not know the credential: another token, or it was reset"},
	{FIDO_ERR_PIN_INVALID, SEAL_E_PINWRONG, "wrong PIN"},
	{FIDO_ERR_PIN_AUTH_BLOCKED, SEAL_E_BLOCKED,
	 "three wrong PINs in a row: take the token out and put it in again"},
	{FIDO_ERR_PIN_BLOCKED, SEAL_E_BLOCKED,
	 "PIN blocked: only a reset is left, which destroys the token's keys"},
	{FIDO_ERR_UV_BLOCKED, SEAL_E_BLOCKED, "user verification is blocked"},
	{FIDO_ERR_PIN_NOT_SET, SEAL_E_TOKENREFUSED, "the token has no PIN"},
	{FIDO_ERR_PIN_REQUIRED, SEAL_E_TOKENREFUSED, "the token wants a PIN"},
	{FIDO_ERR_PIN_POLICY_VIOLATION, SEAL_E_TOKENREFUSED,
	 "refused by the token's PIN policy: the PIN must be changed first (fido2-token -C)"},
	{FIDO_ERR_OPERATION_DENIED, SEAL_E_TOUCH, "refused at the token"},
	{FIDO_ERR_USER_ACTION_TIMEOUT, SEAL_E_TOUCH, "not touched in time"},
	{FIDO_ERR_ACTION_TIMEOUT, SEAL_E_TOUCH, "not touched in time"},
	{FIDO_ERR_UP_REQUIRED, SEAL_E_TOUCH, "not touched"},
	{FIDO_ERR_KEEPALIVE_CANCEL, SEAL_E_TOUCH, "cancelled"},
	{FIDO_ERR_RX_NOT_CBOR, SEAL_E_TOKENREFUSED, "its answer makes no sense"},
	{FIDO_ERR_RX_INVALID_CBOR, SEAL_E_TOKENREFUSED, "its answer makes no sense"},
	{FIDO_ERR_INVALID_CBOR, SEAL_E_TOKENREFUSED, "its answer makes no sense"},
	{FIDO_ERR_INTERNAL, SEAL_E_TOKENREFUSED, "its answer makes no sense, or none came"},
};

/* libfido2 says so, among other things, where the key agreement got no answer. */
static int is_gone(struct seal_fido2 *token)
{
	fido_cbor_info_t *info = fido_cbor_info_new();
	int code = FIDO_ERR_INTERNAL;

	token->broken = 1;
	if (errno == EINTR)
		return 1;
	if (info)
		code = fido_dev_get_cbor_info(token->dev, info);
	fido_cbor_info_free(&info);
	return code == FIDO_ERR_RX || code == FIDO_ERR_TX;
}

int seal_fido2_fail(struct seal_fido2 *token, int code, const char *what, struct seal_diag *diag)
{
	if (code == FIDO_ERR_RX || code == FIDO_ERR_TX ||
	    (code == FIDO_ERR_INTERNAL && is_gone(token)))
		return no_answer(token, what, diag);
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if (meanings[i].code == code)
			return seal_fail(diag, meanings[i].error, "%s: %s: %s", token->device.where,
					 what, meanings[i].text);
	return seal_fail(diag, SEAL_E_TOKENREFUSED, "%s: %s: %s", token->device.where, what,
			 fido_strerr(code));
}
