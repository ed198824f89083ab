/* One connection: bytes in, one request at a time, limits on time and memory. */

#include "gate/gate_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/secret.h"

#include "base/banned.h"

#define EARLY_MAX 65536u
#define LINGER_MS 2000u
#define TURNS 16 /* reads of one connection in a row */

static void watch(struct seal_conn *conn, int on)
{
	if (conn->stopped == !on)
		return;
	conn->stopped = !on;
	if (on)
		(void)event_add(&conn->readable, NULL);
	else
		(void)event_del(&conn->readable);
}

static void enter(struct seal_conn *conn, enum seal_conn_phase phase)
{
	if (conn->phase == phase)
		return;
	conn->phase = phase;
	conn->since = seal_gate_now();
	conn->moved = 0;
}

int seal_conn_is_idle(const struct seal_conn *conn)
{
	return conn->at == SEAL_CONN_READ && seal_http_idle(conn->parser) && !conn->early.len;
}

/* The time of a head runs from its first byte; of the first one from the accept, so
   that a connection that never asks does not last. */
static void set_phase(struct seal_conn *conn)
{
	if (seal_http_in_body(conn->parser))
		enter(conn, SEAL_CONN_BODY);
	else if (seal_http_idle(conn->parser) && conn->seen)
		enter(conn, SEAL_CONN_IDLE);
	else
		enter(conn, SEAL_CONN_HEAD);
}

#ifdef SEAL_TEST_GATE_HOOK
/* Tests only (tests/seald/gate_hook.c): does inside the sandbox what the target asks. */
int seal_test_gate_hook(const char *target, int core);
#endif

void seal_conn_submit(struct seal_conn *conn)
{
#ifdef SEAL_TEST_GATE_HOOK
	if (seal_test_gate_hook(seal_http_request(conn->parser)->target, conn->gate->config.core)) {
		seal_conn_refuse(conn, 501);
		return;
	}
#endif
	/* Who comes later waits behind those that wait. */
	int waits = conn->gate->queued && conn->at != SEAL_CONN_QUEUED;
	int sent = waits ? 0 : seal_link_submit(conn->gate, conn);

	if (conn->at != SEAL_CONN_QUEUED)
		conn->since = seal_gate_now();
	if (sent < 0) {
		seal_conn_refuse(conn, 500);
	} else if (sent) {
		conn->gate->queued -= conn->at == SEAL_CONN_QUEUED;
		conn->at = SEAL_CONN_WAIT;
	} else if (conn->at != SEAL_CONN_QUEUED) {
		conn->gate->queued++;
		conn->at = SEAL_CONN_QUEUED;
	}
}

static int say_continue(struct seal_conn *conn)
{
	size_t put = 0;

	/* Nothing else was sent, so there is room; else the connection is of no use. */
	return seal_tls_write(conn->tls, (const uint8_t *)SEAL_HTTP_100, sizeof SEAL_HTTP_100 - 1,
			      &put) == SEAL_TLS_DONE &&
	       put == sizeof SEAL_HTTP_100 - 1;
}

/* Feeds bytes until a request is whole; *used of them were taken. */
static void feed(struct seal_conn *conn, const uint8_t *bytes, size_t len, size_t *used)
{
	enum seal_http_event event = SEAL_HTTP_MORE;

	while (*used < len && conn->at == SEAL_CONN_READ) {
		size_t took = 0;

		if (seal_http_feed(conn->parser, bytes + *used, len - *used, &took, &event, NULL)) {
			seal_conn_refuse(conn, seal_http_status(conn->parser));
			return;
		}
		*used += took;
		conn->moved += took;
		if (!seal_conn_hold(conn, took)) {
			seal_conn_refuse(conn, 503);
			return;
		}
		set_phase(conn);
		if (event == SEAL_HTTP_CONTINUE && *used == len && !say_continue(conn)) {
			seal_conn_free(conn);
		} else if (event == SEAL_HTTP_READY) {
			conn->seen = 1;
			if (seal_quota_take(conn, seal_gate_now()))
				seal_conn_submit(conn);
			else
				seal_conn_refuse(conn, 429);
		}
	}
}

