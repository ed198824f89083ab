/* The options of seal-open. A repeated option is refused: no argument may win
   silently over an earlier one. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seal-open.h"

#include "base/banned.h"

enum { RAW = 256, FD, JSON, HELP, VERSION, KINDS };

static const struct option table[] = {
	{"raw", no_argument, NULL, RAW},
	{"identity", required_argument, NULL, 'i'},
	{"passphrase-fd", required_argument, NULL, FD},
	{"json", no_argument, NULL, JSON},
	{"help", no_argument, NULL, HELP},
	{"version", no_argument, NULL, VERSION},
	{NULL, 0, NULL, 0},
};

static int usage(const char *what, const char *why)
{
	(void)fprintf(stderr, "seal-open: %s: %s (see --help)\n", what, why);
	return -1;
}

static int take_fd(struct options *options, const char *text)
{
	char *end = NULL;
	long fd = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || fd > 65535)
		return usage("--passphrase-fd", "not a descriptor number");
	options->passphrase_fd = (int)fd;
	return 0;
}

static int take(struct options *options, int kind)
{
	switch (kind) {
	case RAW:
		options->raw = 1;
		return 0;
	case JSON:
		options->json = 1;
		return 0;
	case HELP:
		options->help = 1;
		return 0;
	case VERSION:
		options->version = 1;
		return 0;
	case FD:
		return take_fd(options, optarg);
	case 'i':
		if (options->files == IDENTITY_FILES)
			return usage("--identity", "given too often");
		options->identity[options->files++] = optarg;
		return 0;
	default:
		return usage("options", "unknown, or without its argument");
	}
}

int options_read(struct options *options, int argc, char **argv)
{
	int seen[KINDS] = {0};
	int kind;

	opterr = 0;
	while ((kind = getopt_long(argc, argv, "+i:", table, NULL)) != -1) {
		if (kind == '?' || kind == ':')
			return usage(argv[optind - 1], "unknown option, or without its argument");
		if (kind > 255 && seen[kind]++)
			return usage(argv[optind - 1], "option given twice");
		if (take(options, kind) != 0)
			return -1;
	}
	if (options->help || options->version)
		return 0;
	if (argc - optind > 1)
		return usage(argv[optind + 1], "only one file can be opened");
	options->file = argv[optind];
	if (!options->raw)
		return usage("--raw", "missing: opening with a token is not in this version");
	if (options->files == 0 && options->passphrase_fd < 0)
		return usage("options", "neither --identity nor --passphrase-fd is given");
	if (options->passphrase_fd == 0 && !options->file)
		return usage("--passphrase-fd", "0 is the file that is to be opened");
	return 0;
}
