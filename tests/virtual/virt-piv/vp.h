/*
 * virt-piv: a PIV card in software, for tests. Written from NIST SP 800-73-4 and from Yubico's
 * public description of its PIV extensions. It plugs into pcscd through the vpcd reader, over TCP.
 * It guards nothing: its keys lie in a plain state file.
 */
#ifndef VIRT_PIV_VP_H
#define VIRT_PIV_VP_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define VP_MAX_DATA 4096
#define VP_MAX_OBJECTS 48
#define VP_MAX_FAULTS 16
/* pcscd looks every 400 ms: a card that was away for less is never seen to have left. */
#define VP_AWAY_MS 1000

enum vp_applet { VP_NONE, VP_PIV, VP_MGMT, VP_OTP };
enum vp_touch { VP_TOUCH_AUTO, VP_TOUCH_REFUSE, VP_TOUCH_WAIT };
enum vp_fault_kind { VP_PULL_BEFORE, VP_PULL_AFTER, VP_GARBAGE, VP_STATUS, VP_CUT };

struct vp_slot {
	EVP_PKEY *key;
	uint8_t alg, pin, touch, origin;
};

struct vp_object {
	uint32_t tag;
	size_t len;
	uint8_t *data;
};

struct vp_fault {
	enum vp_fault_kind kind;
	int ins;   /* -1: any */
	int count; /* fires when it reaches 0 */
	uint16_t sw;
};

struct vp_options {
	uint32_t serial;
	uint8_t firmware[3];
	uint8_t mgm_alg;
	const char *state, *ca, *control, *log;
	bool no_metadata, no_serial, minimal_attestation, attest_expired, attest_wrong_key;
	bool no_attestation, factory, complexity, no_validate, no_management;
};

struct vp_card {
	struct vp_options opt;
	/* kept in the state file */
	uint8_t pin[8], puk[8], mgm[32];
	uint8_t mgm_alg, mgm_touch;
	int pin_left, pin_max, puk_left, puk_max;
	bool pin_default, puk_default, mgm_default;
	struct vp_slot slot[256];
	struct vp_object obj[VP_MAX_OBJECTS];
	size_t n_obj;
	/* one power-up */
	enum vp_applet applet;
	bool pin_ok, pin_fresh, mgm_ok;
	uint8_t witness[16], challenge[16];
	bool have_witness, have_challenge;
	int64_t touched_at;
	uint8_t chain[VP_MAX_DATA];
	size_t chain_len;
	uint8_t out[VP_MAX_DATA];
	size_t out_len, out_off;
	/* the world outside */
	int reader_fd, control_fd;
	bool inserted, quit, touch_now;
	int64_t away_since;
	enum vp_touch touch;
	int slow_ms;
	int powered; /* 0 off; then how often the reader looked: at 4 pcscd has told its clients */
	struct vp_fault fault[VP_MAX_FAULTS];
	size_t n_fault;
	FILE *log;
};

struct vp_apdu {
	uint8_t cla, ins, p1, p2;
	const uint8_t *data;
	size_t len;
};

/* A response body being built. */
struct vp_buf {
	uint8_t *p;
	size_t len, max;
};

/* apdu.c */
size_t vp_command(struct vp_card *c, const uint8_t *in, size_t len, uint8_t *out, bool *out_pull);
void vp_power(struct vp_card *c);
bool vp_tlv(const uint8_t *p, size_t len, uint32_t tag, const uint8_t **out, size_t *out_len);
void vp_put(struct vp_buf *b, const void *p, size_t n);
void vp_put_tlv(struct vp_buf *b, uint32_t tag, const void *p, size_t n);

/* auth.c */
uint16_t vp_verify(struct vp_card *c, const struct vp_apdu *a);
uint16_t vp_change(struct vp_card *c, const struct vp_apdu *a);
uint16_t vp_unblock(struct vp_card *c, const struct vp_apdu *a);
uint16_t vp_retries(struct vp_card *c, const struct vp_apdu *a);
uint16_t vp_mgm_auth(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out);
uint16_t vp_mgm_set(struct vp_card *c, const struct vp_apdu *a);
uint16_t vp_reset(struct vp_card *c);
void vp_factory(struct vp_card *c);
size_t vp_mgm_len(uint8_t alg);

/* keys.c */
bool vp_slot_exists(uint8_t id);
EVP_PKEY *vp_new_key(uint8_t alg);
bool vp_point(EVP_PKEY *k, uint8_t out[static 133], size_t *out_len);
uint16_t vp_generate(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out);
uint16_t vp_import(struct vp_card *c, const struct vp_apdu *a);
uint16_t vp_use_key(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out);
uint16_t vp_move(struct vp_card *c, const struct vp_apdu *a);
bool vp_wait_touch(struct vp_card *c, uint8_t policy);
int64_t vp_now_ms(void);

/* objects.c */
uint16_t vp_get_data(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out);
uint16_t vp_put_data(struct vp_card *c, const struct vp_apdu *a);
uint16_t vp_metadata(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out);
struct vp_object *vp_find(struct vp_card *c, uint32_t tag);
bool vp_store(struct vp_card *c, uint32_t tag, const uint8_t *p, size_t n);

/* attest.c */
bool vp_attest_setup(struct vp_card *c);
uint16_t vp_attest(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out);
int vp_make_ca(int argc, char **argv);

/* state.c */
bool vp_load(struct vp_card *c);
void vp_save(struct vp_card *c);

/* control.c */
bool vp_control_open(struct vp_card *c);
void vp_control_poll(struct vp_card *c, int timeout_ms);
void vp_control_do(struct vp_card *c, char *line, char *answer, size_t max);
int vp_control_send(int argc, char **argv);

#endif
