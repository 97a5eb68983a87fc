/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis.h"

#include <hiredis/hiredis.h>
#include <string.h>

#include <apr_strings.h>

#include "base/random.h"
#include "base/settings.h"
#include "store/deadline.h"
#include "store/redis_each.h"
#include "store/redis_fault.h"
#include "store/redis_greeting.h"
#include "store/redis_listen.h"
#include "store/redis_record.h"
#include "store/redis_script.h"
#include "store/redis_tell.h"

/* a first version is random: a record that was dropped and put again is not
 * the one that somebody has read before */
#define MOST_VERSION APR_INT64_C(0x3fffffffffffffff)

typedef struct redis_store_t {
    mcp_store_t store;
    mcp_store_redis_target_t *target;
    mcp_store_redis_pool_t *pool;
    mcp_store_redis_listen_t *listen; /* NULL: nobody listens */
    mcp_store_redis_tell_t *tell;     /* the same */
    const char *sha1[MCP_REDIS_SCRIPTS];
} redis_store_t;

/* One thing to do. */
typedef struct job_t {
    redis_store_t *store;
    mcp_store_redis_script_t script;
    mcp_record_kind_t kind;
    const unsigned char *key;
    const mcp_record_t *in; /* NULL: nothing is written */
    apr_int64_t version;
} job_t;

static job_t job_of(mcp_store_t *store, mcp_store_redis_script_t script,
                    mcp_record_kind_t kind, const unsigned char *key,
                    const mcp_record_t *in)
{
    job_t job = {(redis_store_t *)store, script, kind, key, in, 0};

    if (in)
        job.version = in->version;
    return job;
}

static const mcp_error_t *version_make(apr_int64_t *version, mcp_ctx_t *cx)
{
    MCP_TRY(mcp_random_bytes((unsigned char *)version, sizeof(*version), cx));
    *version &= MOST_VERSION;
    return NULL;
}

/* -- words of commands -- */

static void number_add(mcp_store_redis_command_t *command, apr_int64_t number,
                       apr_pool_t *pool)
{
    mcp_store_redis_connection_text(
        command, apr_psprintf(pool, "%" APR_INT64_T_FMT, number));
}

static const char *name_of(const job_t *job, apr_pool_t *pool)
{
    return mcp_store_redis_record_name(
        job->kind, mcp_store_redis_record_member(job->key, pool), pool);
}

/* Until when Redis keeps it: long enough for a clock that steps back, and by
 * the time that is left, for its own clock may be another. */
static void kept_add(mcp_store_redis_command_t *command,
                     const mcp_record_t *record, mcp_ctx_t *cx)
{
    apr_int64_t seconds = record->expires - mcp_ctx_seconds(cx) +
                          MCP_STORE_CLOCK_STEP;

    if (record->expires >= MCP_UNLIMITED)
        mcp_store_redis_connection_text(command, "");
    else
        number_add(command, seconds > 1 ? seconds : 1, cx->pool);
}

static void record_add(mcp_store_redis_command_t *command, const job_t *job,
                       mcp_ctx_t *cx)
{
    mcp_store_redis_connection_word(
        command, job->in->len ? job->in->value : "", job->in->len);
    number_add(command, job->in->expires, cx->pool);
    kept_add(command, job->in, cx);
    number_add(command, job->version, cx->pool);
    mcp_store_redis_connection_text(
        command, mcp_store_redis_record_member(job->key, cx->pool));
    if (job->in->index)
        mcp_store_redis_connection_text(command, job->in->index);
}

static void script_make(mcp_store_redis_command_t *command, const job_t *job,
                        int by_name, mcp_ctx_t *cx)
{
    const char *index = job->in ? job->in->index : NULL;

    memset(command, 0, sizeof(*command));
    mcp_store_redis_connection_text(command, by_name ? "EVALSHA" : "EVAL");
    mcp_store_redis_connection_text(
        command, by_name ? job->store->sha1[job->script]
                         : mcp_store_redis_script_text(job->script));
    mcp_store_redis_connection_text(command, index ? "2" : "1");
    mcp_store_redis_connection_text(command, name_of(job, cx->pool));
    if (index)
        mcp_store_redis_connection_text(
            command, mcp_store_redis_record_index(job->kind, index, cx->pool));
    number_add(command, mcp_ctx_seconds(cx), cx->pool);
    if (job->in)
        record_add(command, job, cx);
}

/* -- asking -- */

static apr_time_t deadline_of(const redis_store_t *store)
{
    return mcp_store_deadline_now() + store->target->config->timeout;
}

