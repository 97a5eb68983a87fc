/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/exchange.h"

#include <apr_hash.h>
#include <string.h>

#define HOSTS 256
#define BUSY_RETRY 5

struct mcp_net_exchanges_t {
    mcp_net_fetcher_t fetcher;
    mcp_net_crowd_t *crowd;
    mcp_net_crowd_t hosts[HOSTS]; /* a host has one of these; some share it */
};

static mcp_net_crowd_t *host_of(mcp_net_exchanges_t *exchanges,
                                const mcp_uri_t *uri)
{
    apr_ssize_t len = APR_HASH_KEY_STRING;

    return &exchanges->hosts[apr_hashfunc_default(uri->host, &len) % HOSTS];
}

static const mcp_error_t *busy(const char *what, mcp_ctx_t *cx)
{
    mcp_error_t *e = mcp_error_make(MCP_E_UNAVAILABLE, cx, "%s", what);

    e->retry_after = BUSY_RETRY;
    return e;
}

static const mcp_error_t *enter(mcp_net_exchanges_t *exchanges,
                                mcp_net_crowd_t *host, int is_trusted,
                                mcp_ctx_t *cx)
{
    if (!mcp_net_crowd_enter(exchanges->crowd, is_trusted))
        return busy("MCPLimit fetches: too many requests wait for other "
                    "servers",
                    cx);
    /* no stranger is kept from a place here: it is the host's own limit */
    if (mcp_net_crowd_enter(host, 1))
        return NULL;
    mcp_net_crowd_leave(exchanges->crowd);
    return busy("MCPLimit fetches: too many requests wait for one host", cx);
}

const mcp_error_t *mcp_net_exchange_do(mcp_net_reply_t *reply,
                                       mcp_net_exchanges_t *exchanges,
                                       const mcp_net_request_t *request,
                                       mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;
    mcp_net_crowd_t *host;

    memset(reply, 0, sizeof(*reply));
    reply->is_unsent = 1;
    reply->outcome = MCP_NET_REFUSED;
    reply->why = mcp_net_fetch_fault(&uri, request, cx);
    if (reply->why)
        return NULL;
    reply->outcome = MCP_NET_PASSED;
    host = host_of(exchanges, uri);
    MCP_TRY(enter(exchanges, host, request->is_trusted, cx));
    memset(reply, 0, sizeof(*reply));
    exchanges->fetcher.fetch(reply, exchanges->fetcher.baton, request, cx);
    mcp_net_crowd_leave(host);
    mcp_net_crowd_leave(exchanges->crowd);
    return NULL;
}

int mcp_net_exchange_wait(mcp_net_exchanges_t *exchanges,
                          apr_interval_time_t time)
{
    if (!mcp_net_crowd_enter(exchanges->crowd, 0))
        return 0;
    apr_sleep(time);
    mcp_net_crowd_leave(exchanges->crowd);
    return 1;
}

mcp_net_exchanges_t *mcp_net_exchange_make(mcp_net_crowd_t *crowd,
                                           const mcp_net_fetcher_t *fetcher,
                                           apr_pool_t *pool)
{
    mcp_net_exchanges_t *exchanges = apr_pcalloc(pool, sizeof(*exchanges));
    apr_uint32_t i;

    exchanges->fetcher = *fetcher;
    exchanges->crowd = crowd;
    for (i = 0; i < HOSTS; i++)
        exchanges->hosts[i].most = (crowd->most + 1) / 2;
    return exchanges;
}
