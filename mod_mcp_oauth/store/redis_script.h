/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_SCRIPT_H
#define MCP_STORE_REDIS_SCRIPT_H

#include <apr_pools.h>

/* What Redis does in one go: Lua, which it knows by the SHA-1 of the text.
 *
 * KEYS[1]  the record: a hash of v (value), e (expires), n (version), i (its
 *          index) and s (spent); the last two are there or not
 * KEYS[2]  the index, or none: a sorted set of the last parts of keys, by the
 *          second of Redis's clock at which it has removed the record
 * ARGV     as the enumerators say; a number that Lua cannot hold stays text */

typedef enum {
    MCP_REDIS_PUT,  /* 1, or 0: it is spent */
    MCP_REDIS_ADD,  /* 1, or 0: there is one */
    MCP_REDIS_TAKE, /* v i e n s as they were, or nothing. ARGV: the first */
    MCP_REDIS_REPLACE, /* 1, or 0: it is another version, or gone */
    MCP_REDIS_SCRIPTS
} mcp_store_redis_script_t;

enum {
    MCP_REDIS_NOW = 1, /* seconds since the epoch */
    MCP_REDIS_VALUE,
    MCP_REDIS_EXPIRES,
    MCP_REDIS_KEPT,    /* seconds until Redis removes it; empty: never */
    MCP_REDIS_VERSION, /* to compare, or of a new record */
    MCP_REDIS_MEMBER,  /* of the index */
    MCP_REDIS_INDEX
};

const char *mcp_store_redis_script_text(mcp_store_redis_script_t script);
/* in hexadecimal */
const char *mcp_store_redis_script_sha1(mcp_store_redis_script_t script,
                                        apr_pool_t *pool);

#endif
