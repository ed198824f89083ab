/* The wrapped calls. */

#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <cmocka.h>

static enum fault armed = FAULT_END;
static unsigned left;
static int met, held;

static int fails(enum fault fault)
{
	if (held || armed != fault || --left > 0)
		return 0;
	armed = FAULT_END;
	met = 1;
	return 1;
}

void fault_arm(enum fault fault, unsigned at)
{
	armed = fault;
	left = at;
	met = 0;
}

int fault_disarm(void)
{
	armed = FAULT_END;
	return met;
}

int fault_here(enum fault fault)
{
	return fails(fault);
}

void fault_hold(int on)
{
	held = on;
}

const char *fault_name(enum fault fault)
{
	static const char *const names[FAULT_END] = {
		"malloc",    "calloc", "realloc", "strdup",    "strndup", "asprintf", "mlock",
		"getrandom", "write",  "fsync",	  "fdatasync", "linkat",  "open",     "libcurl"};

	return names[fault];
}

void fault_each(int (*act)(void), void (*after)(int error))
{
	unsigned hits = 0;

	for (int fault = 0; fault < FAULT_END; fault++) {
		for (unsigned at = 1;; at++) {
			int error;
			int hit;

			fault_arm((enum fault)fault, at);
			error = act();
			hit = fault_disarm();
			hits += (unsigned)hit;
			if (hit && error >= 0)
				fail_msg("%s number %u failed, and nothing was said",
					 fault_name((enum fault)fault), at);
			if (!hit && error)
				fail_msg("without a fault: error %d", error);
			if (after)
				after(error);
			if (!hit)
				break;
			assert_true(at < 5000);
		}
	}
	/* Else nothing was wrapped, and this says nothing. */
	assert_true(hits > 0);
}

/* Names that --wrap gives: the two declarations each are the linker's contract. */
void *__real_malloc(size_t len);
void *__wrap_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__real_realloc(void *old, size_t len);
void *__wrap_realloc(void *old, size_t len);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
char *__wrap_strndup(const char *text, size_t len);
int __wrap_asprintf(char **out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int __wrap___asprintf_chk(char **out, int flag, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int __real_mlock(const void *at, size_t len);
int __wrap_mlock(const void *at, size_t len);
ssize_t __real_getrandom(void *out, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags);
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_linkat(int from, const char *path, int to, const char *name, int flags);
int __wrap_linkat(int from, const char *path, int to, const char *name, int flags);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

static int give(int error)
{
	errno = error;
	return -1;
}

void *__wrap_malloc(size_t len)
{
	return fails(FAULT_MALLOC) ? NULL : __real_malloc(len);
}

void *__wrap_calloc(size_t count, size_t len)
{
	return fails(FAULT_CALLOC) ? NULL : __real_calloc(count, len);
}

void *__wrap_realloc(void *old, size_t len)
{
	return fails(FAULT_REALLOC) ? NULL : __real_realloc(old, len);
}

char *__wrap_strdup(const char *text)
{
	return fails(FAULT_STRDUP) ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len)
{
	return fails(FAULT_STRNDUP) ? NULL : __real_strndup(text, len);
}

int __wrap_asprintf(char **out, const char *fmt, ...)
{
	va_list args;
	int len = -1;

	va_start(args, fmt);
	if (!fails(FAULT_ASPRINTF))
		len = vasprintf(out, fmt, args);
	va_end(args);
	return len;
}

/* What the other one is in a hardened build. */
int __wrap___asprintf_chk(char **out, int flag, const char *fmt, ...)
{
	va_list args;
	int len = -1;

	(void)flag;
	va_start(args, fmt);
	if (!fails(FAULT_ASPRINTF))
		len = vasprintf(out, fmt, args);
	va_end(args);
	return len;
}

int __wrap_mlock(const void *at, size_t len)
{
	return fails(FAULT_MLOCK) ? give(ENOMEM) : __real_mlock(at, len);
}

ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags)
{
	return fails(FAULT_GETRANDOM) ? give(ENOSYS) : __real_getrandom(out, len, flags);
}

/* A full disk, after half of what was asked is there. */
ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
	if (!fails(FAULT_WRITE))
		return __real_write(fd, bytes, len);
	(void)!__real_write(fd, bytes, len / 2);
	return give(ENOSPC);
}

int __wrap_fsync(int fd)
{
	return fails(FAULT_FSYNC) ? give(EIO) : __real_fsync(fd);
}

int __wrap_fdatasync(int fd)
{
	return fails(FAULT_FDATASYNC) ? give(EIO) : __real_fdatasync(fd);
}

int __wrap_linkat(int from, const char *path, int to, const char *name, int flags)
{
	return fails(FAULT_LINKAT) ? give(EMLINK) : __real_linkat(from, path, to, name, flags);
}

int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	return fails(FAULT_OPEN) ? give(EMFILE) : __real_open(path, flags, mode);
}
