/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CLIENT_H
#define MCP_OAUTH_CLIENT_H

#include "oauth/service.h"

/* A registered client (RFC 7591). Registrations are stateless (D4): the
 * client_id is the registration itself under a MAC, so an id that we did not
 * issue is never a client, and a restart forgets none. */

#define MCP_CLIENT_ID_MAX 1024 /* of what we issue */

typedef enum {
    MCP_CLIENT_NONE, /* a public client */
    MCP_CLIENT_BASIC,
    MCP_CLIENT_POST
} mcp_oauth_client_method_t;

typedef struct mcp_oauth_client_t {
    const char *id;
    apr_int64_t issued; /* seconds, to the hour */
    mcp_oauth_client_method_t method;
    int may_refresh; /* grant_types has refresh_token */
    const apr_array_header_t *redirect_uris; /* of const char * */
    const char *name;  /* as it calls itself, unverified; or NULL */
    const char *scope; /* or NULL */
} mcp_oauth_client_t;

/* Gives a client its id and issue time. The same public client gets the same
 * id within an hour. INVALID_METADATA when the id would be too long. */
const mcp_error_t *mcp_oauth_client_make(mcp_oauth_client_t *client,
                                         const mcp_oauth_service_t *service,
                                         mcp_ctx_t *cx);
/* NULL when this service did not issue id, or too long ago. */
const mcp_oauth_client_t *
mcp_oauth_client_find(const mcp_oauth_service_t *service, const char *id,
                      mcp_ctx_t *cx);
/* The secret of a confidential client; NULL for a public one. */
const char *mcp_oauth_client_secret(const mcp_oauth_client_t *client,
                                    const mcp_oauth_service_t *service,
                                    apr_pool_t *pool);
/* token_endpoint_auth_method: the word, and its reading (-1: not known) */
const char *mcp_oauth_client_method_word(mcp_oauth_client_method_t method);
int mcp_oauth_client_method_read(const char *word);

#endif
