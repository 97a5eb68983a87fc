/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_LAST_H
#define MCP_OAUTH_LAST_H

#include "base/digest.h"

/* The access token that came last over a connection, with its digest: a client
 * brings the same one with each of its requests. It lives as long as its pool,
 * and is of one thread at a time. */
typedef struct mcp_oauth_last_t mcp_oauth_last_t;

mcp_oauth_last_t *mcp_oauth_last_make(apr_pool_t *pool);
/* SHA-256 of a token; last may be NULL. */
void mcp_oauth_last_digest(unsigned char out[MCP_DIGEST_SIZE],
                           mcp_oauth_last_t *last, const char *text,
                           apr_size_t len);

#endif
