/* What stock fido2-tools have no option for, asked of a token by plain libfido2 (under the
   preload of tests/virtual/fido2-udp-preload), for virt-fido2-more.sh:

     virt_fido2_probe DEVICE salts|allow|next|protect|uv-required|uv-not-required PIN
     virt_fido2_probe DEVICE cancel COMMAND

   Prints one line `bad: ...` and exits 1 where the token does not do what CTAP 2.1 says. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fido.h>
#include <fido/es256.h>

#define RP "seal.example"
#define SALT 32
#define MAX_CREDS 3

static const uint8_t hash[32] = "a client data hash of thirty-two";
static uint8_t salts[2 * SALT] = {1, [SALT] = 2};
static fido_dev_t *dev;

#define MUST(condition)                                                \
	do {                                                           \
		if (!(condition)) {                                    \
			printf("bad: %s: %s\n", __func__, #condition); \
			exit(1);                                       \
		}                                                      \
	} while (0)

static fido_cred_t *new_cred(int extensions, int protect, int resident, uint8_t user)
{
	fido_cred_t *cred = fido_cred_new();

	MUST(cred && fido_cred_set_type(cred, COSE_ES256) == FIDO_OK);
	MUST(fido_cred_set_clientdata_hash(cred, hash, sizeof hash) == FIDO_OK);
	MUST(fido_cred_set_rp(cred, RP, "Example") == FIDO_OK);
	MUST(fido_cred_set_user(cred, &user, 1, "alice", "Alice", NULL) == FIDO_OK);
	MUST(fido_cred_set_extensions(cred, extensions) == FIDO_OK);
	MUST(!protect || fido_cred_set_prot(cred, protect) == FIDO_OK);
	MUST(fido_cred_set_rk(cred, resident ? FIDO_OPT_TRUE : FIDO_OPT_OMIT) == FIDO_OK);
	return cred;
}

static fido_cred_t *make(int extensions, int protect, int resident, uint8_t user, const char *pin)
{
	fido_cred_t *cred = new_cred(extensions, protect, resident, user);

	MUST(fido_dev_make_cred(dev, cred, pin) == FIDO_OK);
	MUST(fido_cred_verify(cred) == FIDO_OK);
	return cred;
}

static fido_assert_t *new_assert(const uint8_t *salt, size_t len)
{
	fido_assert_t *assert = fido_assert_new();

	MUST(assert &&fido_assert_set_rp(assert, RP) == FIDO_OK);
	MUST(fido_assert_set_clientdata_hash(assert, hash, sizeof hash) == FIDO_OK);
	if (salt) {
		MUST(fido_assert_set_extensions(assert, FIDO_EXT_HMAC_SECRET) == FIDO_OK);
		MUST(fido_assert_set_hmac_salt(assert, salt, len) == FIDO_OK);
	}
	return assert;
}

static void allow(fido_assert_t *assert, const fido_cred_t *cred)
{
	MUST(fido_assert_allow_cred(assert, fido_cred_id_ptr(cred), fido_cred_id_len(cred)) ==
	     FIDO_OK);
}

static int is_by(const fido_assert_t *assert, size_t i, const fido_cred_t *cred)
{
	es256_pk_t *key = es256_pk_new();
	int good;

	MUST(key && es256_pk_from_ptr(key, fido_cred_pubkey_ptr(cred), 64) == FIDO_OK);
	good = fido_assert_verify(assert, i, COSE_ES256, key) == FIDO_OK &&
	       fido_assert_id_len(assert, i) == fido_cred_id_len(cred) &&
	       memcmp(fido_assert_id_ptr(assert, i), fido_cred_id_ptr(cred),
		      fido_cred_id_len(cred)) == 0;
	es256_pk_free(&key);
	return good;
}

static void secret_of(const fido_cred_t *cred, const char *pin, const uint8_t *salt, size_t len,
		      uint8_t *out)
{
	fido_assert_t *assert = new_assert(salt, len);

	allow(assert, cred);
	MUST(fido_dev_get_assert(dev, assert, pin) == FIDO_OK);
	MUST(is_by(assert, 0, cred));
	MUST(fido_assert_hmac_secret_len(assert, 0) == len);
	memcpy(out, fido_assert_hmac_secret_ptr(assert, 0), len);
	fido_assert_free(&assert);
}

/* Two salts give, in one touch, what each gives alone, in their order; with and without
   user verification these are different secrets. */
