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

#define FILE_NAME "keys.json"
#define NEW_NAME "keys.json.new"

struct mcp_jose_keyfile_t {
    int directory; /* holds the lock */
    const char *path;
};

static apr_status_t unlock(void *data)
{
    mcp_jose_keyfile_t *file = data;

    close(file->directory);
    return APR_SUCCESS;
}

static const mcp_error_t *fault(const mcp_jose_keyfile_t *file, mcp_ctx_t *cx,
                                const char *remedy, const char *what)
{
    return mcp_error_fault(MCP_E_SERVER_ERROR, cx, remedy, "key file %s: %s",
                           file->path, what);
}

const mcp_error_t *mcp_jose_keyfile_open(mcp_jose_keyfile_t **out,
                                         const char *directory,
                                         apr_pool_t *pool, mcp_ctx_t *cx)
{
    mcp_jose_keyfile_t *file = apr_pcalloc(pool, sizeof(*file));

    file->path = apr_pstrcat(pool, directory, "/" FILE_NAME, NULL);
    file->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file->directory < 0)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Create the state directory, owned by the user "
                               "that httpd runs as and closed to all others.",
                               "state directory %s: %s", directory,
                               strerror(errno));
    apr_pool_cleanup_register(pool, file, unlock, apr_pool_cleanup_null);
    while (flock(file->directory, LOCK_EX) != 0)
        if (errno != EINTR)
            return fault(file, cx,
                         "Keep the state directory on a local file "
                         "system that supports locks.",
                         strerror(errno));
    *out = file;
    return NULL;
}

const char *mcp_jose_keyfile_path(const mcp_jose_keyfile_t *file)
{
    return file->path;
}

static const mcp_error_t *status_check(const mcp_jose_keyfile_t *file,
                                       const struct stat *status,
                                       mcp_ctx_t *cx)
{
    if (!S_ISREG(status->st_mode))
        return fault(file, cx, "Move it away.", "it is not a regular file");
    if (status->st_mode & (S_IRWXG | S_IRWXO))
        return fault(file, cx,
                     apr_psprintf(cx->pool,
                                  "Run: chmod 600 %s -- and if "
                                  "others may have read it, move it away: new "
                                  "keys are made, all users sign in again.",
                                  file->path),
                     "users other than its owner may open it");
    if (status->st_size > MCP_KEYFILE_MAX)
        return fault(file, cx, "Restore it from a backup.",
                     "it is larger than any key file");
    return NULL;
}

static const mcp_error_t *all_read(const char **text,
                                   const mcp_jose_keyfile_t *file,
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

const mcp_error_t *mcp_jose_keyfile_read(const char **text,
                                         const mcp_jose_keyfile_t *file,
                                         mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    struct stat status;
    /* O_NONBLOCK: a FIFO in its place must not stop the server */
    int descriptor = openat(file->directory, FILE_NAME,
                            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    *text = NULL;
    if (descriptor < 0 && errno == ENOENT)
        return NULL;
    if (descriptor < 0)
        return fault(file, cx,
                     "Make it a regular file, owned by the user that httpd "
                     "runs as, mode 600.",
                     strerror(errno));
    if (fstat(descriptor, &status) != 0)
        e = fault(file, cx, "Check the file system.", strerror(errno));
    else
        e = status_check(file, &status, cx);
    if (!e)
        e = all_read(text, file, descriptor, status.st_size, cx);
    close(descriptor);
    return e;
}

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
    good = all_written(descriptor, text);
    return close(descriptor) == 0 && good;
}

const mcp_error_t *mcp_jose_keyfile_write(const mcp_jose_keyfile_t *file,
                                          const char *text, mcp_ctx_t *cx)
{
    int error;

    if (new_written(file->directory, text) &&
        renameat(file->directory, NEW_NAME, file->directory, FILE_NAME) == 0 &&
        fsync(file->directory) == 0)
        return NULL;
    error = errno;
    unlinkat(file->directory, NEW_NAME, 0);
    return fault(
        file, cx,
        "Check that the state directory can be written by the user "
        "who starts httpd, and that its file system has space.",
        apr_psprintf(cx->pool, "writing failed: %s", strerror(error)));
}
