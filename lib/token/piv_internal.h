#ifndef SEALKIT_TOKEN_PIV_INTERNAL_H
#define SEALKIT_TOKEN_PIV_INTERNAL_H

#include "token/attest.h"
#include "token/piv.h"
#include "token/piv_wire.h"

/* Shared by piv.c, piv_*.c and their tests. */

/* piv_read.c: what can be learnt without a PIN. */

/* Object value, without its 53. SEAL_E_NOTFOUND; SEAL_E_PINWRONG: wants the PIN first. */
SEAL_MUST_CHECK int seal_piv_get_object(struct seal_piv_link *link, uint32_t object,
					struct seal_piv_span *out_value, struct seal_diag *diag);
/* SEAL_E_NOTFOUND: nothing there; SEAL_E_VERSION: the token does not know metadata. */
SEAL_MUST_CHECK int seal_piv_get_metadata(struct seal_piv_link *link, uint8_t reference,
					  struct seal_piv_metadata *out_metadata,
					  struct seal_diag *diag);
/* Fills all of info but is_virtual. */
SEAL_MUST_CHECK int seal_piv_get_info(struct seal_piv_link *link, const char *reader,
				      struct seal_token_info *out_info, struct seal_diag *diag);
/* "YubiKey 12345678, firmware 5.7.1" */
void seal_piv_title(const struct seal_token_info *info, char out[static 96]);
/* DER of an attestation. SEAL_E_NOTFOUND: empty slot; SEAL_E_VERSION: cannot attest;
   SEAL_E_MISMATCH: the key was not made here. */
SEAL_MUST_CHECK int seal_piv_get_attestation(struct seal_piv_link *link, uint8_t slot,
					     struct seal_card_der *out_der, struct seal_diag *diag);
uint32_t seal_piv_slot_object(uint8_t slot);
/* The certificate in an object; len 0 where the object is empty. What is there may be
   something else: parse it. */
SEAL_MUST_CHECK int seal_piv_get_certificate(struct seal_piv_link *link, uint32_t object,
					     struct seal_card_der *out_der, struct seal_diag *diag);

struct seal_piv_slot {
	int is_held;   /* some key is there */
	int has_point; /* it is P-256, and the point was validated */
	int has_policy;
	uint8_t pin, touch;
	uint8_t point[SEAL_P256_POINT];
};
/* piv_slot.c. From metadata; else attestation; else the certificate; else by asking for a key use
   that cannot succeed without a PIN. */
SEAL_MUST_CHECK int seal_piv_get_slot(struct seal_piv_link *link, uint8_t slot,
				      struct seal_piv_slot *out_slot, struct seal_diag *diag);

/* piv_pin.c */

struct seal_piv { /* what a driver's self is */
	struct seal_token_info info;
	char reader[SEAL_PIV_READER];
	char holder[SEAL_CARD_NAME + 1];
	uint8_t slot;  /* of the unwrapping key */
	uint8_t touch; /* as the card has it */
	int has_serial;
	uint32_t serial;
	uint8_t unwrap_point[SEAL_P256_POINT], sign_point[SEAL_P256_POINT];
	struct seal_secret *pin; /* the one that was accepted, or NULL */
};

/* Tries left without spending one; -1 unknown. */
SEAL_MUST_CHECK int seal_piv_tries(struct seal_piv_link *link, int *out_left,
				   struct seal_diag *diag);
/* SEAL_E_BLOCKED, or SEAL_E_PINWRONG where one try or less is left and may not be spent. */
SEAL_MUST_CHECK int seal_piv_may_try(const struct seal_token_asker *asker, int left,
				     struct seal_diag *diag);
/* Asks for a PIN or PUK (what says which) until it has the right form and is no factory
   value; those are refused here and never sent, unless the question has factory_too. */
SEAL_MUST_CHECK int seal_piv_ask(const struct seal_token_asker *asker,
				 const struct seal_token_question *question,
				 struct seal_secret **out_value, struct seal_diag *diag);
/* SEAL_E_PINWRONG; SEAL_E_BLOCKED. Says how many tries are left. */
SEAL_MUST_CHECK int seal_piv_verify(struct seal_piv_link *link, const struct seal_secret *pin,
				    struct seal_diag *diag);
/* Changes a PIN or PUK; was NULL: the factory's. SEAL_E_POLICY: the token does not like the
   new one. SEAL_E_PINWRONG: *left, which may be NULL, is the tries left. */
SEAL_MUST_CHECK int seal_piv_change(struct seal_piv_link *link, uint8_t reference,
				    const struct seal_secret *was, const struct seal_secret *value,
				    int *left, struct seal_diag *diag);
int seal_piv_is_factory(const struct seal_secret *value, int is_puk);

/* piv_key.c: the management key */

