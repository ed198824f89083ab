/* The FIDO2 driver by itself, for fido2-driver.sh:

     fido2_driver [option]... list | enrol CARD | open CARD | unwrap CARD FILE |
		  sign CARD TEXT | secret CARD | raw IDENTITY FILE

     -d DEVICE   a device (udp:HOST:PORT); may be repeated     -D DEVICE  the one to enrol
     -p FILE     answers, one a line, in the order of asking   -r DIR     attestation roots
     -n          no attestation      -i RP_ID    -m A.B.C   firmware at least
     -1          a PIN is sent once  -l          a last try may be used
   -g          it was put in again since the last wrong PINs
     -t N=CMD    runs CMD when the N-th touch is announced
     -s          SIGALRM interrupts calls and ends nothing

   Says on stderr what it is asked, `ask PIN tries 8 wrong 0` and `touch`, and at the end
   `error NAME: text`; the exit code is the error's. secret prints what the token gives for
   two fixed salts. Planted test data only. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "token/fido2_internal.h"
#include "token/token_internal.h"

#define MAX_DEVICES 4

static struct options {
	const char *devices[MAX_DEVICES];
	struct seal_token_place place;
	struct seal_token_plan plan;
	struct seal_token_asker asker;
	FILE *answers;
	const char *at_touch;
	int touch, touches, alarm;
} options;

static int answer(void *ctx, const struct seal_token_question *question,
		  struct seal_secret **out_secret, struct seal_diag *diag)
{
	char line[128];

	(void)ctx;
	(void)fprintf(stderr, "ask %s tries %d wrong %d min %u max %u: %s of %s\n",
		      question->what == SEAL_ASK_NEW_PIN ? "NEW_PIN" : "PIN", question->tries_left,
		      question->wrong_before, question->min_len, question->max_len, question->token,
		      question->holder ? question->holder : "nobody");
	if (!options.answers || !fgets(line, sizeof line, options.answers))
		return seal_fail(diag, SEAL_E_INTERRUPTED, "no more answers");
	return seal_secret_copy((const uint8_t *)line, strcspn(line, "\n"), out_secret, diag);
}

static void touch(void *ctx, const struct seal_token_question *question, int waiting)
{
	(void)ctx;
	(void)question;
	if (!waiting)
		return;
	(void)fprintf(stderr, "touch\n");
	if (++options.touches == options.touch && system(options.at_touch) != 0)
		(void)fprintf(stderr, "command failed\n");
}

static int show(void *ctx, const struct seal_token_info *info)
{
	(void)ctx;
	(void)printf("%s%s firmware %u.%u.%u tries %d factory %d: %s\n", info->where,
		     info->is_virtual ? " virtual" : "", info->firmware[0], info->firmware[1],
		     info->firmware[2], info->tries_left, info->factory_pin, info->model);
	return SEAL_OK;
}

static int do_list(char **args, struct seal_diag *diag)
{
	(void)args;
	return seal_fido2_driver.list(&options.place, show, NULL, diag);
}

static int write_card(const char *path, const char *text, struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	int error = seal_file_new(path, 0, &file, diag);

	if (!error)
		error = seal_file_write(file, text, strlen(text), diag);
	return error ? error : seal_file_commit(file, diag);
}

static int do_enrol(char **args, struct seal_diag *diag)
{
	static struct seal_card card;
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	struct seal_token_info info;
	char *text = NULL;
	int error = seal_token_enrol_with(&seal_fido2_driver, &options.place, &options.plan,
					  &options.asker, &card, &token, diag);

	if (error)
		return error;
	seal_token_describe(token, &info);
	(void)show(NULL, &info);
	(void)printf("attested %d virtual %d rp %s %s\n", card.is_attested, card.is_virtual,
		     card.fido2.rp_id, card.fido2.signing_rp_id);
	error = seal_card_text(&card, &text, diag);
	if (!error)
		error = write_card(args[0], text, diag);
	free(text);
	return error;
}

/* Any further call goes straight to the driver. */
static int open_self(const char *path, void **out_self, struct seal_diag *diag)
{
	static struct seal_card card;
	int error = seal_card_read(path, &card, diag);

	return error ? error : seal_fido2_driver.open(&options.place, &card, out_self, diag);
}

static int do_open(char **args, struct seal_diag *diag)
{
	void *self = NULL;
	struct seal_token_info info;
	int error = open_self(args[0], &self, diag);

	if (!error) {
		seal_fido2_driver.describe(self, &info);
		(void)show(NULL, &info);
	}
	seal_fido2_driver.done(self);
	return error;
}

static int unwrap(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
		  struct seal_secret *file_key, struct seal_diag *diag)
{
	return seal_fido2_driver.unwrap(ctx, &options.asker, stanzas, count, file_key, diag);
}

static int open_file(const struct seal_age_identity *identity, const char *path,
		     struct seal_diag *diag)
{
	uint8_t *bytes = NULL;
	static uint8_t plain[4096];
	struct seal_mem_source in = {0};
	struct seal_mem_sink to = {.bytes = plain, .cap = sizeof plain};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&to);
	int error = seal_file_read(path, 65536, &bytes, &in.len, diag);

	in.bytes = bytes;
	if (!error)
		error = seal_age_open(identity, 1, &source, &sink, diag);
	if (!error)
		(void)fwrite(plain, 1, to.len, stdout);
	free(bytes);
	return error;
}

static int do_unwrap(char **args, struct seal_diag *diag)
{
	void *self = NULL;
	struct seal_age_identity identity = {.unwrap = unwrap};
	int error = open_self(args[0], &self, diag);

	identity.ctx = self;
	if (!error)
		error = open_file(&identity, args[1], diag);
	/* A second file with the same token: the PIN is not asked for again. */
	if (!error && args[2])
		error = open_file(&identity, args[2], diag);
	seal_fido2_driver.done(self);
	return error;
}

