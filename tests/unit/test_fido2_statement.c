/* What a FIDO2 card keeps of its token's words, made here as a token would make it, and then with
   one thing changed at a time: each is refused, and the text says which key and why. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cards.h"
#include "parties.h"
#include "token/fido2_internal.h"

#define AAGUID "model of a token"
#define OTHER "another's model."
#define AAGUID_OID "1.3.6.1.4.1.45724.1.1.4"
#define PROTECT "\x6b\x63redProtect"
#define SECRET "\x6bhmac-secret\xf5"

/* One credential, as its token tells of it. */
struct said {
	const char *rp_id, *aaguid, *recipient;
	uint8_t id[64];
	size_t id_len;
	EVP_PKEY *key, *signer;
	uint8_t flags, algorithm;
	const char *extensions; /* empty: none */
};

/* Both, with the card that they are about. */
struct scene {
	struct seal_card card;
	struct said said[2];
	int which; /* that is changed */
};

static struct party root, foreign, batch;
static EVP_PKEY *keys[3];
static char folder[] = "/tmp/test_fido2_statement.XXXXXX";
static char root_path[ROOT_PATH];
static struct seal_roots *roots;

static struct party new_batch(const struct party *by, int ca, const char *aaguid)
{
	struct party made = begin("batch", by, ca);
	char value[19];

	(void)snprintf(value, sizeof value, "\4\20%s", aaguid);
	add_raw(made.cert, AAGUID_OID, value, 18);
	return made;
}

static int setup(void **state)
{
	(void)state;
	root = begin("root", NULL, 1);
	finish(&root, NULL);
	foreign = begin("root", NULL, 1);
	finish(&foreign, NULL);
	batch = new_batch(&root, 0, AAGUID);
	finish(&batch, &root);
	for (size_t i = 0; i < 3; i++)
		keys[i] = EVP_EC_gen("P-256");
	root_folder(&root, folder, root_path);
	assert_int_equal(seal_roots_load(folder, SEAL_ROOTS_FIDO2, &roots, NULL), SEAL_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	seal_roots_free(roots);
	for (size_t i = 0; i < 3; i++)
		EVP_PKEY_free(keys[i]);
	drop(&root);
	drop(&foreign);
	drop(&batch);
	(void)unlink(root_path);
	return rmdir(folder);
}

static uint8_t *put_key(uint8_t *at, const struct said *said)
{
	uint8_t point[65];

	point_of(said->key, point);
	memcpy(at, "\xa5\1\2\3\x26\x20\1\x21\x58\x20", 10);
	at[4] = said->algorithm;
	memcpy(at + 10, point + 1, 32);
	memcpy(at + 42, "\x22\x58\x20", 3);
	memcpy(at + 45, point + 33, 32);
	return at + 77;
}

/* Authenticator data, and the batch key's signature over it and the hash of the recipient. */
static void say(const struct said *said, struct seal_card_statement *out)
{
	uint8_t message[SEAL_CARD_STATEMENT + 32];
	uint8_t *at = out->data;
	size_t len = strlen(said->extensions);

	(void)crypto_hash_sha256(at, (const uint8_t *)said->rp_id, strlen(said->rp_id));
	at[32] = said->flags;
	memcpy(at + 33, "\0\0\0\1", 4);
	memcpy(at + 37, said->aaguid, 16);
	at[53] = 0;
	at[54] = (uint8_t)said->id_len;
	memcpy(at + 55, said->id, said->id_len);
	at = put_key(at + 55 + said->id_len, said);
	memcpy(at, said->extensions, len);
	out->data_len = (size_t)(at - out->data) + len;
	memcpy(message, out->data, out->data_len);
	seal_fido2_statement_hash(said->recipient, message + out->data_len);
	out->signature_len = sign_ecdsa(said->signer, message, out->data_len + 32, out->signature,
					sizeof out->signature);
}

static void put_cert(struct seal_card *card, const struct party *party)
{
	struct seal_card_der *der = &card->fido2.device;

	der->len = party_der(party, der->bytes, sizeof der->bytes);
}

static void honest(struct scene *scene)
{
	struct seal_fido2prf_credential credential = {
		.id = {1, 2, 3}, .id_len = 48, .rp_id = "sealkit.invalid"};
	struct seal_card *card = &scene->card;
	struct made_card made;

	make_card(&made, SEAL_CARD_FIDO2, "alice");
	*scene = (struct scene){.card = made.card};
	made_done(&made);
	assert_int_equal(seal_fido2prf_text(&credential, card->fido2.identity, NULL), SEAL_OK);
	memcpy(card->fido2.aaguid, AAGUID, 16);
	point_of(keys[0], card->fido2.unwrap_public);
	point_of(keys[1], card->signing);
	put_cert(card, &batch);
	for (size_t i = 0; i < 2; i++)
		scene->said[i] =
			(struct said){.rp_id = i ? "sign.sealkit.invalid" : "sealkit.invalid",
				      .aaguid = AAGUID,
				      .recipient = card->recipient,
				      .id = {1, 2, 3},
				      .id_len = i ? 64 : 48,
				      .key = keys[i],
				      .signer = batch.key,
				      .flags = i ? 0x45 : 0xc5,
				      .algorithm = 0x26,
				      .extensions = i ? "" : "\xa2" PROTECT "\3" SECRET};
	memcpy(scene->said[1].id, card->fido2.credential, 64);
}

static int prove(struct scene *scene, char line[static SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT])
{
	struct seal_diag diag = {0};
	int error;

	say(&scene->said[0], &scene->card.fido2.unwrap);
	say(&scene->said[1], &scene->card.fido2.sign);
	error = seal_fido2_prove_attestation(&scene->card, roots, &diag);
	assert_int_equal(diag.error, error);
	seal_diag_line(&diag, line, SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT);
	return error;
}

static void refused(struct scene *scene, int error, const char *why)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	int got = prove(scene, line);

	if (got != error || !strstr(line, why) ||
	    !strstr(line, scene->which ? "attestation of the signing key"
				       : "attestation of the opening key"))
		fail_msg("%d, not %d with \"%s\": %s", got, error, why, line);
}

