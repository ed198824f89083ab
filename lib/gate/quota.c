/* Who asks too much, and holds too much memory. Threat: a stranger who fills the audit disk. Each
   request of an address is charged before the core sees it, with a token or without; where the core
   says that the token is good, the charge is given back, and this gate knows the token for a while.
   So made-up tokens are worth nothing, and who has a good one is not held up by those who ask from
   the same address, as all do behind a proxy. */

#include "gate/gate_internal.h"

#include <string.h>

#include <sodium.h>

#include "base/banned.h"

#define SMALL 131072u	/* a request that everybody may have at any time */
#define KNOWN_MS 60000u /* after the core's last good word */

/* The one that the core will look at. */
static const char *token_of(const struct seal_http_request *request)
{
	const char *token = seal_http_value(request, seal_message_field_name(SEAL_FIELD_TOKEN));
	const char *bearer =
		seal_http_value(request, seal_message_field_name(SEAL_FIELD_AUTHORIZATION));

	if (token && *token)
		return token;
	return bearer && !strncmp(bearer, "Bearer ", 7) && bearer[7] ? bearer + 7 : NULL;
}

/* Only this gate can compute it, so nobody outside can find a token that falls together. */
static uint64_t mark_of(const struct seal_gate *gate, const char *token)
{
	uint8_t bytes[crypto_shorthash_BYTES];
	uint64_t mark = 0;

	crypto_shorthash(bytes, (const uint8_t *)token, strlen(token), gate->known_key);
	for (size_t i = 0; i < sizeof bytes; i++)
		mark = mark << 8 | bytes[i];
	return mark;
}

static struct seal_known *known_of(struct seal_gate *gate, uint64_t mark)
{
	return &gate->known[mark % SEAL_GATE_KNOWN];
}

static int is_known(struct seal_gate *gate, uint64_t mark, uint64_t now)
{
	const struct seal_known *known = known_of(gate, mark);

	return known->mark == mark && known->until > now;
}

static uint64_t step_of(const struct seal_gate *gate)
{
	return 1000u / gate->config.limits.rate;
}

int seal_quota_take(struct seal_conn *conn, uint64_t now)
{
	struct seal_gate *gate = conn->gate;
	const char *token = token_of(seal_http_request(conn->parser));
	uint64_t *free_at = &conn->address->free_at[token != NULL];
	/* Charges of good tokens that the core has not seen yet must not be too many: each
	   connection of the address may have one. */
	uint64_t burst = gate->config.limits.burst + (token ? seal_crowd_share(gate) : 0);

	conn->mark = token ? mark_of(gate, token) : 0;
	conn->charged = !token || !is_known(gate, conn->mark, now);
	if (!conn->charged)
		return 1;
	if (*free_at < now)
		*free_at = now;
	if (*free_at - now > (burst - 1) * step_of(gate)) {
		conn->charged = 0;
		return 0;
	}
	*free_at += step_of(gate);
	return 1;
}

void seal_quota_settle(struct seal_conn *conn, const char *verdict, uint64_t now)
{
	struct seal_known *known = known_of(conn->gate, conn->mark);
	uint64_t *free_at = &conn->address->free_at[1];

	/* None: the core did not look, as while it is sealed or where none is needed. */
	if (!conn->mark || !verdict)
		return;
	if (strcmp(verdict, SEAL_TOKEN_GOOD) != 0) {
		if (known->mark == conn->mark)
			known->until = 0;
		return;
	}
	*known = (struct seal_known){.mark = conn->mark, .until = now + KNOWN_MS};
	if (conn->charged && *free_at >= step_of(conn->gate))
		*free_at -= step_of(conn->gate);
	conn->charged = 0;
}

/* Large requests leave a quarter of the gate's memory to small ones, and those of one address
   have a quarter of it, or one body: who sends much and slowly holds up his own kind only. */
int seal_conn_hold(struct seal_conn *conn, size_t bytes)
{
	struct seal_gate *gate = conn->gate;
	const struct seal_gate_limits *limits = &gate->config.limits;
	size_t quarter = limits->memory / 4;
	size_t share = limits->body + SMALL > quarter ? limits->body + SMALL : quarter;

	if (bytes > limits->memory - gate->held)
		return 0;
	if (conn->held + bytes > SMALL &&
	    (gate->held + bytes > limits->memory - quarter || conn->address->held + bytes > share))
		return 0;
	conn->held += bytes;
	conn->address->held += bytes;
	gate->held += bytes;
	return 1;
}

void seal_conn_release(struct seal_conn *conn, size_t but)
{
	size_t bytes = conn->held - but;

	conn->gate->held -= bytes;
	conn->address->held -= bytes;
	conn->held = but;
}
