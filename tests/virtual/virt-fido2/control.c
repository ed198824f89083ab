/* The control socket: one line in, one answer out. `help` lists the words. */
#include "virt.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char help[] =
	"plug | pull | pull-at make|assert|pin|info|any FRAME | pull-in FRAMES | touch "
	"[auto|wait|refuse|timeout]\n"
	"slow MS | garbage frames|cbor N | wrong-pin N | retries N | min-pin N\n"
	"bad-signature|wrong-uv|wrong-rp|no-up|ignore-extension|flip-secret|wrong-aaguid on|off\n"
	"refuse-silent|protect-all|long-key on|off\n"
	"always-uv|force-pin-change on|off | log | stat | quit\n";

int vn_open(struct vf *v)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	v->control = -1;
	if (v->opt.control_path == NULL)
		return 0;
	if (strlen(v->opt.control_path) >= sizeof a.sun_path)
		return -1;
	memcpy(a.sun_path, v->opt.control_path, strlen(v->opt.control_path));
	(void)unlink(v->opt.control_path);
	v->control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (v->control < 0 || bind(v->control, (const struct sockaddr *)&a, sizeof a) != 0)
		return -1;
	return listen(v->control, 8);
}

static bool *named_switch(struct vf *v, const char *w)
{
	struct {
		const char *name;
		bool *at;
	} const t[] = {
		{"bad-signature", &v->fault.bad_signature},
		{"wrong-uv", &v->fault.wrong_uv},
		{"wrong-rp", &v->fault.wrong_rp},
		{"no-up", &v->fault.no_up},
		{"ignore-extension", &v->fault.ignore_extension},
		{"flip-secret", &v->fault.flip_secret},
		{"wrong-aaguid", &v->fault.wrong_aaguid},
		{"refuse-silent", &v->fault.refuse_silent},
		{"protect-all", &v->fault.protect_all},
		{"long-key", &v->fault.long_key},
		{"always-uv", &v->st.always_uv},
		{"force-pin-change", &v->st.force_change},
	};
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
		if (strcmp(t[i].name, w) == 0)
			return t[i].at;
	return NULL;
}

static bool touch(struct vf *v, const char *how)
{
	if (how[0] == '\0')
		v->fault.touched = true;
	else if (strcmp(how, "auto") == 0)
		v->fault.touch = VF_TOUCH_AUTO;
	else if (strcmp(how, "wait") == 0)
		v->fault.touch = VF_TOUCH_WAIT;
	else if (strcmp(how, "refuse") == 0)
		v->fault.touch = VF_TOUCH_REFUSE;
	else if (strcmp(how, "timeout") == 0)
		v->fault.touch = VF_TOUCH_TIMEOUT;
	else
		return false;
	return true;
}

static bool with_number(struct vf *v, const char *w, const char *a)
{
	char *end;
	unsigned long n = strtoul(a, &end, 10);
	if (a[0] == '\0' || *end != '\0' || n > 1000000)
		return false;
	if (strcmp(w, "slow") == 0)
		v->fault.slow_ms = (unsigned)n;
	else if (strcmp(w, "pull-in") == 0)
		v->fault.pull_left = (unsigned)n;
	else if (strcmp(w, "wrong-pin") == 0)
		v->fault.wrong_pin_left = (unsigned)n;
	else if (strcmp(w, "retries") == 0 && n <= VF_PIN_TRIES)
		v->st.retries = (unsigned)n;
	else if (strcmp(w, "min-pin") == 0 && n >= 4 && n <= 63)
		v->st.min_pin = (unsigned)n;
	else
		return false;
	return true;
}

static bool order(struct vf *v, const char *w, const char *a, const char *b)
{
	bool *sw = named_switch(v, w);
	if (sw != NULL) {
		*sw = strcmp(a, "on") == 0;
		return *sw || strcmp(a, "off") == 0;
	}
	if (strcmp(w, "plug") == 0) {
		vs_power_up(v);
	} else if (strcmp(w, "pull") == 0) {
		v->fault.pulled = true;
	} else if (strcmp(w, "pull-at") == 0) {
		snprintf(v->fault.pull_cmd, sizeof v->fault.pull_cmd, "%.15s", a);
		v->fault.pull_frame = (unsigned)strtoul(b, NULL, 10);
		return a[0] != '\0' && v->fault.pull_frame > 0;
	} else if (strcmp(w, "touch") == 0) {
		return touch(v, a);
	} else if (strcmp(w, "garbage") == 0) {
		v->fault.garbage = strcmp(a, "frames") == 0 ? VF_GARBAGE_FRAMES : VF_GARBAGE_CBOR;
		v->fault.garbage_left = (unsigned)strtoul(b, NULL, 10);
		return strcmp(a, "frames") == 0 || strcmp(a, "cbor") == 0;
	} else {
		return with_number(v, w, a);
	}
	return true;
}

static void answer(struct vf *v, FILE *f, char *line)
{
	char w[32] = "", a[32] = "", b[32] = "";
	if (sscanf(line, "%31s %31s %31s", w, a, b) < 1)
		return;
	if (strcmp(w, "help") == 0) {
		fputs(help, f);
	} else if (strcmp(w, "log") == 0) {
		for (size_t i = 0; i < v->n_log; i++)
			fprintf(f, "%s\n", v->log[i]);
	} else if (strcmp(w, "stat") == 0) {
		fprintf(f,
			"pin %s retries %u in-row %u resident %zu pulled %d waiting %d pull-in "
			"%u\n",
			v->st.pin_set ? "set" : "unset", v->st.retries, v->wrong_in_row,
			v->st.n_res, v->fault.pulled, v->busy && v->fault.touch == VF_TOUCH_WAIT,
			v->fault.pull_left);
	} else if (strcmp(w, "quit") == 0) {
		fputs("ok\n", f);
		fclose(f);
		(void)unlink(v->opt.control_path);
		exit(0);
	} else if (order(v, w, a, b)) {
		vs_save(v);
		fputs("ok\n", f);
	} else {
		fputs("error: not understood; try help\n", f);
	}
}

void vn_serve(struct vf *v)
{
	char line[128];
	int fd = accept(v->control, NULL, NULL);
	FILE *f = fd >= 0 ? fdopen(fd, "r+") : NULL;
	if (f == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	if (fgets(line, sizeof line, f) != NULL) {
		fseek(f, 0, SEEK_CUR);
		answer(v, f, line);
	}
	fclose(f);
}
