/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/state.h"

#include <ap_mpm.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unixd.h>

#include "server/lock.h"

#define MOST_CONNECTIONS 8
#define VERIFIED_TOKENS 8192
#define SECONDS_BETWEEN_TRIES 2

#define FPROT_0700 (APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_UEXECUTE)
#define FPROT_0755                                                            \
    (FPROT_0700 | APR_FPROT_GREAD | APR_FPROT_GEXECUTE | APR_FPROT_WREAD |    \
     APR_FPROT_WEXECUTE)

/* -- the directory -- */

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
 * beside it, revocations. */
static int is_only_ours(const char *directory, apr_pool_t *pool)
{
    apr_finfo_t info;
    apr_dir_t *dir;
    int ours = 1;

    if (apr_dir_open(&dir, directory, pool))
        return 0;
    while (ours && !apr_dir_read(&info, APR_FINFO_NAME, dir))
        ours = *info.name == '.' || !strncmp(info.name, "keys.json", 9) ||
               !strncmp(info.name, "state.db", 8) ||
               !strcmp(info.name, "revocations");
    apr_dir_close(dir);
    return ours;
}

static const mcp_error_t *directory_close(const char *path, mcp_ctx_t *cx)
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

static const mcp_error_t *directory_make(const char *path, mcp_ctx_t *cx)
{
    const char *end = ap_strrchr_c(path, '/');
    apr_status_t rv = APR_SUCCESS;
    struct stat info;

    if (!stat(path, &info)) {
        if (!S_ISDIR(info.st_mode))
            return cannot("use as a directory", path, APR_ENOTDIR, cx);
        return info.st_mode & (S_IRWXG | S_IRWXO) ? directory_close(path, cx)
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

static const mcp_error_t *give_all_away(const char *directory, mcp_ctx_t *cx)
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
        if (*info.name != '.')
            e = give_away(
                apr_pstrcat(cx->pool, directory, "/", info.name, NULL), 0, cx);
    }
    apr_dir_close(dir);
    return e ? e : give_away(directory, O_DIRECTORY, cx);
}

/* -- what is in it -- */

static int connections(void)
{
    int threads = 1;

    if (ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads) || threads < 1)
        threads = 1;
    return threads < MOST_CONNECTIONS ? threads : MOST_CONNECTIONS;
}

static void store_config(mcp_store_sqlite_config_t *config,
                         const mcp_server_settings_t *settings)
{
    config->directory = settings->state_directory;
    config->sync_full = settings->store->sync_full;
    config->connections = connections();
    config->lock = mcp_server_lock;
}

/* Made here so that it has its owner; children map it themselves. */
static const mcp_error_t *sequence_make(const char *directory, mcp_ctx_t *cx)
{
    mcp_store_sequence_t *sequence;
    mcp_ctx_t short_lived = *cx;
    const mcp_error_t *e;

    apr_pool_create(&short_lived.pool, cx->pool);
    e = mcp_store_sequence_open(&sequence, directory, &short_lived);
    if (e) /* it lives in the pool that goes */
        e = mcp_error_fault(e->code, cx, e->remedy, "%s", e->detail);
    apr_pool_destroy(short_lived.pool);
    return e;
}

const mcp_error_t *mcp_server_state_make(mcp_oauth_works_t *works,
                                         const mcp_server_settings_t *settings,
                                         const apr_array_header_t *issuers,
                                         mcp_ctx_t *cx)
{
    const char *directory = settings->state_directory;
    mcp_store_sqlite_config_t config;

    store_config(&config, settings);
    MCP_TRY(directory_make(directory, cx));
    MCP_TRY(mcp_jose_keyring_open(&works->keys, directory, issuers, cx));
    MCP_TRY(mcp_store_sqlite_prepare(&config, cx));
    MCP_TRY(sequence_make(directory, cx));
    return give_all_away(directory, cx);
}

/* -- in a child -- */

/* What this child tried to open. Its pool has an allocator of its own, for
 * threads that answer requests use it later; the mutex is over it and tried.
 */
static struct {
    mcp_oauth_works_t *works;
    const mcp_server_settings_t *settings;
    mcp_ctx_t cx;
    apr_thread_mutex_t *mutex;
    apr_int64_t tried; /* seconds */
    int is_open;       /* atomic */
} child;

static const mcp_error_t *attempt(mcp_ctx_t *cx)
{
    mcp_oauth_works_t *works = child.works;
    mcp_store_sqlite_config_t config;

    store_config(&config, child.settings);
    works->verified = mcp_live_seen_make(VERIFIED_TOKENS, cx->pool);
    MCP_TRY(mcp_store_sequence_open(&works->revocations,
                                    child.settings->state_directory, cx));
    return mcp_store_sqlite_open(&works->store, &config, cx);
}

static void try_again(mcp_ctx_t *of_request)
{
    apr_int64_t now = mcp_ctx_seconds(of_request);
    mcp_ctx_t cx = child.cx;

    /* the clock may have gone back */
    if (child.is_open ||
        (now >= child.tried && now - child.tried < SECONDS_BETWEEN_TRIES))
        return;
    child.tried = now;
    apr_pool_create(&cx.pool, child.cx.pool);
    if (attempt(&cx))
        apr_pool_destroy(cx.pool);
    else
        __atomic_store_n(&child.is_open, 1, __ATOMIC_RELEASE);
}

int mcp_server_state_is_open(mcp_ctx_t *cx)
{
    if (__atomic_load_n(&child.is_open, __ATOMIC_ACQUIRE))
        return 1;
    /* one thread tries; the others need not wait for it */
    if (!child.mutex || apr_thread_mutex_trylock(child.mutex))
        return 0;
    try_again(cx);
    apr_thread_mutex_unlock(child.mutex);
    return __atomic_load_n(&child.is_open, __ATOMIC_ACQUIRE);
}

static apr_status_t own_pool_make(apr_pool_t **pool, apr_pool_t *parent)
{
    apr_allocator_t *allocator;
    apr_status_t rv = apr_allocator_create(&allocator);

    if (rv)
        return rv;
    rv = apr_pool_create_ex(pool, parent, NULL, allocator);
    if (rv)
        apr_allocator_destroy(allocator);
    else
        apr_allocator_owner_set(allocator, *pool);
    return rv;
}

const mcp_error_t *mcp_server_state_open(mcp_oauth_works_t *works,
                                         const mcp_server_settings_t *settings,
                                         mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    apr_status_t rv;

    child.works = works;
    child.settings = settings;
    child.cx = *cx;
    child.tried = mcp_ctx_seconds(cx);
    child.is_open = 0;
    rv = apr_thread_mutex_create(&child.mutex, APR_THREAD_MUTEX_DEFAULT,
                                 cx->pool);
    if (!rv)
        rv = own_pool_make(&child.cx.pool, cx->pool);
    if (rv)
        return cannot("get memory for", settings->state_directory, rv, cx);
    e = attempt(&child.cx);
    child.is_open = !e;
    return e;
}
