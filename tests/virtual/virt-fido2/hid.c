/* CTAPHID (CTAP 2.1 section 11.2): channels, framing, keep-alive, cancel, over UDP datagrams. */
#include "virt.h"

#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REPORT = 64, INIT_DATA = 57, CONT_DATA = 59 };
enum { CMD_PING = 0x81, CMD_INIT = 0x86, CMD_WINK = 0x88, CMD_CBOR = 0x90, CMD_CANCEL = 0x91 };
enum { CMD_KEEPALIVE = 0xbb, CMD_ERROR = 0xbf };
enum { ERR_CMD = 1, ERR_LEN = 3, ERR_SEQ = 4, ERR_BUSY = 6, ERR_CHANNEL = 0x0b };

/* The message being received. */
static struct {
	bool active;
	uint32_t channel;
	uint8_t cmd, seq;
	size_t want, have;
	uint64_t at; /* when its last frame came; those of other channels do not count */
	uint8_t data[VF_MAX_MSG];
} in;

enum { FRAME_MS = 500 }; /* between two frames of a message; then its sender is taken for gone */

uint64_t vh_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void vh_log(struct vf *v, const char *fmt, ...)
{
	char line[160];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (v->n_log == VF_LOG_LINES) {
		free(v->log[0]);
		memmove(v->log, v->log + 1, (VF_LOG_LINES - 1) * sizeof v->log[0]);
		v->n_log--;
	}
	v->log[v->n_log++] = strdup(line);
}

static void count_frame(struct vf *v)
{
	v->frames++;
	const struct vf_faults *f = &v->fault;
	if (f->pull_left > 0 && --v->fault.pull_left == 0)
		v->fault.pulled = true;
	if (f->pull_cmd[0] == '\0' || v->frames < f->pull_frame)
		return;
	if (strcmp(f->pull_cmd, "any") == 0 || strcmp(f->pull_cmd, v->command) == 0) {
		v->fault.pulled = true;
		v->fault.pull_cmd[0] = '\0';
		vh_log(v, "pulled at frame %u of %s", v->frames, v->command);
	}
}

static void send_report(struct vf *v, const uint8_t r[REPORT])
{
	count_frame(v);
	if (v->fault.pulled)
		return;
	(void)sendto(v->udp, r, REPORT, 0, (const struct sockaddr *)&v->peer, sizeof v->peer);
}

static void put32(uint8_t *p, uint32_t x)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(x >> (24 - 8 * i));
}

static void send_message(struct vf *v, uint32_t channel, uint8_t cmd, const uint8_t *p, size_t n)
{
	uint8_t r[REPORT] = {0};
	size_t k = n < INIT_DATA ? n : INIT_DATA, at = k;
	put32(r, channel);
	r[4] = cmd;
	r[5] = (uint8_t)(n >> 8);
	r[6] = (uint8_t)n;
	memcpy(r + 7, p, k);
	send_report(v, r);
	for (uint8_t seq = 0; at < n; seq++) {
		memset(r, 0, sizeof r);
		put32(r, channel);
		r[4] = seq;
		k = n - at < CONT_DATA ? n - at : CONT_DATA;
		memcpy(r + 5, p + at, k);
		send_report(v, r);
		at += k;
	}
}

static void send_error(struct vf *v, uint32_t channel, uint8_t code)
{
	send_message(v, channel, CMD_ERROR, &code, 1);
}

void vh_keepalive(struct vf *v, uint8_t status)
{
	send_message(v, v->channel, CMD_KEEPALIVE, &status, 1);
}

static void do_init(struct vf *v, uint32_t channel, const uint8_t *nonce)
{
	uint8_t a[17];
	memcpy(a, nonce, 8);
	put32(a + 8, channel == 0xffffffff ? ++v->next_channel : channel);
	a[12] = 2;
	a[13] = 5;
	a[14] = 7;
	a[15] = 1;
	a[16] = 0x04 | 0x08; /* CBOR, no MSG */
	send_message(v, channel, CMD_INIT, a, sizeof a);
}

static void garbage(struct vf *v, struct vf_buf *msg)
{
	uint8_t r[REPORT];
	v->fault.garbage_left--;
	vh_log(v, "garbage");
	if (v->fault.garbage == VF_GARBAGE_FRAMES) {
		for (int i = 0; i < 3; i++) {
			vx_random(r, sizeof r);
			send_report(v, r);
		}
		return;
	}
	vx_random(msg->d, 80);
	msg->d[0] = 0;
	send_message(v, v->channel, CMD_CBOR, msg->d, 80);
}

static void slow(struct vf *v)
{
	uint64_t until = vh_now() + v->fault.slow_ms;
	while (v->fault.slow_ms != 0 && vh_now() < until && !v->cancelled && !v->aborted) {
		vh_keepalive(v, 1);
		vh_pump(v, 50);
	}
}

