/* What the supervisor opens for the others. */

#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define BACKLOG 1024

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

void seald_address(const struct seald_listen *listen, char out[static SEALD_ADDRESS])
{
	int six = strchr(listen->host, ':') != NULL;

	(void)snprintf(out, SEALD_ADDRESS, "%s%s%s:%u", six ? "[" : "", listen->host,
		       six ? "]" : "", listen->port);
}

static socklen_t fill(const struct seald_listen *listen, union address *out)
{
	*out = (union address){0};
	if (strchr(listen->host, ':')) {
		out->six.sin6_family = AF_INET6;
		out->six.sin6_port = htons(listen->port);
		return inet_pton(AF_INET6, listen->host, &out->six.sin6_addr) == 1 ? sizeof out->six
										   : 0;
	}
	out->four.sin_family = AF_INET;
	out->four.sin_port = htons(listen->port);
	return inet_pton(AF_INET, listen->host, &out->four.sin_addr) == 1 ? sizeof out->four : 0;
}

static int open_one(struct seald_listen *where, int *out_fd, struct seal_diag *diag)
{
	char text[SEALD_ADDRESS];
	union address address;
	socklen_t len = fill(where, &address);
	const int one = 1;
	int fd;

	seald_address(where, text);
	fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "listen: %s", text);
	*out_fd = fd;
	/* An IPv6 address means IPv6: the other family is asked for by its own address. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
	    (address.any.sa_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) != 0) ||
	    bind(fd, &address.any, len) != 0 || listen(fd, BACKLOG) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "listen: %s", text);
	len = sizeof address;
	if (getsockname(fd, &address.any, &len) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "listen: %s", text);
	where->port = ntohs(address.any.sa_family == AF_INET6 ? address.six.sin6_port
							      : address.four.sin_port);
	return SEAL_OK;
}

int seald_listen(struct seald_config *config, int *out_fds, struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (size_t i = 0; i < config->listen_count; i++)
		out_fds[i] = -1;
	for (size_t i = 0; i < config->listen_count && !error; i++)
		error = open_one(&config->listen[i], &out_fds[i], diag);
	return error;
}

int seald_folder(const char *path, uid_t uid, gid_t gid, struct seal_diag *diag)
{
	struct stat about;

	if (mkdir(path, 0700) == 0) {
		if (uid != (uid_t)-1 && chown(path, uid, gid) != 0)
			return seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	} else if (errno != EEXIST) {
		return seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	}
	if (stat(path, &about) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	if (!S_ISDIR(about.st_mode))
		return seal_fail(diag, SEAL_E_IO, "%s: is no folder", path);
	if (about.st_mode & (S_IWGRP | S_IWOTH))
		return seal_fail(diag, SEAL_E_POLICY, "%s: others may write there (chmod 700)",
				 path);
	return SEAL_OK;
}

/* A power cut must not take the name of a file whose lines are on the disk. Of a folder that may
   not be read it cannot be asked. */
static void sync_folder_of(const char *path)
{
	char folder[SEALD_PATH + 1];
	size_t len = (size_t)(strrchr(path, '/') - path);
	int fd;

	(void)snprintf(folder, sizeof folder, "%.*s", (int)(len ? len : 1), path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

int seald_audit(const char *path, int *out_fd, struct seal_diag *diag)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	struct stat about;

	if (fd < 0)
		return seal_fail_errno(diag, SEAL_E_IO, "audit: %s", path);
	/* Lines that anybody can write prove nothing. */
	if (fstat(fd, &about) != 0 ||
	    (S_ISREG(about.st_mode) && about.st_mode & (S_IWGRP | S_IWOTH))) {
		(void)close(fd);
		return seal_fail(diag, SEAL_E_POLICY,
				 "audit: %s: others may write there (chmod 600)", path);
	}
	sync_folder_of(path);
	*out_fd = fd;
	return SEAL_OK;
}
