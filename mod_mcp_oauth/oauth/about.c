/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/about.h"

#include <string.h>

#include "base/scope.h"

static void add_identity(mcp_audit_about_t *about,
                         const mcp_identity_t *identity)
{
    about->user = identity->user;
    about->subject = identity->subject;
    about->issuer = identity->issuer;
}

mcp_audit_about_t mcp_oauth_about_grant(const mcp_oauth_grant_t *grant,
                                        apr_pool_t *pool)
{
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    about.client = mcp_oauth_client_brief(grant->client_id, pool);
    add_identity(&about, &grant->identity);
    about.grant = grant->id;
    about.resource = grant->resource;
    about.scope = grant->scope;
    return about;
}

void mcp_oauth_about_grant_tell(mcp_audit_event_t event,
                                const mcp_oauth_grant_t *grant,
                                const char *reason, mcp_ctx_t *cx)
{
    mcp_audit_about_t about = mcp_oauth_about_grant(grant, cx->pool);

    about.reason = reason;
    mcp_audit(cx, event, &about);
}

mcp_audit_about_t mcp_oauth_about_request(const mcp_oauth_request_t *request,
                                          const mcp_identity_t *identity,
                                          apr_pool_t *pool)
{
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    about.client = mcp_oauth_client_brief(request->client_id, pool);
    if (identity)
        add_identity(&about, identity);
    about.resource = request->resource;
    about.scope = request->scope;
    return about;
}

mcp_audit_about_t mcp_oauth_about_principal(const mcp_principal_t *who,
                                            const char *resource,
                                            apr_pool_t *pool)
{
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    about.client = mcp_oauth_client_brief(who->client, pool);
    about.user = who->user;
    about.subject = who->subject;
    about.issuer = who->issuer;
    about.grant = who->grant;
    about.resource = resource;
    about.scope = mcp_scope_text(who->scopes, pool);
    return about;
}
