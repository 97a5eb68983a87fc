/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_PRINCIPAL_H
#define MCP_BASE_PRINCIPAL_H

#include "mod_mcp_oauth.h"

/* One flat block that holds the principal, for memories that outlive its
 * pool: malloc'ed by nobody, copied freely. */
const void *mcp_principal_pack(apr_size_t *len, const mcp_principal_t *who,
                               apr_pool_t *pool);
/* block must live as long as the principal is used; strings point into it.
 * NULL when the block is not one. */
mcp_principal_t *mcp_principal_unpack(const void *block, apr_size_t len,
                                      apr_pool_t *pool);
/* Same issuer and subject. NULL never equals anything. */
int mcp_principal_equal(const mcp_principal_t *a, const mcp_principal_t *b);

#endif
