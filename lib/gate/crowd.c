/* Many clients: who makes room for whom. Threat: a stranger who holds all connections. */

#include "gate/gate_internal.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define SHARE 4u       /* one address has at most a quarter of a gate's connections */
#define KEPT_MAX 8192u /* addresses remembered beside those of connections */
#define LISTS SEAL_GATE_ADDRESSES

/* An IPv4 address, mapped into IPv6 or not, or the /64 of an IPv6 one, which is what one host
   is given. */
static uint64_t key_of(const struct sockaddr_storage *from, int *out_six)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;
	uint64_t key = 0;

	*out_six = from->ss_family == AF_INET6;
	if (!*out_six) {
		memcpy(&four, from, sizeof four);
		return ntohl(four.sin_addr.s_addr);
	}
	memcpy(&six, from, sizeof six);
	*out_six = !IN6_IS_ADDR_V4MAPPED(&six.sin6_addr);
	for (size_t i = *out_six ? 0 : 12; i < (*out_six ? 8u : 16u); i++)
		key = key << 8 | six.sin6_addr.s6_addr[i];
	return key;
}

static struct seal_address **list_of(struct seal_gate *gate, uint64_t key)
{
	/* Mixed with a number that nobody outside knows, so that no list can be made long. */
	uint64_t mixed = (key ^ gate->mix[0]) * (gate->mix[1] | 1u);

	mixed = (mixed ^ mixed >> 32) * (gate->mix[1] | 1u);
	return &gate->addresses[mixed >> 32 & (LISTS - 1)];
}

/* Forgets who has no connection and asked nothing of late; all without one where asked. */
static void forget(struct seal_gate *gate, struct seal_address **list, uint64_t now, int all)
{
	while (*list) {
		struct seal_address *one = *list;

		if (one->connections ||
		    (!all && (one->free_at[0] > now || one->free_at[1] > now))) {
			list = &one->next;
			continue;
		}
		*list = one->next;
		gate->address_count--;
		free(one);
	}
}

struct seal_address *seal_crowd_find(struct seal_gate *gate, const struct sockaddr_storage *from,
				     uint64_t now)
{
	int six = 0;
	uint64_t key = key_of(from, &six);
	struct seal_address **list = list_of(gate, key);
	struct seal_address *one;

	forget(gate, list, now, 0);
	for (one = *list; one; one = one->next)
		if (one->key == key && one->six == six)
			return one;
	if (gate->address_count >= KEPT_MAX + gate->config.limits.connections)
		for (size_t i = 0; i < LISTS; i++)
			forget(gate, &gate->addresses[i], 0, 1);
	one = calloc(1, sizeof *one);
	if (!one)
		return NULL;
	one->key = key;
	one->six = six;
	one->next = *list;
	*list = one;
	gate->address_count++;
	return one;
}

void seal_crowd_free(struct seal_gate *gate)
{
	for (size_t i = 0; i < LISTS; i++)
		forget(gate, &gate->addresses[i], 0, 1);
}

/* Who goes first: 0 is answered for good, 1 never asked, 2 idles, 3 is in a later request. -1: the
   core or an answer is at work. */
static int rank(const struct seal_conn *conn)
{
	if (conn->at == SEAL_CONN_LINGER)
		return 0;
	if (conn->at == SEAL_CONN_HANDSHAKE || (conn->at == SEAL_CONN_READ && !conn->seen))
		return 1;
	if (conn->at != SEAL_CONN_READ)
		return -1;
	return seal_conn_is_idle(conn) ? 2 : 3;
}

static struct seal_conn *pick(struct seal_gate *gate, const struct seal_address *address)
{
	struct seal_conn *oldest[4] = {NULL};
	size_t strangers = 0;
	size_t count = 0;

	for (uint32_t i = 0; i < gate->config.limits.connections; i++) {
		struct seal_conn *conn = gate->conns[i];
		int at = conn && (!address || conn->address == address) ? rank(conn) : -1;

		count += at >= 0;
		strangers += at == 1;
		if (at >= 0 && (!oldest[at] || conn->began < oldest[at]->began))
			oldest[at] = conn;
	}
	/* Few that never asked are not the crowd: the next of them may be a client's. */
	if (oldest[1] && oldest[2] && strangers * 2 <= count)
		oldest[1] = NULL;
	for (size_t i = 0; i < 4; i++)
		if (oldest[i])
			return oldest[i];
	return NULL;
}

int seal_crowd_is_full(struct seal_gate *gate)
{
	return gate->count >= gate->config.limits.connections && !pick(gate, NULL);
}

unsigned seal_crowd_share(const struct seal_gate *gate)
{
	return (gate->config.limits.connections + SHARE - 1) / SHARE;
}

int seal_crowd_make_room(struct seal_gate *gate, const struct seal_address *address)
{
	struct seal_conn *one = NULL;

	if (address->connections >= seal_crowd_share(gate))
		one = pick(gate, address);
	else if (gate->count < gate->config.limits.connections)
		return 1;
	else
		one = pick(gate, NULL);
	if (one)
		seal_conn_free(one);
	return one != NULL;
}