static int do_sign(char **args, struct seal_diag *diag)
{
	static struct seal_card card;
	struct seal_note_key key;
	uint8_t signature[1024];
	size_t len = 0;
	void *self = NULL;
	int error = open_self(args[0], &self, diag);

	if (!error)
		error = seal_fido2_driver.sign(self, &options.asker, args[1], strlen(args[1]),
					       signature, sizeof signature, &len, diag);
	seal_fido2_driver.done(self);
	if (!error)
		error = seal_card_read(args[0], &card, diag);
	if (!error)
		error = seal_card_note_key(&card, &key, diag);
	if (!error)
		error = key.verify(&key, args[1], strlen(args[1]), signature, len, diag);
	if (!error)
		(void)printf("signed %zu bytes\n", len);
	return error;
}

static int do_secret(char **args, struct seal_diag *diag)
{
	static const uint8_t salts[SEAL_FIDO2PRF_SALTS] = {1, [32] = 2};
	struct seal_secret *output SEAL_CLEANUP(seal_secret_freep) = NULL;
	char hex[2 * SEAL_FIDO2PRF_OUTPUT + 1];
	void *self = NULL;
	int error = open_self(args[0], &self, diag);
	struct seal_fido2_use use = {self, &options.asker};
	struct seal_fido2prf prf = seal_fido2_prf(&use);

	if (!error)
		error = seal_secret_new(SEAL_FIDO2PRF_OUTPUT, &output, diag);
	if (!error)
		error = prf.evaluate(prf.ctx, salts, output, diag);
	if (!error) {
		seal_hex(seal_secret_bytes(output), SEAL_FIDO2PRF_OUTPUT, hex);
		(void)puts(hex);
	}
	seal_fido2_driver.done(self);
	return error;
}

static int do_raw(char **args, struct seal_diag *diag)
{
	static struct seal_fido2prf_credential credential;
	struct seal_fido2_opener opener = {&options.place, &options.asker, &credential};
	struct seal_age_identity identity = seal_fido2_identity(&opener);
	uint8_t *text = NULL;
	size_t len = 0;
	int error = seal_file_read(args[0], 4096, &text, &len, diag);

	if (!error) {
		text[strcspn((char *)text, "\n")] = '\0';
		error = seal_fido2prf_parse((char *)text, &credential, diag);
	}
	free(text);
	return error ? error : open_file(&identity, args[1], diag);
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **args, struct seal_diag *diag);
} commands[] = {{"list", 0, do_list},	  {"enrol", 1, do_enrol}, {"open", 1, do_open},
		{"unwrap", 2, do_unwrap}, {"sign", 2, do_sign},	  {"secret", 1, do_secret},
		{"raw", 2, do_raw}};

static void on_alarm(int number)
{
	(void)number;
}

static void arm(void)
{
	struct sigaction action = {.sa_handler = on_alarm};

	if (options.alarm && sigaction(SIGALRM, &action, NULL) != 0)
		abort();
}

static int was_replugged(void *ctx, const struct seal_token_question *question, unsigned lost,
			 struct seal_diag *diag)
{
	(void)ctx;
	(void)diag;
	(void)fprintf(stderr, "replugged? lost %u tries %d\n", lost, question->tries_left);
	return SEAL_OK;
}

static int set_flag(int letter, char *value)
{
	struct seal_token_plan *plan = &options.plan;
	char *equals;

	switch (letter) {
	case 'n':
		return plan->no_attestation = 1;
	case '1':
		return options.asker.once = 1;
	case 'l':
		return options.asker.last_try = 1;
	case 'g':
		options.asker.replugged = was_replugged;
		return 1;
	case 's':
		return options.alarm = 1;
	case 'm':
		return sscanf(value, "%hhu.%hhu.%hhu", &plan->min_firmware[0],
			      &plan->min_firmware[1], &plan->min_firmware[2]) == 3;
	case 't':
		equals = strchr(value, '=');
		options.touch = (int)strtol(value, NULL, 10);
		options.at_touch = equals ? equals + 1 : "";
		return equals != NULL;
	default:
		return 0;
	}
}

static int set(int letter, char *value)
{
	switch (letter) {
	case 'd':
		options.devices[options.place.device_count++] = value;
		return options.place.device_count < MAX_DEVICES;
	case 'D':
		options.plan.device = value;
		return 1;
	case 'p':
		options.answers = fopen(value, "r");
		return options.answers != NULL;
	case 'r':
		options.place.roots = value;
		return 1;
	case 'i':
		options.plan.rp_id = value;
		return 1;
	default:
		return set_flag(letter, value);
	}
}

int main(int argc, char **argv)
{
	struct seal_diag diag = {0};
	char line[1024];
	int letter;

	options.place.devices = options.devices;
	options.plan.name = "alice";
	options.asker = (struct seal_token_asker){.secret = answer, .touch = touch};
	while ((letter = getopt(argc, argv, "d:D:p:r:i:m:t:n1lsg")) != -1)
		if (!set(letter, optarg))
			return 2;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		int error;

		if (optind >= argc || strcmp(argv[optind], commands[i].name) != 0 ||
		    argc - optind - 1 < commands[i].args)
			continue;
		arm();
		error = commands[i].run(argv + optind + 1, &diag);
		seal_diag_line(&diag, line, sizeof line);
		if (error)
			(void)fprintf(stderr, "error %s: %s\n", seal_error_name(error), line);
		return seal_error_exit(error);
	}
	return 2;
}
