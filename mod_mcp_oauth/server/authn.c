/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/authn.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_request.h>

#include "base/audit.h"
#include "oauth/challenge.h"
#include "oauth/verify.h"
#include "server/context.h"
#include "server/deny.h"
#include "server/identity.h"
#include "server/presented.h"
#include "server/request.h"
#include "server/site.h"
#include "server/state.h"

#define HOLDS_FOR apr_time_from_sec(15)

static int is_ours(request_rec *r)
{
    const char *type = ap_auth_type(r);

    return type && !ap_cstr_casecmp(type, "mcp");
}

static int admit(request_rec *r, mcp_server_request_t *q,
                 const mcp_principal_t *who)
{
    q->principal = who;
    mcp_server_identity_tell(r, who);
    /* httpd's member is not const; nobody writes through it */
    r->user = (char *)(who->user ? who->user : who->subject);
    r->ap_auth_type = apr_pstrdup(r->pool, "Bearer");
    return OK;
}

static void challenge(request_rec *r, const mcp_server_section_t *own,
                      const mcp_error_t *e)
{
    apr_table_setn(
        r->err_headers_out, "WWW-Authenticate",
        mcp_oauth_challenge_text(own->resource, e, own->asked,
                                 mcp_oauth_verify_is_dpop(apr_table_get(
                                     r->headers_in, "Authorization")),
                                 r->pool));
}

static void tell(const mcp_server_section_t *own, const mcp_error_t *e,
                 mcp_ctx_t *cx)
{
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    about.resource = own->resource->url;
    about.reason = e->detail;
    mcp_audit(cx, MCP_AUDIT_TOKEN_REFUSED, &about);
}

static int refuse(request_rec *r, const mcp_server_section_t *own,
                  const mcp_error_t *e, mcp_ctx_t *cx)
{
    if (mcp_error_http(e) == HTTP_UNAUTHORIZED) {
        tell(own, e, cx);
        challenge(r, own, e);
    }
    return mcp_server_deny_early(r, MCP_DENY_OAUTH, e, cx);
}

/* RFC 6750 3.1: without a token the challenge has no error. */
static int ask(request_rec *r, const mcp_server_section_t *own, mcp_ctx_t *cx)
{
    const mcp_error_t *e =
        mcp_error_tell(MCP_E_INVALID_TOKEN, cx, "An access token is needed.");

    challenge(r, own, NULL);
    mcp_server_account_decide(r, MCP_DECISION_NO_TOKEN, NULL);
    return mcp_server_deny_early(r, MCP_DENY_OAUTH, e, cx);
}

static int stray(request_rec *r, mcp_ctx_t *cx)
{
    return mcp_server_deny_early(
        r, MCP_DENY_OAUTH,
        mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                        "Write AuthType mcp into a <Location>; in "
                        "<LocationMatch> and <Directory> add MCPPublicURL; "
                        ".htaccess cannot hold it.",
                        "AuthType mcp applies where no protected location "
                        "is known"),
        cx);
}

int mcp_server_authn_check(request_rec *r)
{
    const mcp_config_section_t *section;
    const mcp_server_section_t *own;
    mcp_oauth_presented_t presented;
    const mcp_principal_t *who;
    mcp_server_request_t *q;
    const mcp_error_t *e;

    if (!is_ours(r))
        return DECLINED;
    section = mcp_server_request_section(r);
    q = mcp_server_request_get(r);
    /* a Require for the endpoint itself was not met; no token opens it */
    if (q->claim == MCP_REQUEST_ENDPOINT)
        return HTTP_FORBIDDEN;
    own = section ? mcp_server_site_section(section) : NULL;
    if (!own || !own->resource)
        return stray(r, &q->cx);
    who = mcp_server_request_inherited(r);
    if (who)
        return admit(r, q, who);
    e = mcp_server_state_ready(&q->cx);
    mcp_server_presented_read(&presented, r, section);
    if (!e)
        e = mcp_oauth_verify_bearer(&who, &presented, own->resource, &q->cx);
    if (e)
        return refuse(r, own, e, &q->cx);
    return who ? admit(r, q, who) : ask(r, own, &q->cx);
}

int mcp_server_authn_forget(request_rec *r)
{
    const mcp_server_request_t *q = mcp_server_request_find(r);

    if (r->user && is_ours(r) && (!q || q->claim != MCP_REQUEST_ENDPOINT))
        r->user = NULL;
    return DECLINED;
}

int mcp_server_authn_force(request_rec *r)
{
    const char *text = apr_table_get(r->headers_in, "Authorization");
    const mcp_server_request_t *q = mcp_server_request_find(r);

    if (!text || !mcp_oauth_verify_is_token(text) || !is_ours(r))
        return DECLINED;
    /* endpoints are public also below a protected location */
    return q && q->claim == MCP_REQUEST_ENDPOINT ? DECLINED : OK;
}

static int is_good(request_rec *r, const mcp_oauth_resource_t *resource)
{
    const mcp_principal_t *who = NULL;
    const mcp_error_t *e;
    apr_pool_t *pool;
    mcp_ctx_t cx;

    apr_pool_create(&pool, NULL);
    mcp_server_context_of_request(&cx, r);
    cx.pool = pool;
    e = mcp_oauth_verify_again(
        &who, apr_table_get(r->headers_in, "Authorization"), resource, &cx);
    apr_pool_destroy(pool);
    return !e && who;
}

int mcp_server_authn_holds(mcp_server_authn_look_t *last, request_rec *r)
{
    mcp_server_request_t *q = mcp_server_request_get(r);
    const mcp_oauth_resource_t *resource =
        mcp_server_site_section(q->section)->resource;
    apr_time_t now = mcp_ctx_now(&q->cx);
    apr_uint64_t sequence;

    if (!q->principal || !resource)
        return 1;
    sequence = mcp_store_sequence_get(resource->service->works->revocations);
    if (last->at && sequence == last->sequence && last->at <= now &&
        now < last->at + HOLDS_FOR)
        return 1;
    if (!is_good(r, resource))
        return 0;
    last->at = now;
    last->sequence = sequence;
    return 1;
}
