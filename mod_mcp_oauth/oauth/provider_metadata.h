/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_PROVIDER_METADATA_H
#define MCP_OAUTH_PROVIDER_METADATA_H

#include "oauth/exchange.h"

/* The metadata of an identity provider (RFC 8414) at a well-known of ours, for
 * clients that look for it there (MCPProviderMetadata). */

/* Whether the locations of the exchange's service are a resource server's. */
int mcp_oauth_provider_metadata_is_meant(const mcp_oauth_exchange_t *x);
/* That of the first provider of the location that the suffix names; without
 * one of the only location, or that of MCPRootResource. */
const mcp_error_t *mcp_oauth_provider_metadata_show(mcp_oauth_exchange_t *x,
                                                    mcp_ctx_t *cx);

#endif
