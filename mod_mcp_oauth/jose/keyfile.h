/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_KEYFILE_H
#define MCP_JOSE_KEYFILE_H

#include "base/error.h"

#define MCP_KEYFILE_MAX (1024 * 1024) /* bytes of keys.json */

/* keys.json in its directory, which is locked against other writers from
 * _open until pool is cleared. */
typedef struct mcp_jose_keyfile_t mcp_jose_keyfile_t;

const mcp_error_t *mcp_jose_keyfile_open(mcp_jose_keyfile_t **file,
                                         const char *directory,
                                         apr_pool_t *pool, mcp_ctx_t *cx);
const char *mcp_jose_keyfile_path(const mcp_jose_keyfile_t *file);
/* *text = NULL when there is no file. One that anybody but its owner may
 * open is a fault. */
const mcp_error_t *mcp_jose_keyfile_read(const char **text,
                                         const mcp_jose_keyfile_t *file,
                                         mcp_ctx_t *cx);
/* Atomically, readable by its owner alone. */
const mcp_error_t *mcp_jose_keyfile_write(const mcp_jose_keyfile_t *file,
                                          const char *text, mcp_ctx_t *cx);

#endif
