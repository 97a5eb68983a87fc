/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_strings.h>

#include "base/digest.h"

#define NEW_NAME MCP_KEYFILE_NAME ".new"

typedef struct keyfile_t {
    mcp_jose_keyplace_t place;
    const char *directory;
} keyfile_t;

static const mcp_error_t *fault(const keyfile_t *file, mcp_ctx_t *cx,
                                const char *remedy, const char *what)
{
    return mcp_error_fault(MCP_E_SERVER_ERROR, cx, remedy, "%s: %s",
                           file->place.name, what);
}

/* -- the directory -- */

static apr_status_t directory_close(void *descriptor)
{
    close((int)(apr_uintptr_t)descriptor);
    return APR_SUCCESS;
}

/* Closed, and so unlocked, with pool. */
static const mcp_error_t *directory_open(int *descriptor,
                                         const keyfile_t *file,
                                         apr_pool_t *pool, mcp_ctx_t *cx)
{
    *descriptor = open(file->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*descriptor < 0)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Create the state directory, owned by the user "
                               "that httpd runs as and closed to all others.",
                               "state directory %s: %s", file->directory,
                               strerror(errno));
    apr_pool_cleanup_register(pool, (void *)(apr_uintptr_t)*descriptor,
                              directory_close, apr_pool_cleanup_null);
    return NULL;
}

static const mcp_error_t *directory_lock(int descriptor, const keyfile_t *file,
                                         mcp_ctx_t *cx)
{
    while (flock(descriptor, LOCK_EX) != 0)
        if (errno != EINTR)
            return fault(file, cx,
                         "Keep the state directory on a local file "
                         "system that supports locks.",
                         strerror(errno));
    return NULL;
}

/* -- reading -- */

static apr_uint64_t stamp_of(const struct stat *status)
{
    const apr_uint64_t facts[] = {(apr_uint64_t)status->st_ino,
                                  (apr_uint64_t)status->st_size,
                                  (apr_uint64_t)status->st_mtim.tv_sec,
                                  (apr_uint64_t)status->st_mtim.tv_nsec};
    unsigned char digest[MCP_DIGEST_SIZE];
    apr_uint64_t stamp;

    mcp_digest_sha256(digest, facts, sizeof(facts));
    memcpy(&stamp, digest, sizeof(stamp));
    return stamp | 1;
}

static const mcp_error_t *
status_check(const keyfile_t *file, const struct stat *status, mcp_ctx_t *cx)
{
    if (!S_ISREG(status->st_mode))
        return fault(file, cx, "Move it away.", "it is not a regular file");
    if (status->st_mode & (S_IRWXG | S_IRWXO))
        return fault(file, cx,
                     apr_psprintf(cx->pool,
                                  "Run: chmod 600 %s/" MCP_KEYFILE_NAME
                                  " -- and if others may have read it: mcpctl "
                                  "rotate keys --compromised, after which all "
                                  "users sign in again.",
                                  file->directory),
                     "users other than its owner may open it");
    if (status->st_size > MCP_KEYFILE_MAX)
        return fault(file, cx, "Restore it from a backup.",
                     "it is larger than any key file");
    return NULL;
}

static const mcp_error_t *all_read(const char **text, const keyfile_t *file,
                                   int descriptor, apr_size_t size,
                                   mcp_ctx_t *cx)
{
    char *buf = apr_palloc(cx->pool, size + 1);
    apr_size_t used = 0;
    ssize_t got = 1;

    while (used < size && got) {
        got = read(descriptor, buf + used, size - used);
        if (got < 0 && errno != EINTR)
            return fault(file, cx, "Check the file system.", strerror(errno));
        used += got > 0 ? got : 0;
    }
    buf[used] = '\0';
    *text = buf;
    return NULL;
}

