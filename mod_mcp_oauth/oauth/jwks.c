/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/endpoint.h"

/* RFC 7517 5 */
const mcp_error_t *mcp_oauth_jwks_handle(mcp_oauth_exchange_t *x,
                                         mcp_ctx_t *cx)
{
    mcp_oauth_exchange_public(x, mcp_jose_keyring_jwks(x->service->works->keys,
                                                       x->service->issuer,
                                                       cx->pool));
    return NULL;
}
