/* The PIV driver on the command line, for piv-driver.sh: piv-driver [OPTION VALUE]... VERB
   list | enrol NAME CARD | open CARD | unwrap CARD < AGE > PLAIN | sign CARD TEXT |
   yubikey CARD (its recipient in age-plugin-yubikey's form) | raw READER COMMAND... |
   hold READER (nobody else can use it, until stdin ends)
   A raw command is "INS P1 P2 [DATA]", hexadecimal, or "auth ALG KEY"; one line comes back for
   each, all in one transaction.
   Answers to questions are the lines of the file `--answers`, one a question; what was asked
   goes to stderr. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <winscard.h>

#include "base/encode.h"
#include "base/file.h"
#include "crypto/age.h"
#include "crypto/p256.h"
#include "token/piv_internal.h"
#include "token/token_internal.h"

static struct {
	FILE *answers;
	const char *devices[4];
	struct seal_token_place place;
	struct seal_token_plan plan;
	struct seal_token_asker asker;
} run;

static int answer(void *ctx, const struct seal_token_question *q, struct seal_secret **out_secret,
		  struct seal_diag *diag)
{
	static const char *const names[] = {"",	       "PIN", "passphrase", "new-PIN",
					    "new-PUK", "",    "PUK"};
	char line[128];

	(void)ctx;
	(void)fprintf(stderr, "ask %s applet=%s token=%s holder=%s tries=%d wrong=%d %s\n",
		      names[q->what], q->applet, q->token, q->holder ? q->holder : "-",
		      q->tries_left, q->wrong_before, q->refused ? q->refused : "");
	if (!run.answers || !fgets(line, sizeof line, run.answers))
		return seal_fail(diag, SEAL_E_INTERRUPTED, "no answer");
	line[strcspn(line, "\n")] = '\0';
	return seal_secret_copy((const uint8_t *)line, strlen(line), out_secret, diag);
}

static void touch(void *ctx, const struct seal_token_question *q, int waiting)
{
	(void)ctx;
	(void)fprintf(stderr, "touch %d token=%s\n", waiting, q->token);
}

static int show(void *ctx, const struct seal_token_info *info)
{
	char serial[16] = "-";
	char firmware[32] = "-";

	(void)ctx;
	if (info->has_serial)
		(void)snprintf(serial, sizeof serial, "%u", info->serial);
	if (info->has_firmware)
		(void)snprintf(firmware, sizeof firmware, "%u.%u.%u", info->firmware[0],
			       info->firmware[1], info->firmware[2]);
	(void)printf(
		"token where=%s model=%s serial=%s firmware=%s tries=%d puk=%d factory=%d,%d,%d "
		"leaks=%d\n",
		info->where, info->model, serial, firmware, info->tries_left, info->puk_tries_left,
		info->factory_pin, info->factory_puk, info->factory_key, info->leaks_ecdsa);
	return SEAL_OK;
}

static void show_card(const struct seal_card *card)
{
	(void)printf(
		"name %s\nrecipient %s\nidentity %s\nslot %02x\nserial %s%u\nfirmware %u.%u.%u\n"
		"attested %d\npolicies %u %u\ncertificates %zu %zu %zu %zu\ncreated %s\n"
		"puk_unknown %d\n",
		card->name, card->recipient, card->piv.identity, card->piv.slot,
		card->piv.has_serial ? "" : "none ", card->piv.serial, card->piv.firmware[0],
		card->piv.firmware[1], card->piv.firmware[2], card->is_attested, card->piv.pin,
		card->piv.touch, card->piv.unwrap.len, card->piv.sign.len, card->piv.device.len,
		card->piv.between.len, card->created, card->piv.puk_unknown);
}

static int write_card(const char *path, const struct seal_card *card, struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	char *text = NULL;
	int error = seal_card_text(card, &text, diag);

	if (!error)
		error = seal_file_new(path, 0, &file, diag);
	if (!error)
		error = seal_file_write(file, text, strlen(text), diag);
	if (!error)
		error = seal_file_commit(file, diag);
	free(text);
	return error;
}

static int enrol(char **argv, struct seal_diag *diag)
{
	static struct seal_card card;
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	struct seal_token_info info;
	int error;

	run.plan.name = argv[0];
	error = seal_token_enrol_with(&seal_piv_driver, &run.place, &run.plan, &run.asker, &card,
				      &token, diag);
	if (error)
		return error;
	seal_token_describe(token, &info);
	(void)show(NULL, &info);
	show_card(&card);
	return write_card(argv[1], &card, diag);
}

/* Twice: the second time the PIN must not be asked for again. */
static int sign(struct seal_token *token, const char *text, struct seal_diag *diag)
{
	uint8_t out[128];
	size_t len = 0;
	int error = SEAL_OK;

	for (int i = 0; !error && i < 2; i++)
		error = seal_token_sign(token, &run.asker, text, strlen(text), out, sizeof out,
					&len, diag);
	if (!error && (fwrite(out, 1, len, stdout) != len || fflush(stdout) != 0))
		error = seal_fail(diag, SEAL_E_IO, "stdout");
	return error;
}

