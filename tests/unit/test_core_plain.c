/* The core with plain shares: what a Vault client sees from a first start on. */

#include "core_room.h"

static void first_start(void **state)
{
	struct core_room room;
	char *token;

	(void)state;
	core_room_init(&room, 1);
	token = core_bootstrap(&room);
	assert_non_null(token);
	free(token);
	core_expect(&room, 501, "\"initialized\":false", "GET", "/v1/sys/health", NULL, NULL);
	core_expect(&room, 200, "\"storage_type\":\"sqlite\"", "GET", "/v1/sys/seal-status", NULL,
		    NULL);
	core_room_done(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
