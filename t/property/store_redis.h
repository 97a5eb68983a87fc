/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_PROPERTY_STORE_REDIS_H
#define MCP_T_PROPERTY_STORE_REDIS_H

#include "oauth/sealed_keys.h"
#include "oauth/stored_keys.h"
#include "store/open.h"
#include "store/redis.h"
#include "store_kind.h"

/* The store of many nodes: each process is one, with a state directory of its
 * own. They share nothing but a Redis, and the sealed keys in it. */

#ifdef MCP_HIREDIS

#include "../unit/redis_server.h"

#define REDIS_NODES 8
/* What Redis is given to answer. Only a stall should exceed it, however busy
 * the machine is; and each stall costs it. */
#define REDIS_TIMEOUT 1000
#define REDIS_PASSWORD "a password of nodes"

static struct {
    redis_server_t server;
    apr_pool_t *pool; /* of what the driver asks; cleared each time */
    int is_stopped;
} redis;

/* Nodes come as a user of their own, with the rights that the documentation
 * names, and the driver as Redis's default user. */
static const char redis_conf[] = "user node on \">" REDIS_PASSWORD
                                 "\" ~mcp:* &mcp:* +@all -@dangerous "
                                 "+info\n";

static inline void redis_tell(const char *format, const char *argument)
{
    redis_say(&redis.server, redis.pool, format, argument);
    apr_pool_clear(redis.pool);
}

/* A question of a new connection is read after all that came before it; and
 * the next one after all that was read with it has been done. */
static inline void redis_settle(const place_t *place)
{
    (void)place;
    if (!redis.server.pid || redis.is_stopped)
        return;
    redis_tell("PING", NULL);
    redis_tell("PING", NULL);
}

static inline const char *redis_directory(const place_t *place, int which,
                                          apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s/node%d", place->directory, which);
}

static inline const mcp_error_t *redis_prepare(place_t *place, mcp_ctx_t *cx)
{
    int i;

    if (redis.server.pid) {
        redis_settle(place);
        return NULL;
    }
    apr_pool_create(&redis.pool, cx->pool);
    redis_server_make(&redis.server, cx->pool);
    redis_start(&redis.server, redis_conf, cx->pool);
    for (i = 0; i < REDIS_NODES; i++)
        if (mkdir(redis_directory(place, i, cx->pool), 0700))
            exit(99);
    return NULL;
}

static inline void redis_heard(void *revocations)
{
    mcp_store_sequence_bump(revocations);
}

static const mcp_secret_setting_t redis_password = {REDIS_PASSWORD,
                                                    "a literal"};

static inline const mcp_error_t *redis_node_open(mcp_store_t **store,
                                                 const place_t *place,
                                                 const char *directory,
                                                 mcp_ctx_t *cx)
{
    mcp_store_setting_t *set = apr_pcalloc(cx->pool, sizeof(*set));
    mcp_store_opening_t *opening = apr_pcalloc(cx->pool, sizeof(*opening));
    mcp_store_sequence_t *revocations;

    (void)place;
    MCP_TRY(mcp_store_sequence_open(&revocations, directory, cx));
    set->name = "redis";
    set->path = redis.server.socket;
    set->user = "node";
    set->password = &redis_password;
    set->timeout = REDIS_TIMEOUT;
    opening->setting = set;
    opening->directory = directory;
    opening->connections = 4;
    opening->heard = redis_heard;
    opening->baton = revocations;
    return mcp_store_open(store, opening, cx);
}

static inline const mcp_jose_keyplace_t *
redis_keys(const char *directory, mcp_store_t *store, apr_pool_t *pool)
{
    static const mcp_secret_setting_t key = {
        "0123456789abcdef0123456789abcdef", "a literal"};
    static const mcp_sealing_setting_t sealing = {&key, NULL};

    (void)directory;
    return mcp_oauth_sealed_keys_place(
        mcp_oauth_stored_keys_place(store, pool), &sealing, pool);
}

static inline void redis_finish(place_t *place)
{
    int i;

    if (redis.server.pid)
        redis_end(&redis.server, SIGKILL);
    redis_server_end(&redis.server, redis.pool);
    for (i = 0; i < REDIS_NODES; i++)
        tempdir_end(redis_directory(place, i, redis.pool));
}

/* -- what goes wrong -- */

static inline void stop_begin(place_t *place)
{
    (void)place;
    kill(redis.server.pid, SIGSTOP);
    redis.is_stopped = 1;
}

/* What was sent meanwhile is done now, though nobody waits for it any more. */
static inline void stop_end(place_t *place)
{
    kill(redis.server.pid, SIGCONT);
    redis.is_stopped = 0;
    redis_settle(place);
}

static inline void cut_begin(place_t *place)
{
    (void)place;
    redis_tell("CLIENT KILL USER %s", "node");
}

/* They can revoke, and cannot hear that others do. */
static inline void deaf_begin(place_t *place)
{
    (void)place;
    redis_tell("ACL SETUSER %s -subscribe", "node");
    redis_tell("CLIENT KILL TYPE %s", "pubsub");
}

static inline void deaf_end(place_t *place)
{
    (void)place;
    redis_tell("ACL SETUSER %s +subscribe", "node");
}

static inline void memory_begin(place_t *place)
{
    (void)place;
    redis_tell("CONFIG SET maxmemory %s", "1");
}

static inline void memory_end(place_t *place)
{
    (void)place;
    redis_tell("CONFIG SET maxmemory %s", "0");
}

static inline void password_begin(place_t *place)
{
    redis_tell("ACL SETUSER node resetpass %s", ">another");
    cut_begin(place);
}

static inline void password_end(place_t *place)
{
    (void)place;
    redis_tell("ACL SETUSER node resetpass %s", ">" REDIS_PASSWORD);
}

static inline void kill_begin(place_t *place)
{
    (void)place;
    redis_end(&redis.server, SIGKILL);
}

static inline void kill_end(place_t *place)
{
    (void)place;
    redis_start(&redis.server, redis_conf, redis.pool);
    apr_pool_clear(redis.pool);
}

static const trouble_t redis_troubles[] = {
    {"Redis stops for a moment", 0, 0, 0, 0, 1, stop_begin, stop_end, NULL},
    {"connections are cut", 1, 1, 1, 1, 1, cut_begin, nothing, NULL},
    {"nobody can listen", 0, 0, 0, 20, 1, deaf_begin, deaf_end, NULL},
    {"Redis is full", 1, 0, 0, 12, 1, memory_begin, memory_end, NULL},
    {"the password is another", 1, 1, 1, 6, 2, password_begin, password_end,
     NULL},
    {"Redis is killed", 1, 1, 1, 4, 2, kill_begin, kill_end, NULL},
    {"Redis is stalled", 1, 1, 1, 2, 8, stop_begin, stop_end, NULL},
    {NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL},
};

static const store_kind_t kind_redis = {
    "redis",         1,          redis_need,   redis_prepare, redis_directory,
    redis_node_open, redis_keys, redis_settle, redis_finish,  redis_troubles,
};

#else

static inline void redis_need(void)
{
    printf("1..0 # SKIP %s\n", mcp_store_redis_missing(0));
    exit(0);
}

static const store_kind_t kind_redis = {"redis", 1,    redis_need, NULL, NULL,
                                        NULL,    NULL, NULL,       NULL, NULL};

#endif

#endif