static int use(const char *verb, char **argv, struct seal_diag *diag)
{
	static struct seal_card card;
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	struct seal_token_opener opener = {NULL, &run.asker};
	struct seal_token_info info;
	int in = STDIN_FILENO;
	int out = STDOUT_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_sink sink = seal_sink_fd(&out);
	struct seal_age_identity identity;
	int error = seal_card_read(argv[0], &card, diag);

	if (!error)
		error = seal_token_open_with(&seal_piv_driver, &run.place, &card, &token, diag);
	if (error)
		return error;
	seal_token_describe(token, &info);
	if (strcmp(verb, "open") == 0)
		return show(NULL, &info);
	opener.token = token;
	identity = seal_token_identity(&opener);
	return strcmp(verb, "sign") == 0 ? sign(token, argv[1], diag)
					 : seal_age_open(&identity, 1, &source, &sink, diag);
}

static int yubikey(const char *path, struct seal_diag *diag)
{
	static struct seal_card card;
	uint8_t point[SEAL_P256_POINT];
	char text[SEAL_P256_TEXT];
	enum seal_p256_kind kind;
	int error = seal_card_read(path, &card, diag);

	if (!error)
		error = seal_p256_parse(card.recipient, &kind, point, diag);
	if (!error)
		error = seal_p256_text(SEAL_P256_PIV, point, text, diag);
	if (!error)
		(void)puts(text);
	return error;
}

static int unhex(const char *text, uint8_t *out, size_t cap, size_t *out_len,
		 struct seal_diag *diag)
{
	return text ? seal_unhex(text, strlen(text), out, cap, out_len, diag)
		    : seal_fail(diag, SEAL_E_USAGE, "hexadecimal digits");
}

static int raw_auth(struct seal_piv_link *link, const char *alg, const char *key,
		    struct seal_diag *diag)
{
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t bytes[32];
	size_t len = 0;
	int error = unhex(key, bytes, sizeof bytes, &len, diag);

	if (!error)
		error = seal_secret_copy(bytes, len, &secret, diag);
	if (!error)
		(void)puts(seal_error_name(
			seal_piv_key_auth(link, (uint8_t)strtoul(alg, NULL, 16), secret, diag)));
	return error;
}

static int raw_one(struct seal_piv_link *link, char *command, struct seal_diag *diag)
{
	char *word[4] = {strtok(command, " ")};
	uint8_t header[3] = {0};
	uint8_t data[4096];
	struct seal_piv_apdu apdu = {0, 0, 0, data, 0};
	struct seal_piv_reply reply;
	int error = SEAL_OK;

	for (int i = 1; i < 4; i++)
		word[i] = strtok(NULL, " ");
	if (word[0] && strcmp(word[0], "auth") == 0)
		return raw_auth(link, word[1], word[2], diag);
	for (int i = 0; !error && i < 3; i++) {
		size_t len = 0;

		error = unhex(word[i], &header[i], 1, &len, diag);
	}
	if (!error && word[3])
		error = unhex(word[3], data, sizeof data, &apdu.len, diag);
	apdu.ins = header[0], apdu.p1 = header[1], apdu.p2 = header[2];
	if (!error)
		error = seal_piv_send(link, &apdu, &reply, diag);
	if (error)
		return error;
	(void)printf("%04X ", reply.sw);
	for (size_t i = 0; i < reply.len; i++)
		(void)printf("%02X", reply.bytes[i]);
	(void)puts("");
	return SEAL_OK;
}

static int raw(int argc, char **argv, struct seal_diag *diag)
{
	struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = NULL;
	int error = seal_piv_link_open(argv[0], &link, diag);

	for (int i = 1; !error && i < argc; i++)
		error = raw_one(link, argv[i], diag);
	return error;
}

