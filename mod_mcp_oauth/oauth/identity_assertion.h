/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_IDENTITY_ASSERTION_H
#define MCP_OAUTH_IDENTITY_ASSERTION_H

#include "mod_mcp_oauth.h"
#include "oauth/service.h"

/* What we tell a backend of the user in a way that it can verify: a JWT that a
 * key of our JWK Set signs. No access token: its typ is another, and it says
 * nothing of what the bearer may do here. Whoever verifies it compares typ,
 * iss (our issuer) and aud (the resource string of the location), and looks at
 * exp. It has jti and iat too, and always sub, idp (who vouches for sub) and
 * client_id. */

#define MCP_IDENTITY_ASSERTION_TYPE "mcp-identity+jwt"

typedef struct mcp_oauth_identity_assertion_ask_t {
    const mcp_principal_t *who;
    const mcp_oauth_resource_t *resource;
    const apr_array_header_t *words; /* of const char *: identity words that
                                      * it has besides; others do no harm */
} mcp_oauth_identity_assertion_ask_t;

/* *text has 4 KiB at most and expires (MCPLifetime identity=) no later than
 * the access token. It is NULL, and the log says so, where what it must have
 * is too long. UNAVAILABLE: there is no key. */
const mcp_error_t *mcp_oauth_identity_assertion_make(
    const char **text, const mcp_oauth_identity_assertion_ask_t *ask,
    mcp_ctx_t *cx);

#endif
