/*
 * virt-fido2: a virtual CTAP 2.1 authenticator for tests and rehearsals, written from the public
 * CTAP 2.1 and WebAuthn specifications. It speaks 64-byte CTAPHID reports over UDP, one datagram a
 * report. It protects nothing: its state file holds all keys in the clear.
 */
#ifndef VIRT_FIDO2_H
#define VIRT_FIDO2_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cbor.h>
#include <openssl/evp.h>

enum {
	VF_MAX_MSG = 7609, /* CTAPHID: 57 + 128 * 59 */
	VF_MAX_RESIDENT = 32,
	VF_ID_LEN = 127, /* version, nonce 12, sealed body 98, tag 16 */
	VF_PIN_TRIES = 8,
	VF_LOG_LINES = 256,
};

#include "codes.h"

struct vf_buf {
	uint8_t d[VF_MAX_MSG];
	size_t n;
};

struct vf_resident {
	uint8_t id[VF_ID_LEN];
	uint8_t rp_hash[32];
	uint8_t user[64];
	size_t user_len;
};

/* What survives a power cycle (the state file). */
struct vf_state {
	bool pin_set;
	uint8_t pin_hash[16];
	unsigned retries;
	unsigned min_pin;
	bool force_change;
	bool always_uv;
	uint32_t counter;
	uint8_t wrap_key[32];
	uint8_t aaguid[16];
	struct vf_resident res[VF_MAX_RESIDENT];
	size_t n_res;
	uint8_t att_key[256]; /* DER private key of the batch */
	size_t att_key_len;
	uint8_t att_cert[2048]; /* DER batch certificate */
	size_t att_cert_len;
};

enum vf_touch { VF_TOUCH_AUTO, VF_TOUCH_WAIT, VF_TOUCH_REFUSE, VF_TOUCH_TIMEOUT };
enum vf_attestation { VF_ATT_PACKED, VF_ATT_SELF, VF_ATT_NONE, VF_ATT_EXPIRED, VF_ATT_OTHER_ROOT };
enum vf_garbage { VF_GARBAGE_NONE, VF_GARBAGE_FRAMES, VF_GARBAGE_CBOR };

struct vf_options {
	const char *host;
	const char *port;
	const char *state_path;
	const char *ca_dir;
	const char *control_path;
	bool p1, p2;
	bool ctap20;
	bool no_hmac_secret;
	bool no_cred_protect;
	bool uv_not_required; /* makeCredUvNotRqd */
	bool pin_complexity;
	enum vf_attestation attestation;
	unsigned reset_window; /* seconds after power up; 0 = no limit */
};

/* Misbehaviour, changed at run time over the control socket. */
struct vf_faults {
	enum vf_touch touch;
	bool touched;
	bool pulled;
	char pull_cmd[16]; /* command name, "any", or empty */
	unsigned pull_frame;
	unsigned pull_left; /* frames of whatever command until then; 0: none */
	unsigned slow_ms;
	enum vf_garbage garbage;
	unsigned garbage_left;
	unsigned wrong_pin_left;
	bool bad_signature, wrong_uv, wrong_rp, no_up, ignore_extension, flip_secret, wrong_aaguid;
	bool refuse_silent; /* no assertion without a touch */
	bool protect_all;   /* credProtect 3 where nothing is asked for */
	bool long_key;	    /* credential keys are not in canonical CBOR */
};

/* One decrypted credential. */
struct vf_cred {
	uint8_t id[VF_ID_LEN];
	uint8_t priv[32];
	uint8_t random_uv[32];
	uint8_t random_plain[32];
	uint8_t protect;
	bool hmac_secret;
	uint8_t user[64];
	size_t user_len;
	bool resident;
};

/* hmac-secret input of one getAssertion. */
struct vf_hmac_in {
	bool present;
	unsigned protocol;
	uint8_t secret[64];
	uint8_t salt[64];
	size_t salt_len;
};

/* What getNextAssertion goes on with. */
struct vf_next {
	size_t left, total;
	size_t index[VF_MAX_RESIDENT];
	uint8_t cdh[32], rp_hash[32];
	bool up, uv;
	struct vf_hmac_in hmac;
};

struct vf {
	struct vf_options opt;
	struct vf_state st;
	struct vf_faults fault;
	/* volatile, lost with power */
	EVP_PKEY *agree;
	uint8_t token[32];
	bool token_live;
	unsigned token_perm;
	bool token_bound;
	uint8_t token_rp[32];
	unsigned wrong_in_row;
	struct vf_next next;
	uint64_t powered_ms;
	/* transport */
	int udp, control;
	struct sockaddr_in peer;
	uint32_t next_channel;
	uint32_t channel; /* of the command under way */
	bool busy, cancelled, aborted;
	char command[16];
	unsigned sub; /* of clientPIN, for the log */
	unsigned frames;
	char *log[VF_LOG_LINES];
	size_t n_log;
};

#include "parts.h"

/* state.c */
int vs_load(struct vf *v);
void vs_save(const struct vf *v);
void vs_factory(struct vf *v);
void vs_power_up(struct vf *v);
bool vs_hex(const char *s, uint8_t *out, size_t cap, size_t *n);

/* attest.c */
int va_make_ca(const char *dir);
int va_prepare(struct vf *v);

/* The commands; each gives a CTAP status and fills out with the CBOR that follows it. */
uint8_t vf_ctap(struct vf *v, const uint8_t *req, size_t n, struct vf_buf *out);
uint8_t vf_client_pin(struct vf *v, const cbor_item_t *m, struct vf_buf *out);
uint8_t vf_make(struct vf *v, const cbor_item_t *m, struct vf_buf *out);
uint8_t vf_assert(struct vf *v, const cbor_item_t *m, struct vf_buf *out);
uint8_t vf_next_assert(struct vf *v, struct vf_buf *out);
uint8_t vf_touch_wait(struct vf *v);
/* PIN/UV parameter of make and assert: gives *uv, or an error. */
uint8_t vf_check_uv(struct vf *v, const cbor_item_t *param, const cbor_item_t *protocol,
		    const uint8_t *cdh, unsigned perm, const uint8_t rp_hash[32], bool *uv);
bool vf_cred_open(const struct vf *v, const uint8_t *id, size_t n, const uint8_t rp_hash[32],
		  struct vf_cred *c);
void vf_auth_data(struct vf *v, struct vf_buf *b, const uint8_t rp_hash[32], uint8_t flags);

/* hid.c, control.c */
int vh_open(struct vf *v);
void vh_pump(struct vf *v, int timeout_ms);
void vh_keepalive(struct vf *v, uint8_t status);
void vh_log(struct vf *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
uint64_t vh_now(void);
int vn_open(struct vf *v);
void vn_serve(struct vf *v);

#endif
