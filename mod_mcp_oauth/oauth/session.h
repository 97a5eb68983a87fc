/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_SESSION_H
#define MCP_OAUTH_SESSION_H

#include "oauth/exchange.h"
#include "oauth/identity.h"

/* Browsers that stay signed in. A session begins with an approval, never with
 * a mere password, and ends MCPLifetime browser-session after the sign-in,
 * used or not. It spares the password, not the consent: that is
 * oauth/remembered. At a remote identity provider, which has sessions of its
 * own, it spares nothing: it says who will probably come back from there. */

/* Somebody who has signed in. */
typedef struct mcp_oauth_login_t {
    mcp_identity_t identity;
    const char *idp; /* mcp_idp_t.key; NULL: httpd itself authenticates the
                      * user in each request, and there is no session */
    apr_int64_t when;
    int from_session;     /* not just now */
    const char *mark;     /* the user's at that time: oauth/ended.h */
    const char *upstream; /* what the provider gave us for the user, sealed:
                           * oauth/upstream.h; NULL: nothing. No session keeps
                           * it */
} mcp_oauth_login_t;

/* As records keep it: an object; NULL when json is not one. */
void mcp_oauth_session_login_write(mcp_writer_t *w,
                                   const mcp_oauth_login_t *login);
mcp_oauth_login_t *mcp_oauth_session_login_read(const mcp_json_t *json,
                                                apr_pool_t *pool);

/* Who is signed in in this browser, at a provider of this resource; *login is
 * NULL when nobody is. */
const mcp_error_t *mcp_oauth_session_find(const mcp_oauth_login_t **login,
                                          const mcp_oauth_exchange_t *x,
                                          const mcp_oauth_resource_t *resource,
                                          mcp_ctx_t *cx);
/* In the place of the one that the browser has; nothing where the resource
 * wants none. */
const mcp_error_t *
mcp_oauth_session_start(mcp_oauth_exchange_t *x,
                        const mcp_oauth_login_t *login,
                        const mcp_oauth_resource_t *resource, mcp_ctx_t *cx);
/* Signs out: the record goes, and every page that waits for a decision in this
 * browser. */
const mcp_error_t *mcp_oauth_session_end(mcp_oauth_exchange_t *x,
                                         mcp_ctx_t *cx);

#endif
