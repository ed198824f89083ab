/* The root token's file in the state folder: it is of the set that is there, or gone. A kill
   between an init's steps, or before the last of a proof's, leaves others. */

#include "core_submit.h"

#include <glob.h>

#define OLD "0123456789abcdef0123456789abcdef"

static const char *root_file(const struct people *people, const char *set)
{
	static char path[192];

	(void)snprintf(path, sizeof path, "%s/root-token-%s.age", people->room.state, set);
	return path;
}

static void put_file(const struct people *people, const char *set)
{
	FILE *file = fopen(root_file(people, set), "w");

	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
}

static int is_there(const struct people *people, const char *set)
{
	return access(root_file(people, set), F_OK) == 0;
}

static size_t count_files(const struct people *people)
{
	glob_t found = {0};
	size_t count = glob(root_file(people, "*"), 0, NULL, &found) ? 0 : found.gl_pathc;

	globfree(&found);
	return count;
}

static void restart(struct people *people)
{
	core_stop(&people->room);
	core_start(&people->room);
}

static void others_go_with_the_next_set(void **state)
{
	struct people people;

	(void)state;
	people_init(&people, 0);
	put_file(&people, OLD);
	/* Nothing is lost where the store may come back. */
	restart(&people);
	assert_true(is_there(&people, OLD));
	init_people(&people, 3);
	assert_false(is_there(&people, OLD));
	init_people(&people, 3);
	assert_int_equal(count_files(&people), 1);
	people_done(&people);
}

static void others_go_at_a_start(void **state)
{
	struct people people;

	(void)state;
	people_init(&people, 0);
	init_people(&people, 3);
	put_file(&people, OLD);
	put_file(&people, "of-a-person");
	restart(&people);
	assert_false(is_there(&people, OLD));
	assert_true(is_there(&people, "of-a-person"));
	assert_int_equal(count_files(&people), 2);
	core_expect(&people.room, 200, "\"root_token_file\":\"-----BEGIN", "GET",
		    "/v1/sys/sealkit/shares", people.bootstrap, NULL);
	people_done(&people);
}

/* A set that is there is no failure, and neither is a start, for what cannot be removed. */
static void one_that_stays(void **state)
{
	struct people people;

	(void)state;
	people_init(&people, 0);
	assert_int_equal(mkdir(root_file(&people, OLD), 0700), 0);
	init_people(&people, 3);
	restart(&people);
	assert_int_equal(count_files(&people), 2);
	assert_int_equal(rmdir(root_file(&people, OLD)), 0);
	people_done(&people);
}

static void it_goes_when_all_have_proved(void **state)
{
	struct people people;
	struct submission submission;
	const char *set = submission.set;

	(void)state;
	people_init(&people, 0);
	init_people(&people, 3);
	submission = submission_key(&people.room);
	assert_true(is_there(&people, set));
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(give(&people, i, i == 2 ? 0 : (int)i + 1), i == 2);
	restart(&people);
	assert_true(is_there(&people, set));
	for (size_t i = 2; i < 5; i++)
		assert_int_equal(give(&people, i, i == 4 ? 0 : (int)i - 1), i == 4);
	assert_false(is_there(&people, set));
	put_file(&people, set);
	restart(&people);
	assert_false(is_there(&people, set));
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_go_with_the_next_set),
		cmocka_unit_test(others_go_at_a_start),
		cmocka_unit_test(one_that_stays),
		cmocka_unit_test(it_goes_when_all_have_proved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
