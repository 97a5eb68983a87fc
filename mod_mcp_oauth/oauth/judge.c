/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/judge.h"

#include <string.h>

#include "oauth/client.h"
#include "oauth/grant.h"

const mcp_error_t *mcp_oauth_judge_bad(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_TOKEN, cx, "access token: %s", why);
}

const mcp_oauth_judge_t *
mcp_oauth_judge_of(const mcp_oauth_resource_t *resource)
{
    if (mcp_oauth_service_issues(resource))
        return &mcp_oauth_judge_own;
    return mcp_oauth_service_relays(resource) ? &mcp_oauth_judge_issued_relayed
                                              : &mcp_oauth_judge_issued;
}

static int is_of(const mcp_oauth_grant_t *grant, const mcp_principal_t *who,
                 const mcp_oauth_resource_t *resource)
{
    return !strcmp(grant->identity.issuer, who->issuer) &&
           !strcmp(grant->identity.subject, who->subject) &&
           !strcmp(grant->client_id, who->client) &&
           mcp_oauth_service_resource(resource->service, grant->resource) ==
               resource;
}

const mcp_error_t *mcp_oauth_judge_confirm_grant(
    mcp_principal_t *who, const mcp_oauth_judging_t *judging, mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = judging->resource->service->works;
    mcp_oauth_grant_t *grant;
    int denied;

    MCP_TRY(mcp_oauth_grant_get(&grant, who->grant, works, cx));
    if (!grant)
        return mcp_oauth_judge_bad(cx, "its grant has ended or was revoked");
    if (!is_of(grant, who, judging->resource))
        return mcp_oauth_judge_bad(
            cx, "its grant is somebody else's, or for another "
                "resource");
    MCP_TRY(mcp_oauth_client_is_denied(&denied, who->client, works, cx));
    if (denied)
        return mcp_oauth_judge_bad(cx, "its client is denied");
    mcp_oauth_identity_tell(who, &grant->identity);
    return NULL;
}
