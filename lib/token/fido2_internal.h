#ifndef SEALKIT_TOKEN_FIDO2_INTERNAL_H
#define SEALKIT_TOKEN_FIDO2_INTERNAL_H

#include <fido.h>

#include "token/attest.h"
#include "token/fido2.h"

/* Shared by the files fido2*.c. */

#define SEAL_FIDO2_WHERE 128u
#define SEAL_FIDO2_MODEL 64u
#define SEAL_FIDO2_DEVICES 16u
#define SEAL_FIDO2_UDP "udp:"
#define SEAL_FIDO2_PIN_MIN 4u
#define SEAL_FIDO2_PIN_MAX 63u

/* A device that may hold a token; not opened yet. */
struct seal_fido2_device {
	char where[SEAL_FIDO2_WHERE];
	char model[SEAL_FIDO2_MODEL];
};

/* What getInfo says. */
struct seal_fido2_facts {
	int client_pin; /* 1 set, 0 not set, -1 the token has no PIN at all */
	int hmac_secret, cred_protect, new_pin_wanted, has_firmware, has_fingers;
	uint8_t firmware[3];
	uint8_t aaguid[16];
	unsigned min_pin;
	size_t max_id; /* bytes of a credential id */
};

/* An open token. */
struct seal_fido2 {
	fido_dev_t *dev;
	struct seal_fido2_device device;
	struct seal_fido2_facts facts;
	struct seal_secret *pin; /* accepted by the token, with its NUL; or NULL */
	int tries_left;		 /* -1: not known */
	unsigned wrong_in_row;	 /* PINs given here */
	unsigned lost;	   /* tries that were lost in a row before, perhaps by other programs */
	int counted;	   /* lost is known */
	int answered_once; /* a PIN that is sent once was sent */
	int broken;	   /* out of step or gone: nothing is sent any more */
	char title[SEAL_FIDO2_WHERE + SEAL_FIDO2_MODEL + 32];
	char holder[SEAL_CARD_NAME + 1]; /* empty: none yet */
	struct seal_fido2prf_credential unwrap;
	int has_unwrap_public;
	uint8_t unwrap_public[65];
	struct seal_card card; /* zero for a token that was opened without one */
};

/* --- fido2_device.c --- */

/* First call of every entry: libfido2 keeps its switches for each thread apart. */
void seal_fido2_begin(void);
SEAL_MUST_CHECK int seal_fido2_devices(const struct seal_token_place *place,
				       struct seal_fido2_device out[static SEAL_FIDO2_DEVICES],
				       size_t *out_count, struct seal_diag *diag);
/* SEAL_E_TOKENABSENT: nothing answers there. SEAL_E_TOKENREFUSED: not a FIDO2 token. */
SEAL_MUST_CHECK int seal_fido2_connect(const struct seal_fido2_device *device,
				       struct seal_fido2 **out_token, struct seal_diag *diag);
void seal_fido2_free(struct seal_fido2 *token);
void seal_fido2_freep(struct seal_fido2 **token);
/* By its model, and of those that Yubico's name stands on by the firmware told, too. */
int seal_fido2_leaks(const struct seal_fido2 *token);
/* Reads getInfo and the tries again. */
SEAL_MUST_CHECK int seal_fido2_refresh(struct seal_fido2 *token, struct seal_diag *diag);
/* A FIDO_ERR_* other than FIDO_OK as one of ours; notes a token that is gone. */
int seal_fido2_fail(struct seal_fido2 *token, int code, const char *what, struct seal_diag *diag);
struct seal_token_question seal_fido2_question(const struct seal_fido2 *token,
					       enum seal_question what);

/* --- fido2_udp.c --- */

int seal_fido2_is_udp(const char *where);
extern const fido_dev_io_t seal_fido2_udp_io;

/* --- fido2_pin.c --- */

/* Calls op, which gives a FIDO_ERR_*, with the token's PIN, asked for where it is not
   known, and announces the touch. Counts wrong PINs and stops before the token does. */
SEAL_MUST_CHECK int
seal_fido2_with_pin(struct seal_fido2 *token, const struct seal_token_asker *asker,
		    int (*op)(struct seal_fido2 *token, const char *pin, void *ctx), void *ctx,
		    const char *what, struct seal_diag *diag);
/* Gives a token without a PIN one. */
SEAL_MUST_CHECK int seal_fido2_set_pin(struct seal_fido2 *token,
				       const struct seal_token_asker *asker,
				       struct seal_diag *diag);

/* --- fido2_use.c --- */

/* Evaluates token->unwrap. prf->ctx is use, which must outlive it. */
struct seal_fido2_use {
	struct seal_fido2 *token;
	const struct seal_token_asker *asker;
};
struct seal_fido2prf seal_fido2_prf(struct seal_fido2_use *use);
/* Opens an armored age file that holds an X25519 identity. */
SEAL_MUST_CHECK int seal_fido2_open_wrapped(struct seal_fido2_use *use, const char *wrapped,
					    struct seal_secret **out_key, struct seal_diag *diag);
/* Asks without PIN and touch for a signature by a credential: 1 known, 0 not known,
   -1 the token does not say. With public (65 bytes) only its signature counts. */
int seal_fido2_knows(struct seal_fido2 *token, const char *rp_id, const uint8_t *id, size_t id_len,
		     const uint8_t *public_key);
int seal_fido2_unwrap(void *self, const struct seal_token_asker *asker,
		      const struct seal_age_stanza *stanzas, size_t count,
		      struct seal_secret *file_key, struct seal_diag *diag);
int seal_fido2_sign(void *self, const struct seal_token_asker *asker, const void *text,
		    size_t text_len, uint8_t *out, size_t cap, size_t *out_len,
		    struct seal_diag *diag);

/* --- fido2_enrol.c --- */

int seal_fido2_enrol(const struct seal_token_place *place, const struct seal_token_plan *plan,
		     const struct seal_token_asker *asker, struct seal_card *out_card,
		     void **out_self, struct seal_diag *diag);

/* --- fido2_make.c --- */

/* Makes both credentials, for the rp ids and the recipient that token->card has, and fills the
   rest of it. roots NULL: no attestation is wanted. */
SEAL_MUST_CHECK int seal_fido2_make(struct seal_fido2 *token, const struct seal_token_plan *plan,
				    const struct seal_token_asker *asker,
				    const struct seal_roots *roots, struct seal_diag *diag);

/* --- fido2_attest.c --- */

/* Verifies what make_cred gave: flags, rp id, extensions, signature; and, unless roots is
   NULL, the chain and the aaguid. *out_attested: 1 where a root stands behind it.
   firmware, of the certificate, is filled where it is there. */
SEAL_MUST_CHECK int seal_fido2_attest(const fido_cred_t *cred, const struct seal_roots *roots,
				      int *out_attested, uint8_t firmware[static 3],
				      struct seal_diag *diag);

/* --- fido2_statement.c --- */

/* The client-data hash of both credentials of a card. */
void seal_fido2_statement_hash(const char *recipient, uint8_t out[static 32]);
/* What the token said, into the card. SEAL_E_TOOLONG. */
SEAL_MUST_CHECK int seal_fido2_keep_statement(const fido_cred_t *cred,
					      struct seal_card_statement *out,
					      struct seal_diag *diag);

#endif
