/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_PROVIDER_H
#define MCP_OAUTH_PROVIDER_H

#include "idp/works.h"
#include "oauth/service.h"

/* The identity providers of a protected location. Each function gives NULL
 * when there is none. */

/* the only one: the user has nothing to choose */
const mcp_idp_t *mcp_oauth_provider_only(const mcp_oauth_resource_t *resource);
/* the one that the user chose */
const mcp_idp_t *
mcp_oauth_provider_labelled(const mcp_oauth_resource_t *resource,
                            const char *label);
/* the one that was configured so (mcp_idp_t.key) */
const mcp_idp_t *mcp_oauth_provider_keyed(const mcp_oauth_resource_t *resource,
                                          const char *key);
/* the remote one that vouches for the subjects of this issuer */
const mcp_idp_t *
mcp_oauth_provider_remote_of(const mcp_oauth_resource_t *resource,
                             const char *issuer);
/* Whether an issuer is called so here: by itself, byte for byte, or by the
 * label of a provider that vouches for its subjects. */
int mcp_oauth_provider_is_called(const mcp_oauth_resource_t *resource,
                                 const char *issuer, const char *name);

/* What it takes to talk to it about tokens for this resource. */
mcp_idp_remote_t
mcp_oauth_provider_remote_for(const mcp_idp_t *idp,
                              const mcp_oauth_resource_t *resource);
/* The same whatever they are for. */
mcp_idp_remote_t mcp_oauth_provider_remote(const mcp_idp_t *idp,
                                           const mcp_oauth_service_t *service);
/* Our redirect URI there. */
const char *mcp_oauth_provider_callback(const mcp_idp_t *idp,
                                        const mcp_oauth_service_t *service,
                                        apr_pool_t *pool);

#endif
