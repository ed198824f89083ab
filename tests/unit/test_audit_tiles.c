/* Tiles: their names are those of C2SP tlog-tiles.md; and the lines that they tell to have been
   changed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "audit/tiles.h"
#include "audit_keys.h"
#include "audit_log.h"
#include "base/json.h"

#define MANY 600u

static char tiles_dir[80];

static int setup(void **state)
{
	char path[128];

	(void)state;
	seal_json_setup();
	audit_keys_init(LOG_TIME);
	log_setup();
	(void)snprintf(tiles_dir, sizeof tiles_dir, "%s/tiles", log_folder);
	assert_int_equal(mkdir(tiles_dir, 0700), 0);
	(void)snprintf(path, sizeof path, "%s/tile", tiles_dir);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof path, "%s/tile/0", tiles_dir);
	assert_int_equal(mkdir(path, 0700), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_teardown();
	audit_keys_done();
	return 0;
}

static void names(void **state)
{
	static const struct {
		uint64_t index, size;
		const char *want;
	} rows[] = {
		{0, 256, "tile/0/000"},
		{0, 70000, "tile/0/000"},
		{69999, 70000, "tile/0/273.p/112"},
		{69887, 70000, "tile/0/272"},
		{0, 1, "tile/0/000.p/1"},
		{255, 255, "tile/0/000.p/255"},
		{UINT64_C(1234067) * 256, UINT64_C(1) << 40, "tile/0/x001/x234/067"},
		{UINT64_C(1000) * 256 + 255, UINT64_C(1001) * 256, "tile/0/x001/000"},
		{INT64_MAX - 1, INT64_MAX, "tile/0/x036/x028/x797/x018/x963/967.p/255"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[SEAL_TILE_PATH];

		seal_tile_path(rows[i].index, rows[i].size, path);
		assert_string_equal(path, rows[i].want);
	}
}

/* A log of MANY lines, its tiles and its head; `now` says what a line is in the log as it is. */
static char *many_line(unsigned i)
{
	char *text = NULL;

	assert_true(
		asprintf(&text,
			 "{\"time\":\"2026-11-18T09:00:00Z\",\"type\":\"step\",\"seq\":%u,\"n\":"
			 "\"%u\"}",
			 i + 1, i * 7) > 0);
	return text;
}

static void put_tile(uint64_t first, uint64_t size, const uint8_t *hashes, size_t count)
{
	char name[SEAL_TILE_PATH], path[160];
	char *part;
	FILE *out;

	seal_tile_path(first, size, name);
	(void)snprintf(path, sizeof path, "%s/%s", tiles_dir, name);
	part = strstr(path, ".p/");
	if (part) {
		part[2] = '\0';
		(void)mkdir(path, 0700);
		part[2] = '/';
	}
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(hashes, SEAL_MERKLE_HASH, count, out), count);
	assert_int_equal(fclose(out), 0);
}

static void make_many(void)
{
	static uint8_t hashes[MANY][SEAL_MERKLE_HASH];
	struct seal_checkpoint head = {.origin = "vault.example/log", .size = MANY};
	struct seal_merkle tree = {0};
	FILE *out = fopen(log_path, "w");
	size_t len = 0;
	char *note;

	for (unsigned i = 0; i < MANY; i++) {
		char *text = many_line(i);

		seal_merkle_leaf(text, strlen(text), hashes[i]);
		assert_int_equal(seal_merkle_add(&tree, 0, hashes[i], NULL), SEAL_OK);
		assert_true(out && fprintf(out, "%s\n", text) > 0);
		free(text);
	}
	assert_int_equal(fclose(out), 0);
	seal_merkle_root(&tree, head.root);
	note = head_of(&head, 1, &len);
	log_put(log_head_path[LOG_HEADS - 1], note);
	free(note);
	for (unsigned i = 0; i < MANY; i += SEAL_TILE_HASHES)
		put_tile(i, MANY, hashes[i],
			 MANY - i < SEAL_TILE_HASHES ? MANY - i : SEAL_TILE_HASHES);
}

