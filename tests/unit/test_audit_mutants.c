/* A log that somebody has changed. Each mutant of a sample log and its checkpoints must be
   reported: bits, lines deleted, repeated, swapped, appended, renumbered, the tail cut, history
   rewritten under other keys, signatures taken away or by others. SEAL_MUTANTS says how many,
   SEAL_SEED from which seed on; a mutant that passes names its seed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "audit_keys.h"
#include "audit_log.h"
#include "base/json.h"

static struct audit_log good;
static uint64_t state;

static uint64_t below(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % n;
}

static int setup(void **unused)
{
	(void)unused;
	seal_json_setup();
	audit_keys_init(LOG_TIME);
	log_setup();
	log_make(&good);
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	log_done(&good);
	log_teardown();
	audit_keys_done();
	return 0;
}

static void flip(char *text, size_t len)
{
	size_t at = below(len);

	text[at] = (char)((unsigned char)text[at] ^ 1u << below(8));
}

static void take_out(struct audit_log *log, size_t i)
{
	free(log->line[i]);
	memmove(&log->line[i], &log->line[i + 1], (log->count - i - 1) * sizeof log->line[0]);
	log->count--;
}

static void put_in(struct audit_log *log, size_t i, char *line)
{
	memmove(&log->line[i + 1], &log->line[i], (log->count - i) * sizeof log->line[0]);
	log->line[i] = line;
	log->count++;
}

/* Numbers and times as if nothing had been. */
static void renumber(struct audit_log *log)
{
	for (size_t i = 0; i < log->count; i++) {
		char *at = strstr(log->line[i], "\"seq\":");
		char *rest = at + 6 + strspn(at + 6, "0123456789");
		char *made = NULL;

		assert_true(asprintf(&made, "%.*s%zu%s", (int)(at + 6 - log->line[i]), log->line[i],
				     i + 1, rest) > 0);
		free(log->line[i]);
		log->line[i] = made;
	}
}

/* A head's n-th signature line: where it begins and ends. */
static char *signature_of(char *head, size_t n, char **out_end)
{
	char *at = strstr(head, "\n\n") + 2;

	while (n-- > 0)
		at = strchr(at, '\n') + 1;
	*out_end = strchr(at, '\n') + 1;
	return at;
}

/* The same head and history by other keys of the same names. */
static void sign_by_others(struct audit_log *log, int all)
{
	const struct audit_keys own = keys;
	struct audit_log other;

	audit_keys_init(LOG_TIME);
	log_copy(log, &other);
	log_sign(&other);
	if (all) {
		for (size_t k = 0; k < LOG_HEADS; k++) {
			char *old = log->head[k];

			log->head[k] = other.head[k];
			other.head[k] = old;
		}
	} else {
		size_t k = below(LOG_HEADS);
		size_t n = below(KEYS);
		char *end, *other_end, *made = NULL;
		char *at = signature_of(log->head[k], n, &end);
		const char *by = signature_of(other.head[k], n, &other_end);
		int add = below(2) != 0; /* beside it, or in its place */

		assert_true(asprintf(&made, "%.*s%.*s%s", (int)(at - log->head[k]), log->head[k],
				     (int)(other_end - by), by, add ? at : end) > 0);
		free(log->head[k]);
		log->head[k] = made;
	}
	log_done(&other);
	audit_keys_done();
	keys = own;
}

