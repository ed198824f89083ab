/* The gate's loop: listeners, the supervisor's words, the clock. */

#include "gate/gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"
#include "gate/gate_internal.h"

#include "base/banned.h"

#define ACCEPTS 16
#define CALLS 256 /* of the loop before it asks the kernel again */
#define SWEEP_MS 250
#define CONNECTIONS_MAX 65536u

uint64_t seal_gate_now(void)
{
	struct timespec at = {0};

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &at);
	return (uint64_t)at.tv_sec * 1000 + (uint64_t)at.tv_nsec / 1000000;
}

void seal_gate_end(struct seal_gate *gate, int error)
{
	gate->error = error;
	(void)event_base_loopbreak(gate->base);
}

void seal_gate_listen(struct seal_gate *gate, int on)
{
	on = on && gate->tls && !gate->stopping;
	if (gate->listening == on)
		return;
	gate->listening = on;
	for (size_t i = 0; i < gate->config.listener_count; i++) {
		if (on)
			(void)event_add(&gate->listeners[i], NULL);
		else
			(void)event_del(&gate->listeners[i]);
	}
}

void seal_gate_reap(struct seal_gate *gate)
{
	while (gate->dead) {
		struct seal_conn *conn = gate->dead;

		gate->dead = conn->next_dead;
		free(conn);
	}
	/* A gate that is stopping ends with its last connection, or when time is over. */
	if (gate->stopping && (gate->count == 0 || seal_gate_now() >= gate->stop_at))
		seal_gate_end(gate, SEAL_OK);
}

static void peer_text(const struct sockaddr_storage *from, char out[static SEAL_MESSAGE_PEER])
{
	char host[INET6_ADDRSTRLEN] = "";

	if (from->ss_family == AF_INET6) {
		struct sockaddr_in6 six;

		memcpy(&six, from, sizeof six);
		(void)inet_ntop(AF_INET6, &six.sin6_addr, host, sizeof host);
		(void)snprintf(out, SEAL_MESSAGE_PEER, "[%s]:%u", host, ntohs(six.sin6_port));
	} else {
		struct sockaddr_in four;

		memcpy(&four, from, sizeof four);
		(void)inet_ntop(AF_INET, &four.sin_addr, host, sizeof host);
		(void)snprintf(out, SEAL_MESSAGE_PEER, "%s:%u", host, ntohs(four.sin_port));
	}
}

static void start_sweeps(struct seal_gate *gate)
{
	const struct timeval period = {.tv_usec = SWEEP_MS * 1000};

	if (!gate->sweeping)
		gate->sweeping = event_add(&gate->sweep, &period) == 0;
}

static void admit(struct seal_gate *gate, int fd, const struct sockaddr_storage *from)
{
	struct seal_address *address = seal_crowd_find(gate, from, seal_gate_now());
	char peer[SEAL_MESSAGE_PEER];

	if (!address || !seal_crowd_make_room(gate, address)) {
		(void)close(fd);
		return;
	}
	peer_text(from, peer);
	seal_conn_open(gate, fd, peer, address);
}

