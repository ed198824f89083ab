/* The state file: one `name value` a line, replaced as a whole after each change. */
#include "vp.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put_hex(FILE *f, const char *name, const uint8_t *p, size_t n)
{
	fprintf(f, "%s ", name);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%02x", p[i]);
	fputc('\n', f);
}

static void put_keys(FILE *f, struct vp_card *c)
{
	for (unsigned i = 0; i < 256; i++) {
		const struct vp_slot *s = &c->slot[i];
		uint8_t *der = NULL;
		char name[40];
		if (!s->key)
			continue;
		int n = i2d_PrivateKey(s->key, &der);
		snprintf(name, sizeof name, "key %u %u %u %u %u", i, s->alg, s->pin, s->touch,
			 s->origin);
		if (n > 0)
			put_hex(f, name, der, (size_t)n);
		OPENSSL_free(der);
	}
}

void vp_save(struct vp_card *c)
{
	char tmp[4096];
	if (!c->opt.state)
		return;
	snprintf(tmp, sizeof tmp, "%s.new", c->opt.state);
	FILE *f = fopen(tmp, "w");
	if (!f) {
		perror(tmp);
		exit(3);
	}
	fprintf(f, "serial %u\ntries %d %d %d %d\n", c->opt.serial, c->pin_left, c->pin_max,
		c->puk_left, c->puk_max);
	fprintf(f, "default %d %d %d\nmgm %u %u\n", c->pin_default, c->puk_default, c->mgm_default,
		c->mgm_alg, c->mgm_touch);
	put_hex(f, "pin", c->pin, 8);
	put_hex(f, "puk", c->puk, 8);
	put_hex(f, "mgmkey", c->mgm, 32);
	put_keys(f, c);
	for (size_t i = 0; i < c->n_obj; i++) {
		char name[20];
		snprintf(name, sizeof name, "obj %x", c->obj[i].tag);
		put_hex(f, name, c->obj[i].data, c->obj[i].len);
	}
	if (fclose(f) != 0 || rename(tmp, c->opt.state) != 0) {
		perror(c->opt.state);
		exit(3);
	}
}

static size_t get_hex(const char *s, uint8_t *out, size_t max)
{
	size_t n = 0;
	unsigned v;
	while (n < max && sscanf(s + 2 * n, "%2x", &v) == 1)
		out[n++] = (uint8_t)v;
	return n;
}

static void load_line(struct vp_card *c, char *l, uint8_t *buf, size_t max)
{
	unsigned a, b, d, e, g;
	int w, x, y, at = 0;
	if (sscanf(l, "serial %u", &a) == 1) {
		c->opt.serial = a;
	} else if (sscanf(l, "tries %d %d %d %d", &c->pin_left, &c->pin_max, &c->puk_left,
			  &c->puk_max) == 4) {
		return;
	} else if (sscanf(l, "default %d %d %d", &w, &x, &y) == 3) {
		c->pin_default = w;
		c->puk_default = x;
		c->mgm_default = y;
	} else if (sscanf(l, "mgm %u %u", &a, &b) == 2) {
		c->mgm_alg = (uint8_t)a;
		c->mgm_touch = (uint8_t)b;
	} else if (strncmp(l, "pin ", 4) == 0) {
		get_hex(l + 4, c->pin, 8);
	} else if (strncmp(l, "puk ", 4) == 0) {
		get_hex(l + 4, c->puk, 8);
	} else if (strncmp(l, "mgmkey ", 7) == 0) {
		get_hex(l + 7, c->mgm, 32);
	} else if (sscanf(l, "key %u %u %u %u %u %n", &a, &b, &d, &e, &g, &at) >= 5 && a < 256) {
		const uint8_t *p = buf;
		long n = (long)get_hex(l + at, buf, max);
		c->slot[a] = (struct vp_slot){d2i_AutoPrivateKey(NULL, &p, n), (uint8_t)b,
					      (uint8_t)d, (uint8_t)e, (uint8_t)g};
	} else if (sscanf(l, "obj %x %n", &a, &at) >= 1) {
		vp_store(c, a, buf, get_hex(l + at, buf, max));
	}
}

bool vp_load(struct vp_card *c)
{
	FILE *f = c->opt.state ? fopen(c->opt.state, "r") : NULL;
	char *line = NULL;
	size_t cap = 0;
	uint8_t *buf = malloc(VP_MAX_DATA);
	if (!f || !buf) {
		free(buf);
		if (f)
			fclose(f);
		return false;
	}
	while (getline(&line, &cap, f) > 0)
		load_line(c, line, buf, VP_MAX_DATA);
	free(line);
	free(buf);
	fclose(f);
	return true;
}
