/* Challenges: their purpose, this core, share set, epoch and card, a number that counts up, the
   time, and a MAC under a key of this start. So none need be kept, however many are asked
   for, and nobody's asking spoils another's; of each share and purpose only the number of the
   last one answered is kept, so that nothing is taken twice. */

#include "api/challenge.h"

#include <stdio.h>
#include <string.h>

#include "api/handlers.h"
#include "crypto/hmac.h"

#include "base/banned.h"

#define LIFETIME 600u /* seconds: a person may look for his token */
#define MAC 16u

struct parts {
	uint8_t number[8], at[8], mac[MAC];
};
_Static_assert(2 * sizeof(struct parts) == SEAL_HOLDER_CHALLENGE, "length of a challenge");

static void put64(uint64_t n, uint8_t out[static 8])
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(n >> (56 - 8 * i));
}

static uint64_t get64(const uint8_t bytes[static 8])
{
	uint64_t n = 0;

	for (size_t i = 0; i < 8; i++)
		n = n << 8 | bytes[i];
	return n;
}

const char *seal_api_challenge_type(enum seal_api_purpose purpose)
{
	return purpose == SEAL_API_LOCK ? "sealkit/lock-challenge/1" : "sealkit/proof-challenge/1";
}

static void mac_of(const struct seal_api *api, const struct seal_api_asked *asked,
		   const struct parts *parts, uint8_t out[static MAC])
{
	const char *name = seal_api_challenge_type(asked->purpose);
	const struct seal_manifest *manifest = asked->manifest;
	uint8_t epoch[8], all[32];
	const struct seal_piece pieces[] = {
		{name, strlen(name)},
		{"\n", 1},
		{api->identity, sizeof api->identity},
		{manifest->set, strlen(manifest->set)},
		{epoch, sizeof epoch},
		{asked->card, SEAL_CARD_FINGERPRINT},
		{parts->number, sizeof parts->number},
		{parts->at, sizeof parts->at},
	};

	put64(manifest->epoch, epoch);
	seal_hmac(seal_secret_bytes(api->challenger), seal_secret_len(api->challenger), pieces,
		  sizeof pieces / sizeof *pieces, all);
	memcpy(out, all, MAC);
}

void seal_api_challenge(struct seal_api *api, enum seal_api_purpose purpose,
			const struct seal_manifest *manifest,
			const uint8_t card[static SEAL_CARD_FINGERPRINT],
			char out[static SEAL_HOLDER_CHALLENGE + 1])
{
	const struct seal_api_asked asked = {purpose, manifest, card, 0};
	struct parts parts;

	put64(++api->challenges, parts.number);
	put64(seal_api_now(), parts.at);
	mac_of(api, &asked, &parts, parts.mac);
	seal_hex(parts.number, sizeof parts.number, out);
	seal_hex(parts.at, sizeof parts.at, out + 16);
	seal_hex(parts.mac, sizeof parts.mac, out + 32);
}

static int is_for(const struct seal_api *api, const struct seal_api_asked *asked,
		  const struct parts *parts)
{
	uint8_t mac[MAC];

	mac_of(api, asked, parts, mac);
	return seal_eq_ct(mac, parts->mac, MAC);
}

static int is_for_another(const struct seal_api *api, const struct seal_api_asked *asked,
			  const struct parts *parts)
{
	const struct seal_manifest *manifest = asked->manifest;
	struct seal_api_asked other = *asked;

	for (unsigned i = 0; i < manifest->total; i++)
		for (size_t j = 0; j < manifest->shares[i].card_count; j++) {
			other.card = manifest->shares[i].cards[j];
			if (is_for(api, &other, parts))
				return 1;
		}
	return 0;
}

int seal_api_challenge_check(const struct seal_api *api, const struct seal_api_asked *asked,
			     const char *challenge, uint64_t *out_number,
			     struct seal_api_answer *answer)
{
	uint8_t bytes[sizeof(struct parts)];
	struct parts parts;
	size_t len = 0;

	if (seal_unhex(challenge, strlen(challenge), bytes, sizeof bytes, &len, NULL) ||
	    len != sizeof bytes)
		return seal_api_refuse(answer, 400, "challenge is not %u hex digits",
				       SEAL_HOLDER_CHALLENGE);
	memcpy(parts.number, bytes, 8);
	memcpy(parts.at, bytes + 8, 8);
	memcpy(parts.mac, bytes + 16, MAC);
	if (!is_for(api, asked, &parts))
		return is_for_another(api, asked, &parts)
			       ? seal_api_refuse(answer, 400, "challenge was for another card")
			       : seal_api_refuse(answer, 400, "stale challenge: ask again");
	if (seal_api_now() - get64(parts.at) > LIFETIME)
		return seal_api_refuse(answer, 400, "stale challenge: ask again");
	if (get64(parts.number) <= api->answered[asked->purpose][asked->index])
		return seal_api_refuse(answer, 400,
				       "challenge was answered before, or a later one of this "
				       "share: ask again");
	*out_number = get64(parts.number);
	return SEAL_OK;
}
