#ifndef SEALKIT_BASE_OPTIONS_H
#define SEALKIT_BASE_OPTIONS_H

#include <stddef.h>

#include "diag.h"

/* Options of a tool as a static table; its --help is made from it, and the man
   page is checked against that. Names match
   exactly (an abbreviation would change its meaning when an option is added); an
   option given twice is refused, so that none wins over an earlier one in
   silence. `--` ends the options. Nothing secret may be an argument. */

enum seal_option_kind {
	SEAL_OPTION_FLAG,   /* int: set to 1 */
	SEAL_OPTION_TEXT,   /* const char *: points into argv */
	SEAL_OPTION_NUMBER, /* int: 0 to 1000000, decimal */
	SEAL_OPTION_LIST,   /* struct seal_option_list: may be repeated */
};

struct seal_option_list {
	const char *value[16];
	size_t count;
};

struct seal_option {
	const char *name; /* without dashes; NULL ends the table */
	char letter;	  /* 0: none */
	enum seal_option_kind kind;
	size_t offset;	      /* of the field in the caller's struct */
	const char *argument; /* its word in --help, NULL for a flag */
	const char *help;
};

struct seal_tool {
	const char *name, *synopsis, *purpose;
	const struct seal_option *options;
	size_t max_files; /* arguments that are no options */
};

/* Fills the fields of *values; files stay in argv, from *out_first on. *out_asked:
   'h' for --help, 'v' for --version, which every tool has, else 0; the caller
   answers. SEAL_E_USAGE names the option as it was written. */
SEAL_MUST_CHECK int seal_options_read(const struct seal_tool *tool, int argc, char **argv,
				      void *values, int *out_first, int *out_asked,
				      struct seal_diag *diag);

/* The text of --help, NUL-terminated; SEAL_E_TOOLONG if cap is too small. */
SEAL_MUST_CHECK int seal_options_help(const struct seal_tool *tool, char *out, size_t cap,
				      struct seal_diag *diag);

#endif
