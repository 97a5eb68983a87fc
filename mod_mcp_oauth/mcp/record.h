/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_RECORD_H
#define MCP_MCP_RECORD_H

#include "mcp/box.h"

/* What a session of the legacy era has set, for all children: texts in its
 * mailbox. It lives as long as the session after its last use. */

typedef enum {
    MCP_RECORD_LEVEL = 1,    /* of logging/setLevel */
    MCP_RECORD_SUBSCRIPTION, /* a URI of resources/subscribe; many */
    MCP_RECORD_LISTENER,     /* which stream gets what belongs to no request */
    MCP_RECORD_HELLO,        /* what initialize agreed on, over HTTP+SSE */
    MCP_RECORD_POSTED        /* there, a message that is at work, as who works
                              * on it (mcp/worker); many */
} mcp_record_kind_t;

/* NULL when it is not set. */
const char *mcp_record_get(const mcp_turn_t *t, mcp_record_kind_t kind);
/* In place of what was set. UNAVAILABLE when there is no room. */
const mcp_error_t *mcp_record_set(const mcp_turn_t *t, mcp_record_kind_t kind,
                                  const char *text);

/* Of the kind that there may be many of; adding one twice is adding it once.
 */
const mcp_error_t *mcp_record_subscribe(const mcp_turn_t *t, const char *uri);
void mcp_record_unsubscribe(const mcp_turn_t *t, const char *uri);
/* All: of const char *, from pool. */
apr_array_header_t *mcp_record_subscriptions(const mcp_turn_t *t,
                                             apr_pool_t *pool);
/* A message is at work until it is done: its number, or 0 where there is no
 * room to say so. */
apr_uint64_t mcp_record_begin(const mcp_turn_t *t);
void mcp_record_done(const mcp_turn_t *t, apr_uint64_t number);
/* Whether there is one; those of processes that were killed are not. */
int mcp_record_is_at_work(const mcp_turn_t *t);
/* Takes out one of a process that was killed: the error to answer it with;
 * NULL: there is none, or none that is answered. */
const char *mcp_record_take_orphan(const mcp_turn_t *t, apr_size_t *len);
/* The session is over. */
void mcp_record_end(const mcp_turn_t *t);

#endif
