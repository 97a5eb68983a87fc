/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/judge.h"

const mcp_error_t *mcp_oauth_judge_bad(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_TOKEN, cx, "access token: %s", why);
}

const mcp_oauth_judge_t *
mcp_oauth_judge_of(const mcp_oauth_resource_t *resource)
{
    return mcp_oauth_service_issues(resource) ? &mcp_oauth_judge_own
                                              : &mcp_oauth_judge_issued;
}
