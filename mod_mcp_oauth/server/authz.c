/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/authz.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_log.h>
#include <http_request.h>

#include "base/scope.h"
#include "config/directives.h"
#include "oauth/about.h"
#include "oauth/challenge.h"
#include "server/deny.h"
#include "server/site.h"

/* -- Require mcp-scope -- */

static const char *scope_parse(cmd_parms *cmd, const char *line,
                               const void **parsed)
{
    apr_array_header_t *scopes =
        apr_array_make(cmd->pool, 2, sizeof(const char *));
    const char *scope;

    while (*(scope = ap_getword_conf(cmd->pool, &line))) {
        if (*scope == '#')
            return "httpd has no comments behind a directive: put \"#\" at "
                   "the start of a line of its own";
        if (!mcp_scope_is_token(scope))
            return apr_psprintf(cmd->pool,
                                "\"%s\" is not a scope: RFC 6749 allows "
                                "printable ASCII without blanks, quotes and "
                                "backslashes",
                                scope);
        mcp_scope_add(scopes, scope);
        mcp_config_directives_scope(cmd, scope);
    }
    if (!scopes->nelts)
        return "Require mcp-scope needs at least one scope, such as "
               "\"Require mcp-scope tasks:read\"";
    *parsed = scopes;
    return NULL;
}

static const mcp_scope_setting_t *setting_of(const mcp_settings_t *settings,
                                             const char *scope)
{
    int i;

    for (i = 0; settings->scopes && i < settings->scopes->nelts; i++) {
        const mcp_scope_setting_t *each =
            &APR_ARRAY_IDX(settings->scopes, i, mcp_scope_setting_t);

        if (!strcmp(each->name, scope))
            return each;
    }
    return NULL;
}

static void add_all(apr_array_header_t *to, const apr_array_header_t *scopes)
{
    int i;

    for (i = 0; scopes && i < scopes->nelts; i++)
        mcp_scope_add(to, APR_ARRAY_IDX(scopes, i, const char *));
}

/* MCPScope ... includes=: granted means granted with what it includes. The
 * list grows while it is read, so that each scope is looked at once. */
static int includes(const mcp_settings_t *settings,
                    const apr_array_header_t *granted, const char *scope,
                    apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 8, sizeof(const char *));
    int i;

    add_all(all, granted);
    for (i = 0; i < all->nelts; i++) {
        const mcp_scope_setting_t *each =
            setting_of(settings, APR_ARRAY_IDX(all, i, const char *));

        if (each)
            add_all(all, each->includes);
    }
    return mcp_scope_has(all, scope);
}

static authz_status scope_check(request_rec *r, const char *line,
                                const void *parsed)
{
    mcp_server_request_t *q = mcp_server_request_find(r);
    const apr_array_header_t *scopes = parsed;
    int i, missing = 0;

    if (!r->user)
        return AUTHZ_DENIED_NO_USER;
    if (!q || !q->principal || !q->section)
        return AUTHZ_DENIED; /* some other AuthType's user has no scopes */
    for (i = 0; i < scopes->nelts; i++) {
        const char *scope = APR_ARRAY_IDX(scopes, i, const char *);

        if (mcp_scope_has(q->principal->scopes, scope) ||
            includes(q->section->settings, q->principal->scopes, scope,
                     r->pool))
            continue;
        missing = 1;
        if (q->authz == MCP_AUTHZ_COLLECTING)
            mcp_scope_add(q->missing, scope);
    }
    return missing && q->authz != MCP_AUTHZ_COLLECTING ? AUTHZ_DENIED
                                                       : AUTHZ_GRANTED;
}

const authz_provider mcp_server_authz_scope = {scope_check, scope_parse};

/* -- asking httpd -- */

static int ask(request_rec *r, mcp_server_request_t *q, mcp_server_authz_t as)
{
    int status;

    q->authz = as;
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
            mcp_oauth_challenge_text(own->resource, e, wanted, r->pool));
    return e;
}

int mcp_server_authz_check(request_rec *r)
{
    mcp_server_request_t *q = mcp_server_request_find(r);
    const mcp_error_t *e;
    int status;

    if (!q || !q->principal || q->authz != MCP_AUTHZ_OURS)
        return DECLINED;
    status = ask(r, q, MCP_AUTHZ_ASKING);
    if (status == HTTP_INTERNAL_SERVER_ERROR) {
        e = mcp_error_fault(MCP_E_UNAVAILABLE, &q->cx,
                            "See what their modules logged.",
                            "The Require lines cannot be answered.");
        return mcp_server_deny_early(r, MCP_DENY_OAUTH, e, &q->cx);
    }
    if (status != HTTP_UNAUTHORIZED && status != HTTP_FORBIDDEN)
        return status;
    if (lacks_scope(r, q))
        e = mcp_server_authz_step_up(r, q, q->missing);
    else {
        /* whoever wants another sign-in would get the same answer again */
        apr_table_unset(r->err_headers_out, "WWW-Authenticate");
        e = mcp_error_make(MCP_E_ACCESS_DENIED, &q->cx,
                           "the Require lines deny this user");
        tell(q, NULL, e->detail, &q->cx);
    }
    return mcp_server_deny_early(r, MCP_DENY_OAUTH, e, &q->cx);
}
