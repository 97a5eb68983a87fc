/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_FUZZ_TARGET_H
#define MCP_T_FUZZ_TARGET_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>

#include "base/error.h"

/* What every fuzz target needs: a context whose world never changes, and a
 * promise that stops the run when it is broken. */

#define PROMISE(what)                                                         \
    do {                                                                      \
        if (!(what)) {                                                        \
            fprintf(stderr, "broken: %s\n", #what);                           \
            abort();                                                          \
        }                                                                     \
    } while (0)

/* What the corpus as a whole must lead to: a seed that rotted fails the replay
 * (replay.c), where a target has these. The last one has no name. */
typedef struct target_goal_t {
    const char *name;
    int is_reached;
} target_goal_t;

static inline apr_time_t target_now(void *baton)
{
    (void)baton;
    return APR_TIME_C(1800000000) * APR_USEC_PER_SEC;
}

static inline int target_random(void *baton, unsigned char *buf,
                                apr_size_t len)
{
    (void)baton;
    memset(buf, 42, len);
    return 1;
}

static inline void target_log(void *baton, mcp_log_level_t level, int number,
                              const char *line)
{
    (void)baton, (void)level, (void)number, (void)line;
}

/* A context with a pool of its own; end it with target_end(). */
static inline mcp_ctx_t target_begin(void)
{
    static const mcp_host_t host = {target_now, target_random, target_log,
                                    NULL};
    static int ready;
    mcp_ctx_t cx = {NULL, &host, NULL};

    if (!ready && apr_initialize() != APR_SUCCESS)
        abort();
    ready = 1;
    if (apr_pool_create(&cx.pool, NULL) != APR_SUCCESS)
        abort();
    return cx;
}

static inline void target_end(mcp_ctx_t *cx)
{
    apr_pool_destroy(cx->pool);
}

#endif
