#ifndef SEALKIT_CLIENT_CLIENT_H
#define SEALKIT_CLIENT_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"

/* The client of a seal daemon: HTTPS by libcurl, with the address and TLS conventions of
   Vault's CLI. Threat: a server in the middle. So TLS is never optional, redirects
   are not followed, and what comes back is bounded. libcurl keeps copies of API
   tokens on its heap for the time of a call; shares never reach it in clear. */

#define SEAL_CLIENT_ANSWER (4u << 20)

struct seal_client_config {
	const char *address; /* https://HOST:PORT; NULL: https://127.0.0.1:8200 */
	const char *ca_file, *ca_folder;
	const char *certificate, *key; /* of the client */
	const char *server_name;       /* expected in the certificate, where it differs */
	const char *pin; /* "sha256//BASE64" of the server's public key, as curl's: then
			    the certificate's name, issuer and dates do not matter */
	const char *name_space;
	unsigned timeout; /* seconds for one call; 0: 60 */
};

/* VAULT_* and BAO_* (which win, even if empty): ADDR, CACERT, CAPATH, CLIENT_CERT,
   CLIENT_KEY, TLS_SERVER_NAME, NAMESPACE, CLIENT_TIMEOUT. Fields that are set already
   stay. SKIP_VERIFY is refused: SEAL_E_POLICY. Texts belong to the environment. */
SEAL_MUST_CHECK int seal_client_environment(struct seal_client_config *config,
					    struct seal_diag *diag);

struct seal_client;

/* SEAL_E_USAGE: an address that is not https, a pin of another form. Copies texts. */
SEAL_MUST_CHECK int seal_client_new(const struct seal_client_config *config,
				    struct seal_client **out_client, struct seal_diag *diag);
void seal_client_free(struct seal_client *client);
void seal_client_freep(struct seal_client **client);

const char *seal_client_address(const struct seal_client *client);

struct seal_client_request {
	const char *method;		 /* GET, PUT, POST, DELETE, LIST */
	const char *path;		 /* "sys/init": what follows /v1/ */
	const char *body;		 /* NUL-terminated JSON, or NULL */
	const struct seal_secret *token; /* or NULL */
};

/* One exchange. *out_body is malloc'd, NUL-terminated and the caller's (empty where there was
   none). SEAL_E_DAEMON: no answer, with the reason (down, not TLS, wrong pin, expired ...). A
   status of 400 and more is SEAL_E_REFUSED (403 SEAL_E_DENIED, 503 SEAL_E_SEALED) with the
   errors that the daemon gave; out_status, which may be NULL, is set even then. */
SEAL_MUST_CHECK int seal_client_call(struct seal_client *client,
				     const struct seal_client_request *request,
				     unsigned *out_status, char **out_body, struct seal_diag *diag);

/* What sys/seal-status and sys/unseal say, of seald's additions too. */
#define SEAL_CLIENT_GIVEN 64u
struct seal_client_given {
	unsigned x;
	char card[17]; /* first hex digits of a fingerprint */
};
struct seal_client_status {
	int initialized, sealed, is_seald, plain;
	unsigned t, n, progress, epoch;
	char nonce[65], version[65], storage[33], set[33], sandbox[65];
	int has_identity;
	uint8_t identity[32];
	struct seal_client_given given[SEAL_CLIENT_GIVEN];
	size_t given_count;
	struct seal_client_given unproved[SEAL_CLIENT_GIVEN]; /* holders who have not proved */
	size_t unproved_count;
	int has_signature; /* the core's, where one was asked for */
	uint8_t signature[64];
	int is_signed; /* by the core that was meant: seal_client_status_signed */
	/* Of the answer to a share or a proof: the core's signed word that it has it. */
	int has_accepted, repeated;
	int switched; /* with this proof a pending set came in force; the rest is of it */
	struct seal_client_given accepted;
	uint8_t accepted_signature[64];
};
SEAL_MUST_CHECK int seal_client_status_parse(const char *json,
					     struct seal_client_status *out_status,
					     struct seal_diag *diag);
SEAL_MUST_CHECK int seal_client_status(struct seal_client *client,
				       struct seal_client_status *out_status,
				       struct seal_diag *diag);

#define SEAL_CLIENT_UNSIGNED \
	"what the daemon says of its state is not signed by its core: something stands between"
/* The same over a challenge of ours: is_signed is 1 where the core with this identity has
   signed it. Where it is 0, nothing that is told may be relied on but to refuse. */
SEAL_MUST_CHECK int seal_client_status_signed(struct seal_client *client,
					      const uint8_t identity[static 32],
					      struct seal_client_status *out_status,
					      struct seal_diag *diag);