static int hold(const char *reader, struct seal_diag *diag)
{
	SCARDCONTEXT context;
	SCARDHANDLE card;
	DWORD protocol;

	if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS ||
	    SCardConnect(context, reader, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1, &card,
			 &protocol) != SCARD_S_SUCCESS)
		return seal_fail(diag, SEAL_E_TOKENABSENT, "%s", reader);
	(void)fputs("held\n", stderr);
	while (getchar() != EOF)
		continue;
	(void)SCardReleaseContext(context);
	return SEAL_OK;
}

static int verb(int argc, char **argv, struct seal_diag *diag)
{
	if (argc == 1 && strcmp(argv[0], "list") == 0)
		return seal_piv_driver.list(&run.place, show, NULL, diag);
	if (argc == 3 && strcmp(argv[0], "enrol") == 0)
		return enrol(argv + 1, diag);
	if ((argc == 2 && (strcmp(argv[0], "open") == 0 || strcmp(argv[0], "unwrap") == 0)) ||
	    (argc == 3 && strcmp(argv[0], "sign") == 0))
		return use(argv[0], argv + 1, diag);
	if (argc > 2 && strcmp(argv[0], "raw") == 0)
		return raw(argc - 1, argv + 1, diag);
	if (argc == 2 && strcmp(argv[0], "hold") == 0)
		return hold(argv[1], diag);
	if (argc == 2 && strcmp(argv[0], "yubikey") == 0)
		return yubikey(argv[1], diag);
	return seal_fail(diag, SEAL_E_USAGE, "unknown verb");
}

static int flag(const char *name)
{
	if (strcmp(name, "--once") == 0)
		return run.asker.once = 1;
	if (strcmp(name, "--last-try") == 0)
		return run.asker.last_try = 1;
	if (strcmp(name, "--no-attestation") == 0)
		return run.plan.no_attestation = 1;
	if (strcmp(name, "--allow-leaks") == 0)
		return run.plan.allow_leaks = 1;
	if (strcmp(name, "--allow-unknown-puk") == 0)
		return run.plan.allow_unknown_puk = 1;
	return 0;
}

static int option(const char *name, const char *value)
{
	uint8_t *v = run.plan.min_firmware;

	if (strcmp(name, "--answers") == 0)
		return (run.answers = fopen(value, "re")) != NULL;
	if (strcmp(name, "--piv") == 0 && run.place.device_count < 4)
		run.devices[run.place.device_count++] = value;
	else if (strcmp(name, "--device") == 0)
		run.plan.device = value;
	else if (strcmp(name, "--roots") == 0)
		run.place.roots = value;
	else if (strcmp(name, "--serial") == 0)
		run.plan.serial = (uint32_t)strtoul(value, NULL, 10), run.plan.has_serial = 1;
	else if (strcmp(name, "--slot") == 0)
		run.plan.slot = (uint8_t)strtoul(value, NULL, 16);
	else if (strcmp(name, "--pin-policy") == 0)
		run.plan.pin = (uint8_t)strtoul(value, NULL, 10);
	else if (strcmp(name, "--touch-policy") == 0)
		run.plan.touch = (uint8_t)strtoul(value, NULL, 10);
	else if (strcmp(name, "--min-firmware") == 0)
		return sscanf(value, "%hhu.%hhu.%hhu", &v[0], &v[1], &v[2]) == 3;
	else
		return 0;
	return 1;
}

int main(int argc, char **argv)
{
	struct seal_diag diag = {0};
	int error;

	run.place.devices = run.devices;
	run.asker.secret = answer;
	run.asker.touch = touch;
	for (argc--, argv++; argc > 0 && strncmp(argv[0], "--", 2) == 0; argc--, argv++) {
		if (flag(argv[0]))
			continue;
		if (argc < 2 || !option(argv[0], argv[1])) {
			(void)fprintf(stderr, "piv-driver: %s\n", argv[0]);
			return 2;
		}
		argc--, argv++;
	}
	error = verb(argc, argv, &diag);
	if (run.answers)
		(void)fclose(run.answers);
	if (error) {
		char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

		seal_diag_line(&diag, line, sizeof line);
		(void)fprintf(stderr, "piv-driver: %s: %s\n", seal_error_name(error), line);
	}
	return seal_error_exit(error);
}
