/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis_record.h"

#include <hiredis/hiredis.h>
#include <string.h>

#include <apr_escape.h>
#include <apr_strings.h>

#include "store/redis_fault.h"

enum { VALUE, INDEX, EXPIRES, VERSION, SPENT, FIELDS };

const char *
mcp_store_redis_record_member(const unsigned char key[MCP_DIGEST_SIZE],
                              apr_pool_t *pool)
{
    return apr_pescape_hex(pool, key, MCP_DIGEST_SIZE, 0);
}

const unsigned char *mcp_store_redis_record_key(const char *member,
                                                apr_pool_t *pool)
{
    apr_size_t len = strlen(member);

    if (len != 2 * MCP_DIGEST_SIZE ||
        strspn(member, "0123456789abcdef") != len)
        return NULL;
    return apr_punescape_hex(pool, member, 0, NULL);
}

const char *mcp_store_redis_record_name(mcp_record_kind_t kind,
                                        const char *member, apr_pool_t *pool)
{
    return apr_psprintf(pool, "mcp:%d:%s", (int)kind, member);
}

const char *mcp_store_redis_record_index(mcp_record_kind_t kind,
                                         const char *index, apr_pool_t *pool)
{
    return apr_psprintf(pool, "mcp:index:%d:%s", (int)kind, index);
}

void mcp_store_redis_record_ask(mcp_store_redis_command_t *command,
                                const char *name)
{
    static const char *const fields[FIELDS] = {"v", "i", "e", "n", "s"};
    int i;

    mcp_store_redis_connection_text(command, "HMGET");
    mcp_store_redis_connection_text(command, name);
    for (i = 0; i < FIELDS; i++)
        mcp_store_redis_connection_text(command, fields[i]);
}

static int is_text(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING;
}

static int number_of(apr_int64_t *number, const redisReply *reply)
{
    char *end;

    if (!is_text(reply))
        return 0;
    *number = apr_strtoi64(reply->str, &end, 10);
    return reply->len && !*end;
}

const mcp_error_t *mcp_store_redis_record_of(const mcp_record_t **out,
                                             const redisReply *reply,
                                             const char *where, mcp_ctx_t *cx)
{
    mcp_record_t *record = apr_pcalloc(cx->pool, sizeof(*record));
    redisReply **fields = reply->element;

    *out = NULL;
    MCP_TRY(mcp_store_redis_fault_of_reply(reply, where, cx));
    if (reply->type == REDIS_REPLY_NIL)
        return NULL;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != FIELDS)
        return mcp_store_redis_fault_of_shape(where, cx);
    if (fields[VALUE]->type == REDIS_REPLY_NIL)
        return NULL;
    if (!is_text(fields[VALUE]) ||
        !number_of(&record->expires, fields[EXPIRES]) ||
        !number_of(&record->version, fields[VERSION]))
        return mcp_store_redis_fault_of_shape(where, cx);
    if (record->expires <= mcp_ctx_seconds(cx))
        return NULL;
    record->len = fields[VALUE]->len;
    record->value =
        apr_pstrmemdup(cx->pool, fields[VALUE]->str, fields[VALUE]->len);
    if (is_text(fields[INDEX]))
        record->index = apr_pstrdup(cx->pool, fields[INDEX]->str);
    record->spent = is_text(fields[SPENT]);
    *out = record;
    return NULL;
}
