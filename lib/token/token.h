#ifndef SEALKIT_TOKEN_TOKEN_H
#define SEALKIT_TOKEN_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"
#include "crypto/age.h"
#include "share/card.h"

/* The one interface of all tokens (design section 3): a public recipient, something
   that unwraps an age stanza after PIN, touch or passphrase, and a signer. A driver is
   a table of functions (lib/token/registry.c lists them); callers use the seal_token_*
   calls below. A token keeps the PIN that was accepted, in secret memory, until it is
   freed: keep it no longer than one share needs. */

enum seal_question {
	SEAL_ASK_PIN = 1,    /* of the applet named */
	SEAL_ASK_PASSPHRASE, /* of an identity file */
	SEAL_ASK_NEW_PIN,    /* where the factory PIN is to go; the asker asks twice */
	SEAL_ASK_NEW_PUK,
	SEAL_ASK_NEW_PASSPHRASE,
	SEAL_ASK_PUK, /* where the token does not tell whether it is the factory's */
};

struct seal_token_question {
	enum seal_question what;
	const char *applet;  /* "PIV", "FIDO2", "identity file" */
	const char *token;   /* "YubiKey 12345678, firmware 5.7.1" or a path */
	const char *holder;  /* name of the card, NULL when there is none yet */
	int tries_left;	     /* -1: no counter */
	int wrong_before;    /* 1: the one given last was wrong */
	const char *refused; /* why the one given last was not even tried; NULL: it was */
	unsigned min_len, max_len;
	/* Why a value cannot be an answer, so that nobody types it twice or waits to hear it; may
	   be NULL. */
	int (*check)(const struct seal_token_question *question, const struct seal_secret *value,
		     struct seal_diag *diag);
	int factory_too; /* a factory value is an answer: nobody else can tell that it is set */
};

/* Who asks a person. Both must be set. `secret` gives what was typed, the caller's;
   SEAL_E_INTERRUPTED where the person gave up. A question about a factory value is
   answered by no one: drivers compare what comes with the factory values. `touch` is told
   1 before a call that waits for a touch and 0 after it. */
struct seal_token_asker {
	int (*secret)(void *ctx, const struct seal_token_question *question,
		      struct seal_secret **out_secret, struct seal_diag *diag);
	void (*touch)(void *ctx, const struct seal_token_question *question, int waiting);
	/* May be NULL: no. `lost` PINs in a row were wrong before, by whomever, and the next
	   wrong one silences the token until it is put in again; unless it was since. SEAL_OK:
	   it was. */
	int (*replugged)(void *ctx, const struct seal_token_question *question, unsigned lost,
			 struct seal_diag *diag);
	void *ctx;
	int once;     /* a PIN from a descriptor: sent once, never asked for again */
	int last_try; /* --last-try: a PIN may be sent though one try is left */
};

/* Where tokens are looked for. All may be zero: then readers of pcscd and FIDO2 devices. */
struct seal_token_place {
	const char *const *devices; /* "udp:HOST:PORT": virtual FIDO2 tokens; "piv:READER" */
	size_t device_count;
	const char *const *identities; /* files of passphrase tokens */
	size_t identity_count;
	const char *roots; /* folder of attestation roots; NULL: the built-in one */
	int virtual_piv;   /* cards of PIV tokens made now are marked virtual */
};

struct seal_token_info {
	enum seal_card_kind kind;
	int has_serial, has_firmware, is_virtual;
	uint32_t serial;
	uint8_t firmware[3];
	int tries_left, puk_tries_left;		   /* -1: unknown */
	int factory_pin, factory_puk, factory_key; /* 1 yes, 0 no, -1 unknown */
	int leaks_ecdsa; /* who gets the token and opens it can read its signing keys (leaks.h) */
	char where[128]; /* reader, device or path */
	char model[64];
};

