/* Plain share lines, for scripts and for other tools that speak Vault's form. All
   that is secret here lives in locked memory, base64 text included. */

#include "share/lines.h"

#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "crypto/shamir.h"

#include "base/banned.h"

struct set {
	struct seal_secret *share[SEAL_SHAMIR_MAX];
	unsigned line[SEAL_SHAMIR_MAX];
	unsigned n;
};

static void set_done(struct set *set)
{
	for (unsigned i = 0; i < set->n; i++)
		seal_secret_free(set->share[i]);
}

static int check_policy(const struct seal_plain_policy *policy, struct seal_diag *diag)
{
	if (policy->shares < 2 || policy->shares > SEAL_SHAMIR_MAX)
		return seal_fail(diag, SEAL_E_USAGE, "%u shares: choose 2 to %u", policy->shares,
				 SEAL_SHAMIR_MAX);
	if (policy->threshold < 2)
		return seal_fail(diag, SEAL_E_USAGE, "a threshold of %u: choose 2 or more",
				 policy->threshold);
	if (policy->threshold > policy->shares)
		return seal_fail(diag, SEAL_E_USAGE, "a threshold of %u is above the %u shares",
				 policy->threshold, policy->shares);
	if (policy->threshold == policy->shares && !policy->allow_no_spare)
		return seal_fail(diag, SEAL_E_USAGE,
				 "%u of %u: one lost share would lose the secret; add a share, or "
				 "say --allow-no-spare",
				 policy->threshold, policy->shares);
	return SEAL_OK;
}

static int make_shares(const struct seal_plain_policy *policy, const struct seal_secret *secret,
		       struct set *set, struct seal_diag *diag)
{
	size_t len = seal_secret_len(secret);
	uint8_t x[SEAL_SHAMIR_MAX];
	uint8_t *to[SEAL_SHAMIR_MAX];
	int error = seal_shamir_pick_x(policy->shares, x, diag);

	for (unsigned i = 0; !error && i < policy->shares; i++) {
		error = seal_secret_new(len + 1, &set->share[i], diag);
		if (!error) {
			to[i] = seal_secret_data(set->share[i]);
			set->n++;
		}
	}
	if (!error)
		error = seal_shamir_split(seal_secret_bytes(secret), len, policy->threshold,
					  policy->shares, x, to, diag);
	if (!error)
		error = seal_shamir_check((const uint8_t *const *)to, len + 1, policy->threshold,
					  policy->shares, seal_secret_bytes(secret), diag);
	return error;
}

int seal_plain_split(const struct seal_plain_policy *policy, struct seal_source *source,
		     struct seal_sink *sink, struct seal_diag *diag)
{
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *line SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct set set SEAL_CLEANUP(set_done) = {0};
	size_t share_len;
	size_t text_len;
	int error = check_policy(policy, diag);

	if (!error)
		error = seal_secret_read_all(source, SEAL_SHAMIR_LEN, &secret, diag);
	if (!error)
		error = make_shares(policy, secret, &set, diag);
	if (error)
		return error;
	share_len = seal_secret_len(secret) + 1;
	text_len = SEAL_BASE64_LEN(share_len);
	error = seal_secret_new(text_len, &line, diag);
	for (unsigned i = 0; !error && i < set.n; i++) {
		char *text = (char *)seal_secret_data(line);

		seal_base64(SEAL_BASE64_PADDED, seal_secret_bytes(set.share[i]), share_len, text);
		text[text_len - 1] = '\n';
		error = sink->write(sink->ctx, seal_secret_bytes(line), text_len, diag);
	}
	return error;
}

static int take_line(struct set *set, const char *text, size_t len, unsigned number,
		     struct seal_diag *diag)
{
	struct seal_secret *share SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t got = 0;
	int error;

