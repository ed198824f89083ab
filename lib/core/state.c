/* The core's own files: identity key, audit salt, bootstrap token, root token's file. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "base/encode.h"
#include "base/file.h"
#include "core/core_internal.h"

#include "base/banned.h"

#define IDENTITY_FILE "identity"
#define IDENTITY_LINE "sealkit-seald-identity/1"
#define SALT_FILE "audit-salt"
#define BOOTSTRAP_FILE "bootstrap-token"
#define ROOT_HEAD "root-token-"
#define ROOT_TAIL ".age"
#define ROOT_FILE_MAX 8192u
#define PATH_CAP 4096u

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static int path_of(const char *folder, const char *name, char *out, struct seal_diag *diag)
{
	int len = snprintf(out, PATH_CAP, "%s/%s", folder, name);

	return len < 0 || len >= (int)PATH_CAP ? seal_fail(diag, SEAL_E_TOOLONG, "%s", name)
					       : SEAL_OK;
}

static int put(const char *path, unsigned flags, const void *bytes, size_t len,
	       struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	int error = seal_file_new(path, flags | SEAL_FILE_PRIVATE, &file, diag);

	if (!error)
		error = seal_file_write(file, bytes, len, diag);
	return error ? error : seal_file_commit(file, diag);
}

static int put_line(const char *path, const char *head, const char *line, struct seal_diag *diag)
{
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t cap = strlen(head) + strlen(line) + 3;
	int error = seal_secret_new(cap, &text, diag);
	int len;

	if (error)
		return error;
	len = snprintf((char *)seal_secret_data(text), cap, "%s%s%s\n", head, head[0] ? "\n" : "",
		       line);
	return len < 0 ? seal_fail(diag, SEAL_E_ARGUMENT, "%s", path)
		       : put(path, SEAL_FILE_NEW, seal_secret_bytes(text), (size_t)len, diag);
}

static int make_identity(const char *path, struct seal_diag *diag)
{
	struct seal_secret *seed SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = seal_secret_random(crypto_sign_SEEDBYTES, &seed, diag);

	if (!error)
		error = seal_secret_new(SEAL_BASE64_LEN(crypto_sign_SEEDBYTES), &text, diag);
	if (error)
		return error;
	seal_base64(SEAL_BASE64_PADDED, seal_secret_bytes(seed), crypto_sign_SEEDBYTES,
		    (char *)seal_secret_data(text));
	return put_line(path, IDENTITY_LINE, (const char *)seal_secret_bytes(text), diag);
}

static int read_identity(const char *path, struct seal_secret **out_seed, struct seal_diag *diag)
{
	struct seal_secret *head SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *line SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *seed SEAL_CLEANUP(seal_secret_freep) = NULL;
	int fd SEAL_CLEANUP(close_fd) = -1;
	size_t len = 0;
	int error = seal_file_open_own(path, 0, &fd, diag);

	if (!error)
		error = seal_secret_read_fd(fd, 64, &head, diag);
	if (!error && (seal_secret_len(head) != strlen(IDENTITY_LINE) ||
		       !seal_eq_ct(seal_secret_bytes(head), IDENTITY_LINE, strlen(IDENTITY_LINE))))
		error = seal_fail(diag, SEAL_E_VERSION, "%s: not an identity of seald", path);
	if (!error)
		error = seal_secret_read_fd(fd, 64, &line, diag);
	if (!error)
		error = seal_secret_new(crypto_sign_SEEDBYTES, &seed, diag);
	if (!error)
		error = seal_unbase64(SEAL_BASE64_PADDED, (const char *)seal_secret_bytes(line),
				      seal_secret_len(line), seal_secret_data(seed),
				      crypto_sign_SEEDBYTES, &len, diag);
	if (!error && len != crypto_sign_SEEDBYTES)
		error = seal_fail(diag, SEAL_E_FORMAT, "%s", path);
	if (!error)
		*out_seed = seal_steal(&seed);
	return error;
}

int seal_core_identity_key(const char *folder, struct seal_secret **out_signer,
			   uint8_t out_public[static 32], struct seal_diag *diag)
{
	struct seal_secret *seed SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *signer SEAL_CLEANUP(seal_secret_freep) = NULL;
	char path[PATH_CAP];
	int error = path_of(folder, IDENTITY_FILE, path, diag);

	if (!error)
		error = read_identity(path, &seed, diag);
	if (error == SEAL_E_NOTFOUND) {
		error = make_identity(path, diag);
		if (!error)
			error = read_identity(path, &seed, diag);
	}
	if (!error)
		error = seal_secret_new(crypto_sign_SECRETKEYBYTES, &signer, diag);
	if (error)
		return error;
	if (sodium_init() < 0 ||
	    crypto_sign_seed_keypair(out_public, seal_secret_data(signer), seal_secret_bytes(seed)))
		return seal_fail(diag, SEAL_E_CRYPTO, "identity key");
	*out_signer = seal_steal(&signer);
	return SEAL_OK;
}

/* It keys what stands for tokens and values in the log. */
static int make_salt(const char *path, struct seal_diag *diag)
{
	uint8_t salt[32] = {0};
	char hex[2 * sizeof salt + 1];
	int error = seal_random(salt, sizeof salt, diag);

	seal_hex(salt, sizeof salt, hex);
	if (!error)
		error = put_line(path, "", hex, diag);
	seal_wipe(salt, sizeof salt);
	seal_wipe(hex, sizeof hex);
	return error;
}

