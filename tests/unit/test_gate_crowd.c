/* Who is one address, who makes room for whom, and who asks too much, by a clock of its own. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/gate_internal.h"

#define CONNECTIONS 16u
#define KEPT 8192u

static uint64_t now = 1000000;

static struct seal_gate *gate_new(void)
{
	struct seal_gate *gate = calloc(1, sizeof *gate);

	assert_non_null(gate);
	gate->config.limits = seal_gate_limits_default();
	gate->config.limits.connections = CONNECTIONS;
	gate->conns = calloc(CONNECTIONS, sizeof(struct seal_conn *));
	assert_non_null(gate->conns);
	gate->mix[0] = 0x0123456789abcdef;
	gate->mix[1] = 0xfedcba9876543210;
	memset(gate->known_key, 7, sizeof gate->known_key);
	return gate;
}

static void gate_free(struct seal_gate *gate)
{
	seal_crowd_free(gate);
	assert_int_equal(gate->address_count, 0);
	free(gate->conns);
	free(gate);
}

static struct seal_address *from(struct seal_gate *gate, const char *text)
{
	struct sockaddr_storage at = {0};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(4711)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(4711)};
	struct seal_address *found;

	if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
		memcpy(&at, &four, sizeof four);
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
		memcpy(&at, &six, sizeof six);
	}
	found = seal_crowd_find(gate, &at, now);
	assert_non_null(found);
	return found;
}

static void one_address(void **state)
{
	static const struct {
		const char *a, *b;
		int same;
	} pairs[] = {
		{"192.0.2.1", "192.0.2.1", 1},
		{"192.0.2.1", "192.0.2.2", 0},
		{"2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", 1},
		{"2001:db8:0:1::1", "2001:db8:0:2::1", 0},
		{"::ffff:192.0.2.1", "192.0.2.1", 1},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.2", 0},
		/* The same number in the other family. */
		{"0:0:c000:201::1", "192.0.2.1", 0},
		{"::1", "::2", 1},
		{"::1", "::ffff:0.0.0.0", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct seal_gate *gate = gate_new();
		struct seal_address *a = from(gate, pairs[i].a);

		/* Else it would be forgotten at once. */
		a->connections = 1;
		if ((from(gate, pairs[i].b) == a) != pairs[i].same)
			fail_msg("%s and %s", pairs[i].a, pairs[i].b);
		a->connections = 0;
		gate_free(gate);
	}
}

/* A request that is whole. */
static void ask(struct seal_conn *conn, struct seal_gate *gate, struct seal_address *address,
		const char *field)
{
	struct seal_http_limits limits = seal_http_limits_default();
	enum seal_http_event event = SEAL_HTTP_MORE;
	char text[256];
	size_t took = 0;
	int len = snprintf(text, sizeof text, "GET /v1/x HTTP/1.1\r\nHost: a\r\n%s\r\n", field);

	*conn = (struct seal_conn){.gate = gate, .address = address};
	assert_int_equal(seal_http_parser_new(&limits, &conn->parser, NULL), SEAL_OK);
	assert_int_equal(
		seal_http_feed(conn->parser, (uint8_t *)text, (size_t)len, &took, &event, NULL),
		SEAL_OK);
	assert_int_equal(event, SEAL_HTTP_READY);
}

/* 1: may; and what the core says then. */
static int once(struct seal_gate *gate, struct seal_address *address, const char *field,
		const char *verdict)
{
	struct seal_conn conn;
	int may;

	ask(&conn, gate, address, field);
	may = seal_quota_take(&conn, now);
	if (may)
		seal_quota_settle(&conn, verdict, now);
	seal_http_parser_free(conn.parser);
	return may;
}

static unsigned until_refused(struct seal_gate *gate, struct seal_address *address,
			      const char *field, const char *verdict)
{
	unsigned count = 0;

	while (count < 2000 && once(gate, address, field, verdict))
		count++;
	return count;
}

#define MADE_UP "X-Vault-Token: made-up\r\n"
#define GOOD "X-Vault-Token: good\r\n"
#define SHARE (CONNECTIONS / 4)

