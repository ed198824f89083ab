#ifndef SEALKIT_SHARE_CARD_H
#define SEALKIT_SHARE_CARD_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "crypto/note.h"

/* A card (design sections 2 and 3): the public record of one token of one
   custodian, JSON, signed by the token itself. Threat: a card that names another
   person's key, or a key nobody holds; so it is parsed strictly, its signature is
   checked, and people compare its fingerprint as words. Nothing here is secret. */

#define SEAL_CARD_TEXT (64u << 10) /* bytes of a card file */
#define SEAL_CARD_NAME 64u
#define SEAL_CARD_RECIPIENT 96u
#define SEAL_CARD_IDENTITY 4096u /* AGE-PLUGIN-..., credential and rp id inside */
#define SEAL_CARD_WRAPPED 6144u	 /* an armored age file of one X25519 identity */
#define SEAL_CARD_RP_ID 254u
#define SEAL_CARD_CREDENTIAL 1024u
#define SEAL_CARD_CERTIFICATE 3072u
#define SEAL_CARD_SIGNATURE 1024u
#define SEAL_CARD_STATEMENT 1536u /* authenticator data with a credential in it */
#define SEAL_CARD_STATEMENT_SIGNATURE 256u
#define SEAL_CARD_FINGERPRINT 32u
#define SEAL_CARD_WORDS 160u

enum seal_card_kind { SEAL_CARD_PIV = 1, SEAL_CARD_FIDO2, SEAL_CARD_PASSPHRASE };
enum seal_card_signing {
	SEAL_CARD_ED25519 = 1, /* signing: 32 bytes */
	SEAL_CARD_P256,	       /* 65 bytes, uncompressed */
	SEAL_CARD_ASSERTION,   /* 65 bytes; FIDO2 assertion under signing_rp_id */
};

struct seal_card_der {
	uint8_t bytes[SEAL_CARD_CERTIFICATE];
	size_t len; /* 0: there is none */
};

struct seal_card_piv {
	int has_serial;
	uint32_t serial;
	uint8_t firmware[3];
	uint8_t slot;			   /* of the unwrapping key; the signing key is in 9C */
	uint8_t pin, touch;		   /* policies, as in token/attest.h; of both keys */
	int puk_unknown;		   /* allowed at enrolment: it may be the factory's */
	char identity[SEAL_CARD_IDENTITY]; /* AGE-PLUGIN-YUBIKEY-1..., or empty */
	struct seal_card_der unwrap, sign, device; /* attestations of the two keys, and f9 */
	struct seal_card_der between;		   /* one intermediate, where there is one */
};

/* What a FIDO2 token said of a credential when it made it (WebAuthn, section 6.5), and the
   signature of the batch key; the client-data hash follows from the card. */
struct seal_card_statement {
	uint8_t data[SEAL_CARD_STATEMENT];
	size_t data_len; /* 0: there is none */
	uint8_t signature[SEAL_CARD_STATEMENT_SIGNATURE];
	size_t signature_len;
};

struct seal_card_fido2 {
	uint8_t aaguid[16];
	char rp_id[SEAL_CARD_RP_ID + 1];
	char identity[SEAL_CARD_IDENTITY]; /* AGE-PLUGIN-FIDO2PRF-1... */
	char wrapped[SEAL_CARD_WRAPPED];   /* the X25519 identity, under fido2prf */
	uint8_t unwrap_public[65];	   /* of the unwrapping credential, uncompressed */
	char signing_rp_id[SEAL_CARD_RP_ID + 1];
	uint8_t credential[SEAL_CARD_CREDENTIAL]; /* that signs */
	size_t credential_len;
	struct seal_card_der device; /* batch certificate, of both statements */
	struct seal_card_statement unwrap, sign;
};

struct seal_card {
	enum seal_card_kind kind;
	enum seal_card_signing signing_kind;
	int is_virtual;	    /* made on a token reached by --device: rehearsal and tests only */
	int is_attested;    /* attestation was verified at enrolment; 0: in red ever after */
	int firmware_leaks; /* allowed at enrolment: who opens the token can read its signing key */
	/* UTF-8; nothing unseen, no space, '/', '+', no '.' or '-' in front; not empty. */
	char name[SEAL_CARD_NAME + 1];
	char group[SEAL_CARD_NAME + 1]; /* the same, or empty */
	char created[21];		/* 2026-11-24T10:00:00Z */
	char recipient[SEAL_CARD_RECIPIENT];
	uint8_t signing[65];
	size_t signing_len;
	struct seal_card_piv piv; /* zero unless kind is SEAL_CARD_PIV */
	struct seal_card_fido2 fido2;
	uint8_t signature[SEAL_CARD_SIGNATURE];
	size_t signature_len; /* 0: not signed yet */
};

/* SEAL_E_FORMAT for a bad name; the text says which rule. */
SEAL_MUST_CHECK int seal_card_check_name(const char *name, struct seal_diag *diag);

/* What the token signs: "sealkit-card/1\n", the card as JSON with sorted keys, without
   its signature, "\n". All rules of man/sealkit-card.5 are checked before, so that no
   token signs a card that nobody would take: attested cards need their attestations, a
   plugin's identity must be of the card's own keys, no key serves twice (SEAL_E_FORMAT).
   *out_text is malloc'd, NUL-terminated, the caller's. */
SEAL_MUST_CHECK int seal_card_signed_text(const struct seal_card *card, char **out_text,
					  struct seal_diag *diag);
/* The file: one JSON object, one field a line. card must be signed. As above. */
SEAL_MUST_CHECK int seal_card_text(const struct seal_card *card, char **out_text,
				   struct seal_diag *diag);
/* Parses strictly (unknown, double or missing fields, trailing bytes: SEAL_E_FORMAT;
   SEAL_E_VERSION), validates points and recipient, and verifies the card's own
   signature: SEAL_E_VERIFY. *out_card is the caller's storage. */
SEAL_MUST_CHECK int seal_card_parse(const void *bytes, size_t len, struct seal_card *out_card,
				    struct seal_diag *diag);
/* Reads and parses a file; causes name path. */
SEAL_MUST_CHECK int seal_card_read(const char *path, struct seal_card *out_card,
				   struct seal_diag *diag);

/* SHA-256 of the signed text. */
SEAL_MUST_CHECK int seal_card_fingerprint(const struct seal_card *card,
					  uint8_t out[static SEAL_CARD_FINGERPRINT],
					  struct seal_diag *diag);
/* Its first 12 bytes as words of the PGP list, to be read aloud. */
void seal_card_words(const uint8_t fingerprint[static SEAL_CARD_FINGERPRINT],
		     char out[static SEAL_CARD_WORDS]);

/* For notes that this card's token signs, under the card's name. */
SEAL_MUST_CHECK int seal_card_note_key(const struct seal_card *card, struct seal_note_key *out_key,
				       struct seal_diag *diag);

#endif
