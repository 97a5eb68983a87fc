/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_COOKIE_H
#define MCP_OAUTH_COOKIE_H

#include "oauth/exchange.h"

/* The cookie that binds a consent page to the browser that signed in. A
 * browser keeps the one it has, so that two tabs do not disturb each other. */

/* *digest names the browser; sets the cookie where there is none. */
const mcp_error_t *mcp_oauth_cookie_ensure(const char **digest,
                                           mcp_oauth_exchange_t *x,
                                           mcp_ctx_t *cx);
/* Whether the browser with this digest sent the request. */
int mcp_oauth_cookie_is(const mcp_oauth_exchange_t *x, const char *digest,
                        apr_pool_t *pool);

#endif