static void bucket(void **state)
{
	struct seal_gate *gate = gate_new();
	struct seal_address *one = from(gate, "192.0.2.1");
	struct seal_address *two;

	(void)state;
	assert_int_equal(until_refused(gate, one, "", NULL), 100);
	two = from(gate, "192.0.2.2");
	assert_int_equal(until_refused(gate, two, "", NULL), 100);
	/* One each 50 ms comes back, and no more than there were. */
	now += 49;
	assert_int_equal(until_refused(gate, one, "", NULL), 0);
	now += 1;
	assert_int_equal(until_refused(gate, one, "", NULL), 1);
	now += 1000;
	assert_int_equal(until_refused(gate, one, "", NULL), 20);
	now += 1000000;
	assert_int_equal(until_refused(gate, one, "", NULL), 100);
	/* What is no token does not count as one. */
	assert_int_equal(until_refused(gate, one, "X-Vault-Token: \r\n", NULL), 0);
	assert_int_equal(until_refused(gate, one, "Authorization: Basic eA==\r\n", NULL), 0);
	gate_free(gate);
}

static void tokens(void **state)
{
	struct seal_gate *gate = gate_new();
	struct seal_address *one = from(gate, "192.0.2.1");

	(void)state;
	/* A good one is never counted; where the core did not look it is, until it is known. */
	assert_int_equal(until_refused(gate, one, "X-Vault-Token: other\r\n", NULL), 100 + SHARE);
	assert_int_equal(once(gate, one, GOOD, "good"), 0);
	now += 50;
	assert_int_equal(until_refused(gate, one, GOOD, "good"), 2000);
	assert_int_equal(until_refused(gate, one, GOOD, NULL), 2000);
	/* It came back what the first one had cost. */
	assert_int_equal(until_refused(gate, one, MADE_UP, "bad"), 1);
	assert_int_equal(until_refused(gate, one, "Authorization: Bearer made-up\r\n", "bad"), 0);
	assert_int_equal(until_refused(gate, one, "Authorization: Bearer good\r\n", "good"), 2000);
	/* Those without one have their own. */
	assert_int_equal(until_refused(gate, one, "", NULL), 100);
	/* The core's word counts for a minute, and until its next one. */
	now += 60000 - 1;
	assert_int_equal(until_refused(gate, one, MADE_UP, "bad"), 100 + SHARE);
	assert_int_equal(once(gate, one, GOOD, NULL), 1);
	now += 1;
	assert_int_equal(once(gate, one, GOOD, NULL), 0);
	now += 50;
	assert_int_equal(once(gate, one, GOOD, "good"), 1);
	assert_int_equal(once(gate, one, GOOD, "bad"), 1);
	assert_int_equal(until_refused(gate, one, GOOD, "bad"), 1);
	gate_free(gate);
}

/* As many under way as an address may have connections: none of the good ones is refused. */
static void under_way(void **state)
{
	struct seal_gate *gate = gate_new();
	struct seal_address *one = from(gate, "192.0.2.1");
	struct seal_conn conns[SHARE];

	(void)state;
	assert_int_equal(until_refused(gate, one, MADE_UP, "bad"), 100 + SHARE);
	now += SHARE * 50;
	for (unsigned i = 0; i < SHARE; i++) {
		char field[64];

		(void)snprintf(field, sizeof field, "X-Vault-Token: good-%u\r\n", i);
		ask(&conns[i], gate, one, field);
		assert_int_equal(seal_quota_take(&conns[i], now), 1);
	}
	assert_int_equal(once(gate, one, MADE_UP, "bad"), 0);
	for (unsigned i = 0; i < SHARE; i++) {
		seal_quota_settle(&conns[i], "good", now);
		seal_http_parser_free(conns[i].parser);
	}
	/* Given back once. */
	assert_int_equal(until_refused(gate, one, MADE_UP, "bad"), SHARE);
	gate_free(gate);
}

static struct seal_address *numbered(struct seal_gate *gate, unsigned i)
{
	char text[64];

	(void)snprintf(text, sizeof text, "2001:db8:%x:%x::1", i >> 16, i & 0xffff);
	return from(gate, text);
}

static void full_table(void **state)
{
	struct seal_gate *gate = gate_new();
	struct seal_address *held = from(gate, "192.0.2.1");
	unsigned i;

	(void)state;
	held->connections = 1;
	assert_int_equal(until_refused(gate, held, "", NULL), 100);
	for (i = 0; i < 2 * KEPT + 100; i++) {
		assert_int_equal(once(gate, numbered(gate, i), "", NULL), 1);
		assert_true(gate->address_count <= KEPT + CONNECTIONS);
	}
	/* Who is connected is not forgotten by a flood of others. */
	assert_ptr_equal(from(gate, "192.0.2.1"), held);
	assert_int_equal(once(gate, held, "", NULL), 0);
	/* And the flood is, list by list, when its time is over. */
	now += 1000;
	for (; i < 6 * KEPT; i++)
		(void)numbered(gate, i);
	assert_true(gate->address_count < 2 * SEAL_GATE_ADDRESSES);
	held->connections = 0;
	gate_free(gate);
}

