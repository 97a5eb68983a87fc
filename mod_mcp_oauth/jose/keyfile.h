/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_KEYFILE_H
#define MCP_JOSE_KEYFILE_H

#include "jose/keyplace.h"

#define MCP_KEYFILE_NAME "keys.json"
#define MCP_KEYFILE_MAX (1024 * 1024) /* bytes */

/* The place keys.json in directory: replaced atomically, 0600, owned by the
 * owner of the directory, which is locked against other writers meanwhile. A
 * file that anybody but its owner may open is a fault. */
const mcp_jose_keyplace_t *mcp_jose_keyfile_place(const char *directory,
                                                  apr_pool_t *pool);

#endif