int seal_core_audit_salt(const char *folder, struct seal_secret **out_salt, struct seal_diag *diag)
{
	struct seal_secret *line SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *salt SEAL_CLEANUP(seal_secret_freep) = NULL;
	int fd SEAL_CLEANUP(close_fd) = -1;
	char path[PATH_CAP];
	int error = path_of(folder, SALT_FILE, path, diag);

	if (!error)
		error = seal_file_open_own(path, 0, &fd, diag);
	if (error == SEAL_E_NOTFOUND) {
		error = make_salt(path, diag);
		if (!error)
			error = seal_file_open_own(path, 0, &fd, diag);
	}
	if (!error)
		error = seal_secret_read_fd(fd, SEAL_AUDIT_SALT, &line, diag);
	if (!error)
		error = seal_secret_new(seal_secret_len(line) + 1, &salt, diag);
	if (error)
		return error;
	memcpy(seal_secret_data(salt), seal_secret_bytes(line), seal_secret_len(line));
	seal_secret_data(salt)[seal_secret_len(line)] = 0;
	*out_salt = seal_steal(&salt);
	return SEAL_OK;
}

/* The name goes for good: the folder is synced. What is not there is no error. */
static int drop(const char *folder, const char *name, struct seal_diag *diag)
{
	int dir SEAL_CLEANUP(close_fd) = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", folder);
	/* One that is gone may have gone just now, in a try whose sync failed. */
	if (unlinkat(dir, name, 0) != 0 && errno != ENOENT)
		return seal_fail_errno(diag, SEAL_E_IO, "%s/%s", folder, name);
	return fsync(dir) == 0 ? SEAL_OK : seal_fail_errno(diag, SEAL_E_IO, "%s", folder);
}

int seal_core_bootstrap(const char *folder, int wanted, struct seal_secret **out_token,
			struct seal_diag *diag)
{
	struct seal_secret *made SEAL_CLEANUP(seal_secret_freep) = NULL;
	int fd SEAL_CLEANUP(close_fd) = -1;
	char path[PATH_CAP];
	int error = path_of(folder, BOOTSTRAP_FILE, path, diag);

	*out_token = NULL;
	if (error || !wanted)
		return error;
	error = seal_file_open_own(path, 0, &fd, diag);
	if (error == SEAL_E_NOTFOUND) {
		error = seal_token_text("bootstrap.", &made, diag);
		if (!error)
			error = put_line(path, "", (const char *)seal_secret_bytes(made), diag);
		if (!error)
			error = seal_file_open_own(path, 0, &fd, diag);
	}
	return error ? error : seal_secret_read_fd(fd, SEAL_TOKEN_MAX, out_token, diag);
}

/* The file first: a right that is only forgotten would be back after a restart. While it
   cannot be removed it is worth nothing either, as the barrier is in force. */
void seal_core_drop_bootstrap(struct seal_core *core)
{
	if (core->dropped || !seal_barrier_in_force(core->barrier) ||
	    drop(core->folder, BOOTSTRAP_FILE, NULL))
		return;
	core->dropped = 1;
	seal_secret_free(core->bootstrap);
	core->bootstrap = NULL;
}

static void drop_bootstrap(void *ctx)
{
	seal_core_drop_bootstrap(ctx);
}

static int root_name(const char *set, char out[static 96], struct seal_diag *diag)
{
	if (!set[0] || strlen(set) > SEAL_SET_ID)
		return seal_fail(diag, SEAL_E_ARGUMENT, "share set");
	(void)snprintf(out, 96, ROOT_HEAD "%s" ROOT_TAIL, set);
	return SEAL_OK;
}

static int put_root_file(void *ctx, const char *set, const char *text, struct seal_diag *diag)
{
	struct seal_core *core = ctx;
	char path[PATH_CAP], name[96];
	int error = root_name(set, name, diag);

	if (!error && !text)
		return drop(core->folder, name, diag);
	if (!error)
		error = path_of(core->folder, name, path, diag);
	return error ? error : put(path, 0, text, strlen(text), diag);
}

static int get_root_file(void *ctx, const char *set, char **out_text, struct seal_diag *diag)
{
	struct seal_core *core = ctx;
	uint8_t *bytes = NULL;
	char path[PATH_CAP], name[96];
	size_t len = 0;
	int error = root_name(set, name, diag);

	if (!error)
		error = path_of(core->folder, name, path, diag);
	if (!error)
		error = seal_file_read(path, ROOT_FILE_MAX, &bytes, &len, diag);
	if (error && error != SEAL_E_NOTFOUND)
		return error;
	*out_text = (char *)bytes;
	return SEAL_OK;
}

/* Of a share set, by its name; not of `set`. */
static int is_root_file_but(const char *name, const char *set)
{
	const char *id = name + strlen(ROOT_HEAD);

	return !strncmp(name, ROOT_HEAD, strlen(ROOT_HEAD)) &&
	       strspn(id, "0123456789abcdef") == SEAL_SET_ID &&
	       !strcmp(id + SEAL_SET_ID, ROOT_TAIL) && strncmp(id, set, SEAL_SET_ID) != 0;
}

static void keep_root_file(void *ctx, const char *set)
{
	struct seal_core *core = ctx;
	DIR *dir = opendir(core->folder);
	const struct dirent *entry;
	int gone = 0;

	while (dir && (entry = readdir(dir)))
		if (is_root_file_but(entry->d_name, set))
			gone |= unlinkat(dirfd(dir), entry->d_name, 0) == 0;
	if (gone)
		(void)fsync(dirfd(dir));
	if (dir)
		(void)closedir(dir);
}

void seal_core_drop_old_root(struct seal_core *core)
{
	struct seal_barrier_status status;
	size_t len = 0;

	seal_barrier_status(core->barrier, &status);
	if (status.initialized)
		keep_root_file(core, seal_barrier_file(core->barrier, 0, &len) ? status.set : "");
}

struct seal_api_state seal_core_state(struct seal_core *core)
{
	return (struct seal_api_state){put_root_file, get_root_file, keep_root_file, drop_bootstrap,
				       core};
}