static void place(struct seal_gate *gate, unsigned i, struct seal_conn *conn,
		  struct seal_address *address, uint64_t began)
{
	*conn = (struct seal_conn){.gate = gate, .slot = i, .address = address, .began = began};
	conn->at = SEAL_CONN_WAIT;
	address->connections++;
	gate->conns[i] = conn;
	gate->count++;
}

/* Those with the core stay; where all are, nobody goes for another. */
static void nobody_goes(void **state)
{
	struct seal_gate *gate = gate_new();
	struct seal_conn conns[CONNECTIONS];

	(void)state;
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		struct seal_address *address = numbered(gate, i / 2);

		assert_int_equal(seal_crowd_make_room(gate, address), 1);
		assert_false(seal_crowd_is_full(gate));
		place(gate, i, &conns[i], address, now + i);
	}
	assert_true(seal_crowd_is_full(gate));
	assert_int_equal(seal_crowd_make_room(gate, numbered(gate, 100)), 0);
	gate->count--;
	gate->conns[3] = NULL;
	conns[3].address->connections--;
	assert_false(seal_crowd_is_full(gate));
	/* There is a place, but not for one who has a quarter of them. */
	conns[0].address->connections = SHARE;
	assert_int_equal(seal_crowd_make_room(gate, conns[0].address), 0);
	assert_int_equal(seal_crowd_make_room(gate, conns[4].address), 1);
	for (unsigned i = 0; i < CONNECTIONS; i++)
		conns[i].address->connections = 0;
	gate_free(gate);
}

#define MIB ((size_t)1 << 20)

static struct seal_conn *holds(struct seal_conn *conn, struct seal_gate *gate,
			       struct seal_address *address)
{
	*conn = (struct seal_conn){.gate = gate, .address = address};
	return conn;
}

/* Piece by piece, as it comes from the network. Gives what was taken. */
static size_t hold(struct seal_conn *conn, size_t bytes)
{
	size_t held = 0;

	while (held < bytes && seal_conn_hold(conn, 16384))
		held += 16384;
	return held;
}

static void memory(void **state)
{
	struct seal_gate *gate = gate_new();
	struct seal_conn conns[8];
	struct seal_conn small;

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		holds(&conns[i], gate, numbered(gate, i / 2))->address->connections++;
	/* Two bodies of the largest sort of one address, no third; then others the same. */
	assert_int_equal(hold(&conns[0], 32 * MIB), 32 * MIB);
	assert_int_equal(hold(&conns[1], 33 * MIB), 32 * MIB);
	for (unsigned i = 2; i < 6; i++)
		assert_int_equal(hold(&conns[i], 32 * MIB), 32 * MIB);
	/* Three quarters are gone: another large one cannot be, small ones can, of anybody. */
	assert_int_equal(hold(&conns[6], MIB), MIB / 8);
	assert_int_equal(hold(holds(&small, gate, conns[0].address), MIB / 8), MIB / 8);
	assert_int_equal(hold(&small, 1), 0);
	seal_conn_release(&small, 0);
	seal_conn_release(&conns[2], 0);
	assert_int_equal(hold(&conns[7], 32 * MIB), 32 * MIB - 2 * (MIB / 8) + MIB / 8);
	for (unsigned i = 0; i < 8; i++) {
		seal_conn_release(&conns[i], 0);
		assert_int_equal(conns[i].held, 0);
	}
	assert_int_equal(gate->held, 0);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(conns[i].address->held, 0);
	for (unsigned i = 0; i < 8; i++)
		conns[i].address->connections = 0;
	gate_free(gate);
}

/* Never so little that the largest body of all does not fit. */
static void little_memory(void **state)
{
	struct seal_gate *gate = gate_new();
	struct seal_conn one;

	(void)state;
	gate->config.limits.memory = 48 * MIB;
	assert_int_equal(hold(holds(&one, gate, numbered(gate, 1)), 32 * MIB), 32 * MIB);
	seal_conn_release(&one, 0);
	gate_free(gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_address), cmocka_unit_test(bucket),
		cmocka_unit_test(tokens),      cmocka_unit_test(under_way),
		cmocka_unit_test(full_table),  cmocka_unit_test(nobody_goes),
		cmocka_unit_test(memory),      cmocka_unit_test(little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
