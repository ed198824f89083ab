/* What tools say of cards that nothing attests. */

#include "confirm.h"

#include <stdio.h>
#include <unistd.h>

#include "base/banned.h"

static void name(const struct seal_card *card, size_t *count)
{
	if (!card->is_attested)
		(void)fprintf(stderr, "%s%s", (*count)++ ? ", " : "", card->name);
}

void confirm_warn(const char *tool, const struct seal_cards *cards, const struct seal_card *extra)
{
	int red = isatty(STDERR_FILENO);
	size_t count = extra && !extra->is_attested;

	for (size_t i = 0; i < cards->count; i++)
		count += !cards->list[i].is_attested;
	if (count == 0)
		return;
	(void)fprintf(stderr, "%s%s: NOT ATTESTED, may be keys in software: the cards of ",
		      red ? "\033[1;31m" : "", tool);
	count = 0;
	for (size_t i = 0; i < cards->count; i++)
		name(&cards->list[i], &count);
	if (extra)
		name(extra, &count);
	(void)fprintf(stderr, "%s\n", red ? "\033[0m" : "");
}
