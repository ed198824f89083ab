/* virt-fido2: options and the event loop; also `make-ca DIR` and `ctl SOCKET WORD...`. */
#include "virt.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/crypto.h>

static const char usage[] =
	"virt-fido2 [--host H] [--port N] [--state FILE] [--control SOCKET] [--ca DIR]\n"
	"  [--attestation packed|self|none|expired|other-root] [--aaguid HEX] [--pin PIN | "
	"--factory]\n"
	"  [--pin-protocols 1|2|both] [--ctap20] [--no-hmac-secret] [--no-cred-protect]\n"
	"  [--make-cred-uv-not-rqd] [--always-uv] [--force-pin-change] [--min-pin N]\n"
	"  [--pin-complexity] [--reset-window SECONDS] [--die-with-parent]\n"
	"virt-fido2 make-ca DIR\n"
	"virt-fido2 ctl SOCKET WORD...\n";

enum opt_id {
	O_HOST = 256,
	O_PORT,
	O_STATE,
	O_CONTROL,
	O_CA,
	O_ATT,
	O_AAGUID,
	O_PIN,
	O_FACTORY,
	O_PROTO,
	O_CTAP20,
	O_NO_HMAC,
	O_NO_PROT,
	O_UVNR,
	O_ALWAYS,
	O_FORCE,
	O_MIN,
	O_COMPLEX,
	O_WINDOW,
	O_DIE,
};

static const struct option table[] = {
	{"host", 1, NULL, O_HOST},
	{"port", 1, NULL, O_PORT},
	{"state", 1, NULL, O_STATE},
	{"control", 1, NULL, O_CONTROL},
	{"ca", 1, NULL, O_CA},
	{"attestation", 1, NULL, O_ATT},
	{"aaguid", 1, NULL, O_AAGUID},
	{"pin", 1, NULL, O_PIN},
	{"factory", 0, NULL, O_FACTORY},
	{"pin-protocols", 1, NULL, O_PROTO},
	{"ctap20", 0, NULL, O_CTAP20},
	{"no-hmac-secret", 0, NULL, O_NO_HMAC},
	{"no-cred-protect", 0, NULL, O_NO_PROT},
	{"make-cred-uv-not-rqd", 0, NULL, O_UVNR},
	{"always-uv", 0, NULL, O_ALWAYS},
	{"force-pin-change", 0, NULL, O_FORCE},
	{"min-pin", 1, NULL, O_MIN},
	{"pin-complexity", 0, NULL, O_COMPLEX},
	{"reset-window", 1, NULL, O_WINDOW},
	{"die-with-parent", 0, NULL, O_DIE},
	{NULL, 0, NULL, 0},
};

/* What applies to a token without a state file only. */
struct preset {
	const char *pin;
	bool factory, always_uv, force_change;
	unsigned min_pin;
	uint8_t aaguid[16];
};

static bool attestation(struct vf *v, const char *s)
{
	static const char *const names[] = {"packed", "self", "none", "expired", "other-root"};
	for (int i = 0; i < 5; i++)
		if (strcmp(s, names[i]) == 0) {
			v->opt.attestation = (enum vf_attestation)i;
			return true;
		}
	return false;
}

static bool flag(struct vf *v, struct preset *p, int c)
{
	switch (c) {
	case O_FACTORY:
		return p->factory = true;
	case O_CTAP20:
		v->opt.p2 = false;
		return v->opt.ctap20 = true;
	case O_NO_HMAC:
		return v->opt.no_hmac_secret = true;
	case O_NO_PROT:
		return v->opt.no_cred_protect = true;
	case O_UVNR:
		return v->opt.uv_not_required = true;
	case O_ALWAYS:
		return p->always_uv = true;
	case O_FORCE:
		return p->force_change = true;
	case O_COMPLEX:
		return v->opt.pin_complexity = true;
	case O_DIE:
		return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0;
	default:
		return false;
	}
}

