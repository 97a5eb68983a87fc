/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/sequence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_strings.h>

#define FILE_NAME "revocations"

struct mcp_store_sequence_t {
    apr_uint64_t *number; /* mapped */
};

static const mcp_error_t *fault(const char *path, mcp_ctx_t *cx,
                                const char *what)
{
    return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                           "Check that the state directory exists and belongs "
                           "to the user that httpd runs as; a file named "
                           "revocations that is not ours can be moved away.",
                           "revocation sequence %s: %s", path, what);
}

/* Whole or not at all: it is made under another name, so that nobody maps a
 * file that has no bytes yet. 0 with errno set when it failed. */
static int file_make(const char *path, apr_pool_t *pool)
{
    static const apr_uint64_t zero = 0;
    const char *new_path = apr_psprintf(pool, "%s.%ld", path, (long)getpid());
    int descriptor, good, error;

    /* left behind by an earlier process of this number */
    unlink(new_path);
    descriptor = open(new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                      S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        return 0;
    good = write(descriptor, &zero, sizeof(zero)) == sizeof(zero) &&
           fchmod(descriptor, S_IRUSR | S_IWUSR) == 0 &&
           fsync(descriptor) == 0 &&
           (link(new_path, path) == 0 || errno == EEXIST);
    error = errno;
    close(descriptor);
    unlink(new_path);
    errno = error;
    return good;
}

static apr_status_t unmap(void *number)
{
    munmap(number, sizeof(apr_uint64_t));
    return APR_SUCCESS;
}

static const mcp_error_t *map(mcp_store_sequence_t *seq, int descriptor,
                              const char *path, mcp_ctx_t *cx)
{
    struct stat status;

    if (fstat(descriptor, &status) != 0)
        return fault(path, cx, strerror(errno));
    if (!S_ISREG(status.st_mode) || status.st_size != sizeof(apr_uint64_t))
        return fault(path, cx, "it is not a file of 8 bytes");
    if (status.st_mode & (S_IRWXG | S_IRWXO))
        return mcp_error_fault(
            MCP_E_SERVER_ERROR, cx,
            apr_psprintf(cx->pool, "Run: chmod 600 %s", path),
            "revocation sequence %s: users other than its "
            "owner may open it",
            path);
    seq->number = mmap(NULL, sizeof(apr_uint64_t), PROT_READ | PROT_WRITE,
                       MAP_SHARED, descriptor, 0);
    if (seq->number == MAP_FAILED)
        return fault(path, cx, strerror(errno));
    apr_pool_cleanup_register(cx->pool, seq->number, unmap,
                              apr_pool_cleanup_null);
    return NULL;
}

const mcp_error_t *mcp_store_sequence_open(mcp_store_sequence_t **out,
                                           const char *directory,
                                           mcp_ctx_t *cx)
{
    const char *path = apr_pstrcat(cx->pool, directory, "/" FILE_NAME, NULL);
    mcp_store_sequence_t *seq = apr_pcalloc(cx->pool, sizeof(*seq));
    const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    const mcp_error_t *e;
    int descriptor = open(path, flags);

    if (descriptor < 0 && errno == ENOENT && file_make(path, cx->pool))
        descriptor = open(path, flags);
    if (descriptor < 0)
        return fault(path, cx, strerror(errno));
    e = map(seq, descriptor, path, cx);
    close(descriptor);
    if (!e)
        *out = seq;
    return e;
}

apr_uint64_t mcp_store_sequence_get(const mcp_store_sequence_t *seq)
{
    return __atomic_load_n(seq->number, __ATOMIC_SEQ_CST);
}

void mcp_store_sequence_bump(mcp_store_sequence_t *seq)
{
    __atomic_add_fetch(seq->number, 1, __ATOMIC_SEQ_CST);
}
