/* Every allocation of reading and writing a roster fails in turn: an error, and
   nothing handed out. */

#include "rosters.h"

#include "faults.h"

static struct staff staff;
static struct seal_roster *first, *out;
static char *note, *text;
static size_t note_len;

static int read_note(void)
{
	return seal_roster_parse(note, note_len, &out, NULL);
}

static void none_read(int error)
{
	assert_int_equal(out != NULL, error == SEAL_OK);
	seal_roster_freep(&out);
}

static void reading(void **state)
{
	(void)state;
	fault_each(read_note, none_read);
}

static int write_text(void)
{
	return seal_roster_text(first, &text, NULL);
}

static void none_written(int error)
{
	assert_int_equal(text != NULL, error == SEAL_OK);
	free(text);
	text = NULL;
}

static void writing(void **state)
{
	(void)state;
	fault_each(write_text, none_written);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),
		cmocka_unit_test(writing),
	};
	const size_t who[] = {ADA, BEN};
	int failed;

	staff_init(&staff);
	first = SIGNED(&staff, roster_of(&staff), ADA);
	if (seal_roster_write(first, &text, NULL))
		return 1;
	note = sign_as(&staff, text, who, 2, &note_len);
	none_written(SEAL_OK);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	seal_roster_free(first);
	free(note);
	staff_done(&staff);
	return failed;
}
