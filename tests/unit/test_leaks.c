/* Which YubiKeys leak signing keys: YSA-2024-03's versions and models. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/encode.h"
#include "token/leaks.h"

static void versions(void **state)
{
	static const struct {
		uint8_t firmware[3];
		int leaks, bio_leaks;
	} rows[] = {{{4, 3, 5}, 1, 1}, {{5, 2, 4}, 1, 1},    {{5, 6, 255}, 1, 1},
		    {{5, 7, 0}, 0, 1}, {{5, 7, 1}, 0, 1},    {{5, 7, 2}, 0, 0},
		    {{6, 0, 0}, 0, 0}, {{5, 255, 255}, 0, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(seal_leaks_firmware(rows[i].firmware, 0), rows[i].leaks);
		assert_int_equal(seal_leaks_firmware(rows[i].firmware, 1), rows[i].bio_leaks);
	}
}

static void models(void **state)
{
	static const struct {
		const char *aaguid;
		int leaks;
	} rows[] = {
		{"cb69481e8ff7403993ec0a2729a154a8", 1}, {"ee882879721c491397753dfcce97072a", 1},
		{"73bb0cd4e50249b89c6fb59445bf720b", 1}, {"fa2b99dc9e3942578f924a30d23c4118", 1},
		{"2fc0579f811347eab116bb5a8db9202a", 1}, {"c1f9a0bc1dd2404ab27f8e29047a43fd", 1},
		{"c5ef55ffad9a4b9fb580adebafe026d0", 1}, {"8520342148f943559bc88a53846e5083", 1},
		{"d8522d9f575b486688a9ba99fa02f35b", 1}, {"7d1351a6e0974852b8bfc9ac5c9ce4a3", 1},
		{"f8a011f38c0a4d15800617111f9edc7d", 1}, {"b92c3f9ac0144056887f140a2501163b", 1},
		{"6d44ba9bf6ec2e49b9300c8fe920cb73", 1}, {"149a20218ef6413396b881f8d5b7f1f5", 1},
		{"a4e9fc6d4cbe4758b8ba37598bb5bbaa", 1}, {"0bb43545fd2c418587ddfeb0b2916ace", 1},
		{"a25342c03cdc44148e46f4807fca511c", 0}, /* YubiKey 5 NFC, 5.7 */
		{"90636e1fef8243bfbdcf5255f139d12f", 0}, /* Bio, multi-protocol, 5.7 */
		{"00000000000000000000000000000000", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t aaguid[16];
		size_t len = 0;

		assert_int_equal(seal_unhex(rows[i].aaguid, 32, aaguid, sizeof aaguid, &len, NULL),
				 SEAL_OK);
		assert_int_equal(seal_leaks_model(aaguid), rows[i].leaks);
	}
}

static void plans(void **state)
{
	struct seal_token_plan plan = {.name = "alice"};
	struct seal_diag diag = {0};
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	(void)state;
	assert_int_equal(seal_leaks_check(&plan, 0, &diag), SEAL_OK);
	assert_int_equal(seal_leaks_check(&plan, 1, &diag), SEAL_E_POLICY);
	seal_diag_line(&diag, line, sizeof line);
	assert_non_null(strstr(line, "--allow-leaking-firmware"));
	plan.allow_leaks = 1;
	assert_int_equal(seal_leaks_check(&plan, 1, &diag), SEAL_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),
		cmocka_unit_test(models),
		cmocka_unit_test(plans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