static int is_with_core(const struct seal_conn *conn)
{
	return conn->at == SEAL_CONN_WAIT || conn->at == SEAL_CONN_QUEUED;
}

/* While the core works, what comes is kept. */
static void keep_early(struct seal_conn *conn, const uint8_t *bytes, size_t len)
{
	if (len == 0 || !is_with_core(conn))
		return;
	if (!seal_conn_hold(conn, len) || seal_buffer_add(&conn->early, bytes, len, NULL))
		seal_conn_free(conn);
	else if (conn->early.len >= EARLY_MAX)
		watch(conn, 0);
}

static int may_read(const struct seal_conn *conn)
{
	return conn->at == SEAL_CONN_READ || (is_with_core(conn) && conn->early.len < EARLY_MAX);
}

static void gone(struct seal_conn *conn)
{
	if (conn->at == SEAL_CONN_WAIT)
		seal_link_cancel(conn->gate, conn->id);
	seal_conn_free(conn);
}

static void read_some(struct seal_conn *conn)
{
	struct seal_gate *gate = conn->gate;

	for (int turn = 0; may_read(conn); turn++) {
		size_t len = 0;
		size_t used = 0;
		enum seal_tls_io io =
			seal_tls_read(conn->tls, gate->scratch, sizeof gate->scratch, &len);

		if (io == SEAL_TLS_WANT_READ)
			return;
		if (io == SEAL_TLS_WANT_WRITE) {
			(void)event_add(&conn->writable, NULL);
			return;
		}
		if (io == SEAL_TLS_GONE) {
			gone(conn);
			return;
		}
		feed(conn, gate->scratch, len, &used);
		keep_early(conn, gate->scratch + used, len - used);
		seal_wipe(gate->scratch, len);
		/* The socket has no more, or the loop will say so: a call less. */
		if (conn->at == SEAL_CONN_DEAD || !seal_tls_pending(conn->tls))
			return;
		/* Others have their turn; what OpenSSL holds no socket would announce. */
		if (turn == TURNS) {
			event_active(&conn->readable, EV_READ, 0);
			return;
		}
	}
}

void seal_conn_go_on(struct seal_conn *conn)
{
	struct seal_buffer early SEAL_CLEANUP(seal_buffer_done) = conn->early;
	size_t used = 0;

	if (early.len) {
		conn->early = (struct seal_buffer){0};
		feed(conn, early.bytes, early.len, &used);
		keep_early(conn, early.bytes + used, early.len - used);
	}
	if (may_read(conn)) {
		watch(conn, 1);
		if (seal_tls_pending(conn->tls))
			read_some(conn);
	}
}

static void shake(struct seal_conn *conn)
{
	enum seal_tls_io io = seal_tls_handshake(conn->tls);

	if (io == SEAL_TLS_GONE) {
		seal_conn_free(conn);
	} else if (io == SEAL_TLS_WANT_WRITE) {
		(void)event_add(&conn->writable, NULL);
	} else if (io == SEAL_TLS_DONE) {
		struct seal_http_limits limits = seal_http_limits_default();

		limits.body = conn->gate->config.limits.body;
		if (seal_http_parser_new(&limits, &conn->parser, NULL)) {
			seal_conn_free(conn);
			return;
		}
		conn->at = SEAL_CONN_READ;
		conn->phase = SEAL_CONN_HEAD;
		read_some(conn);
	}
}

void seal_conn_nudge(struct seal_conn *conn)
{
	if (conn->at == SEAL_CONN_HANDSHAKE)
		shake(conn);
	else if (seal_conn_is_idle(conn))
		read_some(conn);
}

/* Drops what a client still sends to a connection that was answered for good. */
static void hear_out(struct seal_conn *conn)
{
	struct seal_gate *gate = conn->gate;

	for (int i = 0; i < 16; i++) {
		ssize_t got = recv(conn->fd, gate->scratch, sizeof gate->scratch, MSG_DONTWAIT);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			seal_conn_free(conn);
			return;
		}
	}
}