static const char *mutate_lines(struct audit_log *log, unsigned kind)
{
	size_t i = below(log->count);
	size_t k = below(log->count);
	char *line;

	switch (kind) {
	case 0:
		flip(log->line[i], strlen(log->line[i]));
		return "bit of a line";
	case 1:
		take_out(log, i);
		return "line deleted";
	case 2:
		put_in(log, k, strdup(log->line[i]));
		return "line repeated";
	case 3:
		line = log->line[i];
		k = i == k ? (i + 1) % log->count : k;
		log->line[i] = log->line[k];
		log->line[k] = line;
		return "lines swapped";
	case 4:
		put_in(log, log->count, log_line((unsigned)log->count, log->count + 1));
		return "line appended";
	case 5:
		for (size_t n = 1 + below(log->count - 1); n > 0; n--)
			take_out(log, log->count - 1);
		return "tail cut";
	case 6:
		take_out(log, i);
		renumber(log);
		return "line deleted, the others renumbered";
	case 7:
		put_in(log, i, log_line((unsigned)i, i + 1));
		renumber(log);
		return "line slipped in, the others renumbered";
	default:
		line = log->line[log->count - 1];
		(void)snprintf(log->tail, sizeof log->tail, "%.*s", (int)(1 + below(60)), line);
		take_out(log, log->count - 1);
		return "cut in mid-line";
	}
}

static const char *mutate_heads(struct audit_log *log, unsigned kind)
{
	size_t k = below(LOG_HEADS);
	char *end, *at, *head = log->head[k];

	switch (kind) {
	case 0:
		flip(head, strlen(head));
		return "bit of a checkpoint";
	case 1:
		at = signature_of(head, below(KEYS), &end);
		memmove(at, end, strlen(end) + 1);
		return "signature taken away";
	case 2:
		sign_by_others(log, 0);
		return "signature by another";
	case 3:
		free(log->head[k]);
		log->head[k] = NULL;
		return "checkpoint taken away";
	case 4:
		/* History anew: another line, whole and well signed, but by whom? */
		at = strstr(log->line[k], "\"seq\":");
		at[-2] = at[-2] == 'x' ? 'y' : 'x';
		sign_by_others(log, 1);
		return "history rewritten";
	default:
		at = strstr(head, "\n\n");
		free(log->head[(k + 1) % LOG_HEADS]);
		log->head[(k + 1) % LOG_HEADS] = strdup(head);
		return "checkpoint in place of another";
	}
}

static const char *mutate(struct audit_log *log)
{
	/* Bits, the largest kind, most often. */
	unsigned kind = (unsigned)below(24);

	if (kind < 9)
		return mutate_lines(log, kind);
	if (kind < 15)
		return mutate_heads(log, kind - 9);
	return kind < 21 ? mutate_lines(log, 0) : mutate_heads(log, 0);
}

static void sample_is_good(void **unused)
{
	struct seal_verify job = {.strict = 1, .now = LOG_TIME + 100};
	struct seal_verify_report report = {0};
	struct log_findings findings;

	(void)unused;
	log_write(&good);
	if (log_verify(&job, &findings, &report) != SEAL_OK)
		fail_msg("%s", findings.text);
	assert_int_equal(report.proved, LOG_LINES);
}

static void every_mutant_is_reported(void **unused)
{
	const char *asked = getenv("SEAL_MUTANTS");
	const char *seed = getenv("SEAL_SEED");
	uint64_t from = seed ? strtoull(seed, NULL, 10) : 1;
	uint64_t count = asked ? strtoull(asked, NULL, 10) : 1000;

	(void)unused;
	for (uint64_t n = from; n < from + count; n++) {
		struct seal_verify job = {.strict = 1, .now = LOG_TIME + 100, .threads = 1};
		struct seal_verify_report report = {0};
		struct log_findings findings;
		struct audit_log log;
		const char *what;

		state = n * UINT64_C(0x9e3779b97f4a7c15);
		log_copy(&good, &log);
		what = mutate(&log);
		log_write(&log);
		if (log_verify(&job, &findings, &report) != SEAL_E_VERIFY || !findings.count)
			fail_msg("%s passed: SEAL_SEED=%llu SEAL_MUTANTS=1", what,
				 (unsigned long long)n);
		if (seed)
			print_message("%s: %s", what, findings.text);
		log_done(&log);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sample_is_good),
		cmocka_unit_test(every_mutant_is_reported),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
