/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_LOGOUT_H
#define MCP_IDP_LOGOUT_H

#include "idp/works.h"

/* A logout token (OpenID Connect Back-Channel Logout 1.0, 2.4). */
typedef struct mcp_idp_logout_t {
    const char *issuer;
    const char *subject; /* whose; NULL: session alone is said */
    const char *session; /* sid, or NULL */
    const char *jti;
    apr_int64_t expires; /* seconds; until then jti is to be remembered */
} mcp_idp_logout_t;

/* Whether text says that it is of this provider: nothing is verified. */
int mcp_idp_logout_is_of(const char *text, const mcp_idp_t *idp,
                         mcp_ctx_t *cx);
/* Validates it (2.6), but for its jti. INVALID_REQUEST; UNAVAILABLE when the
 * provider's keys cannot be had; SERVER_ERROR when they cannot be used. */
const mcp_error_t *mcp_idp_logout_read(mcp_idp_logout_t *logout,
                                       const char *text,
                                       const mcp_idp_remote_t *remote,
                                       mcp_ctx_t *cx);

#endif