static void on_listener(evutil_socket_t fd, short what SEAL_UNUSED, void *ctx)
{
	struct seal_gate *gate = ctx;

	for (int i = 0; i < ACCEPTS && gate->listening; i++, seal_gate_reap(gate)) {
		struct sockaddr_storage from = {0};
		socklen_t len = sizeof from;
		const int one = 1;
		int got;

		if (seal_crowd_is_full(gate)) {
			seal_gate_listen(gate, 0); /* until one ends */
			return;
		}
		got = accept4(fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (got < 0) {
			/* Out of descriptors: the next sweep tries again. */
			if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
				seal_gate_listen(gate, 0);
				start_sweeps(gate);
			}
			return;
		}
		/* Without it each answer waits for the client's delayed acknowledgement. */
		(void)setsockopt(got, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		start_sweeps(gate);
		admit(gate, got, &from);
	}
}

static void on_sweep(evutil_socket_t fd SEAL_UNUSED, short what SEAL_UNUSED, void *ctx)
{
	struct seal_gate *gate = ctx;
	uint64_t now = seal_gate_now();

	for (uint32_t i = 0; i < gate->config.limits.connections; i++)
		if (gate->conns[i])
			seal_conn_sweep(gate->conns[i], now);
	seal_gate_listen(gate, 1);
	gate->sweeping = 0;
	if (gate->count || gate->stopping)
		start_sweeps(gate);
	seal_gate_reap(gate);
}

static void stop(struct seal_gate *gate)
{
	if (gate->stopping)
		return;
	seal_gate_listen(gate, 0);
	gate->stopping = 1;
	gate->stop_at = seal_gate_now() + gate->config.limits.drain_ms;
	for (uint32_t i = 0; i < gate->config.limits.connections; i++) {
		struct seal_conn *conn = gate->conns[i];

		/* What has arrived and is not read yet counts as under way. */
		if (conn)
			seal_conn_nudge(conn);
		if (conn && (conn->at == SEAL_CONN_HANDSHAKE || seal_conn_is_idle(conn)))
			seal_conn_free(conn);
	}
	start_sweeps(gate);
	seal_gate_reap(gate);
}

static void say(struct seal_gate *gate, char word, const char *text)
{
	char packet[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT + 1];
	int len = snprintf(packet, sizeof packet, "%c%s", word, text);

	(void)send(gate->config.control, packet, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void take_credentials(struct seal_gate *gate, const uint8_t *bytes, size_t len)
{
	struct seal_tls_context *fresh = NULL;
	struct seal_diag diag = {0};
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	if (seal_tls_context_new(bytes, len, &fresh, &diag)) {
		seal_diag_line(&diag, line, sizeof line);
		say(gate, 'x', line);
		return;
	}
	/* Connections that are there keep what they began with. */
	seal_tls_context_free(gate->tls);
	gate->tls = fresh;
	seal_gate_listen(gate, 1);
	say(gate, 'c', "");
}

static void on_control(evutil_socket_t fd, short what SEAL_UNUSED, void *ctx)
{
	struct seal_gate *gate = ctx;
	size_t cap = SEAL_TLS_CREDENTIALS + 1;
	uint8_t *packet = malloc(cap);
	ssize_t got = packet ? recv(fd, packet, cap, MSG_DONTWAIT) : -1;

	if (!packet)
		seal_gate_end(gate, seal_fail(&gate->diag, SEAL_E_NOMEM, "gate"));
	else if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		seal_gate_end(gate, SEAL_OK); /* no supervisor, no gate */
	else if (got > 0 && packet[0] == 'c')
		take_credentials(gate, packet + 1, (size_t)got - 1);
	else if (got > 0)
		stop(gate);
	if (got > 0)
		seal_wipe(packet, (size_t)got);
	free(packet);
}

static int make_places(struct seal_gate *gate, struct seal_diag *diag)
{
	uint32_t count = gate->config.limits.connections;

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	gate->conns = calloc(count, sizeof *gate->conns);
	gate->places = calloc(count, sizeof *gate->places);
	if (!gate->conns || !gate->places)
		return seal_fail(diag, SEAL_E_NOMEM, "gate");
	for (uint32_t i = 0; i < count; i++)
		gate->places[i] = i;
	return SEAL_OK;
}

static int make_events(struct seal_gate *gate, struct seal_diag *diag)
{
	int bad = event_assign(&gate->control, gate->base, gate->config.control,
			       EV_READ | EV_PERSIST, on_control, gate) ||
		  event_add(&gate->control, NULL) ||
		  event_assign(&gate->sweep, gate->base, -1, 0, on_sweep, gate);

	for (size_t i = 0; i < gate->config.listener_count && !bad; i++)
		bad = event_assign(&gate->listeners[i], gate->base, gate->config.listeners[i],
				   EV_READ | EV_PERSIST, on_listener, gate);
	return bad ? seal_fail(diag, SEAL_E_SYSTEM, "events") : SEAL_OK;
}

static struct event_base *make_base(void)
{
	struct event_config *how = event_config_new();
	struct event_base *base = NULL;

	/* epoll and nothing else, whatever the environment says: the sandbox knows it. */
	if (how &&
	    event_config_set_flag(how, EVENT_BASE_FLAG_IGNORE_ENV | EVENT_BASE_FLAG_NOLOCK) == 0 &&
	    event_config_require_features(how, EV_FEATURE_O1) == 0 &&
	    event_config_set_max_dispatch_interval(how, NULL, CALLS, 0) == 0)
		base = event_base_new_with_config(how);
	if (how)
		event_config_free(how);
	return base;
}

int seal_gate_new(const struct seal_gate_config *config, struct seal_gate **out_gate,
		  struct seal_diag *diag)
{
	struct seal_gate *gate SEAL_CLEANUP(seal_gate_freep) = calloc(1, sizeof *gate);
	int error;

	if (!gate)
		return seal_fail(diag, SEAL_E_NOMEM, "gate");
	gate->config = *config;
	if (config->listener_count > SEAL_GATE_LISTENERS || config->limits.connections == 0 ||
	    config->limits.connections > CONNECTIONS_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "gate");
	gate->base = make_base();
	if (!gate->base)
		return seal_fail(diag, SEAL_E_SYSTEM, "event loop");
	error = seal_random(gate->mix, sizeof gate->mix, diag);
	if (!error)
		error = seal_random(gate->known_key, sizeof gate->known_key, diag);
	if (!error)
		error = make_places(gate, diag);
	if (!error)
		error = make_events(gate, diag);
	if (!error)
		error = seal_link_open(gate, diag);
	if (!error)
		*out_gate = seal_steal(&gate);
	return error;
}

int seal_gate_run(struct seal_gate *gate, struct seal_diag *diag)
{
	if (event_base_dispatch(gate->base) < 0)
		return seal_fail(diag, SEAL_E_SYSTEM, "event loop");
	if (gate->error && diag)
		*diag = gate->diag;
	return gate->error;
}

void seal_gate_free(struct seal_gate *gate)
{
	if (!gate)
		return;
	gate->stopping = 1;
	for (uint32_t i = 0; gate->conns && i < gate->config.limits.connections; i++)
		if (gate->conns[i])
			seal_conn_free(gate->conns[i]);
	seal_gate_reap(gate);
	seal_crowd_free(gate);
	seal_gate_listen(gate, 0);
	seal_tls_context_free(gate->tls);
	seal_frame_decoder_free(gate->decoder);
	seal_frame_batch_free(gate->batch);
	seal_buffer_done(&gate->encoded);
	if (gate->base)
		event_base_free(gate->base);
	free(gate->places);
	free(gate->conns);
	seal_wipe(gate, sizeof *gate);
	free(gate);
}

void seal_gate_freep(struct seal_gate **gate)
{
	seal_gate_free(*gate);
	*gate = NULL;
}