static int is_unknown(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_ERROR &&
           !strncmp(reply->str, "NOSCRIPT", strlen("NOSCRIPT"));
}

/* By its name, and where Redis does not know it (yet) by its text: that one
 * was not run, so nothing is done twice. */
static const mcp_error_t *ask(const redisReply **reply, const job_t *job,
                              mcp_store_redis_connection_t *connection,
                              apr_time_t deadline, mcp_ctx_t *cx)
{
    const mcp_store_redis_target_t *target = job->store->target;
    mcp_store_redis_command_t command;
    int by_name = 1;

    do {
        script_make(&command, job, by_name, cx);
        mcp_store_redis_connection_send(connection, &command);
        MCP_TRY(mcp_store_redis_connection_receive(reply, connection, target,
                                                   deadline, cx));
    } while (by_name-- && is_unknown(*reply));
    return mcp_store_redis_fault_of_reply(*reply, target->where, cx);
}

static const mcp_error_t *run(const redisReply **reply, const job_t *job,
                              mcp_ctx_t *cx)
{
    apr_time_t deadline = deadline_of(job->store);
    mcp_store_redis_connection_t *connection;
    const mcp_error_t *e;

    MCP_TRY(mcp_store_redis_pool_acquire(&connection, job->store->pool,
                                         deadline, cx));
    e = ask(reply, job, connection, deadline, cx);
    mcp_store_redis_pool_release(job->store->pool, connection, e);
    return e;
}

/* One that answers 1 or 0. */
static const mcp_error_t *run_for_yes(int *yes, const job_t *job,
                                      mcp_ctx_t *cx)
{
    const redisReply *reply;

    MCP_TRY(run(&reply, job, cx));
    if (reply->type != REDIS_REPLY_INTEGER)
        return mcp_store_redis_fault_of_shape(job->store->target->where, cx);
    *yes = reply->integer == 1;
    return NULL;
}

/* -- what a store does -- */

static const mcp_error_t *redis_put(mcp_store_t *store, mcp_record_kind_t kind,
                                    const unsigned char *key,
                                    const mcp_record_t *record, mcp_ctx_t *cx)
{
    job_t job = job_of(store, MCP_REDIS_PUT, kind, key, record);
    int done;

    MCP_TRY(version_make(&job.version, cx));
    MCP_TRY(run_for_yes(&done, &job, cx));
    if (!done)
        return mcp_error_make(MCP_E_INVALID_REQUEST, cx,
                              "store: put over a record that is spent");
    return NULL;
}

/* house: six arguments, since a record is named by a kind and a key */
static const mcp_error_t *redis_add(int *added, mcp_store_t *store,
                                    mcp_record_kind_t kind,
                                    const unsigned char *key,
                                    const mcp_record_t *record, mcp_ctx_t *cx)
{
    job_t job = job_of(store, MCP_REDIS_ADD, kind, key, record);

    MCP_TRY(version_make(&job.version, cx));
    return run_for_yes(added, &job, cx);
}

static const mcp_error_t *redis_get(const mcp_record_t **record,
                                    mcp_store_t *store, mcp_record_kind_t kind,
                                    const unsigned char *key, mcp_ctx_t *cx)
{
    job_t job = job_of(store, 0, kind, key, NULL);
    mcp_store_redis_command_t command = {{NULL}, {0}, 0};
    const redisReply *reply;

    mcp_store_redis_record_ask(&command, name_of(&job, cx->pool));
    MCP_TRY(mcp_store_redis_pool_ask(&reply, job.store->pool, &command, cx));
    return mcp_store_redis_record_of(record, reply, job.store->target->where,
                                     cx);
}

static const mcp_error_t *redis_take(const mcp_record_t **record,
                                     mcp_store_t *store,
                                     mcp_record_kind_t kind,
                                     const unsigned char *key, mcp_ctx_t *cx)
{
    job_t job = job_of(store, MCP_REDIS_TAKE, kind, key, NULL);
    const redisReply *reply;

    MCP_TRY(run(&reply, &job, cx));
    return mcp_store_redis_record_of(record, reply, job.store->target->where,
                                     cx);
}

/* house: six arguments, since a record is named by a kind and a key */
static const mcp_error_t *redis_replace(int *done, mcp_store_t *store,
                                        mcp_record_kind_t kind,
                                        const unsigned char *key,
                                        const mcp_record_t *record,
                                        mcp_ctx_t *cx)
{
    job_t job = job_of(store, MCP_REDIS_REPLACE, kind, key, record);

    return run_for_yes(done, &job, cx);
}

