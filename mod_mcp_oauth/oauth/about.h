/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_ABOUT_H
#define MCP_OAUTH_ABOUT_H

#include "base/audit.h"
#include "oauth/grant.h"
#include "oauth/request.h"

/* What an event (base/audit.h) says of the things of this folder. */

mcp_audit_about_t mcp_oauth_about_grant(const mcp_oauth_grant_t *grant,
                                        apr_pool_t *pool);
/* An event that is about a grant; reason may be NULL. */
void mcp_oauth_about_grant_tell(mcp_audit_event_t event,
                                const mcp_oauth_grant_t *grant,
                                const char *reason, mcp_ctx_t *cx);
/* identity: who signed in for it, or NULL */
mcp_audit_about_t mcp_oauth_about_request(const mcp_oauth_request_t *request,
                                          const mcp_identity_t *identity,
                                          apr_pool_t *pool);
/* resource: its string; or NULL */
mcp_audit_about_t mcp_oauth_about_principal(const mcp_principal_t *who,
                                            const char *resource,
                                            apr_pool_t *pool);

#endif
