/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_METADATA_H
#define MCP_OAUTH_METADATA_H

#include "base/json.h"
#include "oauth/client.h"

/* Client metadata (RFC 7591 2), in a registration or in a document that a
 * client publishes: the members that mean something here. Others, and nulls,
 * are passed over. */

/* Fills in redirect_uris, may_refresh, has_dpop, name and scope.
 * INVALID_REDIRECT_URI or INVALID_METADATA, in words for the client. */
const mcp_error_t *mcp_oauth_metadata_read(mcp_oauth_client_t *client,
                                           const mcp_json_t *json,
                                           const mcp_oauth_service_t *service,
                                           mcp_ctx_t *cx);
/* A member, or NULL when it is absent or null. */
const mcp_json_t *mcp_oauth_metadata_member(const mcp_json_t *json,
                                            const char *name);
/* *text is NULL when the member is absent or null. INVALID_METADATA when it
 * is something other than a string. */
const mcp_error_t *mcp_oauth_metadata_string(const char **text,
                                             const mcp_json_t *json,
                                             const char *name, mcp_ctx_t *cx);

#endif
