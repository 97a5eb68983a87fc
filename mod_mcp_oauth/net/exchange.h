/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_EXCHANGE_H
#define MCP_NET_EXCHANGE_H

#include <apr_time.h>

#include "net/crowd.h"
#include "net/fetch.h"

/* Requests that a thread makes for the one that it answers, as to the token
 * endpoint of an identity provider: nothing is kept, nothing is sent twice. */
typedef struct mcp_net_exchanges_t mcp_net_exchanges_t;

/* Shared by all threads of a child. crowd lives as long; at most half of it
 * waits for one host. */
mcp_net_exchanges_t *mcp_net_exchange_make(mcp_net_crowd_t *crowd,
                                           const mcp_net_fetcher_t *fetcher,
                                           apr_pool_t *pool);
/* UNAVAILABLE when too many threads wait already: nothing was sent. Else the
 * reply says what came of it; it lives in cx->pool, and is not logged. */
const mcp_error_t *mcp_net_exchange_do(mcp_net_reply_t *reply,
                                       mcp_net_exchanges_t *exchanges,
                                       const mcp_net_request_t *request,
                                       mcp_ctx_t *cx);
/* Waits a little for what another thread, of whatever process, asks. Whoever
 * waits is counted with those that ask, and leaves the last quarter of the
 * places to them: 0, at once, when there is none. */
int mcp_net_exchange_wait(mcp_net_exchanges_t *exchanges,
                          apr_interval_time_t time);

#endif
