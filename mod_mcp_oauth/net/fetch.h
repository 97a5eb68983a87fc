/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_FETCH_H
#define MCP_NET_FETCH_H

#include "base/error.h"
#include "base/settings.h"
#include "base/uri.h"

/* One exchange over https, a GET or the POST of a form: no redirect is
 * followed, no cookie, password or proxy of the environment is used. */

typedef struct mcp_net_request_t {
    /* https; the administrator's also http where that is loopback. At most
     * MCP_URI_MAX bytes, well-formed */
    const char *url;
    /* The administrator wrote the URL, so any address will do. What a stranger
     * wrote is fetched from public addresses only (net/guard.h). */
    int is_trusted;
    apr_size_t max_bytes; /* of the body, whatever the status */
    const mcp_fetch_setting_t *setting;
    /* What follows may be left out: NULL. */
    const char *accept;        /* media types; NULL: application/json */
    const char *authorization; /* "Bearer ...": not logged */
    /* application/x-www-form-urlencoded, "" too: POSTed, on a connection of
     * its own, once: libcurl never sends it again. Not logged. */
    const char *form;
    /* Atomic: when it is not 0 any more, the request is given up, within a
     * second or so. */
    const apr_uint32_t *stop;
} mcp_net_request_t;

typedef enum {
    MCP_NET_OK,     /* status 200, of a form any 2xx; the body is whole */
    MCP_NET_PASSED, /* no or a bad answer for now: try again later */
    MCP_NET_REFUSED /* an answer that will be the same next time */
} mcp_net_outcome_t;

typedef struct mcp_net_reply_t {
    mcp_net_outcome_t outcome;
    const char *why; /* for the log, unless it is OK: "it answered 404" */
    /* of a whole answer with any status (errors of RFC 6749 5.2 come with
     * 400), "" when it is empty; NULL when there was no whole answer */
    const char *body;
    apr_size_t len;
    const char *content_type;  /* lower case, without parameters, or NULL */
    const char *cache_control; /* or NULL */
    apr_int64_t age;           /* in seconds, in caches on the way */
    int status;                /* of a whole answer; 0: there was none */
    int is_limited; /* it says that it is asked too often (Retry-After, or
                     * GitHub's x-ratelimit-remaining), with whatever status */
    /* Nobody got anything of the request, so that it can be sent again
     * whatever it does. Else somebody may have. */
    int is_unsent;
} mcp_net_reply_t;

/* Who makes requests: net/curl.h, or what a test puts there. */
typedef struct mcp_net_fetcher_t {
    /* reply lives in cx->pool. Called by several threads. */
    void (*fetch)(mcp_net_reply_t *reply, void *baton,
                  const mcp_net_request_t *request, mcp_ctx_t *cx);
    void *baton;
} mcp_net_fetcher_t;

/* Why it is never sent, as "its URL is not one of https"; NULL: *uri is what
 * the URL says. */
const char *mcp_net_fetch_fault(const mcp_uri_t **uri,
                                const mcp_net_request_t *request,
                                mcp_ctx_t *cx);
/* Whether addresses are judged before they are dialled. Behind a proxy it has
 * to do that: all that is seen here is its own address. */
int mcp_net_fetch_is_guarded(const mcp_net_request_t *request);
/* The proxy that is asked, or "". */
const char *mcp_net_fetch_proxy(const mcp_net_request_t *request,
                                const mcp_uri_t *uri);
/* Sets the status of an answer, and what it means: its outcome and why. */
void mcp_net_fetch_judge(mcp_net_reply_t *reply,
                         const mcp_net_request_t *request, long status,
                         apr_pool_t *pool);
/* The type of a Content-Type field, in lower case, without parameters; NULL of
 * NULL. */
const char *mcp_net_fetch_media_type(const char *field, apr_pool_t *pool);

#endif
