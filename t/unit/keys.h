/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_KEYS_H
#define MCP_T_UNIT_KEYS_H

#include "jose/keyfile.h"
#include "jose/keyring.h"

/* A keyring on the key file of a directory, with keys for these issuers; they
 * never turn by themselves. */
static inline const mcp_error_t *keys_open(mcp_jose_keyring_t **ring,
                                           const char *directory,
                                           const apr_array_header_t *issuers,
                                           mcp_ctx_t *cx)
{
    *ring = mcp_jose_keyring_make(cx->pool);
    return mcp_jose_keyring_open(
        *ring, mcp_jose_keyfile_place(directory, cx->pool), issuers, NULL, cx);
}

#endif
