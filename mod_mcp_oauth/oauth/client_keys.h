/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CLIENT_KEYS_H
#define MCP_OAUTH_CLIENT_KEYS_H

#include "oauth/client.h"

/* The public keys of a client that authenticates with one of them
 * (private_key_jwt, RFC 7523 2.2). */

#define MCP_CLIENT_KEYS_MAX 32768 /* bytes of a JWK Set at a jwks_uri */
#define MCP_CLIENT_KEYS_MOST 20   /* keys in one */

/* Reads jwks or jwks_uri, one of which has to be there, and the algorithm from
 * metadata (RFC 7591 2). INVALID_METADATA. */
const mcp_error_t *mcp_oauth_client_keys_read(mcp_oauth_client_t *client,
                                              const mcp_json_t *metadata,
                                              mcp_ctx_t *cx);
/* *jwks is a JWK Set (RFC 7517 5) of 1 to MCP_CLIENT_KEYS_MOST objects; what
 * each is worth, jose/jwk.h says. want_new: the one that was got before lacks
 * the key; a jwks_uri is asked again, at most once in a minute.
 * INVALID_CLIENT when there are none; UNAVAILABLE when they cannot be had at
 * the moment. */
const mcp_error_t *mcp_oauth_client_keys_get(
    const mcp_json_t **jwks, const mcp_oauth_client_t *client,
    const mcp_oauth_service_t *service, int want_new, mcp_ctx_t *cx);

#endif