static void accepted(struct scene *scene)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	if (prove(scene, line) != SEAL_OK)
		fail_msg("%s", line);
}

enum change {
	KEY,
	RP_ID,
	NO_PIN,
	NO_TOUCH,
	ALGORITHM,
	MODEL,
	CREDENTIAL,
	RECIPIENT,
	SIGNER,
	EXTENSIONS, /* hmac-secret is missing where it opens, and there where it signs */
	PROTECTION  /* weaker than what was asked for */
};

static void change(struct said *said, enum change what)
{
	int opens = said->extensions[0];

	if (what == KEY)
		said->key = keys[2];
	else if (what == RP_ID)
		said->rp_id = "sealkit.example";
	else if (what == NO_PIN || what == NO_TOUCH)
		said->flags &= what == NO_PIN ? 0xfb : 0xfe;
	else if (what == ALGORITHM)
		said->algorithm = 0x27;
	else if (what == MODEL)
		said->aaguid = OTHER;
	else if (what == CREDENTIAL)
		said->id[5] ^= 1;
	else if (what == RECIPIENT)
		said->recipient = "age1another";
	else if (what == SIGNER)
		said->signer = keys[2];
	else if (what == EXTENSIONS)
		said->extensions = opens ? "\xa1" PROTECT "\3" : "\xa1" SECRET;
	else
		said->extensions = "\xa2" PROTECT "\2" SECRET;
	if (what >= EXTENSIONS)
		said->flags |= 0x80;
}

static void as_made(void **state)
{
	struct scene scene;

	(void)state;
	honest(&scene);
	accepted(&scene);
}

static void one_thing(void **state)
{
	static const struct {
		enum change what;
		int error;
		const char *why;
	} table[] = {{KEY, SEAL_E_MISMATCH, "is for another key"},
		     {RP_ID, SEAL_E_VERIFY, "rp id, flags or extensions are not"},
		     {NO_PIN, SEAL_E_VERIFY, "without PIN"},
		     {NO_TOUCH, SEAL_E_VERIFY, "without touch"},
		     {ALGORITHM, SEAL_E_FORMAT, "not a statement of a FIDO2 token"},
		     {MODEL, SEAL_E_MISMATCH, "is not for the model"},
		     {CREDENTIAL, SEAL_E_MISMATCH, "is of another credential"},
		     {RECIPIENT, SEAL_E_VERIFY, "its signature is wrong"},
		     {SIGNER, SEAL_E_VERIFY, "its signature is wrong"},
		     {EXTENSIONS, SEAL_E_VERIFY, "rp id, flags or extensions are not"},
		     {PROTECTION, SEAL_E_VERIFY, "rp id, flags or extensions are not"}};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		for (int which = 0; which < 2; which++) {
			honest(&scene);
			scene.which = which;
			change(&scene.said[which], table[i].what);
			refused(&scene, table[i].error, table[i].why);
		}
}

