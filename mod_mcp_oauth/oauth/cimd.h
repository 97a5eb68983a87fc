/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CIMD_H
#define MCP_OAUTH_CIMD_H

#include "oauth/client.h"

/* Client ID Metadata Documents: a client_id that is an https URL, where the
 * client's metadata is found (draft-ietf-oauth-client-id-metadata-document-00,
 * as the MCP specification has it). What the document says is as sure as its
 * host. */

#define MCP_CIMD_MAX 5120 /* bytes of a document (6.6) */

/* Whether clients of this kind are known here (MCPClientMetadata). */
int mcp_oauth_cimd_is_supported(const mcp_oauth_service_t *service);
/* Whether id is meant as one, good or not. */
int mcp_oauth_cimd_is_url(const char *id);
/* NULL when it can be one (3); else why not, as "has a fragment". *host is
 * that of the URL, if there is one. */
const char *mcp_oauth_cimd_fault(const char **host, const char *id,
                                 mcp_ctx_t *cx);
/* Whether MCPClientMetadata lets this host's documents count; globs may be
 * NULL: any. */
int mcp_oauth_cimd_is_allowed(const char *host,
                              const apr_array_header_t *globs);
/* Reads the document at the URL id (4) into client, which has its id.
 * INVALID_METADATA or INVALID_REDIRECT_URI, in words for the client. */
const mcp_error_t *mcp_oauth_cimd_read(mcp_oauth_client_t *client,
                                       const char *text, apr_size_t len,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx);
/* The client whose id is this URL. *client is NULL where such are not known
 * at all. INVALID_METADATA when it is none; UNAVAILABLE when it cannot be told
 * at the moment. */
const mcp_error_t *mcp_oauth_cimd_find(const mcp_oauth_client_t **client,
                                       const mcp_oauth_service_t *service,
                                       const char *id, mcp_ctx_t *cx);

#endif