/* The newest term of the keyring (sys/key-status). */
struct seal_client_term {
	uint64_t term, encryptions;
	char installed[65];
};
/* Over a challenge of ours: SEAL_E_VERIFY where the core with this identity did not sign it.
   token: of the API; whoever ends TLS sees it. SEAL_E_DENIED, SEAL_E_SEALED. */
SEAL_MUST_CHECK int seal_client_term(struct seal_client *client, const struct seal_secret *token,
				     const uint8_t identity[static 32],
				     struct seal_client_term *out_term, struct seal_diag *diag);
/* Adds a term. That it came to that is told by seal_client_term afterwards, and by nothing else. */
SEAL_MUST_CHECK int seal_client_rotate(struct seal_client *client, const struct seal_secret *token,
				       struct seal_diag *diag);

/* What a share is sent for; nobody between can make the one of the other. */
enum seal_client_verb {
	SEAL_CLIENT_GIVE,
	SEAL_CLIENT_RESET, /* forget what was given so far: this share is the first now */
};
/* Sends a share so that only the core can read it (design section 5): the submission key is
   fetched and must be signed by identity (the manifest's signer) for this set: SEAL_E_VERIFY,
   SEAL_E_MISMATCH. Where the unseal it was for has ended meanwhile, it is sealed and sent
   once more. An answer that the daemon is still sealed and that has not the core's signed word for
   this share is SEAL_E_VERIFY. One that it is open may be without: others opened it first,
   and has_accepted is 0. The state told with it is signed, or it is SEAL_E_VERIFY. */
struct seal_client_submission {
	const uint8_t *identity; /* 32 bytes */
	const char *set;
	const struct seal_secret *share; /* its last byte is its x */
	enum seal_client_verb verb;
};
#define SEAL_CLIENT_UNCONFIRMED \
	"the daemon's core did not confirm this share: something stands between"
SEAL_MUST_CHECK int seal_client_submit(struct seal_client *client,
				       const struct seal_client_submission *submission,
				       struct seal_client_status *out_status,
				       struct seal_diag *diag);

/* A proof that a share was opened (man sealkit-api.5), without sending it. */
struct seal_client_holder {
	const uint8_t *identity; /* 32 bytes: the manifest's signer */
	const char *set;
	const char *card; /* fingerprint, 64 hex digits */
	int is_pending;	  /* the set is that of a rekey, which waits for proofs */
};
#define SEAL_CLIENT_CHALLENGE 64u
/* Asks for a challenge, which must be signed by the core for this set and card:
   SEAL_E_VERIFY, SEAL_E_MISMATCH. */
SEAL_MUST_CHECK int seal_client_challenge(struct seal_client *client,
					  const struct seal_client_holder *holder,
					  char out[static SEAL_CLIENT_CHALLENGE + 1],
					  struct seal_diag *diag);
struct seal_client_proof {
	struct seal_client_holder holder;
	unsigned x; /* of the share */
	const char *challenge;
	const char *card_text; /* the card's file */
	const uint8_t *proof;  /* 64 bytes */
	const uint8_t *signature;
	size_t signature_len;
};
/* Sends it. An answer without the core's signed word for this challenge and x is
   SEAL_E_VERIFY. */
SEAL_MUST_CHECK int seal_client_prove(struct seal_client *client,
				      const struct seal_client_proof *proof,
				      struct seal_client_status *out_status,
				      struct seal_diag *diag);
/* The same for having the daemon sealed at once: a challenge for that alone, and the request,
   whose proof is NULL: only the card's token signs. A daemon that the core does not say to be
   sealed now is SEAL_E_VERIFY. out_status->repeated: it was sealed before. */
SEAL_MUST_CHECK int seal_client_lock_challenge(struct seal_client *client,
					       const struct seal_client_holder *holder,
					       char out[static SEAL_CLIENT_CHALLENGE + 1],
					       struct seal_diag *diag);
SEAL_MUST_CHECK int seal_client_lock(struct seal_client *client,
				     const struct seal_client_proof *request,
				     struct seal_client_status *out_status, struct seal_diag *diag);
/* By a root token (sys/seal). Whether it is sealed then, only its signed state tells. */
SEAL_MUST_CHECK int seal_client_seal(struct seal_client *client, const struct seal_secret *token,
				     struct seal_diag *diag);

/* The share that is sealed to the holder's card; *out_file is malloc'd and the caller's. It
   is believed when it was opened and not before. SEAL_E_NOTFOUND: the daemon has it no more. */
SEAL_MUST_CHECK int seal_client_share(struct seal_client *client,
				      const struct seal_client_holder *holder, char **out_file,
				      struct seal_diag *diag);

#endif