/* 0 for an algorithm that is not known. */
size_t seal_piv_key_len(uint8_t alg);
/* Mutual authentication. SEAL_E_VERIFY: another key, or a touch is missing. */
SEAL_MUST_CHECK int seal_piv_key_auth(struct seal_piv_link *link, uint8_t alg,
				      const struct seal_secret *key, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_piv_key_factory(uint8_t alg, struct seal_secret **out_key,
					 struct seal_diag *diag);
SEAL_MUST_CHECK int seal_piv_key_set(struct seal_piv_link *link, uint8_t alg,
				     const struct seal_secret *key, struct seal_diag *diag);

/* piv_kept.c */

/* Authenticates with the factory key, where the token has it, and replaces it by a random
   one kept under the PIN; or with the one that is kept there. The PIN is verified. */
SEAL_MUST_CHECK int seal_piv_key_open(struct seal_piv_link *link,
				      const struct seal_token_asker *asker,
				      const struct seal_token_question *question,
				      struct seal_diag *diag);
SEAL_MUST_CHECK int seal_piv_put_object(struct seal_piv_link *link, uint32_t object,
					const uint8_t *value, size_t len, struct seal_diag *diag);

/* piv_cert.c: certificates that name what is in a slot. Signed by a key that is thrown
   away: a card whose firmware leaks ECDSA nonces shall not sign with its ECDH key. */

enum seal_piv_mark { /* whose the certificate in a slot is */
		     SEAL_PIV_FOREIGN,
		     SEAL_PIV_BEGUN, /* ours, of an enrolment that may have been cut off */
		     SEAL_PIV_NAMED, /* of age-plugin-yubikey (retired slots, 9D) or ours (9C) */
};
struct seal_piv_named {
	enum seal_piv_mark mark;
	char name[SEAL_CARD_NAME + 1];
	int has_point;
	uint8_t point[SEAL_P256_POINT];
};
/* point NULL: mark is SEAL_PIV_BEGUN, the certificate is of the key thrown away. */
SEAL_MUST_CHECK int seal_piv_cert_make(uint8_t slot, const char *name, const uint8_t *point,
				       uint8_t pin, uint8_t touch, struct seal_card_der *out_der,
				       struct seal_diag *diag);
SEAL_MUST_CHECK int seal_piv_cert_read(const struct seal_card_der *der,
				       struct seal_piv_named *out_named);

/* piv_make.c: keys and certificates of an enrolment */

enum { SEAL_PIV_UNWRAP, SEAL_PIV_SIGN, SEAL_PIV_KEYS };
struct seal_piv_key {
	uint8_t slot;
	int is_made; /* by an earlier enrolment under this name that came to its end */
	uint8_t point[SEAL_P256_POINT];
};
/* Policies of the plan, 0 being always. */
uint8_t seal_piv_plan_pin(const struct seal_token_plan *plan);
uint8_t seal_piv_plan_touch(const struct seal_token_plan *plan);
/* Which slots the enrolment may use; changes nothing. SEAL_E_EXISTS: a key is there. */
SEAL_MUST_CHECK int seal_piv_choose(struct seal_piv_link *link, const struct seal_token_plan *plan,
				    struct seal_piv_key out_keys[static SEAL_PIV_KEYS],
				    struct seal_diag *diag);
/* Marks both slots, makes what is not made yet, then writes the certificates. */
SEAL_MUST_CHECK int seal_piv_make(struct seal_piv_link *link, const struct seal_token_plan *plan,
				  struct seal_piv_key keys[static SEAL_PIV_KEYS],
				  struct seal_diag *diag);
/* piv_proof.c. Whether an attestation of this token can be believed; changes nothing.
   SEAL_E_TOKENREFUSED: it cannot attest; SEAL_E_VERIFY, SEAL_E_EXPIRED, SEAL_E_FORMAT of its f9
   certificate; or an error of the roots. */
SEAL_MUST_CHECK int seal_piv_can_attest(struct seal_piv_link *link, const char *roots,
					struct seal_diag *diag);
/* Verifies the attestations of both keys and stores them in the card, and with
   them the serial and firmware that they name. */
SEAL_MUST_CHECK int seal_piv_attest(struct seal_piv_link *link, const char *roots,
				    const struct seal_token_plan *plan,
				    const struct seal_piv_key keys[static SEAL_PIV_KEYS],
				    struct seal_card *card, struct seal_diag *diag);

/* piv.c, piv_use.c, piv_enrol.c */

/* Opens the reader and proves that self's token is in it: serial, and the key in slot. */
SEAL_MUST_CHECK int seal_piv_session(const struct seal_piv *self, uint8_t slot,
				     struct seal_piv_link **out_link,
				     struct seal_piv_slot *out_slot, struct seal_diag *diag);
/* 1 where place lets this reader be looked at. */
int seal_piv_is_meant(const struct seal_token_place *place, const char *reader);
void seal_piv_done(void *self);
SEAL_MUST_CHECK int seal_piv_enrol(const struct seal_token_place *place,
				   const struct seal_token_plan *plan,
				   const struct seal_token_asker *asker, struct seal_card *out_card,
				   void **out_self, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_piv_unwrap(void *self, const struct seal_token_asker *asker,
				    const struct seal_age_stanza *stanzas, size_t count,
				    struct seal_secret *file_key, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_piv_sign(void *self, const struct seal_token_asker *asker,
				  const void *text, size_t text_len, uint8_t *out, size_t cap,
				  size_t *out_len, struct seal_diag *diag);

#endif
