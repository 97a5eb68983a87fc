/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_PROPERTY_STORES_H
#define MCP_T_PROPERTY_STORES_H

#include <fcntl.h>
#include <sys/resource.h>

#include "../unit/oauth_world.h"

/* The stores that the properties are tested on, and what can go wrong with
 * each. A store is one const struct; MCP_STORE names it. */

typedef struct store_kind_t store_kind_t;

/* Somewhere that trouble happens. */
typedef struct place_t {
    const char *directory;
    unsigned random;
    int held; /* what a trouble keeps open */
} place_t;

typedef struct trouble_t {
    const char *name;
    int may_fail;  /* operations may be UNAVAILABLE */
    int may_halve; /* those that are may have done a part */
    int steps;     /* how long it lasts; 0: for a moment of one step */
    int rarity;    /* 1: common; n: one nth of that */
    void (*begin)(place_t *place);
    void (*end)(place_t *place);
    /* what it does to each process, or NULL; is_on: it begins */
    void (*reach)(const place_t *place, pid_t pid, int is_on);
} trouble_t;

struct store_kind_t {
    const char *name;
    /* in the driver, which keeps nothing open, for processes fork from it; at
     * first, and again whenever all start anew */
    const mcp_error_t *(*prepare)(const char *directory, mcp_ctx_t *cx);
    /* in a worker; NULL when it failed */
    mcp_store_t *(*open)(const char *directory, mcp_ctx_t *cx);
    const trouble_t *troubles; /* the last has no name */
};

/* -- SQLite -- */

static inline const mcp_error_t *sqlite_prepare(const char *directory,
                                                mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;

    memset(&config, 0, sizeof(config));
    config.directory = directory;
    return mcp_store_sqlite_prepare(&config, cx);
}

static inline mcp_store_t *sqlite_open(const char *directory, mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;
    mcp_store_t *store = NULL;

    memset(&config, 0, sizeof(config));
    config.directory = directory;
    config.connections = 4;
    return mcp_store_sqlite_open(&store, &config, cx) ? NULL : store;
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

static inline void nothing(place_t *place)
{
    (void)place;
}

/* A writer waits 5 s in vain before the next ones do not: it is rare. */
static const trouble_t sqlite_troubles[] = {
    {"the disk is full", 1, 0, 12, 1, nothing, nothing, full_reach},
    {"the disk fills", 1, 1, 6, 1, nothing, nothing, filling_reach},
    {"another program writes", 0, 0, 0, 1, lock_begin, lock_end, NULL},
    {"another program locks", 1, 0, 6, 40, lock_begin, lock_end, NULL},
    {"the file is away", 1, 1, 12, 2, away_begin, away_end, NULL},
    {NULL, 0, 0, 0, 0, NULL, NULL, NULL},
};

static const store_kind_t kind_sqlite = {"sqlite", sqlite_prepare, sqlite_open,
                                         sqlite_troubles};

/* -- all of them -- */

static const store_kind_t *const store_kinds[] = {&kind_sqlite};

/* NULL when there is none of this name */
static inline const store_kind_t *store_kind_find(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(store_kinds) / sizeof(store_kinds[0]); i++)
        if (!strcmp(store_kinds[i]->name, name))
            return store_kinds[i];
    return NULL;
}

#endif
