/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_REMOTE_H
#define MCP_IDP_REMOTE_H

#include "idp/preset.h"

/* What all remote providers have in common at configuration time: the facts
 * of the preset come where the words of the container say nothing, and what
 * does not go together is refused. */

/* preset->check of most: facts->kind says how the argument reads. */
const char *mcp_idp_remote_check(mcp_idp_t *idp, apr_pool_t *pool);
/* The rest of it, for presets that read their arguments themselves. issuer is
 * what the arguments mean; Issuer overrides it. */
const char *mcp_idp_remote_fill(mcp_idp_t *idp, const char *issuer,
                                apr_pool_t *pool);
/* Where an endpoint is; NULL: as discovery says. A provider without a
 * MCP_IDP_ENDPOINT_DISCOVERY has no discovery document. */
const char *mcp_idp_remote_endpoint(const mcp_idp_t *idp,
                                    mcp_idp_endpoint_t kind);
int mcp_idp_remote_has_scope(const mcp_idp_t *idp, const char *scope);

/* All that jose/ verifies but HS256. */
#define MCP_IDP_REMOTE_ALGORITHMS                                             \
    "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519"

#endif
