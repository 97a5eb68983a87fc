/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_RANDOM_H
#define MCP_BASE_RANDOM_H

#include "base/error.h"

const mcp_error_t *mcp_random_bytes(unsigned char *buf, apr_size_t len,
                                    mcp_ctx_t *cx);
/* bytes random bytes as base64url text without padding */
const mcp_error_t *mcp_random_text(const char **text, apr_size_t bytes,
                                   mcp_ctx_t *cx);
/* The operating system's generator (OpenSSL's), for mcp_host_t.random. */
int mcp_random_system(void *unused, unsigned char *buf, apr_size_t len);

#endif
