/* The state file: text lines `name value`, rewritten whole by rename. It is a test's, not a secret.
 */
#include "virt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool vs_hex(const char *s, uint8_t *out, size_t cap, size_t *n)
{
	size_t len = strspn(s, "0123456789abcdefABCDEF");
	if (len % 2 != 0 || len / 2 > cap)
		return false;
	for (size_t i = 0; i < len / 2; i++) {
		unsigned b;
		if (sscanf(s + 2 * i, "%2x", &b) != 1)
			return false;
		out[i] = (uint8_t)b;
	}
	*n = len / 2;
	return true;
}

static void put(FILE *f, const char *name, const uint8_t *p, size_t n)
{
	fprintf(f, "%s ", name);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%02x", p[i]);
	fputc('\n', f);
}

void vs_save(const struct vf *v)
{
	char tmp[4096];
	const struct vf_state *s = &v->st;
	if (v->opt.state_path == NULL)
		return;
	snprintf(tmp, sizeof tmp, "%s.new", v->opt.state_path);
	FILE *f = fopen(tmp, "w");
	if (f == NULL) {
		perror(tmp);
		exit(3);
	}
	fprintf(f, "virt-fido2-state/1\nretries %u\nmin_pin %u\nforce_change %d\nalways_uv %d\n",
		s->retries, s->min_pin, s->force_change, s->always_uv);
	fprintf(f, "counter %lu\n", (unsigned long)s->counter);
	if (s->pin_set)
		put(f, "pin_hash", s->pin_hash, 16);
	put(f, "wrap_key", s->wrap_key, 32);
	put(f, "aaguid", s->aaguid, 16);
	put(f, "att_key", s->att_key, s->att_key_len);
	put(f, "att_cert", s->att_cert, s->att_cert_len);
	for (size_t i = 0; i < s->n_res; i++) {
		put(f, "resident_id", s->res[i].id, VF_ID_LEN);
		put(f, "resident_rp", s->res[i].rp_hash, 32);
		put(f, "resident_user", s->res[i].user, s->res[i].user_len);
	}
	if (fclose(f) != 0 || rename(tmp, v->opt.state_path) != 0) {
		perror(v->opt.state_path);
		exit(3);
	}
}

void vs_factory(struct vf *v)
{
	struct vf_state *s = &v->st;
	s->pin_set = false;
	s->force_change = false;
	s->retries = VF_PIN_TRIES;
	s->n_res = 0;
	s->always_uv = false;
	s->min_pin = 4;
	vx_random(s->wrap_key, 32);
	v->wrong_in_row = 0;
	v->token_live = false;
}

void vs_power_up(struct vf *v)
{
	EVP_PKEY_free(v->agree);
	v->agree = vx_new_p256();
	vx_random(v->token, 32);
	v->token_live = false;
	v->wrong_in_row = 0;
	memset(&v->next, 0, sizeof v->next);
	v->powered_ms = vh_now();
	v->fault.pulled = false;
	v->fault.touched = false;
}

static bool resident(struct vf_state *s, const char *name, const char *value)
{
	size_t n;
	if (strcmp(name, "resident_id") == 0) {
		if (s->n_res == VF_MAX_RESIDENT)
			return false;
		return vs_hex(value, s->res[s->n_res++].id, VF_ID_LEN, &n) && n == VF_ID_LEN;
	}
	if (s->n_res == 0)
		return false;
	struct vf_resident *r = &s->res[s->n_res - 1];
	if (strcmp(name, "resident_rp") == 0)
		return vs_hex(value, r->rp_hash, 32, &n) && n == 32;
	return vs_hex(value, r->user, sizeof r->user, &r->user_len);
}

static bool entry(struct vf_state *s, const char *name, const char *value)
{
	size_t n;
	if (strcmp(name, "pin_hash") == 0)
		return s->pin_set = vs_hex(value, s->pin_hash, 16, &n) && n == 16;
	if (strcmp(name, "wrap_key") == 0)
		return vs_hex(value, s->wrap_key, 32, &n) && n == 32;
	if (strcmp(name, "aaguid") == 0)
		return vs_hex(value, s->aaguid, 16, &n) && n == 16;
	if (strcmp(name, "att_key") == 0)
		return vs_hex(value, s->att_key, sizeof s->att_key, &s->att_key_len);
	if (strcmp(name, "att_cert") == 0)
		return vs_hex(value, s->att_cert, sizeof s->att_cert, &s->att_cert_len);
	if (strncmp(name, "resident_", 9) == 0)
		return resident(s, name, value);
	unsigned long num = strtoul(value, NULL, 10);
	if (strcmp(name, "retries") == 0)
		s->retries = (unsigned)num;
	else if (strcmp(name, "min_pin") == 0)
		s->min_pin = (unsigned)num;
	else if (strcmp(name, "force_change") == 0)
		s->force_change = num != 0;
	else if (strcmp(name, "always_uv") == 0)
		s->always_uv = num != 0;
	else if (strcmp(name, "counter") == 0)
		s->counter = (uint32_t)num;
	else
		return false;
	return true;
}

/* 0: read; 1: there is none yet; -1: damaged. */
int vs_load(struct vf *v)
{
	char line[8192];
	FILE *f = v->opt.state_path != NULL ? fopen(v->opt.state_path, "r") : NULL;
	if (f == NULL)
		return 1;
	bool ok = fgets(line, sizeof line, f) != NULL && strcmp(line, "virt-fido2-state/1\n") == 0;
	while (ok && fgets(line, sizeof line, f) != NULL) {
		char *sp = strchr(line, ' ');
		if (sp == NULL) {
			ok = false;
			break;
		}
		*sp = '\0';
		ok = entry(&v->st, line, sp + 1);
	}
	fclose(f);
	return ok ? 0 : -1;
}