static void probe_salts(const char *pin)
{
	fido_cred_t *cred = make(FIDO_EXT_HMAC_SECRET, 0, 0, 1, pin);
	uint8_t both[2 * SALT], one[SALT], two[SALT], swapped[2 * SALT], turned[2 * SALT];

	memcpy(turned, salts + SALT, SALT);
	memcpy(turned + SALT, salts, SALT);
	for (int uv = 0; uv < 2; uv++) {
		const char *with = uv ? pin : NULL;

		secret_of(cred, with, salts, SALT, one);
		secret_of(cred, with, salts + SALT, SALT, two);
		secret_of(cred, with, turned, sizeof turned, swapped);
		MUST(memcmp(one, two, SALT) != 0);
		MUST(memcmp(swapped, two, SALT) == 0 && memcmp(swapped + SALT, one, SALT) == 0);
		if (uv)
			MUST(memcmp(both, one, SALT) != 0 && memcmp(both + SALT, two, SALT) != 0);
		secret_of(cred, with, salts, sizeof salts, both);
		MUST(memcmp(both, one, SALT) == 0 && memcmp(both + SALT, two, SALT) == 0);
	}
	fido_cred_free(&cred);
}

/* Of several allowed credentials one that is known answers, whatever stands before it. */
static void probe_allow(const char *pin)
{
	static const uint8_t bogus[127] = {1, 2, 3};
	fido_cred_t *a = make(0, 0, 0, 1, pin);
	fido_cred_t *b = make(0, 0, 0, 2, pin);
	fido_assert_t *assert = new_assert(NULL, 0);

	MUST(fido_assert_allow_cred(assert, bogus, sizeof bogus) == FIDO_OK);
	MUST(fido_assert_allow_cred(assert, bogus, 16) == FIDO_OK);
	MUST(fido_dev_get_assert(dev, assert, pin) == FIDO_ERR_NO_CREDENTIALS);
	allow(assert, b);
	allow(assert, a);
	MUST(fido_dev_get_assert(dev, assert, pin) == FIDO_OK);
	MUST(fido_assert_count(assert) == 1);
	MUST(is_by(assert, 0, a) || is_by(assert, 0, b));
	/* Not under another rp id. */
	MUST(fido_assert_set_rp(assert, "other.example") == FIDO_OK);
	MUST(fido_dev_get_assert(dev, assert, pin) == FIDO_ERR_NO_CREDENTIALS);
	fido_assert_free(&assert);
	fido_cred_free(&a);
	fido_cred_free(&b);
}

/* Resident credentials answer one after the other, the newest first, each with its own
   secret; one made again for the same user takes the old one's place. */
static void probe_next(const char *pin)
{
	fido_cred_t *creds[MAX_CREDS];
	fido_cred_t *again;
	fido_assert_t *assert = new_assert(salts, sizeof salts);

	for (uint8_t i = 0; i < MAX_CREDS; i++)
		creds[i] = make(FIDO_EXT_HMAC_SECRET, 0, 1, i, pin);
	MUST(fido_dev_get_assert(dev, assert, pin) == FIDO_OK);
	MUST(fido_assert_count(assert) == MAX_CREDS);
	for (size_t i = 0; i < MAX_CREDS; i++) {
		MUST(is_by(assert, i, creds[MAX_CREDS - 1 - i]));
		MUST(fido_assert_user_id_len(assert, i) == 1);
		MUST(fido_assert_user_id_ptr(assert, i)[0] == MAX_CREDS - 1 - i);
		MUST(fido_assert_hmac_secret_len(assert, i) == 2 * SALT);
		for (size_t j = 0; j < i; j++)
			MUST(memcmp(fido_assert_hmac_secret_ptr(assert, i),
				    fido_assert_hmac_secret_ptr(assert, j), SALT) != 0);
	}
	again = make(FIDO_EXT_HMAC_SECRET, 0, 1, 0, pin);
	MUST(fido_dev_get_assert(dev, assert, pin) == FIDO_OK);
	MUST(fido_assert_count(assert) == MAX_CREDS);
	for (size_t i = 0; i < MAX_CREDS; i++)
		MUST(!is_by(assert, i, creds[0]));
	fido_assert_free(&assert);
	fido_cred_free(&again);
	for (size_t i = 0; i < MAX_CREDS; i++)
		fido_cred_free(&creds[i]);
}

