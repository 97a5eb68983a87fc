/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/streamable.h"

#include <apr_strings.h>
#include <http_protocol.h>

#include "mcp/dispatch.h"
#include "server/answer.h"
#include "server/authz.h"
#include "server/body.h"
#include "server/deny.h"
#include "server/request.h"
#include "server/site.h"

#define BODY_MAX (4 * 1024 * 1024) /* unless LimitRequestBody says other */
#define BODY_CEILING (1024 * 1024 * 1024)

static const char *header(void *baton, const char *name)
{
    const request_rec *r = baton;

    return apr_table_get(r->headers_in, name);
}

static int cancelled(void *baton)
{
    const request_rec *r = baton;

    return r->connection->aborted;
}

/* "application/json", whatever parameters follow */
static int is_json(const char *type)
{
    static const char json[] = "application/json";
    apr_size_t len = sizeof(json) - 1;

    return type && !ap_cstr_casecmpn(type, json, len) &&
           (!type[len] || strchr("; \t", type[len]));
}

static const mcp_error_t *check_media(const request_rec *r, mcp_ctx_t *cx)
{
    if (is_json(apr_table_get(r->headers_in, "Content-Type")))
        return NULL;
    return mcp_error_tell(MCP_E_MEDIA_TYPE, cx,
                          "The Content-Type must be application/json.");
}

static apr_size_t body_limit(const request_rec *r)
{
    apr_off_t configured = mcp_server_body_configured(r);

    if (configured < 0)
        return BODY_MAX;
    if (!configured || configured > BODY_CEILING)
        return BODY_CEILING;
    return (apr_size_t)configured;
}

static int refuse(request_rec *r, const mcp_error_t *e, mcp_ctx_t *cx)
{
    return mcp_server_deny_send(r, MCP_DENY_RPC, e, cx);
}

static int reply(request_rec *r, mcp_server_request_t *q,
                 const mcp_exchange_t *x)
{
    mcp_server_answer_t answer = {x->status, "application/json", x->json,
                                  x->json_len};

    if (x->failure)
        mcp_server_deny_log(r, x->failure, &q->cx);
    if (x->session_id)
        apr_table_setn(r->headers_out, "Mcp-Session-Id", x->session_id);
    if (x->allow)
        apr_table_setn(r->headers_out, "Allow", x->allow);
    if (x->required_scopes)
        mcp_server_authz_step_up(r, q, x->required_scopes);
    return mcp_server_answer_send(r, &answer);
}

static int serve(request_rec *r, mcp_server_request_t *q)
{
    const mcp_server_section_t *own = mcp_server_site_section(q->section);
    mcp_server_body_t body = {"", 0, 0};
    mcp_exchange_t x = {0};
    const mcp_error_t *e;
    int status;

    if (r->method_number == M_POST) {
        e = check_media(r, &q->cx);
        if (e)
            return refuse(r, e, &q->cx);
        body.limit = body_limit(r);
        status = mcp_server_body_read(&body, r, &e, &q->cx);
        if (status != OK)
            return e ? refuse(r, e, &q->cx) : status;
    }
    x.server = own->server;
    x.works = own->works;
    x.principal = q->principal;
    x.method = r->method;
    x.body = body.data;
    x.body_len = body.len;
    x.header = header;
    x.cancelled = cancelled;
    x.baton = r;
    mcp_dispatch(&x, &q->cx);
    mcp_server_account_message(r, &x);
    return reply(r, q, &x);
}

static const mcp_error_t *stray(mcp_ctx_t *cx)
{
    return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                           "Write SetHandler mcp-server into a <Location>; "
                           "in <LocationMatch> and <Directory> add "
                           "MCPPublicURL; .htaccess cannot hold it.",
                           "SetHandler mcp-server applies where no MCP "
                           "server is known");
}

int mcp_server_streamable_handle(request_rec *r)
{
    const mcp_config_section_t *section;
    mcp_server_request_t *q;

    if (!r->handler || strcmp(r->handler, MCP_SERVER_HANDLER))
        return DECLINED;
    section = mcp_server_request_section(r);
    q = mcp_server_request_get(r);
    if (!section || !mcp_server_site_section(section)->server)
        return refuse(r, stray(&q->cx), &q->cx);
    return serve(r, q);
}