/* Another batch certificate, which signs both; it is finished by its issuer. */
static void with_batch(struct party made, const struct party *by, int error, const char *why)
{
	struct scene scene;

	finish(&made, by);
	honest(&scene);
	put_cert(&scene.card, &made);
	scene.said[0].signer = scene.said[1].signer = made.key;
	if (why)
		refused(&scene, error, why);
	else
		accepted(&scene);
	drop(&made);
}

static void certificates(void **state)
{
	struct party old = new_batch(&root, 0, AAGUID);
	struct party early = new_batch(&root, 0, AAGUID);

	(void)state;
	(void)X509_gmtime_adj(X509_getm_notAfter(old.cert), -10);
	(void)X509_gmtime_adj(X509_getm_notBefore(early.cert), 1000);
	with_batch(new_batch(&root, 0, AAGUID), &root, SEAL_OK, NULL);
	with_batch(old, &root, SEAL_E_EXPIRED, "expired");
	with_batch(early, &root, SEAL_E_EXPIRED, "not yet valid");
	with_batch(new_batch(&foreign, 0, AAGUID), &foreign, SEAL_E_VERIFY, "root");
	with_batch(new_batch(NULL, 0, AAGUID), NULL, SEAL_E_VERIFY, "root");
	with_batch(new_batch(&root, 1, AAGUID), &root, SEAL_E_VERIFY, "signed by a CA itself");
	with_batch(new_batch(&root, 0, OTHER), &root, SEAL_E_MISMATCH, "is not for the model");
	with_batch(begin("batch", &root, 0), &root, SEAL_E_MISMATCH, "is not for the model");
}

/* True words, that stand in the card of somebody else. */
static void other_cards(void **state)
{
	struct scene scene;

	(void)state;
	honest(&scene);
	memcpy(scene.card.fido2.aaguid, OTHER, 16);
	refused(&scene, SEAL_E_MISMATCH, "is of another model");
	honest(&scene);
	point_of(keys[2], scene.card.fido2.unwrap_public);
	refused(&scene, SEAL_E_MISMATCH, "is for another key");
	honest(&scene);
	point_of(keys[2], scene.card.signing);
	scene.which = 1;
	refused(&scene, SEAL_E_MISMATCH, "is for another key");
	honest(&scene);
	scene.card.fido2.device.len = 0; /* by itself */
	scene.said[0].signer = keys[0];
	refused(&scene, SEAL_E_FORMAT, "not a statement of a FIDO2 token");
	honest(&scene);
	scene.said[0] = scene.said[1];
	refused(&scene, SEAL_E_VERIFY, "rp id, flags or extensions are not");
}

static void says_nothing(void **state)
{
	struct scene scene;

	(void)state;
	honest(&scene);
	scene.card.is_attested = 0;
	assert_int_equal(seal_fido2_prove_attestation(&scene.card, roots, NULL), SEAL_E_VERIFY);
	honest(&scene);
	scene.card.kind = SEAL_CARD_PIV;
	assert_int_equal(seal_fido2_prove_attestation(&scene.card, roots, NULL), SEAL_E_VERIFY);
}

/* What tokens put into the map of extensions, and what they do not. */
static void shapes(void **state)
{
	static const struct {
		const char *extensions;
		const char *why; /* NULL: accepted */
	} table[] = {
		{"\xa2" PROTECT "\3" SECRET, NULL},
		{"\xa1" SECRET, NULL}, /* a token of CTAP 2.0 */
		{"\xa3\x68unheard!\x81\x58\1x" PROTECT "\3" SECRET, NULL},
		/* Told only to those who ask for it: enrolment does not, and would refuse it. */
		{"\xa3" PROTECT "\3" SECRET "\x6cminPinLength\4", "extensions are not"},
		{"\xbf" PROTECT "\3" SECRET "\xff", "not a statement"},
		{"\xb8\2" PROTECT "\3" SECRET, "not a statement"},
		{"\xa2" PROTECT "\3", "not a statement"},
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		honest(&scene);
		scene.said[0].extensions = table[i].extensions;
		if (!table[i].why)
			accepted(&scene);
		else
			refused(&scene, i == 3 ? SEAL_E_VERIFY : SEAL_E_FORMAT, table[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_made),	cmocka_unit_test(one_thing),
		cmocka_unit_test(certificates), cmocka_unit_test(other_cards),
		cmocka_unit_test(says_nothing), cmocka_unit_test(shapes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
