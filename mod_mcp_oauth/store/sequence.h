/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_SEQUENCE_H
#define MCP_STORE_SEQUENCE_H

#include "base/error.h"

/* The revocation sequence (D5): an 8-byte file in the state directory, mapped
 * by every child and by mcpctl. When it moves, something was revoked and what
 * is remembered must be judged again. */
typedef struct mcp_store_sequence_t mcp_store_sequence_t;

/* Maps directory/revocations, making it (0600). Unmapped with cx->pool. */
const mcp_error_t *mcp_store_sequence_open(mcp_store_sequence_t **seq,
                                           const char *directory,
                                           mcp_ctx_t *cx);
apr_uint64_t mcp_store_sequence_get(const mcp_store_sequence_t *seq);
/* after the tombstone was stored, never before */
void mcp_store_sequence_bump(mcp_store_sequence_t *seq);

#endif
