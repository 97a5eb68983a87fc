/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_SEEN_H
#define MCP_LIVE_SEEN_H

#include "base/digest.h"

/* A bounded memory of one child: what was found out at some cost for a 32-byte
 * digest, until it expires. Shared by the child's threads. When full, the
 * oldest entry of a set goes. */
typedef struct mcp_live_seen_t mcp_live_seen_t;

typedef struct mcp_live_fact_t {
    const void *block; /* get: a copy in the caller's pool */
    apr_size_t len;    /* at most MCP_SEEN_MAX; larger is not remembered */
    apr_int64_t expires;
    apr_uint64_t sequence; /* the caller's; see store/sequence.h */
} mcp_live_fact_t;

#define MCP_SEEN_MAX 8192

/* freed with pool */
mcp_live_seen_t *mcp_live_seen_make(apr_uint32_t entries, apr_pool_t *pool);
int mcp_live_seen_get(mcp_live_fact_t *fact, mcp_live_seen_t *seen,
                      const unsigned char key[MCP_DIGEST_SIZE],
                      apr_int64_t now, apr_pool_t *pool);
void mcp_live_seen_put(mcp_live_seen_t *seen,
                       const unsigned char key[MCP_DIGEST_SIZE],
                       const mcp_live_fact_t *fact);
void mcp_live_seen_forget(mcp_live_seen_t *seen,
                          const unsigned char key[MCP_DIGEST_SIZE]);

#endif
