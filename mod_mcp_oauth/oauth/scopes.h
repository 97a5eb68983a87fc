/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_SCOPES_H
#define MCP_OAUTH_SCOPES_H

#include "base/scope.h"
#include "oauth/exchange.h"

/* Which scopes there are and which of them a request gets. */

/* keeps the client signed in: refresh tokens (OpenID Connect Core 11) */
#define MCP_SCOPE_OFFLINE "offline_access"

/* Those of all resources, and offline_access. */
const apr_array_header_t *
mcp_oauth_scopes_all(const mcp_oauth_service_t *service, apr_pool_t *pool);

/* What a request is about. */
typedef struct mcp_oauth_scopes_ask_t {
    const mcp_oauth_resource_t *resource;
    const char *asked;      /* the scope parameter, or NULL */
    const char *registered; /* the client's scope when it registered, or NULL;
                             * taken where it asks for none now */
    const char *ceiling;    /* all that the client may ever get, with what
                             * that includes; NULL: no limit */
} mcp_oauth_scopes_ask_t;

/* The known ones of those asked for, and what they include, up to the ceiling.
 * Where none of the resource is asked for: those registered, else MCPScope's
 * defaults, else all that the resource names. INVALID_SCOPE when something was
 * asked for and nothing of it is known, or below the ceiling. */
const mcp_error_t *mcp_oauth_scopes_choose(apr_array_header_t **chosen,
                                           const mcp_oauth_scopes_ask_t *ask,
                                           mcp_ctx_t *cx);
/* Of scopes, those that expr= of MCPScope lets this user and client have.
 * Where that is none and the Require lines of the resource name scopes, a
 * token would be of no use: ACCESS_DENIED. */
typedef struct mcp_oauth_scopes_limit_t {
    const mcp_oauth_resource_t *resource;
    const char *scopes;
    const mcp_principal_t *who;
    const mcp_oauth_expr_t *expr; /* NULL: what has an expr= is refused */
} mcp_oauth_scopes_limit_t;
const mcp_error_t *mcp_oauth_scopes_limit(apr_array_header_t **left,
                                          const mcp_oauth_scopes_limit_t *to,
                                          mcp_ctx_t *cx);
/* A scope in the administrator's words; its name where there are none. */
const char *mcp_oauth_scopes_words(const mcp_oauth_resource_t *resource,
                                   const char *scope);

#endif