/* *descriptor is -1 when there is no file. */
static const mcp_error_t *file_open(int *descriptor, struct stat *status,
                                    const keyfile_t *file, int directory,
                                    mcp_ctx_t *cx)
{
    /* O_NONBLOCK: a FIFO in its place must not stop the server */
    *descriptor = openat(directory, MCP_KEYFILE_NAME,
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (*descriptor < 0 && errno == ENOENT)
        return NULL;
    if (*descriptor < 0)
        return fault(file, cx,
                     "Make it a regular file, owned by the user that httpd "
                     "runs as, mode 600.",
                     strerror(errno));
    return fstat(*descriptor, status) != 0
               ? fault(file, cx, "Check the file system.", strerror(errno))
               : NULL;
}

static const mcp_error_t *read_in(const char **text, apr_uint64_t *stamp,
                                  const keyfile_t *file, int directory,
                                  mcp_ctx_t *cx)
{
    apr_uint64_t known = *stamp;
    const mcp_error_t *e;
    struct stat status;
    int descriptor;

    *text = NULL;
    *stamp = 0;
    e = file_open(&descriptor, &status, file, directory, cx);
    if (descriptor < 0)
        return e;
    if (!e)
        e = status_check(file, &status, cx);
    if (!e) {
        *stamp = stamp_of(&status);
        if (*stamp != known)
            e = all_read(text, file, descriptor, status.st_size, cx);
    }
    close(descriptor);
    return e;
}

static const mcp_error_t *keyfile_read(const char **text, apr_uint64_t *stamp,
                                       const mcp_jose_keyplace_t *place,
                                       mcp_ctx_t *cx)
{
    const keyfile_t *file = (const keyfile_t *)place;
    const mcp_error_t *e;
    apr_pool_t *pool;
    int directory;

    *text = NULL;
    apr_pool_create(&pool, cx->pool);
    e = directory_open(&directory, file, pool, cx);
    if (!e)
        e = read_in(text, stamp, file, directory, cx);
    apr_pool_destroy(pool);
    return e;
}

/* -- writing -- */

/* 0 with errno set when it did not reach the disk */
static int all_written(int descriptor, const char *text)
{
    apr_size_t left = strlen(text);

    while (left) {
        ssize_t done = write(descriptor, text, left);

        if (done < 0 && errno != EINTR)
            return 0;
        text += done > 0 ? done : 0;
        left -= done > 0 ? done : 0;
    }
    /* the mode given to open is cut by the umask */
    return fchmod(descriptor, S_IRUSR | S_IWUSR) == 0 &&
           fsync(descriptor) == 0;
}

/* root writes for the user that httpd runs as */
static int owner_set(int directory, int descriptor)
{
    struct stat status;

    return geteuid() != 0 ||
           (fstat(directory, &status) == 0 &&
            fchown(descriptor, status.st_uid, status.st_gid) == 0);
}

static int new_written(int directory, const char *text)
{
    int descriptor, good;

    /* left behind by a process that died here; the lock is ours */
    unlinkat(directory, NEW_NAME, 0);
    descriptor = openat(directory, NEW_NAME,
                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                        S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        return 0;
    good = owner_set(directory, descriptor) && all_written(descriptor, text);
    return close(descriptor) == 0 && good;
}

static const mcp_error_t *write_in(const keyfile_t *file, int directory,
                                   const char *text, mcp_ctx_t *cx)
{
    int error;

    if (new_written(directory, text) &&
        renameat(directory, NEW_NAME, directory, MCP_KEYFILE_NAME) == 0 &&
        fsync(directory) == 0)
        return NULL;
    error = errno;
    unlinkat(directory, NEW_NAME, 0);
    return fault(
        file, cx,
        "Check that the state directory can be written by the user "
        "who starts httpd, and that its file system has space.",
        apr_psprintf(cx->pool, "writing failed: %s", strerror(error)));
}

/* house: six arguments, since a place is one of them */
static const mcp_error_t *replace_in(int *done, apr_uint64_t stamp,
                                     const char *text, const keyfile_t *file,
                                     int directory, mcp_ctx_t *cx)
{
    apr_uint64_t present = stamp;
    const char *unread;

    MCP_TRY(directory_lock(directory, file, cx));
    MCP_TRY(read_in(&unread, &present, file, directory, cx));
    if (present != stamp)
        return NULL;
    MCP_TRY(write_in(file, directory, text, cx));
    *done = 1;
    return NULL;
}

static const mcp_error_t *keyfile_replace(int *done, apr_uint64_t stamp,
                                          const char *text,
                                          const mcp_jose_keyplace_t *place,
                                          mcp_ctx_t *cx)
{
    const keyfile_t *file = (const keyfile_t *)place;
    const mcp_error_t *e;
    apr_pool_t *pool;
    int directory;

    *done = 0;
    apr_pool_create(&pool, cx->pool);
    e = directory_open(&directory, file, pool, cx);
    if (!e)
        e = replace_in(done, stamp, text, file, directory, cx);
    apr_pool_destroy(pool);
    return e;
}

const mcp_jose_keyplace_t *mcp_jose_keyfile_place(const char *directory,
                                                  apr_pool_t *pool)
{
    keyfile_t *file = apr_pcalloc(pool, sizeof(*file));

    file->place.name =
        apr_pstrcat(pool, "key file ", directory, "/" MCP_KEYFILE_NAME, NULL);
    file->place.read = keyfile_read;
    file->place.replace = keyfile_replace;
    file->directory = apr_pstrdup(pool, directory);
    return &file->place;
}
