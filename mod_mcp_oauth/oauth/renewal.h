/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_RENEWAL_H
#define MCP_OAUTH_RENEWAL_H

#include "oauth/grant.h"

/* Whether a user is still welcome at the remote identity provider where he
 * signed in (D8). */

/* Asks the provider again before a refresh token is turned, at most once in a
 * minute, and one for all who come meanwhile, in whatever process of whatever
 * node: the grant's record holds a lease. The others wait for what comes of
 * it, but not for longer than MCPFetch timeout: then they go on as if the
 * provider were silent. *grant is read anew, NULL when it has ended. A grant
 * without anything of a provider stays as it is.
 *
 * INVALID_GRANT: the provider refused, and the grant has ended; or it cannot
 * be asked, and has not been for MCPLifetime unconfirmed; or it is not
 * configured any more. UNAVAILABLE: it has not answered for as long, or would
 * not have us. Until then its silence costs nothing, and it is left in peace
 * for half a minute. */
const mcp_error_t *mcp_oauth_renewal_ask(mcp_oauth_grant_t **grant,
                                         const mcp_oauth_resource_t *resource,
                                         mcp_ctx_t *cx);

#endif
