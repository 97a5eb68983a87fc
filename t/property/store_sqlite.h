/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_PROPERTY_STORE_SQLITE_H
#define MCP_T_PROPERTY_STORE_SQLITE_H

#include "store_kind.h"

/* The store of one node: all processes have one file, and one state directory.
 */

static inline const mcp_error_t *sqlite_prepare(place_t *place, mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;

    memset(&config, 0, sizeof(config));
    config.directory = place->directory;
    return mcp_store_sqlite_prepare(&config, cx);
}

static inline const char *sqlite_directory(const place_t *place, int which,
                                           apr_pool_t *pool)
{
    (void)which;
    (void)pool;
    return place->directory;
}

static inline const mcp_error_t *sqlite_open(mcp_store_t **store,
                                             const place_t *place,
                                             const char *directory,
                                             mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;

    (void)place;
    memset(&config, 0, sizeof(config));
    config.directory = directory;
    config.connections = 4;
    return mcp_store_sqlite_open(store, &config, cx);
}

static inline const mcp_jose_keyplace_t *
sqlite_keys(const char *directory, mcp_store_t *store, apr_pool_t *pool)
{
    (void)store;
    return mcp_jose_keyfile_place(directory, pool);
}

/* Who is killed has sent nothing. */
static inline void sqlite_settle(const place_t *place)
{
    (void)place;
}

static inline const char *sqlite_path(const place_t *place, const char *suffix)
{
    static char path[2][512];
    static int which;

    which = !which;
    snprintf(path[which], sizeof(path[which]), "%s/state.db%s",
             place->directory, suffix);
    return path[which];
}

/* Files cannot grow beyond some size, as on a full disk. */
static inline void file_limit(pid_t pid, rlim_t size)
{
    struct rlimit limit = {size, RLIM_INFINITY};

    prlimit(pid, RLIMIT_FSIZE, &limit, NULL);
}

static inline void full_reach(const place_t *place, pid_t pid, int is_on)
{
    (void)place;
    file_limit(pid, is_on ? 0 : RLIM_INFINITY);
}

/* in the midst of a transaction, or between two */
static inline void filling_reach(const place_t *place, pid_t pid, int is_on)
{
    struct stat status;
    off_t size = stat(sqlite_path(place, "-wal"), &status) ? 0
                                                           : status.st_size;

    file_limit(pid,
               is_on ? (rlim_t)size + place->random % 30000 : RLIM_INFINITY);
}

/* What SQLite takes for a writer: the byte that says so (WAL_WRITE_LOCK). */
static inline void lock_begin(place_t *place)
{
    struct flock lock;

    memset(&lock, 0, sizeof(lock));
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 120;
    lock.l_len = 1;
    place->held = open(sqlite_path(place, "-shm"), O_RDWR | O_CLOEXEC);
    if (place->held >= 0)
        fcntl(place->held, F_SETLKW, &lock);
}

static inline void lock_end(place_t *place)
{
    if (place->held >= 0)
        close(place->held);
}

/* Who has it open goes on; nobody can open it. */
static inline void away_begin(place_t *place)
{
    rename(sqlite_path(place, ""), sqlite_path(place, ".away"));
}

static inline void away_end(place_t *place)
{
    rename(sqlite_path(place, ".away"), sqlite_path(place, ""));
}

/* A writer waits 5 s in vain before the next ones do not: it is rare. */
static const trouble_t sqlite_troubles[] = {
    {"the disk is full", 1, 0, 0, 12, 1, nothing, nothing, full_reach},
    {"the disk fills", 1, 1, 0, 6, 1, nothing, nothing, filling_reach},
    {"another program writes", 0, 0, 0, 0, 1, lock_begin, lock_end, NULL},
    {"another program locks", 1, 0, 0, 6, 40, lock_begin, lock_end, NULL},
    {"the file is away", 1, 1, 0, 12, 2, away_begin, away_end, NULL},
    {NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL},
};

static const store_kind_t kind_sqlite = {
    "sqlite",    0,           NULL,          sqlite_prepare, sqlite_directory,
    sqlite_open, sqlite_keys, sqlite_settle, nothing,        sqlite_troubles,
};

#endif