static void on_readable(evutil_socket_t fd SEAL_UNUSED, short what SEAL_UNUSED, void *ctx)
{
	struct seal_conn *conn = ctx;
	struct seal_gate *gate = conn->gate;

	if (conn->at == SEAL_CONN_HANDSHAKE)
		shake(conn);
	else if (conn->at == SEAL_CONN_LINGER)
		hear_out(conn);
	else if (conn->at == SEAL_CONN_WRITE)
		watch(conn, 0); /* until it is written */
	else
		read_some(conn);
	seal_gate_reap(gate);
}

static void on_writable(evutil_socket_t fd SEAL_UNUSED, short what SEAL_UNUSED, void *ctx)
{
	struct seal_conn *conn = ctx;
	struct seal_gate *gate = conn->gate;

	if (conn->at == SEAL_CONN_HANDSHAKE)
		shake(conn);
	else if (conn->at == SEAL_CONN_WRITE)
		seal_conn_write(conn);
	else if (conn->at != SEAL_CONN_LINGER)
		read_some(conn);
	seal_gate_reap(gate);
}

void seal_conn_open(struct seal_gate *gate, int fd, const char *peer, struct seal_address *address)
{
	struct seal_conn *conn = calloc(1, sizeof *conn);

	if (!conn || seal_tls_new(gate->tls, fd, &conn->tls, NULL)) {
		free(conn);
		(void)close(fd);
		return;
	}
	conn->gate = gate;
	conn->fd = fd;
	conn->since = conn->began = seal_gate_now();
	conn->address = address;
	address->connections++;
	(void)snprintf(conn->peer, sizeof conn->peer, "%s", peer);
	conn->slot = gate->places[gate->count++];
	gate->conns[conn->slot] = conn;
	(void)event_assign(&conn->readable, gate->base, fd, EV_READ | EV_PERSIST, on_readable,
			   conn);
	(void)event_assign(&conn->writable, gate->base, fd, EV_WRITE, on_writable, conn);
	(void)event_add(&conn->readable, NULL);
	shake(conn);
}

void seal_conn_free(struct seal_conn *conn)
{
	struct seal_gate *gate = conn->gate;

	if (conn->at == SEAL_CONN_DEAD)
		return;
	(void)event_del(&conn->readable);
	(void)event_del(&conn->writable);
	seal_tls_close(conn->tls);
	seal_tls_free(seal_steal(&conn->tls));
	seal_http_parser_free(seal_steal(&conn->parser));
	seal_buffer_done(&conn->early);
	seal_buffer_done(&conn->out);
	(void)close(conn->fd);
	seal_conn_release(conn, 0);
	gate->queued -= conn->at == SEAL_CONN_QUEUED;
	conn->address->connections--;
	gate->conns[conn->slot] = NULL;
	gate->places[--gate->count] = conn->slot;
	conn->at = SEAL_CONN_DEAD;
	conn->next_dead = gate->dead;
	gate->dead = conn;
	seal_gate_listen(gate, 1);
}

static uint64_t allowed(const struct seal_conn *conn)
{
	const struct seal_gate_limits *limits = &conn->gate->config.limits;

	switch (conn->at) {
	case SEAL_CONN_HANDSHAKE:
		return limits->header_ms;
	case SEAL_CONN_QUEUED:
	case SEAL_CONN_WAIT:
		return limits->core_ms;
	case SEAL_CONN_LINGER:
		return LINGER_MS;
	case SEAL_CONN_READ:
		if (conn->phase == SEAL_CONN_IDLE)
			return limits->idle_ms;
		if (conn->phase == SEAL_CONN_HEAD)
			return limits->header_ms;
		break;
	case SEAL_CONN_WRITE:
	case SEAL_CONN_DEAD:
		break;
	}
	return limits->body_ms + conn->moved / limits->pace * 1000;
}

void seal_conn_sweep(struct seal_conn *conn, uint64_t now)
{
	if (now - conn->since < allowed(conn))
		return;
	if (is_with_core(conn)) {
		if (conn->at == SEAL_CONN_WAIT)
			seal_link_cancel(conn->gate, conn->id);
		seal_conn_refuse(conn, 503);
	} else if (conn->at == SEAL_CONN_READ && !seal_http_idle(conn->parser)) {
		seal_conn_refuse(conn, 408);
	} else {
		seal_conn_free(conn);
	}
}
