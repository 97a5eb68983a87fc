/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_COOKIE_H
#define MCP_OAUTH_COOKIE_H

#include "oauth/exchange.h"

/* The cookies of our pages: random values that say nothing. Clients open the
 * authorization endpoint from elsewhere, so they come with links from other
 * sites (SameSite=Lax), but with no form of theirs. */
typedef enum {
    MCP_COOKIE_BROWSER, /* binds a page to the browser that it was shown in */
    MCP_COOKIE_SESSION  /* oauth/session */
} mcp_oauth_cookie_t;

/* The values that came, one by one; NULL when there is no more. *rest is
 * x->cookie at first. */
const char *mcp_oauth_cookie_next(const char **rest, mcp_oauth_cookie_t which,
                                  const mcp_oauth_exchange_t *x,
                                  apr_pool_t *pool);
/* A new random value, which is set. */
const mcp_error_t *mcp_oauth_cookie_make(const char **value,
                                         mcp_oauth_cookie_t which,
                                         mcp_oauth_exchange_t *x,
                                         mcp_ctx_t *cx);
void mcp_oauth_cookie_clear(mcp_oauth_cookie_t which, mcp_oauth_exchange_t *x,
                            apr_pool_t *pool);

/* *digest names the browser. It keeps the cookie that it has, so that two tabs
 * do not disturb each other. */
const mcp_error_t *mcp_oauth_cookie_ensure(const char **digest,
                                           mcp_oauth_exchange_t *x,
                                           mcp_ctx_t *cx);
/* Whether the browser with this digest sent the request. */
int mcp_oauth_cookie_is(const mcp_oauth_exchange_t *x, const char *digest,
                        apr_pool_t *pool);

#endif
