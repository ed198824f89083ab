/* What tools say of cards that people should know of, where nobody was asked. */

#include "confirm.h"

#include <stdio.h>
#include <unistd.h>

#include "token/leaks.h"

#include "base/banned.h"

static int is_unproved(const struct seal_card *card)
{
	return !card->is_attested;
}

static int has_unknown_puk(const struct seal_card *card)
{
	return card->piv.puk_unknown;
}

static const struct {
	int (*is_so)(const struct seal_card *card);
	const char *text;
} faults[] = {
	{is_unproved, "NOT ATTESTED, may be keys in software"},
	{seal_leaks_card,
	 "OLD FIRMWARE, who opens the token can read its signing key (YSA-2024-03)"},
	{has_unknown_puk, "PUK NOT PROVED, may be the factory's"},
};

static void name(const struct seal_card *card, size_t which, size_t *count)
{
	if (faults[which].is_so(card))
		(void)fprintf(stderr, "%s%s", (*count)++ ? ", " : "", card->name);
}

static void warn(const char *tool, size_t which, const struct seal_cards *cards,
		 const struct seal_card *extra)
{
	int red = isatty(STDERR_FILENO);
	size_t count = extra && faults[which].is_so(extra);

	for (size_t i = 0; i < cards->count; i++)
		count += faults[which].is_so(&cards->list[i]) != 0;
	if (count == 0)
		return;
	(void)fprintf(stderr, "%s%s: %s: the cards of ", red ? "\033[1;31m" : "", tool,
		      faults[which].text);
	count = 0;
	for (size_t i = 0; i < cards->count; i++)
		name(&cards->list[i], which, &count);
	if (extra)
		name(extra, which, &count);
	(void)fprintf(stderr, "%s\n", red ? "\033[0m" : "");
}

void confirm_warn(const char *tool, const struct seal_cards *cards, const struct seal_card *extra)
{
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		warn(tool, i, cards, extra);
}