/* credProtect 2: without PIN only who has the id gets an answer; 3: nobody. */
static void probe_protect(const char *pin)
{
	fido_cred_t *two =
		make(FIDO_EXT_CRED_PROTECT, FIDO_CRED_PROT_UV_OPTIONAL_WITH_ID, 1, 1, pin);
	fido_cred_t *three = make(FIDO_EXT_CRED_PROTECT, FIDO_CRED_PROT_UV_REQUIRED, 0, 2, pin);
	fido_assert_t *found = new_assert(NULL, 0);
	fido_assert_t *named = new_assert(NULL, 0);
	fido_assert_t *strict = new_assert(NULL, 0);

	MUST(fido_dev_get_assert(dev, found, NULL) == FIDO_ERR_NO_CREDENTIALS);
	MUST(fido_dev_get_assert(dev, found, pin) == FIDO_OK && is_by(found, 0, two));
	allow(named, two);
	MUST(fido_dev_get_assert(dev, named, NULL) == FIDO_OK && is_by(named, 0, two));
	MUST((fido_assert_flags(named, 0) & CTAP_AUTHDATA_USER_VERIFIED) == 0);
	allow(strict, three);
	MUST(fido_dev_get_assert(dev, strict, NULL) == FIDO_ERR_NO_CREDENTIALS);
	MUST(fido_dev_get_assert(dev, strict, pin) == FIDO_OK && is_by(strict, 0, three));
	fido_assert_free(&found);
	fido_assert_free(&named);
	fido_assert_free(&strict);
	fido_cred_free(&two);
	fido_cred_free(&three);
}

/* makeCredUvNotRqd: a PIN is set and not given; a credential that is not kept is made. */
static void probe_uv_not_required(const char *pin)
{
	fido_cred_t *kept = new_cred(0, 0, 1, 1);
	fido_cred_t *cred = make(0, 0, 0, 2, NULL);
	fido_cred_t *with = make(0, 0, 0, 3, pin);

	MUST((fido_cred_flags(cred) & CTAP_AUTHDATA_USER_VERIFIED) == 0);
	MUST((fido_cred_flags(with) & CTAP_AUTHDATA_USER_VERIFIED) != 0);
	MUST(fido_dev_make_cred(dev, kept, NULL) == FIDO_ERR_PIN_REQUIRED);
	fido_cred_free(&kept);
	fido_cred_free(&cred);
	fido_cred_free(&with);
}

/* And without it. */
static void probe_uv_required(const char *pin)
{
	fido_cred_t *cred = new_cred(0, 0, 0, 1);

	MUST(fido_dev_make_cred(dev, cred, NULL) == FIDO_ERR_PIN_REQUIRED);
	MUST(fido_dev_make_cred(dev, cred, pin) == FIDO_OK);
	fido_cred_free(&cred);
}

/* In a thread: the other one cancels while this one waits for a finger. */
static void *wait_for_touch(void *ctx)
{
	fido_cred_t *cred = new_cred(0, 0, 0, 1);

	*(int *)ctx = fido_dev_make_cred(dev, cred, NULL);
	fido_cred_free(&cred);
	return NULL;
}

/* command succeeds when the token waits for a finger. */
static void probe_cancel(const char *command)
{
	pthread_t thread;
	int code = FIDO_OK;

	MUST(pthread_create(&thread, NULL, wait_for_touch, &code) == 0);
	while (system(command) != 0)
		(void)usleep(20000);
	MUST(fido_dev_cancel(dev) == FIDO_OK);
	MUST(pthread_join(thread, NULL) == 0);
	MUST(code == FIDO_ERR_KEEPALIVE_CANCEL);
}

static const struct {
	const char *name;
	void (*run)(const char *argument);
} probes[] = {{"salts", probe_salts},
	      {"allow", probe_allow},
	      {"next", probe_next},
	      {"protect", probe_protect},
	      {"uv-not-required", probe_uv_not_required},
	      {"uv-required", probe_uv_required},
	      {"cancel", probe_cancel}};

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	fido_init(FIDO_DISABLE_U2F_FALLBACK);
	dev = fido_dev_new();
	MUST(dev && fido_dev_set_timeout(dev, 20000) == FIDO_OK);
	MUST(fido_dev_open(dev, argv[1]) == FIDO_OK);
	for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
		if (strcmp(probes[i].name, argv[2]) == 0) {
			probes[i].run(argv[3]);
			(void)fido_dev_close(dev);
			fido_dev_free(&dev);
			return 0;
		}
	return 2;
}
