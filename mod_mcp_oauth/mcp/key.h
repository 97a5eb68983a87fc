/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_KEY_H
#define MCP_MCP_KEY_H

#include "mcp/server.h"

/* A key of what clients carry for us: sessions, request states. A child that
 * began while the store was away has none yet, and knows of nothing whether it
 * is ours: it has to say so, for a client drops what is refused. */
typedef struct mcp_key_t {
    int id; /* its number; 0: there is none with the number asked for */
    unsigned char bytes[MCP_DIGEST_SIZE];
} mcp_key_t;

/* The one with this number. UNAVAILABLE when it could not be looked for. */
const mcp_error_t *mcp_key_get(mcp_key_t *key, int id,
                               mcp_jose_purpose_t purpose,
                               const mcp_works_t *works, mcp_ctx_t *cx);
/* The one that makes new things. */
const mcp_error_t *mcp_key_current(mcp_key_t *key, mcp_jose_purpose_t purpose,
                                   const mcp_works_t *works, mcp_ctx_t *cx);

#endif
