/* The frame of every tool: printing and exit codes in one place. */

#include "tool.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/harden.h"
#include "base/json.h"
#include "ceremony/busy.h"

#include "base/banned.h"

#define HELP_BYTES 4096

static int stdout_taken;

/* What the handler writes: composed before, as it may not do so. */
static struct {
	char line[512], json[64];
	int json_fd; /* -1: none */
} stop = {.json_fd = -1};

void tool_report_to_stderr(void)
{
	stdout_taken = 1;
	if (stop.json_fd >= 0)
		stop.json_fd = STDERR_FILENO;
}

static void write_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t did = write(fd, text, len);

		if (did <= 0)
			return;
		text += did;
		len -= (size_t)did;
	}
}

static void on_stop(int number SEAL_UNUSED)
{
	seal_line_end();
	write_all(STDERR_FILENO, stop.line);
	if (stop.json_fd >= 0)
		write_all(stop.json_fd, stop.json);
	_exit(seal_error_exit(SEAL_E_INTERRUPTED));
}

static FILE *json_stream(const struct tool *tool)
{
	return tool->details && !stdout_taken ? stdout : stderr;
}

static void set_stop(const struct tool *tool)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action = {.sa_handler = on_stop};

	(void)snprintf(stop.line, sizeof stop.line, "%s: stopped: %s\n", tool->table.name,
		       tool->stopped);
	(void)snprintf(stop.json, sizeof stop.json, "{\"result\":\"%s\",\"exit\":%d}\n",
		       seal_error_name(SEAL_E_INTERRUPTED), seal_error_exit(SEAL_E_INTERRUPTED));
	if (*tool->json)
		stop.json_fd = fileno(json_stream(tool));
	(void)sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct sigaction before;

		if (sigaction(ends[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			(void)sigaction(ends[i], &action, NULL);
	}
}

/* {"result":"OK","exit":0} and the members of what run left. */
static void report_json(const struct tool *tool, FILE *out, int error)
{
	const char *details = tool->details && *tool->details ? *tool->details : "{}";

	(void)fprintf(out, "{\"result\":\"%s\",\"exit\":%d%s%s\n", seal_error_name(error),
		      seal_error_exit(error), details[1] == '}' ? "" : ",", details + 1);
}

/* The file, before a line that does not name it, what is in it, or what else it is about. */
static void print_line(const char *name, const char *file, const char *line)
{
	int named =
		file && ((strncmp(line, file, strlen(file)) == 0 &&
			  strchr(":/", line[strlen(file)]) != NULL) ||
			 strncmp(line, "https://", 8) == 0 || strncmp(line, "stdout: ", 8) == 0);

	(void)fprintf(stderr, "%s: %s%s%s\n", name, file && !named ? file : "",
		      file && !named ? ": " : "", line);
}

/* An answer that did not arrive (a full disk, a closed pipe) is no success. */
static int arrived(int error, struct seal_diag *diag)
{
	int failed = fflush(stdout) != 0 || ferror(stdout);

	return failed && !error ? seal_fail_errno(diag, SEAL_E_IO, "stdout") : error;
}

static int report(const struct tool *tool, const char *file, int error, struct seal_diag *diag)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	FILE *json = *tool->json ? json_stream(tool) : NULL;

	if (tool->stopped)
		seal_busy(NULL);
	stop.json_fd = -1;
	if (json == stdout)
		report_json(tool, json, error);
	error = arrived(error, diag);
	if (error == SEAL_E_INTERRUPTED && tool->stopped) {
		(void)fputs(stop.line, stderr);
	} else if (error) {
		seal_diag_line(diag, line, sizeof line);
		print_line(tool->table.name, file, line[0] ? line : seal_error_text(error));
	}
	/* Among other words on stderr it is found as the last line. */
	if (json == stderr)
		report_json(tool, json, error);
	return seal_error_exit(error);
}

static int answer(const struct tool *tool, int asked, struct seal_diag *diag)
{
	char text[HELP_BYTES];
	int error = SEAL_OK;

	if (asked == 'h')
		error = seal_options_help(&tool->table, text, sizeof text, diag);
	else
		(void)snprintf(text, sizeof text, "%s %s\n", tool->table.name, SEAL_VERSION);
	if (!error)
		(void)fputs(text, stdout);
	return error;
}

int tool_main(const struct tool *tool, void *values, int argc, char **argv)
{
	struct seal_diag diag = {0};
	const char *file = NULL;
	int first = argc;
	int asked = 0;
	int error = seal_process_harden(&diag);

	seal_json_setup();
	if (!error)
		error = seal_options_read(&tool->table, argc, argv, values, &first, &asked, &diag);
	if (!error && asked)
		return report(tool, NULL, answer(tool, asked, &diag), &diag);
	if (!error && tool->stopped)
		set_stop(tool);
	if (!error && first < argc)
		file = argv[first];
	if (!error)
		error = tool->run(values, file, &diag);
	return report(tool, argc - first > 1 ? NULL : file, error, &diag);
}
