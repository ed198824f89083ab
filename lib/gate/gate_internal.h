#ifndef SEALKIT_GATE_INTERNAL_H
#define SEALKIT_GATE_INTERNAL_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/socket.h>

#include "gate/gate.h"
#include "gate/http.h"
#include "gate/tls.h"
#include "wire/buffer.h"
#include "wire/frame.h"
#include "wire/message.h"

/* Shared by gate.c (listeners, supervisor, clock), link.c (the core), conn.c (one
   connection's bytes), crowd.c (many of them), quota.c (their requests), answer.c (what goes
   to the client). */

#define SEAL_GATE_LISTENERS 16u
#define SEAL_GATE_SCRATCH 16384u

enum seal_conn_at {
	SEAL_CONN_HANDSHAKE,
	SEAL_CONN_READ,	  /* a request, or the wait for one */
	SEAL_CONN_QUEUED, /* a whole request, and no room on the way to the core */
	SEAL_CONN_WAIT,	  /* for the core */
	SEAL_CONN_WRITE,
	SEAL_CONN_LINGER, /* said all; hears the client out so that it can read that */
	SEAL_CONN_DEAD,	  /* freed when the loop's call ends: those above may look at it */
};

enum seal_conn_phase { SEAL_CONN_IDLE, SEAL_CONN_HEAD, SEAL_CONN_BODY };

#define SEAL_GATE_ADDRESSES 1024u /* lists of them, a power of 2 */

struct seal_address {
	uint64_t key;
	int six;
	unsigned connections;
	size_t held;	     /* bytes, of all of them */
	uint64_t free_at[2]; /* ms: when all that was asked is forgotten; 1: with a token */
	struct seal_address *next;
};

#define SEAL_GATE_KNOWN 1024u

/* A token that the core called good. */
struct seal_known {
	uint64_t mark, until; /* ms */
};

struct seal_conn {
	struct seal_gate *gate;
	uint32_t slot;
	int fd;
	enum seal_conn_at at;
	enum seal_conn_phase phase;	    /* of SEAL_CONN_READ */
	int seen, closes, lingers, stopped; /* stopped: readable is not watched */
	uint64_t id;			    /* of the request that is with the core */
	uint64_t since;			    /* ms; when this state or phase began */
	size_t moved;			    /* bytes of it */
	size_t held;			    /* counted in the gate's */
	struct seal_tls *tls;
	struct seal_http_parser *parser;
	struct seal_buffer early; /* came behind the request that is under way */
	size_t early_at;
	struct seal_buffer out;
	size_t out_at;
	struct event readable, writable;
	struct seal_conn *next_dead;
	struct seal_address *address;
	uint64_t mark;	/* of the token of the request that is under way; 0: it has none */
	int charged;	/* and was counted for it */
	uint64_t began; /* ms; its accept, then the end of its last answer */
	char peer[SEAL_MESSAGE_PEER + 1];
};

struct seal_gate {
	struct seal_gate_config config;
	struct event_base *base;
	struct event listeners[SEAL_GATE_LISTENERS];
	struct event control, core_in, core_out, flush, sweep;
	int listening, flushing, sweeping, stopping;
	uint64_t stop_at;
	int error; /* why it ends */
	struct seal_diag diag;
	struct seal_tls_context *tls;
	struct seal_conn *dead;
	struct seal_address *addresses[SEAL_GATE_ADDRESSES];
	size_t address_count;
	uint64_t mix[2];
	uint8_t known_key[16];
	struct seal_known known[SEAL_GATE_KNOWN];
	struct seal_conn **conns; /* config.limits.connections places */
	uint32_t *places;	  /* the free ones, the first of them count */
	size_t count;		  /* connections */
	size_t held, queued;
	uint64_t serial;
	struct seal_frame_decoder *decoder;
	struct seal_frame_batch *batch;
	struct seal_buffer encoded;
	uint8_t scratch[SEAL_GATE_SCRATCH];
	uint8_t core_scratch[65536];
};

uint64_t seal_gate_now(void); /* ms */
void seal_gate_end(struct seal_gate *gate, int error);
void seal_gate_listen(struct seal_gate *gate, int on);
/* Last in each call of the loop: connections that ended are freed. */
void seal_gate_reap(struct seal_gate *gate);

SEAL_MUST_CHECK int seal_link_open(struct seal_gate *gate, struct seal_diag *diag);
/* 1: the request is on its way; 0: no room; negative: it cannot be sent at all. */
int seal_link_submit(struct seal_gate *gate, struct seal_conn *conn);
void seal_link_cancel(struct seal_gate *gate, uint64_t id);

/* The address from which a client comes; NULL: no memory. */
struct seal_address *seal_crowd_find(struct seal_gate *gate, const struct sockaddr_storage *from,
				     uint64_t now);
/* 1: no connection may be closed for another one. */
int seal_crowd_is_full(struct seal_gate *gate);
/* Connections that one address may have. */
unsigned seal_crowd_share(const struct seal_gate *gate);
/* Room for one more of that address, for which another one may have to go. 0: there is none. */
int seal_crowd_make_room(struct seal_gate *gate, const struct seal_address *address);
void seal_crowd_free(struct seal_gate *gate);

/* Charges the request that is whole now to its address. 0: that asked too much. */
int seal_quota_take(struct seal_conn *conn, uint64_t now);
/* The core's word on its token (wire/message.h), or NULL. */
void seal_quota_settle(struct seal_conn *conn, const char *verdict, uint64_t now);

/* Takes fd. */
void seal_conn_open(struct seal_gate *gate, int fd, const char *peer, struct seal_address *address);
void seal_conn_free(struct seal_conn *conn);
/* Reads on: a request is over. */
void seal_conn_go_on(struct seal_conn *conn);
/* Takes what the socket has now. */
void seal_conn_nudge(struct seal_conn *conn);
void seal_conn_submit(struct seal_conn *conn);
/* Closes what is over its time. */
void seal_conn_sweep(struct seal_conn *conn, uint64_t now);
int seal_conn_is_idle(const struct seal_conn *conn);
/* 0: the gate holds too much already, or that address does. */
int seal_conn_hold(struct seal_conn *conn, size_t bytes);
/* All that it holds, but for so much. */
void seal_conn_release(struct seal_conn *conn, size_t but);

/* The core's answer. */
void seal_conn_answer(struct seal_conn *conn, const uint8_t *payload, size_t len);
/* An answer of the gate's own, after which the connection ends. */
void seal_conn_refuse(struct seal_conn *conn, int status);
void seal_conn_write(struct seal_conn *conn);

#endif
