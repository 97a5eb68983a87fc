/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis_each.h"

#include <hiredis/hiredis.h>
#include <string.h>

#include <apr_hash.h>
#include <apr_strings.h>
#include <apr_tables.h>

#include "store/deadline.h"
#include "store/redis_fault.h"
#include "store/redis_record.h"

#define PAGE_RECORDS 50
/* keys that Redis looks at for one answer of SCAN */
#define SCAN_KEYS "1000"

/* Members and what is found of them. */
typedef struct batch_t {
    const apr_array_header_t *members;       /* at most PAGE_RECORDS */
    const mcp_record_t *found[PAGE_RECORDS]; /* in their order, or NULL */
} batch_t;

static void batch_send(const batch_t *batch, mcp_record_kind_t kind,
                       mcp_store_redis_connection_t *connection,
                       apr_pool_t *pool)
{
    int i;

    for (i = 0; i < batch->members->nelts; i++) {
        mcp_store_redis_command_t command = {{NULL}, {0}, 0};
        const char *member = APR_ARRAY_IDX(batch->members, i, const char *);

        mcp_store_redis_record_ask(
            &command, mcp_store_redis_record_name(kind, member, pool));
        mcp_store_redis_connection_send(connection, &command);
    }
}

static const mcp_error_t *
batch_receive(batch_t *batch, const mcp_store_redis_target_t *target,
              mcp_store_redis_connection_t *connection, apr_time_t deadline,
              mcp_ctx_t *cx)
{
    const redisReply *reply;
    int i;

    for (i = 0; i < batch->members->nelts; i++) {
        MCP_TRY(mcp_store_redis_connection_receive(&reply, connection, target,
                                                   deadline, cx));
        MCP_TRY(mcp_store_redis_record_of(&batch->found[i], reply,
                                          target->where, cx));
    }
    return NULL;
}

static const mcp_error_t *
fetch(batch_t *batch, const mcp_store_redis_each_t *each, mcp_ctx_t *cx)
{
    apr_time_t deadline = mcp_store_deadline_now() +
                          each->target->config->timeout;
    mcp_store_redis_connection_t *connection;
    const mcp_error_t *e;

    MCP_TRY(
        mcp_store_redis_pool_acquire(&connection, each->pool, deadline, cx));
    batch_send(batch, each->kind, connection, cx->pool);
    e = batch_receive(batch, each->target, connection, deadline, cx);
    mcp_store_redis_pool_release(each->pool, connection, e);
    return e;
}

/* A member stays in an index where its record has left it. */
static int is_meant(const mcp_record_t *record,
                    const mcp_store_redis_each_t *each)
{
    return record && (!each->index ||
                      (record->index && !strcmp(record->index, each->index)));
}

/* callers: what the caller's function is given; the page's is cleared */
static const mcp_error_t *page(const mcp_store_redis_each_t *each,
                               const apr_array_header_t *members,
                               mcp_ctx_t *cx, mcp_ctx_t *callers)
{
    batch_t batch = {members, {NULL}};
    int i;

    MCP_TRY(fetch(&batch, each, cx));
    for (i = 0; i < members->nelts; i++) {
        const unsigned char *key = mcp_store_redis_record_key(
            APR_ARRAY_IDX(members, i, const char *), cx->pool);

        if (key && is_meant(batch.found[i], each))
            MCP_TRY(each->fn(each->baton, key, batch.found[i], callers));
    }
    return NULL;
}

/* In pages: those of elements that begin with prefix, and that are not in
 * seen, which may be NULL. */
static const mcp_error_t *pages(const mcp_store_redis_each_t *each,
                                const redisReply *elements, const char *prefix,
                                apr_hash_t *seen, mcp_ctx_t *cx)
{
    apr_size_t i, len = strlen(prefix);
    mcp_ctx_t own = *cx;
    apr_array_header_t *members =
        apr_array_make(cx->pool, PAGE_RECORDS, sizeof(const char *));

    apr_pool_create(&own.pool, cx->pool);
    for (i = 0; i < elements->elements; i++) {
        const char *text = elements->element[i]->str;

        if (text && !strncmp(text, prefix, len) &&
            (!seen || !apr_hash_get(seen, text, APR_HASH_KEY_STRING)))
            APR_ARRAY_PUSH(members, const char *) = text + len;
        if (members->nelts &&
            (members->nelts == PAGE_RECORDS || i + 1 == elements->elements)) {
            MCP_TRY(page(each, members, &own, cx));
            apr_array_clear(members);
            apr_pool_clear(own.pool);
        }
    }
    apr_pool_destroy(own.pool);
    return NULL;
}

static void see(apr_hash_t *seen, const redisReply *elements, apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < elements->elements; i++)
        if (elements->element[i]->str)
            apr_hash_set(seen, apr_pstrdup(pool, elements->element[i]->str),
                         APR_HASH_KEY_STRING, "");
}

/* A SCAN gives what is there all the time at least once, and may give it
 * again. */
static const mcp_error_t *all(const mcp_store_redis_each_t *each,
                              mcp_ctx_t *cx)
{
    const char *prefix = mcp_store_redis_record_name(each->kind, "", cx->pool);
    apr_hash_t *seen = apr_hash_make(cx->pool);
    const char *cursor = "0";
    const redisReply *reply;
    mcp_ctx_t own = *cx;

    apr_pool_create(&own.pool, cx->pool);
    do {
        mcp_store_redis_command_t command = {{NULL}, {0}, 0};

        mcp_store_redis_connection_text(&command, "SCAN");
        mcp_store_redis_connection_text(&command, cursor);
        mcp_store_redis_connection_text(&command, "MATCH");
        mcp_store_redis_connection_text(
            &command, apr_pstrcat(own.pool, prefix, "*", NULL));
        mcp_store_redis_connection_text(&command, "COUNT");
        mcp_store_redis_connection_text(&command, SCAN_KEYS);
        MCP_TRY(mcp_store_redis_pool_ask(&reply, each->pool, &command, &own));
        if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
            !reply->element[0]->str)
            return mcp_store_redis_fault_of_shape(each->target->where, cx);
        MCP_TRY(pages(each, reply->element[1], prefix, seen, cx));
        see(seen, reply->element[1], cx->pool);
        cursor = apr_pstrdup(cx->pool, reply->element[0]->str);
        apr_pool_clear(own.pool);
    } while (strcmp(cursor, "0") != 0);
    apr_pool_destroy(own.pool);
    return NULL;
}

static const mcp_error_t *indexed(const mcp_store_redis_each_t *each,
                                  mcp_ctx_t *cx)
{
    mcp_store_redis_command_t command = {{NULL}, {0}, 0};
    const redisReply *reply;

    mcp_store_redis_connection_text(&command, "ZRANGE");
    mcp_store_redis_connection_text(
        &command,
        mcp_store_redis_record_index(each->kind, each->index, cx->pool));
    mcp_store_redis_connection_text(&command, "0");
    mcp_store_redis_connection_text(&command, "-1");
    MCP_TRY(mcp_store_redis_pool_ask(&reply, each->pool, &command, cx));
    if (reply->type != REDIS_REPLY_ARRAY)
        return mcp_store_redis_fault_of_shape(each->target->where, cx);
    return pages(each, reply, "", NULL, cx);
}

const mcp_error_t *mcp_store_redis_each(const mcp_store_redis_each_t *each,
                                        mcp_ctx_t *cx)
{
    return each->index ? indexed(each, cx) : all(each, cx);
}
