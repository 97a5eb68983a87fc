/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/secret.h"

#include <stdlib.h>
#include <string.h>

#include <apr_file_io.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>

#define MOST_BYTES 65536

static const mcp_error_t *cannot(const char *source, const char *why,
                                 mcp_ctx_t *cx)
{
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                           "Run mcpctl as root where only root can read it. A "
                           "secret that the configuration itself holds has to "
                           "be put into a file.",
                           "the secret %s: %s", source, why);
}

static const mcp_error_t *failed(const char *source, apr_status_t rv,
                                 mcp_ctx_t *cx)
{
    char text[120];

    return cannot(source, apr_strerror(rv, text, sizeof(text)), cx);
}

static const mcp_error_t *file_read(const char **text, const char *source,
                                    const char *path, mcp_ctx_t *cx)
{
    char *buf = apr_palloc(cx->pool, MOST_BYTES + 1);
    apr_size_t len = 0;
    apr_file_t *file;
    apr_status_t rv =
        apr_file_open(&file, path, APR_FOPEN_READ, APR_OS_DEFAULT, cx->pool);

    if (rv)
        return failed(source, rv, cx);
    rv = apr_file_read_full(file, buf, MOST_BYTES, &len);
    apr_file_close(file);
    if (rv && rv != APR_EOF)
        return failed(source, rv, cx);
    buf[len] = '\0';
    *text = buf;
    return NULL;
}

/* The line that a program prints. */
static const mcp_error_t *exec_read(const char **text, const char *source,
                                    const char *command, mcp_ctx_t *cx)
{
    char *buf = apr_pcalloc(cx->pool, MOST_BYTES + 1), **argv;
    apr_procattr_t *attr;
    apr_status_t rv;
    apr_proc_t proc;

    if (apr_tokenize_to_argv(command, &argv, cx->pool) || !argv[0])
        return cannot(source, "it names no program", cx);
    rv = apr_procattr_create(&attr, cx->pool);
    if (!rv)
        rv = apr_procattr_io_set(attr, APR_NO_PIPE, APR_FULL_BLOCK,
                                 APR_NO_PIPE);
    if (!rv)
        rv = apr_proc_create(&proc, argv[0], (const char *const *)argv, NULL,
                             attr, cx->pool);
    if (rv)
        return failed(source, rv, cx);
    rv = apr_file_gets(buf, MOST_BYTES, proc.out);
    apr_file_close(proc.out);
    apr_proc_wait(&proc, NULL, NULL, APR_WAIT);
    if (rv && rv != APR_EOF)
        return failed(source, rv, cx);
    *text = buf;
    return NULL;
}

static const mcp_error_t *env_read(const char **text, const char *source,
                                   const char *name, mcp_ctx_t *cx)
{
    *text = getenv(name);
    return *text ? NULL : cannot(source, "the environment has none", cx);
}

static const struct {
    const char *prefix;
    const mcp_error_t *(*read)(const char **text, const char *source,
                               const char *argument, mcp_ctx_t *cx);
} sources[] = {
    {"file:", file_read},
    {"exec:", exec_read},
    {"env:", env_read},
};

/* Without the end of its line, as the server reads it. */
static const char *line_of(const char *text, apr_pool_t *pool)
{
    apr_size_t len = strlen(text);

    if (len && text[len - 1] == '\n')
        len--;
    if (len && text[len - 1] == '\r')
        len--;
    return apr_pstrmemdup(pool, text, len);
}

const mcp_error_t *mcp_ctl_secret_read(const mcp_secret_setting_t **secret,
                                       const char *source, mcp_ctx_t *cx)
{
    mcp_secret_setting_t *made = apr_pcalloc(cx->pool, sizeof(*made));
    const char *text = NULL;
    apr_size_t i, len;

    for (i = 0; i < sizeof(sources) / sizeof(*sources) && !text; i++) {
        len = strlen(sources[i].prefix);
        if (!strncmp(source, sources[i].prefix, len))
            MCP_TRY(sources[i].read(&text, source, source + len, cx));
    }
    if (!text)
        return cannot(source, "that is in the configuration alone", cx);
    made->source = source;
    made->text = line_of(text, cx->pool);
    if (!*made->text)
        return cannot(source, "there is nothing in it", cx);
    *secret = made;
    return NULL;
}
