/* The head of an answer. Threat: a value with a line break in it that becomes a
   field or an answer of its own, and secrets kept in a cache on the way. */

#include "gate/http_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/banned.h"

struct out {
	char *text;
	size_t cap, len;
	int full;
};

static void put(struct out *out, const char *fmt, ...) SEAL_PRINTF(2, 3);

static void put(struct out *out, const char *fmt, ...)
{
	va_list args;
	int len;

	if (out->full)
		return;
	va_start(args, fmt);
	len = vsnprintf(out->text + out->len, out->cap - out->len, fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= out->cap - out->len)
		out->full = 1;
	else
		out->len += (size_t)len;
}

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{200, "OK"},
		{204, "No Content"},
		{304, "Not Modified"},
		{307, "Temporary Redirect"},
		{400, "Bad Request"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{408, "Request Timeout"},
		{412, "Precondition Failed"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{417, "Expectation Failed"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return ""; /* the phrase is optional, its space is not */
}

static int is_field(const struct seal_http_field *field)
{
	static const char *const own[] = {"content-length", "transfer-encoding", "connection",
					  "date",	    "cache-control",	 "content-type"};

	if (!*field->name)
		return 0;
	for (const char *c = field->name; *c; c++)
		if (!seal_http_token_char(*c))
			return 0;
	for (const char *c = field->value; *c; c++)
		if ((*c < ' ' || *c > '~') && *c != '\t')
			return 0;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (seal_http_same(field->name, own[i]))
			return 0;
	return 1;
}

/* IMF-fixdate, by hand: strftime would ask the locale. */
static void put_date(struct out *out, uint64_t date)
{
	static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t when = (time_t)date;
	struct tm tm;

	if (date == 0 || date > INT32_MAX * (uint64_t)64 || !gmtime_r(&when, &tm))
		return;
	put(out, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days[tm.tm_wday], tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

int seal_http_write(const struct seal_http_response *response, char *out_text, size_t cap,
		    size_t *out_len, struct seal_diag *diag)
{
	struct out out = {.text = out_text, .cap = cap};
	int empty = response->status == 204 || response->status == 304;

	if (response->status < 200 || response->status > 599 || (empty && response->body_len))
		return seal_fail(diag, SEAL_E_ARGUMENT, "HTTP answer %d", response->status);
	put(&out, "HTTP/1.1 %d %s\r\n", response->status, reason(response->status));
	put_date(&out, response->date);
	put(&out, "Cache-Control: no-store\r\n");
	if (!empty)
		put(&out, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
		    response->body_len);
	for (size_t i = 0; i < response->field_count; i++) {
		if (!is_field(&response->fields[i]))
			return seal_fail(diag, SEAL_E_ARGUMENT, "field of an HTTP answer");
		put(&out, "%s: %s\r\n", response->fields[i].name, response->fields[i].value);
	}
	put(&out, "%s\r\n", response->close ? "Connection: close\r\n" : "");
	if (out.full)
		return seal_fail(diag, SEAL_E_TOOLONG, "head of an HTTP answer");
	*out_len = out.len;
	return SEAL_OK;
}

int seal_http_write_refusal(int status, uint64_t date, char *out_text, size_t cap, size_t *out_len,
			    struct seal_diag *diag)
{
	char body[96];
	int body_len = snprintf(body, sizeof body, "{\"errors\":[\"%s\"]}\n",
				*reason(status) ? reason(status) : "request refused");
	static const struct seal_http_field soon = {.name = "Retry-After", .value = "1"};
	struct seal_http_response response = {
		.status = status, .close = 1, .date = date, .body_len = (size_t)body_len};
	size_t len = 0;
	int error;

	if (status == 429) {
		response.fields = &soon;
		response.field_count = 1;
	}
	error = seal_http_write(&response, out_text, cap, &len, diag);

	if (error)
		return error;
	if ((size_t)body_len > cap - len)
		return seal_fail(diag, SEAL_E_TOOLONG, "HTTP refusal");
	memcpy(out_text + len, body, (size_t)body_len);
	*out_len = len + (size_t)body_len;
	return SEAL_OK;
}
