/* virt-piv: options, and the conversation with the vpcd reader. */
#include "vp.h"

#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/rand.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Direct convention, T=0 and T=1 offered, with the historical bytes of a YubiKey 5 and its check
 * byte. */
static const uint8_t atr[] = {0x3b, 0xfd, 0x13, 0x00, 0x00, 0x81, 0x31, 0xfe,
			      0x15, 0x80, 0x73, 0xc0, 0x21, 0xc0, 0x57, 0x59,
			      0x75, 0x62, 0x69, 0x4b, 0x65, 0x79, 0x40};

static void nap(int ms)
{
	struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000L};
	nanosleep(&t, NULL);
}

/* The reader writes a length, then the rest: an acknowledgement held back would cost 40 ms a
 * command. */
static void quick(int fd)
{
	int one = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
}

static bool full(int fd, uint8_t *p, size_t n, bool out)
{
	if (!out)
		quick(fd);
	while (n) {
		ssize_t k = out ? send(fd, p, n, MSG_NOSIGNAL) : recv(fd, p, n, 0);
		if (k <= 0 && !(k < 0 && errno == EINTR))
			return false;
		if (k > 0) {
			p += k;
			n -= (size_t)k;
			if (!out)
				quick(fd);
		}
	}
	return true;
}

static int dial(const char *host, const char *port)
{
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *ai = NULL;
	int one = 1;
	if (getaddrinfo(host, port, &hints, &ai) != 0)
		return -1;
	int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, ai->ai_addr, ai->ai_addrlen) != 0) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(ai);
	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static void unplug(struct vp_card *c)
{
	if (c->reader_fd >= 0)
		close(c->reader_fd);
	c->reader_fd = -1;
	c->powered = 0;
	c->away_since = vp_now_ms();
	vp_power(c);
}

/* One message of the reader: false when the line broke or the card was pulled. */
static bool message(struct vp_card *c)
{
	uint8_t in[VP_MAX_DATA + 16], out[2 + 512], h[2];
	bool pull = false;
	if (!full(c->reader_fd, h, 2, false))
		return false;
	size_t n = (size_t)h[0] << 8 | h[1], k = 0;
	if (n == 0 || n > sizeof in || !full(c->reader_fd, in, n, false))
		return false;
	if (n == 1) {
		if (in[0] != 4) {
			vp_power(c);
			if (in[0] == 1)
				c->powered = 1;
			return true;
		}
		if (c->powered && c->powered < 4)
			c->powered++;
		memcpy(out + 2, atr, sizeof atr);
		k = sizeof atr;
	} else {
		if (c->slow_ms)
			nap(c->slow_ms);
		k = vp_command(c, in, n, out + 2, &pull);
	}
	if (pull || !c->inserted) {
		c->inserted = false;
		return false;
	}
	out[0] = (uint8_t)(k >> 8);
	out[1] = (uint8_t)k;
	return full(c->reader_fd, out, k + 2, true);
}

static void serve(struct vp_card *c, const char *host, const char *port)
{
	while (!c->quit) {
		if (!c->inserted && c->reader_fd >= 0)
			unplug(c);
		bool missed = vp_now_ms() - c->away_since > VP_AWAY_MS;
		if (c->inserted && c->reader_fd < 0 &&
		    (!missed || (c->reader_fd = dial(host, port)) < 0)) {
			vp_control_poll(c, 50);
			continue;
		}
		if (c->reader_fd < 0) {
			vp_control_poll(c, 1000);
			continue;
		}
		struct pollfd p[2] = {{c->reader_fd, POLLIN, 0}, {c->control_fd, POLLIN, 0}};
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents)
			vp_control_poll(c, 0);
		if (p[0].revents && !message(c))
			unplug(c);
	}
	/* Another card may be put in at once: it must not be taken for this one. */
	if (c->reader_fd >= 0) {
		unplug(c);
		nap(VP_AWAY_MS);
	}
}

static const struct option longs[] = {{"connect", 1, NULL, 'c'},
				      {"serial", 1, NULL, 's'},
				      {"firmware", 1, NULL, 'f'},
				      {"mgmt-alg", 1, NULL, 'm'},
				      {"state", 1, NULL, 'S'},
				      {"ca", 1, NULL, 'C'},
				      {"control", 1, NULL, 'o'},
				      {"log", 1, NULL, 'l'},
				      {"no-metadata", 0, NULL, 1},
				      {"no-serial", 0, NULL, 2},
				      {"minimal-attestation", 0, NULL, 3},
				      {"attest-expired", 0, NULL, 4},
				      {"attest-wrong-key", 0, NULL, 5},
				      {"no-attestation", 0, NULL, 6},
				      {"factory", 0, NULL, 7},
				      {"pin-complexity", 0, NULL, 8},
				      {"no-validate", 0, NULL, 9},
				      {"no-management", 0, NULL, 10},
				      {"pin", 1, NULL, 'p'},
				      {"puk", 1, NULL, 'u'},
				      {NULL, 0, NULL, 0}};