/* Puts c into the n-th line of the log. */
static void change(unsigned n, char c)
{
	FILE *file = fopen(log_path, "r+");
	char text[256];

	assert_non_null(file);
	while (n-- > 0)
		assert_non_null(fgets(text, sizeof text, file));
	assert_int_equal(fseek(file, -4, SEEK_CUR), 0);
	assert_int_equal(fputc(c, file), c);
	assert_int_equal(fclose(file), 0);
}

static void says(const char *want)
{
	struct seal_verify job = {.strict = 1, .tiles = tiles_dir};
	struct seal_verify_report report = {0};
	struct log_findings findings;
	int error = log_verify(&job, &findings, &report);

	assert_string_equal(findings.text, want);
	assert_int_equal(error, *want ? SEAL_E_VERIFY : SEAL_OK);
}

#define SOME                                                                                 \
	"log.checkpoint:0 one or more of lines 1 to 600 of the log are not those that were " \
	"signed\n"

static void changed_lines_are_named(void **state)
{
	char path[160], moved[160];

	(void)state;
	make_many();
	says("");
	change(7, 'x');
	change(300, 'x');
	change(600, 'x');
	says(SOME "log:7 is not the line that was signed\nlog:300 is not the line that was signed\n"
		  "log:600 is not the line that was signed\n");
	/* The tiles of a log that has grown serve, too. */
	(void)snprintf(path, sizeof path, "%s/tile/0/002.p/88", tiles_dir);
	(void)snprintf(moved, sizeof moved, "%s/tile/0/002", tiles_dir);
	assert_int_equal(rename(path, moved), 0);
	says(SOME "log:7 is not the line that was signed\nlog:300 is not the line that was signed\n"
		  "log:600 is not the line that was signed\n");
	for (unsigned i = 10; i < 40; i++)
		change(i, 'y');
	{
		struct seal_verify job = {.tiles = tiles_dir};
		struct seal_verify_report report = {0};
		struct log_findings findings;

		assert_int_equal(log_verify(&job, &findings, &report), SEAL_E_VERIFY);
		assert_int_equal(findings.count, 22);
		assert_non_null(strstr(findings.text,
				       "tiles:0 13 more lines are not those that were signed\n"));
	}
}

/* Tiles that somebody has changed, too, tell nothing; nor do such as are not there. */
static void tiles_that_tell_nothing(void **state)
{
	char path[160], want[512];
	FILE *file;

	(void)state;
	make_many();
	change(7, 'x');
	(void)snprintf(path, sizeof path, "%s/tile/0/001", tiles_dir);
	file = fopen(path, "r+");
	assert_int_equal(fputc(1, file), 1);
	assert_int_equal(fclose(file), 0);
	(void)snprintf(want, sizeof want,
		       SOME
		       "tiles:0 tiles cannot tell which lines they are: %s: do not lead to the "
		       "checkpoint\n",
		       tiles_dir);
	says(want);
	assert_int_equal(truncate(path, 8191), 0);
	(void)snprintf(want, sizeof want,
		       SOME "tiles:0 tiles cannot tell which lines they are: %s: 8191 bytes, not "
			    "8192\n",
		       path);
	says(want);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(want, sizeof want,
		       SOME "tiles:0 tiles cannot tell which lines they are: %s: No such file or "
			    "directory\n",
		       path);
	says(want);
}

static void clean(void **state)
{
	static const char *const names[] = {
		"tile/0/000",	"tile/0/001", "tile/0/002", "tile/0/002.p/88",
		"tile/0/002.p", "tile/0",     "tile",	    ""};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[160];

		(void)snprintf(path, sizeof path, "%s/%s", tiles_dir, names[i]);
		(void)remove(path);
	}
	assert_int_not_equal(access(tiles_dir, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(changed_lines_are_named),
		cmocka_unit_test(tiles_that_tell_nothing),
		cmocka_unit_test(clean),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
