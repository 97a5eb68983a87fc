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
#include "base/file.h"

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
            *text = mcp_file_read(descriptor, status.st_size, cx->pool);
        if (*stamp != known && !*text)
            e = fault(file, cx, "Check the file system.", strerror(errno));
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

static const mcp_error_t *write_in(const keyfile_t *file, int directory,
                                   const char *text, mcp_ctx_t *cx)
{
    /* the lock is ours */
    if (mcp_file_write(directory, MCP_KEYFILE_NAME, text, S_IRUSR | S_IWUSR,
                       1))
        return NULL;
    return fault(
        file, cx,
        "Check that the state directory can be written by the user "
        "who starts httpd, and that its file system has space.",
        apr_psprintf(cx->pool, "writing failed: %s", strerror(errno)));
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
