/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_RECORD_H
#define MCP_STORE_REDIS_RECORD_H

#include "store/redis_connection.h"

/* Records as Redis has them: each a hash under "mcp:KIND:KEY", KIND being the
 * number in record.def and KEY in hexadecimal; an index is a sorted set of
 * KEYs under "mcp:index:KIND:TEXT". */

const char *
mcp_store_redis_record_member(const unsigned char key[MCP_DIGEST_SIZE],
                              apr_pool_t *pool);
/* NULL when it is none */
const unsigned char *mcp_store_redis_record_key(const char *member,
                                                apr_pool_t *pool);
/* "mcp:KIND:", and then the member */
const char *mcp_store_redis_record_name(mcp_record_kind_t kind,
                                        const char *member, apr_pool_t *pool);
const char *mcp_store_redis_record_index(mcp_record_kind_t kind,
                                         const char *index, apr_pool_t *pool);
/* HMGET of what mcp_store_redis_record_of wants */
void mcp_store_redis_record_ask(mcp_store_redis_command_t *command,
                                const char *name);
/* *record = NULL when there is none, or it expired. It lives in cx->pool. */
const mcp_error_t *mcp_store_redis_record_of(const mcp_record_t **record,
                                             const struct redisReply *reply,
                                             const char *where, mcp_ctx_t *cx);

#endif
