/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_SHELF_H
#define MCP_NET_SHELF_H

#include "net/fetch.h"

/* Where net/document.c keeps its documents: bounded in number and in bytes,
 * the one used last first. The caller holds the mutex. */

typedef struct mcp_net_shelf_place_t mcp_net_shelf_place_t;
struct mcp_net_shelf_place_t {
    mcp_net_shelf_place_t *next;
    char *key;
    unsigned hash;
    int is_busy; /* a thread is fetching: the place is not given away */
    char *body;  /* the copy; NULL: there is none */
    apr_size_t len;
    char *content_type; /* or NULL */
    apr_int64_t fetched, fresh_until, stale_until;
    mcp_net_outcome_t failure;
    /* of what the board had when it was last looked at */
    apr_uint64_t number;
    apr_int64_t failed; /* when the last attempt did; 0: it did not */
    char *why;          /* and why; or NULL */
    int status;         /* of the answer; 0: there was none */
};

typedef struct mcp_net_shelf_t {
    apr_uint32_t most;
    apr_size_t most_bytes;
    mcp_net_shelf_place_t *places;
    apr_uint32_t count;
    apr_size_t bytes;
} mcp_net_shelf_t;

/* NULL when there is none */
mcp_net_shelf_place_t *mcp_net_shelf_find(mcp_net_shelf_t *shelf,
                                          const char *key);
/* A new place for key, in front; others may go. NULL when all are busy or
 * there is no memory. */
mcp_net_shelf_place_t *mcp_net_shelf_add(mcp_net_shelf_t *shelf,
                                         const char *key);
/* Puts a copy of what was fetched there; others may go. The place is busy. 0
 * when there is no memory. */
int mcp_net_shelf_put(mcp_net_shelf_t *shelf, mcp_net_shelf_place_t *place,
                      const mcp_net_reply_t *reply);
/* takes the copy away */
void mcp_net_shelf_clear(mcp_net_shelf_t *shelf, mcp_net_shelf_place_t *place);
void mcp_net_shelf_empty(mcp_net_shelf_t *shelf);

#endif
