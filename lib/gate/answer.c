/* What goes to the client: the core's answers, and the gate's own refusals. */

#include "gate/gate_internal.h"

#include <sys/socket.h>
#include <time.h>

#include "base/secret.h"

#include "base/banned.h"

static uint64_t date_now(void)
{
	return (uint64_t)time(NULL);
}

static void finish(struct seal_conn *conn)
{
	seal_buffer_done(&conn->out);
	conn->out_at = 0;
	seal_conn_release(conn, 0);
	conn->since = conn->began = seal_gate_now();
	conn->moved = 0;
	if (conn->closes && conn->lingers) {
		/* A reset would destroy the answer on its way: the client is heard out. */
		seal_tls_close(conn->tls);
		(void)shutdown(conn->fd, SHUT_WR);
		conn->at = SEAL_CONN_LINGER;
		if (conn->stopped)
			(void)event_add(&conn->readable, NULL);
		conn->stopped = 0;
		return;
	}
	if (conn->closes) {
		seal_conn_free(conn);
		return;
	}
	seal_http_next(conn->parser);
	conn->at = SEAL_CONN_READ;
	conn->phase = SEAL_CONN_IDLE;
	if (!conn->early.len && conn->gate->stopping)
		seal_conn_free(conn);
	else
		seal_conn_go_on(conn);
}

void seal_conn_write(struct seal_conn *conn)
{
	while (conn->out_at < conn->out.len) {
		size_t put = 0;
		enum seal_tls_io io = seal_tls_write(conn->tls, conn->out.bytes + conn->out_at,
						     conn->out.len - conn->out_at, &put);

		if (io == SEAL_TLS_GONE) {
			seal_conn_free(conn);
			return;
		}
		if (io != SEAL_TLS_DONE) {
			/* WANT_READ cannot be: without renegotiation a write waits for none. */
			(void)event_add(&conn->writable, NULL);
			return;
		}
		conn->out_at += put;
		conn->moved += put;
	}
	finish(conn);
}

static void begin(struct seal_conn *conn, const char *head, size_t head_len, const uint8_t *body,
		  size_t body_len)
{
	conn->gate->queued -= conn->at == SEAL_CONN_QUEUED;
	conn->at = SEAL_CONN_WRITE;
	conn->since = seal_gate_now();
	conn->moved = 0;
	if (!seal_conn_hold(conn, head_len + body_len) ||
	    seal_buffer_add(&conn->out, head, head_len, NULL) ||
	    seal_buffer_add(&conn->out, body, body_len, NULL))
		seal_conn_free(conn);
	else
		seal_conn_write(conn);
}

void seal_conn_refuse(struct seal_conn *conn, int status)
{
	char text[SEAL_HTTP_HEAD_MAX];
	size_t len = 0;

	conn->closes = conn->lingers = 1;
	/* The memory of the request is free from here on: it is not read again. */
	seal_http_parser_free(seal_steal(&conn->parser));
	seal_buffer_done(&conn->early);
	seal_conn_release(conn, 0);
	if (seal_http_write_refusal(status, date_now(), text, sizeof text, &len, NULL))
		seal_conn_free(conn);
	else
		begin(conn, text, len, NULL, 0);
}

static size_t take_fields(const struct seal_response_message *message,
			  struct seal_http_field out[static 3])
{
	static const struct {
		enum seal_message_field field;
		const char *name;
	} known[] = {{SEAL_FIELD_LOCATION, "Location"},
		     {SEAL_FIELD_RETRY_AFTER, "Retry-After"},
		     {SEAL_FIELD_ALLOW, "Allow"}};
	size_t count = 0;

	for (size_t i = 0; i < 3; i++)
		if (message->fields[known[i].field])
			out[count++] = (struct seal_http_field){
				.name = known[i].name, .value = message->fields[known[i].field]};
	return count;
}

void seal_conn_answer(struct seal_conn *conn, const uint8_t *payload, size_t len)
{
	const struct seal_http_request *request = seal_http_request(conn->parser);
	struct seal_response_message message;
	struct seal_http_response response = {.date = date_now()};
	struct seal_http_field fields[3];
	char head[SEAL_HTTP_HEAD_MAX];
	size_t head_len = 0;

	if (!request || seal_response_decode(payload, len, &message, NULL)) {
		seal_conn_refuse(conn, 500);
		return;
	}
	seal_quota_settle(conn, message.fields[SEAL_FIELD_VERDICT], seal_gate_now());
	conn->closes = !request->keep_alive || conn->gate->stopping;
	response.status = (int)message.status;
	response.is_head = request->is_head;
	response.close = conn->closes;
	response.body_len = message.body_len;
	response.fields = fields;
	response.field_count = take_fields(&message, fields);
	/* The request is over: its body and the answer's are not held at the same time. */
	seal_http_next(conn->parser);
	seal_conn_release(conn, conn->early.len);
	if (seal_http_write(&response, head, sizeof head, &head_len, NULL))
		seal_conn_refuse(conn, 500);
	else
		begin(conn, head, head_len, message.body, response.is_head ? 0 : message.body_len);
}
