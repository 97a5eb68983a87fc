/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_H
#define MCP_STORE_REDIS_H

#include "store/store.h"

/* The store of many nodes: a Redis server that all of them use.
 *
 * No call holds its thread longer than the timeout, whatever Redis does;
 * mcp_store_each holds it that long for each page of records. A command whose
 * answer was lost is not sent again: the caller is told UNAVAILABLE and does
 * not know whether it was done. The process must ignore SIGPIPE. */

typedef struct mcp_store_redis_config_t {
    const char *host; /* a name or an address; NULL where there is a path */
    int port;
    const char *path; /* of a local socket */
    int db;
    const char *user;            /* of Redis's ACL; NULL = its default user */
    const char *password;        /* or NULL */
    int tls;                     /* TLS, with the name or address verified */
    const char *ca_file;         /* NULL or "" = the system's authorities */
    apr_interval_time_t timeout; /* of an operation in all */
    int connections;             /* most of a child, the listener's aside */
    /* Another node announced something, or may have while nobody listened:
     * called by a thread of the store, and no later than when
     * mcp_store_is_hearing says so again. NULL: nobody listens. */
    void (*heard)(void *baton);
    /* Another node, or this one, told something (mcp_store_tell): by a thread
     * of the store. None: some may have been missed, while nobody listened.
     * NULL where heard is. */
    void (*told)(void *baton, const mcp_note_t *notes, apr_size_t count);
    void *baton;
} mcp_store_redis_config_t;

/* NULL, or what this build lacks for Redis (with TLS) and the cure: two
 * sentences. */
const char *mcp_store_redis_missing(int tls);
/* Connects once and says what is wrong. It may take the time that the system
 * takes to resolve the host's name. */
const mcp_error_t *
mcp_store_redis_check(const mcp_store_redis_config_t *config, mcp_ctx_t *cx);
/* In a child after the fork; Redis need not be there yet. Connections open as
 * they are needed. With heard, starts the threads that listen and tell; all
 * ends when cx->pool is cleared, of which config is a part or outlives it. The
 * context's host is used by that thread too. Without heard, the name of the
 * host is resolved here and now. */
const mcp_error_t *mcp_store_redis_open(mcp_store_t **store,
                                        const mcp_store_redis_config_t *config,
                                        mcp_ctx_t *cx);

#endif
