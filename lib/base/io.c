/* Streams over descriptors and memory. Short reads and EINTR end here, so that
   no caller above has to remember them. */

#include "base/io.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/banned.h"

static int fd_read(void *ctx, uint8_t *buf, size_t cap, size_t *out_len, struct seal_diag *diag)
{
	const int *fd = ctx;

	for (;;) {
		ssize_t got = read(*fd, buf, cap);

		if (got >= 0) {
			*out_len = (size_t)got;
			return SEAL_OK;
		}
		if (errno != EINTR)
			return seal_fail_errno(diag, SEAL_E_IO, "read");
	}
}

static int fd_write(void *ctx, const uint8_t *buf, size_t len, struct seal_diag *diag)
{
	const int *fd = ctx;

	while (len > 0) {
		ssize_t put = write(*fd, buf, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return seal_fail_errno(diag, SEAL_E_IO,
					       *fd == STDOUT_FILENO ? "stdout" : "write");
		buf += put;
		len -= (size_t)put;
	}
	return SEAL_OK;
}

static int mem_read(void *ctx, uint8_t *buf, size_t cap, size_t *out_len,
		    struct seal_diag *diag SEAL_UNUSED)
{
	struct seal_mem_source *mem = ctx;
	size_t left = mem->len - mem->at;
	size_t take = left < cap ? left : cap;

	if (take > 0)
		memcpy(buf, mem->bytes + mem->at, take);
	mem->at += take;
	*out_len = take;
	return SEAL_OK;
}

static int mem_write(void *ctx, const uint8_t *buf, size_t len, struct seal_diag *diag)
{
	struct seal_mem_sink *mem = ctx;

	if (len > mem->cap - mem->len)
		return seal_fail(diag, SEAL_E_TOOLONG, "more than %zu bytes", mem->cap);
	if (len > 0)
		memcpy(mem->bytes + mem->len, buf, len);
	mem->len += len;
	return SEAL_OK;
}

/* The const is dropped only to pass through ctx; fd_read and fd_write put it back. */
static void *fd_ctx(const int *fd)
{
	union {
		const int *in;
		void *out;
	} pass = {.in = fd};

	return pass.out;
}

struct seal_source seal_source_fd(const int *fd)
{
	return (struct seal_source){.read = fd_read, .ctx = fd_ctx(fd)};
}

struct seal_sink seal_sink_fd(const int *fd)
{
	return (struct seal_sink){.write = fd_write, .ctx = fd_ctx(fd)};
}

struct seal_source seal_source_mem(struct seal_mem_source *mem)
{
	return (struct seal_source){.read = mem_read, .ctx = mem};
}

struct seal_sink seal_sink_mem(struct seal_mem_sink *mem)
{
	return (struct seal_sink){.write = mem_write, .ctx = mem};
}

int seal_read_full(struct seal_source *source, uint8_t *buf, size_t cap, size_t *out_len,
		   struct seal_diag *diag)
{
	size_t have = 0;

	while (have < cap) {
		size_t got = 0;
		int error = source->read(source->ctx, buf + have, cap - have, &got, diag);

		if (error)
			return error;
		if (got == 0)
			break;
		have += got;
	}
	*out_len = have;
	return SEAL_OK;
}
