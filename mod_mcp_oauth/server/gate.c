/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/gate.h"

#include <apr_strings.h>

#include "base/audit.h"
#include "mcp/origin.h"
#include "server/answer.h"
#include "server/deny.h"
#include "server/request.h"
#include "server/site.h"

#define ALLOWED_METHODS "GET, POST, DELETE, OPTIONS"
/* the star covers Mcp-Param-..., but never Authorization (Fetch 4.9) */
#define ALLOWED_HEADERS                                                       \
    "Authorization, Content-Type, Accept, MCP-Protocol-Version, "             \
    "Mcp-Session-Id, Mcp-Method, Mcp-Name, Last-Event-ID, DPoP, *"
#define EXPOSED_HEADERS                                                       \
    "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After"
#define SECONDS "7200" /* the most that Chromium takes */

static int answer_preflight(request_rec *r)
{
    static const mcp_server_answer_t none = {HTTP_NO_CONTENT, NULL, NULL, 0};
    apr_table_t *out = r->err_headers_out;

    apr_table_setn(out, "Allow", ALLOWED_METHODS);
    apr_table_setn(out, "Access-Control-Allow-Methods", ALLOWED_METHODS);
    apr_table_setn(out, "Access-Control-Allow-Headers", ALLOWED_HEADERS);
    apr_table_setn(out, "Access-Control-Max-Age", SECONDS);
    return mcp_server_answer_early(r, &none);
}

static int refuse(request_rec *r, mcp_server_request_t *q)
{
    const mcp_error_t *e =
        mcp_error_make(MCP_E_ORIGIN_REFUSED, &q->cx,
                       "MCPAllowOrigin does not name this Origin");
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    about.resource = q->section->url;
    about.reason = e->detail;
    mcp_audit(&q->cx, MCP_AUDIT_ACCESS_DENIED, &about);
    return mcp_server_deny_early(
        r, q->section->is_server ? MCP_DENY_RPC : MCP_DENY_OAUTH, e, &q->cx);
}

int mcp_server_gate_check(request_rec *r)
{
    const mcp_config_section_t *section;
    const mcp_server_section_t *own;
    mcp_server_request_t *q = mcp_server_request_find(r);
    const char *origin;

    if (q && q->claim == MCP_REQUEST_ENDPOINT)
        return DECLINED;
    section = mcp_server_request_section(r);
    if (!section)
        return DECLINED;
    origin = apr_table_get(r->headers_in, "Origin");
    if (!origin)
        return DECLINED;
    q = mcp_server_request_get(r);
    own = mcp_server_site_section(section);
    /* caches tell the answers of different origins apart */
    apr_table_mergen(r->err_headers_out, "Vary", "Origin");
    if (!mcp_origin_allowed(origin, section->settings->allow_origin,
                            own->origin, &q->cx))
        return refuse(r, q);
    apr_table_setn(r->err_headers_out, "Access-Control-Allow-Origin", origin);
    apr_table_setn(r->err_headers_out, "Access-Control-Expose-Headers",
                   EXPOSED_HEADERS);
    return r->method_number == M_OPTIONS ? answer_preflight(r) : DECLINED;
}