	if (len == 0)
		return SEAL_OK;
	if (set->n == SEAL_SHAMIR_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "over %u shares", SEAL_SHAMIR_MAX);
	error = seal_secret_new(len / 4 * 3 + 3, &share, diag);
	if (!error)
		error = seal_unbase64(SEAL_BASE64_PADDED, text, len, seal_secret_data(share),
				      seal_secret_len(share), &got, diag);
	if (!error && got < 2)
		error = seal_fail(diag, SEAL_E_FORMAT, "a share has two bytes or more");
	if (error)
		return seal_because(diag, error, "line %u", number);
	seal_secret_shrink(share, got);
	for (unsigned i = 0; i < set->n; i++) {
		if (seal_secret_len(set->share[i]) != got)
			return seal_fail(diag, SEAL_E_MISMATCH,
					 "lines %u and %u: shares of different lengths are not of "
					 "one set",
					 set->line[i], number);
		if (seal_secret_bytes(set->share[i])[got - 1] == seal_secret_bytes(share)[got - 1])
			return seal_fail(diag, SEAL_E_DUPLICATE,
					 "lines %u and %u: the same share, or two with one x",
					 set->line[i], number);
	}
	set->line[set->n] = number;
	set->share[set->n++] = seal_steal(&share);
	return SEAL_OK;
}

/* One line being gathered: as long as the longest share needs, and no longer. */
#define LINE_MAX_BYTES (SEAL_BASE64_LEN(SEAL_SHAMIR_LEN + 1) + 1)

struct gather {
	struct seal_secret *text;
	size_t len;
	unsigned number;
};

static void gather_done(struct gather *line)
{
	seal_secret_free(line->text);
}

static int gather_add(struct gather *line, const uint8_t *bytes, size_t len, struct seal_diag *diag)
{
	size_t cap = seal_secret_len(line->text);
	struct seal_secret *more = NULL;
	int error;

	if (len > LINE_MAX_BYTES - line->len)
		return seal_fail(diag, SEAL_E_TOOLONG, "line %u: longer than any share",
				 line->number);
	if (line->len + len > cap) {
		while (cap < line->len + len)
			cap *= 2;
		error = seal_secret_new(cap, &more, diag);
		if (error)
			return error;
		memcpy(seal_secret_data(more), seal_secret_bytes(line->text), line->len);
		seal_secret_free(line->text);
		line->text = more;
	}
	memcpy(seal_secret_data(line->text) + line->len, bytes, len);
	line->len += len;
	return SEAL_OK;
}

static int gather_end(struct gather *line, struct set *set, struct seal_diag *diag)
{
	const char *text = (const char *)seal_secret_bytes(line->text);
	size_t len = line->len;

	if (len > 0 && text[len - 1] == '\r')
		len--;
	line->len = 0;
	return take_line(set, text, len, line->number++, diag);
}

/* Line by line: the lines of one set may together be longer than one secret. */
static int take_lines(struct set *set, struct seal_source *source, struct seal_diag *diag)
{
	struct seal_secret *chunk SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct gather line SEAL_CLEANUP(gather_done) = {.number = 1};
	size_t got = 1;
	int error = seal_secret_new(4096, &line.text, diag);

	if (!error)
		error = seal_secret_new(65536, &chunk, diag);
	while (!error && got > 0) {
		const uint8_t *at;

		error = seal_read_full(source, seal_secret_data(chunk), 65536, &got, diag);
		at = seal_secret_bytes(chunk);
		for (size_t left = error ? 0 : got; !error && left > 0;) {
			const uint8_t *end = memchr(at, '\n', left);
			size_t len = end ? (size_t)(end - at) : left;

			error = gather_add(&line, at, len, diag);
			if (!error && end)
				error = gather_end(&line, set, diag);
			len += end ? 1 : 0;
			at += len;
			left -= len;
		}
	}
	return error ? error : gather_end(&line, set, diag);
}

int seal_plain_combine(struct seal_source *source, struct seal_sink *sink, struct seal_diag *diag)
{
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct set set SEAL_CLEANUP(set_done) = {0};
	const uint8_t *from[SEAL_SHAMIR_MAX];
	size_t len;
	int error = take_lines(&set, source, diag);

	if (!error && set.n < 2)
		error = seal_fail(diag, SEAL_E_QUORUM, "%u share: two or more are needed", set.n);
	if (error)
		return error;
	for (unsigned i = 0; i < set.n; i++)
		from[i] = seal_secret_bytes(set.share[i]);
	len = seal_secret_len(set.share[0]);
	error = seal_secret_new(len - 1, &secret, diag);
	if (!error)
		error = seal_shamir_combine(from, len, set.n, seal_secret_data(secret), diag);
	return error ? error : sink->write(sink->ctx, seal_secret_bytes(secret), len - 1, diag);
}