static const mcp_error_t *redis_drop(mcp_store_t *store,
                                     mcp_record_kind_t kind,
                                     const unsigned char *key, mcp_ctx_t *cx)
{
    job_t job = job_of(store, 0, kind, key, NULL);
    mcp_store_redis_command_t command = {{NULL}, {0}, 0};
    const redisReply *reply;

    mcp_store_redis_connection_text(&command, "DEL");
    mcp_store_redis_connection_text(&command, name_of(&job, cx->pool));
    return mcp_store_redis_pool_ask(&reply, job.store->pool, &command, cx);
}

/* house: six arguments, since a function and its baton count as one */
static const mcp_error_t *redis_each(mcp_store_t *base, mcp_record_kind_t kind,
                                     const char *index, mcp_store_each_fn *fn,
                                     void *baton, mcp_ctx_t *cx)
{
    redis_store_t *store = (redis_store_t *)base;
    mcp_store_redis_each_t each = {store->pool, store->target, kind, index,
                                   fn,          baton};

    return mcp_store_redis_each(&each, cx);
}

/* Redis removes what expired by itself. */
static const mcp_error_t *redis_purge(mcp_store_t *store, mcp_ctx_t *cx)
{
    return NULL;
}

static const mcp_error_t *redis_announce(mcp_store_t *base, mcp_ctx_t *cx)
{
    redis_store_t *store = (redis_store_t *)base;
    mcp_store_redis_command_t command = {{NULL}, {0}, 0};
    const redisReply *reply;

    mcp_store_redis_connection_text(&command, "PUBLISH");
    mcp_store_redis_connection_text(
        &command, mcp_store_redis_listen_channel(store->target, cx->pool));
    mcp_store_redis_connection_text(&command, "");
    return mcp_store_redis_pool_ask(&reply, store->pool, &command, cx);
}

static int redis_is_hearing(mcp_store_t *base)
{
    redis_store_t *store = (redis_store_t *)base;

    return store->listen && mcp_store_redis_listen_is_hearing(store->listen);
}

static void redis_tell(mcp_store_t *base, const mcp_note_t *note)
{
    redis_store_t *store = (redis_store_t *)base;

    if (store->tell)
        mcp_store_redis_tell(store->tell, note);
}

static const mcp_store_provider_t provider = {
    "redis",     redis_put,      redis_add,        redis_get,
    redis_take,  redis_replace,  redis_drop,       redis_each,
    redis_purge, redis_announce, redis_is_hearing, redis_tell,
};

const char *mcp_store_redis_missing(int tls)
{
    return tls ? mcp_store_redis_tls_missing() : NULL;
}

const mcp_error_t *
mcp_store_redis_check(const mcp_store_redis_config_t *config, mcp_ctx_t *cx)
{
    mcp_store_redis_connection_t connection = {NULL, 0, 0, NULL};
    mcp_store_redis_target_t *target;

    MCP_TRY(mcp_store_redis_connection_target(&target, config, cx));
    mcp_store_redis_address_resolve(target->address);
    MCP_TRY(mcp_store_redis_greeting(
        &connection, target, mcp_store_deadline_now() + config->timeout, cx));
    mcp_store_redis_connection_close(&connection);
    return NULL;
}

const mcp_error_t *mcp_store_redis_open(mcp_store_t **out,
                                        const mcp_store_redis_config_t *config,
                                        mcp_ctx_t *cx)
{
    redis_store_t *store = apr_pcalloc(cx->pool, sizeof(*store));
    const mcp_store_redis_config_t *own =
        apr_pmemdup(cx->pool, config, sizeof(*config));
    int i;

    store->store.provider = &provider;
    for (i = 0; i < MCP_REDIS_SCRIPTS; i++)
        store->sha1[i] = mcp_store_redis_script_sha1(i, cx->pool);
    MCP_TRY(mcp_store_redis_connection_target(&store->target, own, cx));
    MCP_TRY(mcp_store_redis_pool_make(&store->pool, store->target, cx));
    if (config->heard) {
        MCP_TRY(
            mcp_store_redis_listen_start(&store->listen, store->target, cx));
        MCP_TRY(mcp_store_redis_tell_start(&store->tell, store->pool,
                                           store->target, cx));
    }
    else
        mcp_store_redis_address_resolve(store->target->address);
    *out = &store->store;
    return NULL;
}