struct setup {
	const char *host, *port, *pin, *puk;
	char buf[256];
};

static bool flag(struct vp_options *o, int k)
{
	bool *const flags[] = {&o->no_metadata,	   &o->no_serial,	 &o->minimal_attestation,
			       &o->attest_expired, &o->attest_wrong_key, &o->no_attestation,
			       &o->factory,	   &o->complexity,	 &o->no_validate,
			       &o->no_management};
	if (k < 1 || k > 10)
		return false;
	*flags[k - 1] = true;
	return true;
}

static bool mgm_alg(struct vp_options *o, const char *s)
{
	static const struct {
		const char *name;
		uint8_t id;
	} t[] = {{"3des", 3}, {"aes128", 8}, {"aes192", 10}, {"aes256", 12}};
	for (size_t i = 0; i < 4; i++)
		if (strcmp(s, t[i].name) == 0)
			return o->mgm_alg = t[i].id, true;
	return false;
}

static bool option(struct vp_options *o, struct setup *s, int k)
{
	unsigned a, b, d;
	char *colon;
	switch (k) {
	case 'c':
		snprintf(s->buf, sizeof s->buf, "%s", optarg);
		colon = strrchr(s->buf, ':');
		if (!colon)
			return false;
		*colon = 0;
		s->host = s->buf;
		s->port = colon + 1;
		return true;
	case 's':
		o->serial = (uint32_t)strtoul(optarg, NULL, 10);
		return true;
	case 'f':
		if (sscanf(optarg, "%u.%u.%u", &a, &b, &d) != 3)
			return false;
		o->firmware[0] = (uint8_t)a;
		o->firmware[1] = (uint8_t)b;
		o->firmware[2] = (uint8_t)d;
		return true;
	case 'm':
		return mgm_alg(o, optarg);
	case 'S':
		o->state = optarg;
		return true;
	case 'C':
		o->ca = optarg;
		return true;
	case 'o':
		o->control = optarg;
		return true;
	case 'l':
		o->log = optarg;
		return true;
	case 'p':
		s->pin = optarg;
		return true;
	case 'u':
		s->puk = optarg;
		return true;
	default:
		return flag(o, k);
	}
}

/* A card that somebody has taken into use: own PIN and PUK, random management key. */
static bool provision(struct vp_card *c, const struct setup *s)
{
	size_t a = strlen(s->pin), b = strlen(s->puk);
	if (a < 6 || a > 8 || b < 6 || b > 8 ||
	    RAND_bytes(c->mgm, (int)vp_mgm_len(c->mgm_alg)) != 1)
		return false;
	memset(c->pin, 0xff, 8);
	memset(c->puk, 0xff, 8);
	memcpy(c->pin, s->pin, a);
	memcpy(c->puk, s->puk, b);
	c->pin_default = c->puk_default = c->mgm_default = false;
	return true;
}

static bool prepare(struct vp_card *c, const struct setup *s)
{
	if (!c->opt.mgm_alg)
		c->opt.mgm_alg = c->opt.firmware[0] > 5 || (c->opt.firmware[0] == 5 &&
							    c->opt.firmware[1] >= 7)
					 ? 0x0a
					 : 0x03;
	uint32_t serial = c->opt.serial;
	vp_factory(c);
	c->away_since = vp_now_ms();
	if (!vp_load(c)) {
		c->away_since -= VP_AWAY_MS + 1;
		if (!serial && (RAND_bytes((uint8_t *)&serial, sizeof serial) != 1))
			return false;
		c->opt.serial = serial ? serial : 1;
		if (!c->opt.factory && !provision(c, s))
			return false;
	}
	if (!vp_attest_setup(c) || !vp_control_open(c))
		return false;
	c->log = c->opt.log ? fopen(c->opt.log, "a") : NULL;
	vp_save(c);
	return true;
}

int main(int argc, char **argv)
{
	static struct vp_card c;
	struct setup s = {.host = "127.0.0.1", .port = "35963", .pin = "864209", .puk = "97531864"};
	int k;
	if (argc > 1 && strcmp(argv[1], "make-ca") == 0)
		return vp_make_ca(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "ctl") == 0)
		return vp_control_send(argc - 2, argv + 2);
	c.opt.firmware[0] = 5;
	c.opt.firmware[1] = 7;
	c.opt.firmware[2] = 1;
	c.reader_fd = -1;
	c.inserted = true;
	signal(SIGPIPE, SIG_IGN);
	while ((k = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (!option(&c.opt, &s, k)) {
			fputs("virt-piv: bad option or value\n", stderr);
			return 2;
		}
	if (optind != argc || !prepare(&c, &s)) {
		fputs("virt-piv: cannot start\n", stderr);
		return 3;
	}
	serve(&c, s.host, s.port);
	return 0;
}
