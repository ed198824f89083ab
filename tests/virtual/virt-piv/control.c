/* The control line: a UNIX socket, one command a connection, answered by `ok` or `error WHY`. */
#include "vp.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char help[] = "pull | insert | pull-before INS N | pull-after INS N | garbage INS N | "
			   "cut INS N | status INS SW N | "
			   "touch-mode auto|refuse|wait | touch | slow MS | serial N | block-pin | "
			   "block-puk | pin-left N | "
			   "log FILE | ready | clear | ping | quit   (INS hexadecimal or any; N: "
			   "the Nth such command from now)";

static bool add_fault(struct vp_card *c, const char *kind, const char *ins, unsigned sw, int n)
{
	static const struct {
		const char *name;
		enum vp_fault_kind kind;
	} kinds[] = {{"pull-before", VP_PULL_BEFORE},
		     {"pull-after", VP_PULL_AFTER},
		     {"garbage", VP_GARBAGE},
		     {"cut", VP_CUT},
		     {"status", VP_STATUS}};
	if (c->n_fault == VP_MAX_FAULTS || n < 1)
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kind, kinds[i].name) != 0)
			continue;
		int v = strcmp(ins, "any") == 0 ? -1 : (int)strtol(ins, NULL, 16);
		c->fault[c->n_fault++] = (struct vp_fault){kinds[i].kind, v, n, (uint16_t)sw};
		return true;
	}
	return false;
}

static bool set_touch(struct vp_card *c, const char *m)
{
	if (strcmp(m, "auto") == 0)
		c->touch = VP_TOUCH_AUTO;
	else if (strcmp(m, "refuse") == 0)
		c->touch = VP_TOUCH_REFUSE;
	else if (strcmp(m, "wait") == 0)
		c->touch = VP_TOUCH_WAIT;
	else
		return false;
	c->touch_now = false;
	return true;
}

static bool one_word(struct vp_card *c, const char *w)
{
	if (strcmp(w, "ready") == 0)
		return c->powered >= 4;
	if (strcmp(w, "pull") == 0)
		c->inserted = false;
	else if (strcmp(w, "insert") == 0)
		c->inserted = true;
	else if (strcmp(w, "touch") == 0)
		c->touch_now = true;
	else if (strcmp(w, "block-pin") == 0)
		c->pin_left = 0;
	else if (strcmp(w, "block-puk") == 0)
		c->puk_left = 0;
	else if (strcmp(w, "quit") == 0)
		c->quit = true;
	else if (strcmp(w, "clear") == 0) {
		c->n_fault = 0;
		c->slow_ms = 0;
		set_touch(c, "auto");
	} else if (strcmp(w, "ping") != 0)
		return false;
	if (strncmp(w, "block-", 6) == 0) {
		c->pin_ok = c->pin_fresh = false;
		vp_save(c);
	}
	return true;
}

static bool two_words(struct vp_card *c, const char *w, const char *v)
{
	if (strcmp(w, "touch-mode") == 0)
		return set_touch(c, v);
	if (strcmp(w, "slow") == 0) {
		c->slow_ms = (int)strtol(v, NULL, 10);
	} else if (strcmp(w, "serial") == 0) {
		c->opt.serial = (uint32_t)strtoul(v, NULL, 10);
	} else if (strcmp(w, "pin-left") == 0) {
		c->pin_left = (int)strtol(v, NULL, 10);
		vp_save(c);
	} else if (strcmp(w, "log") == 0) {
		if (c->log)
			fclose(c->log);
		c->log = fopen(v, "w");
		return c->log != NULL;
	} else {
		return false;
	}
	return true;
}

void vp_control_do(struct vp_card *c, char *line, char *answer, size_t max)
{
	char w[32], a[512], b[32], d[32];
	int n = sscanf(line, "%31s %511s %31s %31s", w, a, b, d);
	bool ok = false;
	if (n == 1)
		ok = one_word(c, w);
	else if (n == 2)
		ok = two_words(c, w, a);
	else if (n == 3)
		ok = add_fault(c, w, a, 0, (int)strtol(b, NULL, 10));
	else if (n == 4)
		ok = add_fault(c, w, a, (unsigned)strtoul(b, NULL, 16), (int)strtol(d, NULL, 10));
	snprintf(answer, max, ok ? "ok\n" : "error %s\n", help);
}

static bool address(const char *path, struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof out->sun_path)
		return false;
	memcpy(out->sun_path, path, strlen(path) + 1);
	return true;
}

bool vp_control_open(struct vp_card *c)
{
	struct sockaddr_un u;
	c->control_fd = -1;
	if (!c->opt.control)
		return true;
	unlink(c->opt.control);
	c->control_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!address(c->opt.control, &u) ||
	    bind(c->control_fd, (struct sockaddr *)&u, sizeof u) != 0 ||
	    listen(c->control_fd, 8) != 0) {
		perror(c->opt.control);
		return false;
	}
	return true;
}

static void serve(struct vp_card *c)
{
	char line[1024], answer[1024];
	int fd = accept(c->control_fd, NULL, NULL);
	if (fd < 0)
		return;
	ssize_t n = read(fd, line, sizeof line - 1);
	if (n > 0) {
		line[n] = 0;
		vp_control_do(c, line, answer, sizeof answer);
		if (write(fd, answer, strlen(answer)) < 0)
			perror("control");
	}
	close(fd);
}

/* Waits for the control line alone. The reader's descriptor is the caller's. */
void vp_control_poll(struct vp_card *c, int timeout_ms)
{
	struct pollfd p = {c->control_fd, POLLIN, 0};
	if (poll(&p, 1, timeout_ms) > 0 && (p.revents & POLLIN))
		serve(c);
}

int vp_control_send(int argc, char **argv)
{
	char line[1024] = "", answer[1024];
	struct sockaddr_un u;
	size_t at = 0;
	if (argc < 2 || !address(argv[0], &u)) {
		fprintf(stderr, "usage: virt-piv ctl SOCKET COMMAND...\n%s\n", help);
		return 2;
	}
	for (int i = 1; i < argc && at < sizeof line; i++)
		at += (size_t)snprintf(line + at, sizeof line - at, i > 1 ? " %s" : "%s", argv[i]);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&u, sizeof u) != 0 ||
	    write(fd, line, strlen(line)) < 0) {
		perror(argv[0]);
		return 3;
	}
	ssize_t n = read(fd, answer, sizeof answer - 1);
	close(fd);
	if (n <= 0)
		return 3;
	answer[n] = 0;
	if (strncmp(answer, "ok", 2) == 0)
		return 0;
	fputs(answer, stderr);
	return 1;
}