static void do_cbor(struct vf *v, const uint8_t *p, size_t n)
{
	static struct vf_buf out, msg;
	uint8_t req[VF_MAX_MSG];
	memcpy(req, p, n);
	v->busy = true;
	v->cancelled = v->aborted = false;
	uint8_t rc = vf_ctap(v, req, n, &out);
	slow(v);
	if (!v->aborted) {
		msg.n = 0;
		vb_u8(&msg, rc);
		vb_raw(&msg, out.d, out.n < sizeof msg.d - 1 ? out.n : sizeof msg.d - 1);
		if (v->fault.garbage_left > 0)
			garbage(v, &msg);
		else
			send_message(v, v->channel, CMD_CBOR, msg.d, msg.n);
	}
	v->busy = false;
}

static void complete(struct vf *v)
{
	in.active = false;
	v->channel = in.channel;
	switch (in.cmd) {
	case CMD_PING:
		send_message(v, in.channel, CMD_PING, in.data, in.want);
		break;
	case CMD_WINK:
		send_message(v, in.channel, CMD_WINK, in.data, 0);
		break;
	case CMD_CBOR:
		do_cbor(v, in.data, in.want);
		break;
	default:
		send_error(v, in.channel, ERR_CMD);
		break;
	}
}

static void first_frame(struct vf *v, uint32_t channel, const uint8_t *r)
{
	size_t n = (size_t)r[5] << 8 | r[6];
	if (r[4] == CMD_INIT) {
		if (v->busy && channel == v->channel)
			v->aborted = true;
		if (n == 8)
			do_init(v, channel, r + 7);
		return;
	}
	if (r[4] == CMD_CANCEL) {
		if (v->busy && channel == v->channel)
			v->cancelled = true;
		return;
	}
	if (channel == 0 || channel == 0xffffffff || channel > v->next_channel) {
		send_error(v, channel, ERR_CHANNEL);
		return;
	}
	if (v->busy || (in.active && in.channel != channel)) {
		send_error(v, channel, ERR_BUSY);
		return;
	}
	if (n > VF_MAX_MSG) {
		send_error(v, channel, ERR_LEN);
		return;
	}
	in.active = true;
	in.at = vh_now();
	in.channel = channel;
	in.cmd = r[4];
	in.seq = 0;
	in.want = n;
	in.have = n < INIT_DATA ? n : INIT_DATA;
	memcpy(in.data, r + 7, in.have);
	v->frames = 0;
	v->command[0] = '\0';
	if (r[4] ==
	    CMD_CBOR) /* the command's name is known before its last frame: pull-at needs it */
		snprintf(v->command, sizeof v->command, "%s",
			 r[7] == 1   ? "make"
			 : r[7] == 2 ? "assert"
			 : r[7] == 4 ? "info"
			 : r[7] == 6 ? "pin"
				     : "other");
}

static void report(struct vf *v, const uint8_t r[REPORT])
{
	uint32_t channel =
		(uint32_t)r[0] << 24 | (uint32_t)r[1] << 16 | (uint32_t)r[2] << 8 | (uint32_t)r[3];
	if (in.active && vh_now() - in.at > FRAME_MS)
		in.active = false;
	if ((r[4] & 0x80) != 0) {
		first_frame(v, channel, r);
		if (!in.active || (r[4] == CMD_INIT || r[4] == CMD_CANCEL))
			return;
	} else {
		if (!in.active || channel != in.channel)
			return;
		if (r[4] != in.seq) {
			in.active = false;
			send_error(v, channel, ERR_SEQ);
			return;
		}
		in.seq++;
		in.at = vh_now();
		size_t k = in.want - in.have < CONT_DATA ? in.want - in.have : CONT_DATA;
		memcpy(in.data + in.have, r + 5, k);
		in.have += k;
	}
	count_frame(v);
	if (!v->fault.pulled && in.active && in.have == in.want)
		complete(v);
	if (v->fault.pulled)
		in.active = false;
}

void vh_pump(struct vf *v, int timeout_ms)
{
	struct pollfd p[2] = {{.fd = v->udp, .events = POLLIN},
			      {.fd = v->control, .events = POLLIN}};
	if (poll(p, v->control >= 0 ? 2 : 1, timeout_ms) <= 0)
		return;
	if (v->control >= 0 && (p[1].revents & POLLIN) != 0)
		vn_serve(v);
	if ((p[0].revents & POLLIN) != 0) {
		uint8_t r[REPORT + 2];
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		ssize_t n = recvfrom(v->udp, r, sizeof r, 0, (struct sockaddr *)&from, &len);
		if (n != REPORT || v->fault.pulled)
			return;
		v->peer = from;
		report(v, r);
	}
}

int vh_open(struct vf *v)
{
	struct addrinfo hint = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM}, *a = NULL;
	socklen_t len = sizeof v->peer;
	if (getaddrinfo(v->opt.host, v->opt.port, &hint, &a) != 0)
		return -1;
	v->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc = v->udp < 0 ? -1 : bind(v->udp, a->ai_addr, a->ai_addrlen);
	freeaddrinfo(a);
	if (rc != 0 || getsockname(v->udp, (struct sockaddr *)&v->peer, &len) != 0)
		return -1;
	printf("udp:%s:%u\n", v->opt.host, ntohs(v->peer.sin_port));
	return fflush(stdout);
}
