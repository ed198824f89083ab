/* Virtual tokens: libfido2's I/O hooks over UDP, one 64-byte CTAPHID report a datagram, as
   public simulators do. For tests and rehearsals; cards made so are marked. */

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "token/fido2_internal.h"

#include "base/banned.h"

#define REPORT 64u
/* A token that works or waits for a finger says so every 100 ms (CTAP 2.1, 11.2.9.1.5);
   a silence this long is an absence. A pulled USB token shows at once, a socket does not. */
#define SILENCE_MS 3000

int seal_fido2_is_udp(const char *where)
{
	return strncmp(where, SEAL_FIDO2_UDP, sizeof SEAL_FIDO2_UDP - 1) == 0;
}

static int connect_to(const char *host, const char *port)
{
	struct addrinfo hint = {.ai_socktype = SOCK_DGRAM};
	struct addrinfo *found = NULL;
	int fd = -1;

	if (getaddrinfo(host, port, &hint, &found) != 0)
		return -1;
	for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			(void)close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

static void *udp_open(const char *where)
{
	char host[SEAL_FIDO2_WHERE];
	const char *begin = where + sizeof SEAL_FIDO2_UDP - 1;
	const char *colon = strrchr(begin, ':');
	int *fd;

	if (!seal_fido2_is_udp(where) || !colon || (size_t)(colon - begin) >= sizeof host)
		return NULL;
	memcpy(host, begin, (size_t)(colon - begin));
	host[colon - begin] = '\0';
	fd = malloc(sizeof *fd);
	if (!fd)
		return NULL;
	*fd = connect_to(host, colon + 1);
	if (*fd < 0) {
		free(fd);
		return NULL;
	}
	return fd;
}

static void udp_close(void *handle)
{
	(void)close(*(int *)handle);
	free(handle);
}

static int udp_read(void *handle, unsigned char *buf, size_t len, int ms)
{
	struct pollfd wait = {.fd = *(int *)handle, .events = POLLIN};

	if (len < REPORT || poll(&wait, 1, ms < 0 || ms > SILENCE_MS ? SILENCE_MS : ms) != 1)
		return -1;
	return recv(wait.fd, buf, len, 0) == (ssize_t)REPORT ? (int)REPORT : -1;
}

/* libfido2 puts the report id, 0, in front. */
static int udp_write(void *handle, const unsigned char *buf, size_t len)
{
	if (len != REPORT + 1 ||
	    send(*(int *)handle, buf + 1, REPORT, MSG_NOSIGNAL) != (ssize_t)REPORT)
		return -1;
	return (int)len;
}

const fido_dev_io_t seal_fido2_udp_io = {udp_open, udp_close, udp_read, udp_write};