static bool valued(struct vf *v, struct preset *p, int c, const char *s)
{
	size_t n;
	switch (c) {
	case O_HOST:
		v->opt.host = s;
		return true;
	case O_PORT:
		v->opt.port = s;
		return true;
	case O_STATE:
		v->opt.state_path = s;
		return true;
	case O_CONTROL:
		v->opt.control_path = s;
		return true;
	case O_CA:
		v->opt.ca_dir = s;
		return true;
	case O_ATT:
		return attestation(v, s);
	case O_AAGUID:
		return vs_hex(s, p->aaguid, 16, &n) && n == 16;
	case O_PIN:
		p->pin = s;
		return true;
	case O_PROTO:
		v->opt.p1 = strcmp(s, "2") != 0;
		v->opt.p2 = strcmp(s, "1") != 0;
		return strcmp(s, "1") == 0 || strcmp(s, "2") == 0 || strcmp(s, "both") == 0;
	case O_MIN:
		p->min_pin = (unsigned)strtoul(s, NULL, 10);
		return p->min_pin >= 4 && p->min_pin <= 63;
	case O_WINDOW:
		v->opt.reset_window = (unsigned)strtoul(s, NULL, 10);
		return true;
	default:
		return false;
	}
}

static int ctl(int argc, char **argv)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	char buf[4096];
	ssize_t n;
	if (argc < 4 || strlen(argv[2]) >= sizeof a.sun_path)
		return 2;
	memcpy(a.sun_path, argv[2], strlen(argv[2]));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof a) != 0) {
		perror(argv[2]);
		return 3;
	}
	for (int i = 3; i < argc; i++)
		if (dprintf(fd, "%s%c", argv[i], i + 1 < argc ? ' ' : '\n') < 0)
			return 3;
	bool bad = false, first = true;
	while ((n = read(fd, buf, sizeof buf)) > 0) {
		bad = bad || (first && n >= 6 && memcmp(buf, "error:", 6) == 0);
		first = false;
		fwrite(buf, 1, (size_t)n, stdout);
	}
	close(fd);
	return bad ? 1 : 0;
}

static int prepare(struct vf *v, const struct preset *p)
{
	uint8_t hash[32];
	int rc = vs_load(v);
	if (rc < 0) {
		fprintf(stderr, "virt-fido2: %s: damaged\n", v->opt.state_path);
		return 3;
	}
	if (rc == 1 || p->factory) {
		vs_factory(v);
		if (p->min_pin != 0)
			v->st.min_pin = p->min_pin;
		memcpy(v->st.aaguid, p->aaguid, 16);
		v->st.always_uv = p->always_uv;
		v->st.force_change = p->force_change;
		v->st.att_cert_len = 0;
		if (p->pin != NULL) {
			vx_sha256(p->pin, strlen(p->pin), hash);
			memcpy(v->st.pin_hash, hash, 16);
			v->st.pin_set = true;
		}
	}
	if (va_prepare(v) != 0) {
		fprintf(stderr, "virt-fido2: no CA in %s\n", v->opt.ca_dir);
		return 3;
	}
	vs_save(v);
	vs_power_up(v);
	return 0;
}

int main(int argc, char **argv)
{
	static struct vf v = {.opt = {.host = "127.0.0.1",
				      .port = "0",
				      .p1 = true,
				      .p2 = true,
				      .reset_window = 10}};
	struct preset p = {.aaguid = "virtual-fido2-k1"};
	int c;
	if (argc == 3 && strcmp(argv[1], "make-ca") == 0)
		return va_make_ca(argv[2]);
	if (argc > 1 && strcmp(argv[1], "ctl") == 0)
		return ctl(argc, argv);
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1)
		if (!flag(&v, &p, c) && (optarg == NULL || !valued(&v, &p, c, optarg))) {
			fputs(usage, stderr);
			return 2;
		}
	if (optind != argc) {
		fputs(usage, stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	int rc = prepare(&v, &p);
	if (rc != 0)
		return rc;
	if (vn_open(&v) != 0 || vh_open(&v) != 0) {
		perror("virt-fido2: socket");
		return 3;
	}
	for (;;)
		vh_pump(&v, -1);
}
