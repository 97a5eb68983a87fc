/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_FETCH_H
#define MCP_NET_FETCH_H

#include "base/error.h"
#include "base/settings.h"
#include "base/uri.h"

/* One GET over https: no redirect is followed, no cookie, password or proxy of
 * the environment is used. */

typedef struct mcp_net_request_t {
    const char *url; /* https; at most MCP_URI_MAX bytes, well-formed */
    /* The administrator wrote the URL, so any address will do. What a stranger
     * wrote is fetched from public addresses only (net/guard.h). */
    int is_trusted;
    apr_size_t max_bytes; /* of the body */
    const mcp_fetch_setting_t *setting;
} mcp_net_request_t;

typedef enum {
    MCP_NET_OK,     /* status 200; the body is whole */
    MCP_NET_PASSED, /* no or a bad answer for now: try again later */
    MCP_NET_REFUSED /* an answer that will be the same next time */
} mcp_net_outcome_t;

typedef struct mcp_net_reply_t {
    mcp_net_outcome_t outcome;
    const char *why; /* for the log, unless it is OK: "it answered 404" */
    const char *body;
    apr_size_t len;
    const char *content_type;  /* lower case, without parameters, or NULL */
    const char *cache_control; /* or NULL */
    apr_int64_t age;           /* in seconds, in caches on the way */
} mcp_net_reply_t;

/* How documents are fetched: net/curl.h, or what a test puts there. */
typedef struct mcp_net_fetcher_t {
    /* reply lives in cx->pool. Called by several threads. */
    void (*fetch)(mcp_net_reply_t *reply, void *baton,
                  const mcp_net_request_t *request, mcp_ctx_t *cx);
    void *baton;
} mcp_net_fetcher_t;

/* Why the URL is never fetched, as "its URL is not one of https"; NULL: *uri
 * is what it says. */
const char *mcp_net_fetch_fault(const mcp_uri_t **uri,
                                const mcp_net_request_t *request,
                                mcp_ctx_t *cx);
/* Whether addresses are judged before they are dialled. Behind a proxy it has
 * to do that: all that is seen here is its own address. */
int mcp_net_fetch_is_guarded(const mcp_net_request_t *request);
/* What the status of an answer means: its outcome and why. */
void mcp_net_fetch_judge(mcp_net_reply_t *reply, long status,
                         apr_pool_t *pool);
/* The type of a Content-Type field, in lower case, without parameters; NULL of
 * NULL. */
const char *mcp_net_fetch_media_type(const char *field, apr_pool_t *pool);

#endif
