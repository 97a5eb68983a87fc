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

/* A loopback address is ours; that of a proxy is another one. */
const char *mcp_net_fetch_proxy(const mcp_net_request_t *request,
                                const mcp_uri_t *uri)
{
    if (!has_proxy(request) ||
        (request->is_trusted && mcp_uri_is_loopback(uri)))
        return "";
    return request->setting->proxy;
}

/* In clear it goes no further than this machine. */
static int is_secure(const mcp_net_request_t *request, const mcp_uri_t *uri)
{
    if (!strcmp(uri->scheme, "http"))
        return request->is_trusted && mcp_uri_is_loopback(uri);
    return !strcmp(uri->scheme, "https");
}

/* RFC 9110 5.5: nothing that would end it and begin another one */
static int is_field_value(const char *value)
{
    for (; value && *value; value++)
        if (apr_iscntrl(*value) && *value != '\t')
            return 0;
    return 1;
}

const char *mcp_net_fetch_fault(const mcp_uri_t **uri,
                                const mcp_net_request_t *request,
                                mcp_ctx_t *cx)
{
    const char *fault;

    if (mcp_uri_read(uri, request->url, cx) || !is_secure(request, *uri))
        return "its URL is not one of https";
    if ((*uri)->userinfo)
        return "its URL holds a user name";
    if (!is_field_value(request->accept) ||
        !is_field_value(request->authorization))
        return "a header field of it would hold a control character";
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

/* What is POSTed may be answered with 201, or with 204 and nothing. */
static int is_fine(const mcp_net_request_t *request, long status)
{
    return status == 200 || (request->form && status > 200 && status < 300);
}

void mcp_net_fetch_judge(mcp_net_reply_t *reply,
                         const mcp_net_request_t *request, long status,
                         apr_pool_t *pool)
{
    const char *more =
        status >= 300 && status < 400 ? "; redirects are not followed" : "";

    reply->status = (int)status;
    reply->why = NULL;
    reply->outcome = MCP_NET_OK;
    if (is_fine(request, status))
        return;
    reply->outcome = is_passing(status) || reply->is_limited ? MCP_NET_PASSED
                                                             : MCP_NET_REFUSED;
    reply->why = apr_psprintf(pool, "it answered %ld%s", status, more);
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
