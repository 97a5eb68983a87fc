/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/authz.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_log.h>
#include <http_request.h>

#include "base/scope.h"
#include "oauth/about.h"
#include "oauth/challenge.h"
#include "oauth/verify.h"
#include "server/deny.h"
#include "server/site.h"

/* -- asking httpd -- */

static int ask(request_rec *r, mcp_server_request_t *q, mcp_server_authz_t as)
{
    int status;

    q->authz = as;
    q->fault = NULL;
    status = ap_run_auth_checker(r);
    q->authz = MCP_AUTHZ_OURS;
    return status;
}

/* Whether scopes alone are what is missing. httpd has logged its no already.
 */
static int lacks_scope(request_rec *r, mcp_server_request_t *q)
{
    static const struct ap_logconf silent = {NULL, APLOG_EMERG};
    const struct ap_logconf *log = r->log;
    int status;

    q->missing = apr_array_make(r->pool, 4, sizeof(const char *));
    q->unmet = apr_array_make(r->pool, 4, sizeof(const char *));
    r->log = &silent;
    status = ask(r, q, MCP_AUTHZ_COLLECTING);
    r->log = log;
    return status == OK && q->missing->nelts;
}

/* scope: what was missing, or NULL: there is another reason */
static void tell(const mcp_server_request_t *q, const char *scope,
                 const char *reason, mcp_ctx_t *cx)
{
    const mcp_server_section_t *own = mcp_server_site_section(q->section);
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    if (q->principal)
        about = mcp_oauth_about_principal(q->principal, NULL, cx->pool);
    if (own->resource)
        about.resource = own->resource->url;
    about.scope = scope;
    about.reason = reason;
    mcp_audit(cx, scope ? MCP_AUDIT_STEP_UP : MCP_AUDIT_ACCESS_DENIED, &about);
}

const mcp_error_t *mcp_server_authz_step_up(request_rec *r,
                                            const mcp_server_request_t *q,
                                            const apr_array_header_t *missing)
{
    const mcp_server_section_t *own = mcp_server_site_section(q->section);
    apr_array_header_t *wanted = apr_array_copy(r->pool, missing);
    const char *lacks = mcp_scope_text(missing, r->pool);
    mcp_ctx_t cx = q->cx;
    mcp_error_t *e;
    int i;

    e = mcp_error_tell(MCP_E_INSUFFICIENT_SCOPE, &cx,
                       "The access token lacks this scope: %s", lacks);
    tell(q, lacks, NULL, &cx);
    mcp_server_account_fail(r, e);
    for (i = 0; q->principal && q->principal->scopes &&
                i < q->principal->scopes->nelts;
         i++)
        mcp_scope_add(wanted,
                      APR_ARRAY_IDX(q->principal->scopes, i, const char *));
    if (own->resource)
        apr_table_setn(
            r->err_headers_out, "WWW-Authenticate",
            mcp_oauth_challenge_text(own->resource, e, wanted,
                                     mcp_oauth_verify_is_dpop(apr_table_get(
                                         r->headers_in, "Authorization")),
                                     r->pool));
    return e;
}

/* Of our words, those that would be in the way with all scopes, too; whether
 * they are behind a "not", only httpd knows. */
static const mcp_error_t *denied(mcp_server_request_t *q)
{
    const char *said = "the Require lines deny this user";

    if (!q->unmet->nelts)
        return mcp_error_make(MCP_E_ACCESS_DENIED, &q->cx, "%s", said);
    return mcp_error_make(MCP_E_ACCESS_DENIED, &q->cx, "%s; not met: %s", said,
                          apr_array_pstrcat(q->cx.pool, q->unmet, ','));
}

static const mcp_error_t *unanswered(mcp_server_request_t *q)
{
    return q->fault ? q->fault
                    : mcp_error_fault(MCP_E_UNAVAILABLE, &q->cx,
                                      "See what their modules logged.",
                                      "The Require lines cannot be answered.");
}

int mcp_server_authz_check(request_rec *r)
{
    mcp_server_request_t *q = mcp_server_request_find(r);
    const mcp_error_t *e;
    int status;

    if (!q || !q->principal || q->authz != MCP_AUTHZ_OURS)
        return DECLINED;
    status = ask(r, q, MCP_AUTHZ_ASKING);
    if (status == HTTP_INTERNAL_SERVER_ERROR)
        return mcp_server_deny_early(r, MCP_DENY_OAUTH, unanswered(q), &q->cx);
    if (status != HTTP_UNAUTHORIZED && status != HTTP_FORBIDDEN)
        return status;
    if (lacks_scope(r, q))
        e = mcp_server_authz_step_up(r, q, q->missing);
    else {
        /* whoever wants another sign-in would get the same answer again */
        apr_table_unset(r->err_headers_out, "WWW-Authenticate");
        e = denied(q);
        tell(q, NULL, e->detail, &q->cx);
    }
    return mcp_server_deny_early(r, MCP_DENY_OAUTH, e, &q->cx);
}
