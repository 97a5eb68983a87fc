/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/streamable.h"

#include <apr_strings.h>
#include <http_protocol.h>

#include "mcp/dispatch.h"
#include "server/answer.h"
#include "server/authn.h"
#include "server/authz.h"
#include "server/body.h"
#include "server/deny.h"
#include "server/outlet.h"
#include "server/park.h"
#include "server/request.h"
#include "server/site.h"

#define BODY_MAX (4 * 1024 * 1024) /* unless LimitRequestBody says other */
#define BODY_CEILING (1024 * 1024 * 1024)

/* -- the exchange, as mcp/ sees it -- */

typedef struct serving_t {
    mcp_server_outlet_t outlet; /* first */
    mcp_server_request_t *q;
    mcp_outlet_t out;
    mcp_exchange_t x;
    mcp_server_authn_look_t look; /* at its access token */
    int is_parked;
} serving_t;

static const char *header(void *baton, const char *name)
{
    const serving_t *serving = baton;

    return apr_table_get(serving->outlet.r->headers_in, name);
}

static int out_send(void *baton, const char *bytes, apr_size_t len)
{
    return mcp_server_outlet_send(baton, bytes, len);
}

static void out_end(void *baton)
{
    mcp_server_outlet_end(baton);
}

static void out_accept(void *baton)
{
    mcp_server_outlet_accept(baton);
}

static int out_gone(void *baton)
{
    return mcp_server_outlet_gone(baton);
}

static int out_stopping(void *unused)
{
    return mcp_server_outlet_stopping();
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

static void set_headers(request_rec *r, void *baton)
{
    const mcp_exchange_t *x = &((serving_t *)baton)->x;

    /* it was shut down for reading; told so, httpd still sends a stream in
     * chunks, by which its end differs from a cut */
    if (x->closes)
        apr_table_setn(r->headers_out, "Connection", "close");
    if (x->session_id)
        apr_table_setn(r->headers_out, "Mcp-Session-Id", x->session_id);
    if (x->allow)
        apr_table_setn(r->headers_out, "Allow", x->allow);
}

static int reply(request_rec *r, serving_t *serving)
{
    const mcp_exchange_t *x = &serving->x;
    mcp_server_answer_t answer = {x->status, "application/json", x->json,
                                  x->json_len};

    if (x->failure)
        mcp_server_deny_log(r, x->failure, &serving->q->cx);
    if (!x->status || serving->outlet.is_begun) {
        mcp_server_outlet_end(&serving->outlet);
        return OK;
    }
    set_headers(r, serving);
    if (x->failure && x->failure->retry_after)
        apr_table_setn(r->headers_out, "Retry-After",
                       apr_itoa(r->pool, x->failure->retry_after));
    if (x->required_scopes)
        mcp_server_authz_step_up(r, serving->q, x->required_scopes);
    return mcp_server_answer_send(r, &answer);
}

/* The value of sessionId in the query; NULL when it is not there, or twice. */
static const char *session_key(const request_rec *r)
{
    static const char name[] = "sessionId=";
    const char *found = NULL, *at = r->args;

    while (at && *at) {
        if (!strncmp(at, name, sizeof(name) - 1)) {
            if (found)
                return NULL;
            at += sizeof(name) - 1;
            found = apr_pstrmemdup(r->pool, at, strcspn(at, "&"));
        }
        at = strchr(at, '&');
        at = at ? at + 1 : NULL;
    }
    return found;
}

static int body_read(mcp_server_body_t *body, request_rec *r,
                     const mcp_error_t **e, mcp_ctx_t *cx)
{
    *e = NULL;
    if (r->method_number != M_POST)
        return OK;
    *e = check_media(r, cx);
    if (*e)
        return HTTP_UNSUPPORTED_MEDIA_TYPE;
    body->limit = body_limit(r);
    return mcp_server_body_read(body, r, e, cx);
}

static int answered(serving_t *serving)
{
    request_rec *r = serving->outlet.r;

    mcp_server_account_message(r, &serving->x);
    return reply(r, serving);
}

static void done(void *baton)
{
    answered(baton);
}

static int out_entitled(void *baton)
{
    serving_t *serving = baton;

    return mcp_server_authn_holds(&serving->look, serving->outlet.r);
}

static int out_park(void *baton, mcp_watch_t *watch)
{
    serving_t *serving = baton;

    serving->is_parked =
        mcp_server_park(&serving->outlet, watch, done, serving);
    return serving->is_parked;
}

static mcp_outlet_t outlet_of(const request_rec *r)
{
    mcp_outlet_t outlet = {out_send,     out_end,      out_accept,
                           out_gone,     out_stopping, r->server->timeout,
                           out_entitled, NULL};

    if (mcp_server_park_can(r))
        outlet.park = out_park;
    return outlet;
}

static int serve(request_rec *r, mcp_server_request_t *q)
{
    const mcp_server_section_t *own = mcp_server_site_section(q->section);
    mcp_server_body_t body = {"", 0, 0};
    serving_t *serving;
    const mcp_error_t *e;
    int status = body_read(&body, r, &e, &q->cx);

    if (status != OK)
        return e ? refuse(r, e, &q->cx) : status;
    serving = apr_pcalloc(r->pool, sizeof(*serving));
    serving->q = q;
    serving->out = outlet_of(r);
    serving->outlet.r = r;
    serving->outlet.cx = &q->cx;
    serving->outlet.headers = set_headers;
    serving->outlet.baton = serving;
    serving->x.server = own->server;
    serving->x.works = own->works;
    serving->x.principal = q->principal;
    serving->x.method = r->method;
    serving->x.body = body.data;
    serving->x.body_len = body.len;
    serving->x.header = header;
    serving->x.address = r->useragent_ip;
    serving->x.session_key = session_key(r);
    serving->x.outlet = &serving->out;
    serving->x.baton = serving;
    mcp_dispatch(&serving->x, &q->cx);
    return serving->is_parked ? SUSPENDED : answered(serving);
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
