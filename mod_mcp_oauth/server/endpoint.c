/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/endpoint.h"

#include <apr_strings.h>
#include <http_protocol.h>

#include "oauth/endpoint.h"
#include "server/answer.h"
#include "server/body.h"
#include "server/deny.h"
#include "server/expr.h"
#include "server/page.h"
#include "server/password.h"
#include "server/request.h"
#include "server/site.h"
#include "server/state.h"

#define CORS_HEADERS "Authorization, Content-Type, MCP-Protocol-Version, DPoP"
#define CORS_EXPOSED "WWW-Authenticate, Retry-After"
#define CORS_SECONDS "86400"

const mcp_server_endpoint_t mcp_server_endpoint_table[MCP_ENDPOINT_COUNT] = {
#define MCP_ENDPOINT(name, place, path, methods, style, body, cors, function) \
    {MCP_PLACE_##place, path,   sizeof(path) - 1, methods,                    \
     MCP_STYLE_##style, (body), (cors),           function},
#include "oauth/endpoint.def"
#undef MCP_ENDPOINT
};

static int has_method(const char *methods, const char *method)
{
    apr_size_t len = strlen(method);

    for (; *methods; methods += *methods == ',') {
        apr_size_t n = strcspn(methods, ",");

        if (n == len && !strncmp(methods, method, n))
            return 1;
        methods += n;
    }
    return 0;
}

static const char *allow_of(const mcp_server_endpoint_t *endpoint,
                            apr_pool_t *pool)
{
    return apr_pstrcat(pool, endpoint->methods,
                       has_method(endpoint->methods, "GET") ? ",HEAD" : "",
                       ",OPTIONS", NULL);
}

/* What a browser asks before it sends the request itself (Fetch 3.2). */
static int answer_options(request_rec *r,
                          const mcp_server_endpoint_t *endpoint)
{
    static const mcp_server_answer_t none = {HTTP_NO_CONTENT, NULL, NULL, 0};
    const char *allow = allow_of(endpoint, r->pool);

    apr_table_setn(r->headers_out, "Allow", allow);
    if (endpoint->cors) {
        apr_table_setn(r->headers_out, "Access-Control-Allow-Methods", allow);
        apr_table_setn(r->headers_out, "Access-Control-Allow-Headers",
                       CORS_HEADERS);
        apr_table_setn(r->headers_out, "Access-Control-Max-Age", CORS_SECONDS);
    }
    return mcp_server_answer_send(r, &none);
}

static int add_header(void *table, const char *name, const char *value)
{
    apr_table_addn(table, name, value);
    return 1;
}

static int refuse(request_rec *r, const mcp_server_request_t *q,
                  const mcp_error_t *e)
{
    mcp_ctx_t cx = q->cx;

    /* RFC 6749 5.2: the scheme that the client used */
    if (e->code == MCP_E_INVALID_CLIENT)
        apr_table_setn(r->err_headers_out, "WWW-Authenticate",
                       "Basic realm=\"OAuth client\"");
    return mcp_server_deny_send(
        r,
        q->endpoint->style == MCP_STYLE_PAGE ? MCP_DENY_PAGE : MCP_DENY_OAUTH,
        e, &cx);
}

static const char *media_type_of(const request_rec *r)
{
    const char *text = apr_table_get(r->headers_in, "Content-Type");
    char *type;

    if (!text)
        return NULL;
    type = apr_pstrmemdup(r->pool, text, strcspn(text, "; \t"));
    ap_str_tolower(type);
    return type;
}

/* Not about the issuer whose endpoints are here. */
static int is_about_resources(const mcp_server_endpoint_t *endpoint,
                              const mcp_server_site_t *site)
{
    return endpoint ==
               &mcp_server_endpoint_table[MCP_ENDPOINT_PROTECTED_RESOURCE] ||
           (site->shows_provider && !site->is_issuer);
}

static void fill(mcp_oauth_exchange_t *x, request_rec *r,
                 const mcp_server_request_t *q)
{
    const mcp_server_site_t *site = mcp_server_site_of(r->server);
    const apr_table_t *in = r->headers_in;
    x->service = is_about_resources(q->endpoint, site) ? site->described
                                                       : site->service;
    x->method = r->header_only ? "GET" : r->method;
    x->suffix = q->suffix;
    x->query = r->args;
    x->content_type = media_type_of(r);
    if (x->service)
        x->url = apr_pstrcat(r->pool, x->service->origin, r->uri, NULL);
    x->authorization = apr_table_get(in, "Authorization");
    x->dpop = apr_table_get(in, "DPoP");
    x->origin = apr_table_get(in, "Origin");
    x->fetch_site = apr_table_get(in, "Sec-Fetch-Site");
    x->fetch_dest = apr_table_get(in, "Sec-Fetch-Dest");
    x->cookie = apr_table_get(in, "Cookie");
    x->address = r->useragent_ip;
    x->user = r->user;
    x->may_have_user = site->has_signin;
    x->status = HTTP_OK;
    x->headers = apr_table_make(r->pool, 8);
}

static int reply(request_rec *r, const mcp_server_request_t *q,
                 const mcp_oauth_exchange_t *x)
{
    mcp_server_answer_t answer = {x->status, "application/json", x->json, 0};
    const char *type = apr_table_get(x->headers, "Content-Type");
    mcp_ctx_t cx = q->cx;
    const mcp_error_t *e;

    apr_table_do(add_header, r->headers_out, x->headers, NULL);
    if (x->page) {
        e = mcp_server_page_answer(&answer, r, x->page, x->page_values, &cx);
        if (e)
            return refuse(r, q, e);
    }
    else if (x->json)
        answer.len = strlen(x->json);
    if (type)
        answer.type = type;
    return mcp_server_answer_send(r, &answer);
}

static const mcp_error_t *check(request_rec *r, const mcp_server_request_t *q,
                                const mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    const mcp_server_endpoint_t *endpoint = q->endpoint;

    if (!has_method(endpoint->methods, x->method)) {
        apr_table_setn(r->err_headers_out, "Allow",
                       allow_of(endpoint, r->pool));
        return mcp_error_make(MCP_E_METHOD_NOT_ALLOWED, cx, "%s",
                              mcp_server_deny_method(r));
    }
    if (!x->service)
        return mcp_error_make(MCP_E_NOT_FOUND, cx,
                              "another virtual host is the issuer");
    if (endpoint->place != MCP_PLACE_WELL_KNOWN)
        return mcp_server_state_ready(cx);
    return NULL;
}

static apr_size_t body_limit(const request_rec *r,
                             const mcp_server_endpoint_t *endpoint)
{
    apr_off_t configured = mcp_server_body_configured(r);

    if (configured > 0 && configured < (apr_off_t)endpoint->body)
        return (apr_size_t)configured;
    return endpoint->body;
}

int mcp_server_endpoint_handle(request_rec *r)
{
    mcp_server_request_t *q = mcp_server_request_find(r);
    mcp_idp_password_t password = {mcp_server_password_check, r};
    mcp_oauth_expr_t expr = {mcp_server_expr_is_true, r};
    mcp_oauth_exchange_t x = {0};
    mcp_server_body_t body = {"", 0, 0};
    const mcp_error_t *e;
    int status;

    if (!q || q->claim != MCP_REQUEST_ENDPOINT)
        return DECLINED;
    if (q->endpoint->cors) {
        apr_table_setn(r->err_headers_out, "Access-Control-Allow-Origin", "*");
        apr_table_setn(r->err_headers_out, "Access-Control-Expose-Headers",
                       CORS_EXPOSED);
    }
    if (r->method_number == M_OPTIONS)
        return answer_options(r, q->endpoint);
    fill(&x, r, q);
    x.password = &password;
    x.expr = &expr;
    e = check(r, q, &x, &q->cx);
    if (e)
        return refuse(r, q, e);
    body.limit = body_limit(r, q->endpoint);
    if (r->method_number == M_POST) {
        status = mcp_server_body_read(&body, r, &e, &q->cx);
        if (status != OK)
            return e ? refuse(r, q, e) : status;
    }
    x.body = body.data;
    x.body_len = body.len;
    e = q->endpoint->function(&x, &q->cx);
    if (!e)
        return reply(r, q, &x);
    apr_table_do(add_header, r->err_headers_out, x.headers, NULL);
    return refuse(r, q, e);
}
