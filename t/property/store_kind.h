/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_PROPERTY_STORE_KIND_H
#define MCP_T_PROPERTY_STORE_KIND_H

#include <fcntl.h>
#include <sys/resource.h>

#include "../unit/oauth_world.h"

/* What a store is that the properties are tested on, and what can go wrong
 * with it. */

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
    int in_midst;  /* it begins while something is being done */
    int steps;     /* how long it lasts; 0: it ends in the midst of one */
    int rarity;    /* 1: common; n: one nth of that */
    void (*begin)(place_t *place);
    void (*end)(place_t *place);
    /* what it does to each process, or NULL; is_on: it begins */
    void (*reach)(const place_t *place, pid_t pid, int is_on);
} trouble_t;

struct store_kind_t {
    const char *name;
    /* Each process is a node with a state directory of its own, and hears a
     * moment later what another one revoked. */
    int is_shared;
    /* ends the test, loudly, where it cannot be had; or NULL */
    void (*need)(void);
    /* in the driver, which keeps nothing open, for processes fork from it; at
     * first, and again whenever all start anew */
    const mcp_error_t *(*prepare)(place_t *place, mcp_ctx_t *cx);
    /* the state directory of a process */
    const char *(*directory)(const place_t *place, int which,
                             apr_pool_t *pool);
    /* in a process; closed with cx->pool */
    const mcp_error_t *(*open)(mcp_store_t **store, const place_t *place,
                               const char *directory, mcp_ctx_t *cx);
    /* where the keys are that all of them share */
    const mcp_jose_keyplace_t *(*keys)(const char *directory,
                                       mcp_store_t *store, apr_pool_t *pool);
    /* What was sent to the store, also by those that were killed since, is
     * done; or nobody answers there. */
    void (*settle)(const place_t *place);
    void (*end)(place_t *place);
    const trouble_t *troubles; /* the last has no name */
};

static inline void nothing(place_t *place)
{
    (void)place;
}

#endif
