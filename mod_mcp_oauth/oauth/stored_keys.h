/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_STORED_KEYS_H
#define MCP_OAUTH_STORED_KEYS_H

#include "jose/keyplace.h"
#include "store/store.h"

/* The keys as a record of the store: all nodes that share it have one JWK Set,
 * and turn their keys once. Only sealed (oauth/sealed_keys.h): whoever reads
 * the store shall not have them. */
const mcp_jose_keyplace_t *mcp_oauth_stored_keys_place(mcp_store_t *store,
                                                       apr_pool_t *pool);

#endif
