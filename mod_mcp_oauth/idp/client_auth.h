/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_CLIENT_AUTH_H
#define MCP_IDP_CLIENT_AUTH_H

#include "idp/metadata.h"

/* How we prove at a provider's endpoint that we are its Client (RFC 6749 2.3,
 * RFC 7523 2.2). */

typedef struct mcp_idp_client_auth_t {
    const mcp_idp_t *idp;
    const char *issuer; /* as the provider calls itself */
    int method;         /* mcp_idp_method_t; 0: a public client */
    int other;          /* to try when it knows no such client; 0: none */
} mcp_idp_client_auth_t;

/* The method that the administrator wrote; else the preset's; else the one
 * that the provider lists, client_secret_basic first, which is also the one of
 * who lists none (OpenID Connect Core 9). */
mcp_idp_client_auth_t
mcp_idp_client_auth_choose(const mcp_idp_metadata_t *metadata);
/* Adds to form, which goes to url, what the method sends there, or sets the
 * Authorization field, else NULL. */
const mcp_error_t *mcp_idp_client_auth_add(const char **authorization,
                                           apr_table_t *form, const char *url,
                                           const mcp_idp_client_auth_t *auth,
                                           mcp_ctx_t *cx);
/* "basic" */
const char *mcp_idp_client_auth_word(int method);

#endif
