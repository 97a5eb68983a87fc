/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_BOX_H
#define MCP_MCP_BOX_H

#include "live/mailbox.h"
#include "mcp/turn.h"

/* Which mailbox (live/mailbox) is whose: its name is a digest over what it is
 * for and the session, so that no session reaches into another one's. */

typedef enum {
    MCP_BOX_SESSION = 1, /* what a session has set; name NULL */
    MCP_BOX_STREAM,      /* a stream that can be resumed; its name */
    MCP_BOX_ANSWERS,     /* answers to what a call asked; the call's name */
    MCP_BOX_CANCELLED,   /* a request that was cancelled; its id as JSON */
    MCP_BOX_QUEUE,       /* what a client of HTTP+SSE is to be sent; NULL */
    MCP_BOX_TASK         /* a task; its id, and whose it is */
} mcp_box_use_t;

typedef struct mcp_box_t {
    unsigned char id[MCP_DIGEST_SIZE];
} mcp_box_t;

mcp_box_t mcp_box_of(const mcp_turn_t *t, mcp_box_use_t use, const char *name);
/* Opens it for so many seconds and bytes, for the session's principal. */
mcp_box_status_t mcp_box_open(const mcp_box_t *box, const mcp_turn_t *t,
                              apr_int64_t seconds, apr_uint32_t limit);
/* By what those who wait for it are woken (live/change). */
apr_uint64_t mcp_box_key(const mcp_box_t *box);
/* Wakes who waits for it: something was changed in it. */
void mcp_box_ring(const mcp_box_t *box, const mcp_turn_t *t);
/* Posts and wakes who waits. */
mcp_box_status_t mcp_box_post(const mcp_box_t *box, const mcp_turn_t *t,
                              mcp_letter_t *letter);
/* The first one behind letter->number and, unless that is 0, of letter->kind:
 * NONE where there is no such letter; its copy lives in pool. */
mcp_box_status_t mcp_box_read(mcp_letter_t *letter, const mcp_box_t *box,
                              const mcp_turn_t *t, apr_pool_t *pool);
/* Whether it is there, and has not expired. */
int mcp_box_is_open(const mcp_box_t *box, const mcp_turn_t *t);
void mcp_box_close(const mcp_box_t *box, const mcp_turn_t *t);

/* The part of a digest that names a principal to live/; never 0. Nobody is
 * somebody too. */
apr_uint64_t mcp_box_principal(const mcp_principal_t *who, apr_pool_t *pool);

#endif
