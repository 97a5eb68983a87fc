/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CALLBACK_H
#define MCP_CONFIG_CALLBACK_H

#include "config/site.h"
#include "idp/preset.h"

/* The redirect URIs that remote identity providers send users back to. Each
 * provider has one of its own, so that the answer of one is never taken for
 * that of another (RFC 9700 4.4.2): the first that a virtual host with
 * endpoints is asked to use has PATH/callback, each further one
 * PATH/callback/NAME, after its label. Providers that are one client at one
 * issuer share theirs. */

/* Sets idp->callback of all sections; once endpoints are known. */
void mcp_config_callback_assign(const apr_array_header_t *sites,
                                apr_pool_t *pool);
/* The remote providers of all sections for which this site has the endpoints
 * (const mcp_idp_t *), each once, in the order in which they are written. */
apr_array_header_t *mcp_config_callback_list(const mcp_config_site_t *site,
                                             const apr_array_header_t *sites,
                                             apr_pool_t *pool);
/* What has to be entered at the provider. */
const char *mcp_config_callback_url(const mcp_idp_t *idp,
                                    const mcp_config_site_t *endpoints,
                                    apr_pool_t *pool);

#endif
