/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/directory.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unixd.h>

#include "oauth/known.h"

#define FPROT_0700 (APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_UEXECUTE)
#define FPROT_0755                                                            \
    (FPROT_0700 | APR_FPROT_GREAD | APR_FPROT_GEXECUTE | APR_FPROT_WREAD |    \
     APR_FPROT_WEXECUTE)

static const mcp_error_t *cannot(const char *what, const char *path,
                                 apr_status_t rv, mcp_ctx_t *cx)
{
    char text[120];

    return mcp_error_fault(
        MCP_E_SERVER_ERROR, cx,
        "Give MCPStateDirectory a directory of its own that the user that "
        "httpd starts as can make or owns.",
        "cannot %s %s: %s", what, path, apr_strerror(rv, text, sizeof(text)));
}

/* Whether nothing else is in it: keys.json, state.db and what SQLite puts
 * beside it, revocations, service.json. */
static int is_only_ours(const char *directory, apr_pool_t *pool)
{
    apr_finfo_t info;
    apr_dir_t *dir;
    int ours = 1;

    if (apr_dir_open(&dir, directory, pool))
        return 0;
    while (ours && !apr_dir_read(&info, APR_FINFO_NAME, dir))
        ours =
            *info.name == '.' || !strncmp(info.name, "keys.json", 9) ||
            !strncmp(info.name, "state.db", 8) ||
            !strncmp(info.name, MCP_KNOWN_FILE, sizeof(MCP_KNOWN_FILE) - 1) ||
            !strcmp(info.name, "revocations");
    apr_dir_close(dir);
    return ours;
}

static const mcp_error_t *close_to_others(const char *path, mcp_ctx_t *cx)
{
    if (!is_only_ours(path, cx->pool))
        return mcp_error_fault(
            MCP_E_SERVER_ERROR, cx,
            "Give it a directory of its own; httpd makes it.",
            "MCPStateDirectory %s is open to others than its owner, and "
            "holds other files",
            path);
    return chmod(path, S_IRWXU) ? cannot("close to others", path, errno, cx)
                                : NULL;
}

const mcp_error_t *mcp_server_directory_make(const char *path, mcp_ctx_t *cx)
{
    const char *end = ap_strrchr_c(path, '/');
    apr_status_t rv = APR_SUCCESS;
    struct stat info;

    if (!stat(path, &info)) {
        if (!S_ISDIR(info.st_mode))
            return cannot("use as a directory", path, APR_ENOTDIR, cx);
        return info.st_mode & (S_IRWXG | S_IRWXO) ? close_to_others(path, cx)
                                                  : NULL;
    }
    if (end && end != path)
        rv = apr_dir_make_recursive(apr_pstrmemdup(cx->pool, path, end - path),
                                    FPROT_0755, cx->pool);
    if (!rv)
        rv = apr_dir_make(path, FPROT_0700, cx->pool);
    return rv ? cannot("make the directory", path, rv, cx) : NULL;
}

/* Through a descriptor and never through a link: a child's user can put links
 * into this directory, and we are root here. */
static const mcp_error_t *give_away(const char *path, int flags, mcp_ctx_t *cx)
{
    int fd =
        open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags);
    int failed = 0;
    struct stat info;

    if (fd < 0)
        return errno == ELOOP || errno == ENOENT || errno == ENXIO
                   ? NULL
                   : cannot("open", path, errno, cx);
    if (fstat(fd, &info))
        failed = errno;
    else if (info.st_uid != ap_unixd_config.user_id &&
             (S_ISDIR(info.st_mode) ||
              (S_ISREG(info.st_mode) && info.st_nlink == 1)))
        failed = fchown(fd, ap_unixd_config.user_id, ap_unixd_config.group_id)
                     ? errno
                     : 0;
    close(fd);
    return failed ? cannot("give away", path, failed, cx) : NULL;
}

const mcp_error_t *mcp_server_directory_give(const char *directory,
                                             mcp_ctx_t *cx)
{
    const mcp_error_t *e = NULL;
    apr_finfo_t info;
    apr_dir_t *dir;
    apr_status_t rv;

    if (geteuid() != 0)
        return NULL;
    rv = apr_dir_open(&dir, directory, cx->pool);
    if (rv)
        return cannot("read", directory, rv, cx);
    while (!e && !apr_dir_read(&info, APR_FINFO_NAME, dir)) {
        /* nobody else shall say what mcpctl opens as root */
        if (*info.name != '.' && strcmp(info.name, MCP_KNOWN_FILE) != 0)
            e = give_away(
                apr_pstrcat(cx->pool, directory, "/", info.name, NULL), 0, cx);
    }
    apr_dir_close(dir);
    return e ? e : give_away(directory, O_DIRECTORY, cx);
}
