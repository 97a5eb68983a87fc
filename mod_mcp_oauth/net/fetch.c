/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/fetch.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "net/guard.h"

#define MOST_TYPE 100

static int has_proxy(const mcp_net_request_t *request)
{
    return request->setting->proxy && *request->setting->proxy;
}

int mcp_net_fetch_is_guarded(const mcp_net_request_t *request)
{
    return !request->is_trusted && !has_proxy(request);
}

const char *mcp_net_fetch_fault(const mcp_uri_t **uri,
                                const mcp_net_request_t *request,
                                mcp_ctx_t *cx)
{
    const char *fault;

    if (mcp_uri_read(uri, request->url, cx) ||
        strcmp((*uri)->scheme, "https") != 0)
        return "its URL is not one of https";
    if ((*uri)->userinfo)
        return "its URL holds a user name";
    if (request->is_trusted || !has_proxy(request))
        return NULL;
    fault = mcp_net_guard_name_fault((*uri)->host);
    return fault ? apr_pstrcat(cx->pool, "its host is ", fault, NULL) : NULL;
}

/* RFC 9110 15: what may be different when it is asked for again. */
static int is_passing(long status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

void mcp_net_fetch_judge(mcp_net_reply_t *reply, long status, apr_pool_t *pool)
{
    const char *more =
        status >= 300 && status < 400 ? "; redirects are not followed" : "";

    reply->outcome = status == 200        ? MCP_NET_OK
                     : is_passing(status) ? MCP_NET_PASSED
                                          : MCP_NET_REFUSED;
    reply->why = status == 200
                     ? NULL
                     : apr_psprintf(pool, "it answered %ld%s", status, more);
}

const char *mcp_net_fetch_media_type(const char *field, apr_pool_t *pool)
{
    apr_size_t len = field ? strcspn(field, "; \t,") : 0;
    char *type, *c;

    if (!field || len > MOST_TYPE)
        return NULL;
    type = apr_pstrmemdup(pool, field, len);
    for (c = type; *c; c++)
        *c = (char)apr_tolower(*c);
    return type;
}
