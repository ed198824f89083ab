/* The table of drivers. A new one is one line here (HACKING.md, "A token"). */

#include <stddef.h>

#include "token/fido2.h"
#include "token/passphrase.h"
#include "token/piv.h"
#include "token/token_internal.h"

#include "base/banned.h"

static const struct seal_token_driver *const drivers[] = {
	&seal_piv_driver,
	&seal_fido2_driver,
	&seal_passphrase_driver,
};

const struct seal_token_driver *seal_token_registered(size_t i)
{
	return i < sizeof drivers / sizeof drivers[0] ? drivers[i] : NULL;
}

const struct seal_token_driver *seal_token_driver(enum seal_card_kind kind)
{
	for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
		if (drivers[i]->kind == kind)
			return drivers[i];
	return NULL;
}
