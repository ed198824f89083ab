/*
 * A test stand-in: with LD_PRELOAD it lets stock fido2-tools open a device named udp:HOST:PORT,
 * which is a virtual token that takes 64-byte CTAPHID reports as datagrams. libfido2 itself stays
 * as installed; only fido_dev_open is wrapped, to set libfido2's own I/O hooks.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fido.h>

enum { REPORT = 64 };

static void *udp_open(const char *path)
{
	char host[64];
	struct addrinfo hint = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM}, *a = NULL;
	const char *at = path + strlen("udp:");
	const char *colon = strrchr(at, ':');
	int *fd = malloc(sizeof *fd);
	if (fd == NULL || colon == NULL || (size_t)(colon - at) >= sizeof host) {
		free(fd);
		return NULL;
	}
	memcpy(host, at, (size_t)(colon - at));
	host[colon - at] = '\0';
	if (getaddrinfo(host, colon + 1, &hint, &a) != 0) {
		free(fd);
		return NULL;
	}
	*fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (*fd < 0 || connect(*fd, a->ai_addr, a->ai_addrlen) != 0) {
		if (*fd >= 0)
			close(*fd);
		free(fd);
		fd = NULL;
	}
	freeaddrinfo(a);
	return fd;
}

static void udp_close(void *handle)
{
	close(*(int *)handle);
	free(handle);
}

static int udp_read(void *handle, unsigned char *buf, size_t len, int ms)
{
	struct pollfd p = {.fd = *(int *)handle, .events = POLLIN};
	if (len < REPORT || poll(&p, 1, ms) != 1)
		return -1;
	return recv(p.fd, buf, REPORT, 0) == REPORT ? REPORT : -1;
}

/* libfido2 puts the report id, 0, in front. */
static int udp_write(void *handle, const unsigned char *buf, size_t len)
{
	if (len != REPORT + 1 || send(*(int *)handle, buf + 1, REPORT, 0) != REPORT)
		return -1;
	return (int)len;
}

int fido_dev_open(fido_dev_t *dev, const char *path)
{
	static const fido_dev_io_t io = {udp_open, udp_close, udp_read, udp_write};
	int (*real)(fido_dev_t *, const char *) = NULL;
	void *sym = dlsym(RTLD_NEXT, "fido_dev_open");
	memcpy(&real, &sym, sizeof real);
	if (real == NULL)
		return FIDO_ERR_INTERNAL;
	if (path != NULL && strncmp(path, "udp:", 4) == 0) {
		int rc = fido_dev_set_io_functions(dev, &io);
		if (rc != FIDO_OK)
			return rc;
	}
	return real(dev, path);
}