struct seal_token_plan {	  /* what enrolment is asked to make */
	const char *name, *group; /* group may be NULL */
	const char *device;	  /* the one token that is meant; NULL: exactly one must be there */
	int has_serial;
	uint32_t serial;    /* the one that is meant, where several are there */
	uint8_t slot;	    /* 0: first free of 82..95 */
	uint8_t pin, touch; /* policies (token/attest.h); 0: always */
	uint8_t min_firmware[3];
	const char *rp_id;	  /* FIDO2; NULL: "sealkit.invalid" */
	int no_attestation;	  /* recorded in the card for ever */
	int allow_leaks;	  /* firmware that leaks signing keys; recorded in the card */
	int allow_unknown_puk;	  /* PIV: where the token does not tell; recorded in the card */
	const char *identity_out; /* passphrase: path of the new identity file */
};

struct seal_token;

/* Whether the token of a card is here. */
struct seal_token_match {
	const struct seal_card *card; /* given; all else is filled */
	int error;		      /* as seal_token_open's, with why */
	struct seal_token_info info;  /* of SEAL_OK */
	struct seal_diag why;
};

struct seal_token_driver {
	enum seal_card_kind kind;
	const char *name; /* "piv" */
	/* Calls each for every token there, without spending a try. */
	int (*list)(const struct seal_token_place *place,
		    int (*each)(void *ctx, const struct seal_token_info *info), void *ctx,
		    struct seal_diag *diag);
	/* Opens the token that the card speaks of, having proved without a PIN that it is that
	   one. SEAL_E_TOKENABSENT: not here; SEAL_E_TOKENWRONG: here, but another key. */
	int (*open)(const struct seal_token_place *place, const struct seal_card *card,
		    void **out_self, struct seal_diag *diag);
	/* As open for each card of this kind, but every token is opened once only, and let go.
	   NULL: then open is called for each. */
	void (*match)(const struct seal_token_place *place, struct seal_token_match *matches,
		      size_t count);
	/* Makes keys, fills all of *out_card but its signature. */
	int (*enrol)(const struct seal_token_place *place, const struct seal_token_plan *plan,
		     const struct seal_token_asker *asker, struct seal_card *out_card,
		     void **out_self, struct seal_diag *diag);
	/* As seal_age_identity's. SEAL_E_NOIDENTITY before anything is asked. */
	int (*unwrap)(void *self, const struct seal_token_asker *asker,
		      const struct seal_age_stanza *stanzas, size_t count,
		      struct seal_secret *file_key, struct seal_diag *diag);
	/* A signature as the card's signing_kind says, over text. */
	int (*sign)(void *self, const struct seal_token_asker *asker, const void *text,
		    size_t text_len, uint8_t *out, size_t cap, size_t *out_len,
		    struct seal_diag *diag);
	void (*describe)(void *self, struct seal_token_info *out_info);
	void (*done)(void *self); /* accepts NULL */
};

/* NULL for a kind without a driver. */
const struct seal_token_driver *seal_token_driver(enum seal_card_kind kind);

SEAL_MUST_CHECK int seal_token_list(const struct seal_token_place *place,
				    int (*each)(void *ctx, const struct seal_token_info *info),
				    void *ctx, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_token_open(const struct seal_token_place *place,
				    const struct seal_card *card, struct seal_token **out_token,
				    struct seal_diag *diag);
/* For many cards at once: each token is opened once, nobody is asked and no try is spent. */
void seal_token_match(const struct seal_token_place *place, struct seal_token_match *matches,
		      size_t count);
/* Enrols and has the card signed by the token; the signature is verified. */
SEAL_MUST_CHECK int seal_token_enrol(enum seal_card_kind kind, const struct seal_token_place *place,
				     const struct seal_token_plan *plan,
				     const struct seal_token_asker *asker,
				     struct seal_card *out_card, struct seal_token **out_token,
				     struct seal_diag *diag);
void seal_token_free(struct seal_token *token);
void seal_token_freep(struct seal_token **token);

const struct seal_card *seal_token_card(const struct seal_token *token);
void seal_token_describe(const struct seal_token *token, struct seal_token_info *out_info);
/* For seal_age_open; token and asker must outlive it. */
struct seal_token_opener {
	struct seal_token *token;
	const struct seal_token_asker *asker;
};
struct seal_age_identity seal_token_identity(struct seal_token_opener *opener);
SEAL_MUST_CHECK int seal_token_sign(struct seal_token *token, const struct seal_token_asker *asker,
				    const void *text, size_t text_len, uint8_t *out, size_t cap,
				    size_t *out_len, struct seal_diag *diag);

#endif
