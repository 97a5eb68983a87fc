/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_VERIFY_H
#define MCP_IDP_VERIFY_H

#include "idp/preset.h"

/* What judges the tokens of a remote provider: Verify, or what the preset
 * knows. At configuration time, once all else of the provider is filled in:
 * sets verify and bearer, and why either cannot be, for a provider that only
 * issues tokens for clients to bring need not have what a sign-in needs. */
void mcp_idp_verify_fill(mcp_idp_t *idp, apr_pool_t *pool);

#endif
