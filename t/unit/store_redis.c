/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "redis_server.h"
#include "store_cases.h"

static redis_server_t server;

static mcp_store_t *store_of(int connections, mcp_ctx_t *own, mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, connections);
    mcp_store_t *store = NULL;

    *own = *cx;
    apr_pool_create(&own->pool, cx->pool);
    mcp_store_redis_open(&store, &config, own);
    return store;
}

static void test_cases(mcp_ctx_t *cx)
{
    mcp_ctx_t own;
    mcp_store_t *store = store_of(1, &own, cx);
    int before = redis_connections(&server, cx->pool);

    store_cases(store, &own);
    ok(redis_connections(&server, cx->pool) - before == 2,
       "one connection was enough for all this");
    fine(mcp_store_purge(store, &own), "purging is Redis's own affair");
    apr_pool_destroy(own.pool);
}

static const char *name_of(mcp_record_kind_t kind, int number, apr_pool_t *p)
{
    const unsigned char *key = key_of(number);
    char *name = apr_psprintf(p, "mcp:%d:", (int)kind);
    int i;

    for (i = 0; i < MCP_DIGEST_SIZE; i++)
        name = apr_psprintf(p, "%s%02x", name, key[i]);
    return name;
}

static int left_of(const char *name, mcp_ctx_t *cx)
{
    return atoi(redis_say(&server, cx->pool, "TTL %s", name));
}

static int is_about(int seconds, apr_int64_t want)
{
    return seconds <= want && seconds > want - 60;
}

/* How long Redis keeps what. The clock of Redis is not the test's. */
static void test_kept(mcp_ctx_t *cx)
{
    const char *index = "mcp:index:3:ada lovelace";
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("x", now + 600);
    mcp_ctx_t own;
    mcp_store_t *store = store_of(1, &own, cx);
    const char *name = name_of(MCP_RECORD_GRANT, 300, cx->pool);

    put(store, MCP_RECORD_GRANT, 300, &record, &own);
    ok(is_about(left_of(name, cx), 600 + MCP_STORE_CLOCK_STEP),
       "a clock step longer than it counts: %d", left_of(name, cx));
    record.expires = MCP_STORE_CLOCK_STEP; /* long ago */
    put(store, MCP_RECORD_GRANT, 301, &record, &own);
    ok(left_of(name_of(MCP_RECORD_GRANT, 301, cx->pool), cx) <= 1,
       "what expired long ago is not kept");
    record.expires = APR_INT64_C(0x7fffffffffff);
    put(store, MCP_RECORD_GRANT, 300, &record, &own);
    ok(left_of(name, cx) == -1, "no limit is none in Redis");
    is(get(store, MCP_RECORD_GRANT, 300, &own), "x", "and it is there");
    record.expires = now + 60;
    record.index = "ada lovelace";
    put(store, MCP_RECORD_GRANT, 300, &record, &own);
    ok(is_about(left_of(name, cx), 60 + MCP_STORE_CLOCK_STEP),
       "a limit again");
    ok(is_about(left_of(index, cx), 61 + MCP_STORE_CLOCK_STEP),
       "an index is kept as long as its record: %d", left_of(index, cx));
    record.expires = now + 600;
    put(store, MCP_RECORD_GRANT, 302, &record, &own);
    record.expires = now + 30;
    put(store, MCP_RECORD_GRANT, 303, &record, &own);
    ok(is_about(left_of(index, cx), 601 + MCP_STORE_CLOCK_STEP),
       "as the one that is kept longest");
    redis_say(&server, cx->pool, "ZADD %s 1000 gone", index);
    put(store, MCP_RECORD_GRANT, 303, &record, &own);
    is(redis_say(&server, cx->pool, "ZCARD %s", index), "3",
       "and forgets what Redis has removed");
    record.expires = APR_INT64_C(0x7fffffffffff);
    put(store, MCP_RECORD_GRANT, 303, &record, &own);
    ok(left_of(index, cx) == -1, "for ever, if need be");
    apr_pool_destroy(own.pool);
}

static const mcp_error_t *count_all(void *baton, const unsigned char *key,
                                    const mcp_record_t *record, mcp_ctx_t *cx)
{
    ++*(int *)baton;
    return NULL;
}

/* What is not ours, and what somebody broke. */
static void test_foreign(mcp_ctx_t *cx)
{
    const char *name = name_of(MCP_RECORD_DENIED, 310, cx->pool);
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("x", now + 60);
    const mcp_record_t *found;
    mcp_ctx_t own;
    mcp_store_t *store = store_of(1, &own, cx);
    int i, count = 0;

    for (i = 0; i < 3000; i++)
        redis_say(&server, cx->pool, "SET other:%d x", i);
    for (i = 0; i < 120; i++)
        put(store, MCP_RECORD_DENIED, 320 + i, &record, &own);
    redis_say(&server, cx->pool, "HSET mcp:8:nokey v x e 2000000000 n 1");
    mcp_store_each(store, MCP_RECORD_DENIED, NULL, count_all, &count, &own);
    ok(count == 120, "among keys of others, each gives ours: %d", count);
    redis_say(&server, cx->pool, "SET %s x", name);
    faults(mcp_store_get(&found, store, MCP_RECORD_DENIED, key_of(310), &own),
           "begin with mcp:", "a key that is no record");
    faults(put(store, MCP_RECORD_DENIED, 310, &record, &own),
           "begin with mcp:", "is not written, either");
    redis_say(&server, cx->pool, "DEL %s", name);
    redis_say(&server, cx->pool, "HSET %s v x e soon n 1", name);
    faults(mcp_store_get(&found, store, MCP_RECORD_DENIED, key_of(310), &own),
           "begin with mcp:", "a record that was changed by hand");
    redis_say(&server, cx->pool, "FLUSHALL");
    fine(put(store, MCP_RECORD_DENIED, 310, &record, &own), "it goes on");
    redis_say(&server, cx->pool, "SCRIPT FLUSH");
    fine(put(store, MCP_RECORD_DENIED, 310, &record, &own),
         "also when Redis forgot the scripts");
    apr_pool_destroy(own.pool);
}

static void test_fork(mcp_ctx_t *cx)
{
    mcp_record_t record = record_of("x", mcp_ctx_seconds(cx) + 60);
    mcp_ctx_t own;
    mcp_store_t *store = store_of(1, &own, cx);
    pid_t child;
    int status;

    put(store, MCP_RECORD_CODE, 330, &record, &own);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        const mcp_record_t *found;
        const mcp_error_t *e =
            mcp_store_get(&found, store, MCP_RECORD_CODE, key_of(330), &own);

        apr_pool_destroy(own.pool);
        _exit(!(e && e->code == MCP_E_UNAVAILABLE));
    }
    waitpid(child, &status, 0);
    ok(status == 0, "a connection is not used across a fork");
    is(get(store, MCP_RECORD_CODE, 330, &own), "x",
       "and the parent's still works");
    apr_pool_destroy(own.pool);
}

static void test_restart(mcp_ctx_t *cx)
{
    int i;
    mcp_record_t record = record_of("x", mcp_ctx_seconds(cx) + 60);
    mcp_ctx_t own;
    mcp_store_t *store = store_of(2, &own, cx);

    put(store, MCP_RECORD_CODE, 340, &record, &own);
    ok(take(store, 340, &own) == 1, "taken");
    redis_end(&server, SIGTERM);
    redis_start(&server, NULL, cx->pool);
    ok(take(store, 340, &own) == 2,
       "Redis was restarted: the code is spent, and it cost no request");
    redis_end(&server, SIGKILL);
    faults(put(store, MCP_RECORD_CODE, 341, &record, &own), "Start Redis",
           "Redis is not there");
    redis_start(&server, NULL, cx->pool);
    for (i = 0; i < 500 && take(store, 340, &own) < 0; i++)
        apr_sleep(10000);
    ok(take(store, 340, &own) == 2, "it is back, and knows the code");
    apr_pool_destroy(own.pool);
}

/* -- how a Redis is judged -- */

static const mcp_error_t *checked(const mcp_store_redis_config_t *config,
                                  mcp_ctx_t *cx)
{
    tap_log[0] = '\0';
    return mcp_store_redis_check(config, cx);
}

static void test_trust(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 1);
    apr_pool_t *p = cx->pool;

    fine(checked(&config, cx), "a Redis as it should be");
    is(tap_log, "", "of which there is nothing to say");
    redis_say(&server, p, "CONFIG SET maxmemory-policy allkeys-lru");
    fine(checked(&config, cx), "one that never has to make room");
    redis_say(&server, p, "CONFIG SET maxmemory 100mb");
    faults(checked(&config, cx), "maxmemory-policy noeviction",
           "one that throws keys away to make room");
    redis_say(&server, p, "CONFIG SET maxmemory-policy volatile-ttl");
    faults(checked(&config, cx), "maxmemory-policy noeviction",
           "one that throws away those that expire");
    redis_say(&server, p, "CONFIG SET maxmemory-policy noeviction");
    fine(checked(&config, cx), "one that refuses to be overfilled");
    redis_say(&server, p, "CONFIG SET maxmemory 0");
    redis_say(&server, p, "REPLICAOF 127.0.0.1 1");
    faults(checked(&config, cx), "Name its master", "a replica");
    redis_say(&server, p, "REPLICAOF NO ONE");
    redis_say(&server, p, "CONFIG SET appendonly no");
    fine(checked(&config, cx), "one that keeps its data in memory alone");
    ok(strstr(tap_log, "MCP00800") && strstr(tap_log, "appendonly yes"),
       "is let in with a warning");
    redis_say(&server, p, "CONFIG SET appendonly yes");
    config.db = 15;
    fine(checked(&config, cx), "a database that it has");
    config.db = 16;
    faults(checked(&config, cx), "Name a database", "one that it has not");
}

static void test_warns_once(mcp_ctx_t *cx)
{
    mcp_ctx_t own;
    mcp_store_t *store = store_of(2, &own, cx);
    int i;

    redis_say(&server, cx->pool, "CONFIG SET appendonly no");
    tap_log[0] = '\0';
    for (i = 0; i < 3; i++) {
        get(store, MCP_RECORD_CODE, 1, &own);
        redis_say(&server, cx->pool, "CLIENT KILL TYPE normal");
    }
    ok(strstr(tap_log, "MCP00800") && !strchr(strchr(tap_log, '\n') + 1, '\n'),
       "a child says once that there is no append-only file");
    redis_say(&server, cx->pool, "CONFIG SET appendonly yes");
    apr_pool_destroy(own.pool);
}

static void test_password(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 1);
    const mcp_error_t *e;
    apr_pool_t *p = cx->pool;

    config.password = "sesame";
    faults(checked(&config, cx), "Drop password=", "a password too many");
    redis_say(&server, p,
              "ACL SETUSER mcp on >sesame ~mcp:* &mcp:* +@all -@dangerous "
              "+info");
    redis_say(&server, p, "ACL SETUSER blind on >sesame ~mcp:* +@all -info");
    redis_say(&server, p, "ACL SETUSER weak on >sesame ~other:* +@all");
    config.user = "mcp";
    fine(checked(&config, cx), "a user of the ACL");
    is(tap_log, "", "who may all that is needed");
    config.password = "wrong-word";
    e = checked(&config, cx);
    faults(e, "Correct the user or the password", "with a wrong password");
    ok(e && !strstr(e->detail, "wrong-word"), "which is not logged");
    config.password = "sesame";
    config.user = "blind";
    fine(checked(&config, cx), "one who may not ask for the configuration");
    ok(strstr(tap_log, "MCP00801") && strstr(tap_log, "+info"),
       "is let in with a warning");
    redis_say(&server, p, "CONFIG SET requirepass other-word");
    config.user = config.password = NULL;
    faults(checked(&config, cx), "Add password=", "no password");
    config.password = "other-word";
    fine(checked(&config, cx), "the password");
}

/* As a user of the ACL with no more rights than the remedy names. */
static void test_rights(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 1);
    mcp_record_t record = record_of("x", mcp_ctx_seconds(cx) + 60);
    mcp_store_t *store;
    mcp_ctx_t own = *cx;

    apr_pool_create(&own.pool, cx->pool);
    config.user = "mcp";
    config.password = "sesame";
    mcp_store_redis_open(&store, &config, &own);
    store_cases(store, &own);
    fine(mcp_store_announce(store, &own), "these rights are enough");
    config.user = "weak";
    mcp_store_redis_open(&store, &config, &own);
    faults(put(store, MCP_RECORD_CODE, 350, &record, &own), "~mcp:*",
           "others are told what is missing");
    apr_pool_destroy(own.pool);
    redis_end(&server, SIGKILL);
    redis_start(&server, NULL, cx->pool);
}

static void test_full(mcp_ctx_t *cx)
{
    mcp_record_t record = record_of("x", mcp_ctx_seconds(cx) + 60);
    mcp_ctx_t own;
    mcp_store_t *store = store_of(1, &own, cx);

    put(store, MCP_RECORD_CODE, 360, &record, &own);
    redis_say(&server, cx->pool, "CONFIG SET maxmemory 1");
    faults(put(store, MCP_RECORD_CODE, 361, &record, &own), "Raise maxmemory",
           "Redis is full");
    is(get(store, MCP_RECORD_CODE, 360, &own), "x", "what is there is there");
    ok(take(store, 360, &own) == -1, "nothing is taken that cannot be noted");
    redis_say(&server, cx->pool, "CONFIG SET maxmemory 0");
    ok(take(store, 360, &own) == 1, "until there is room again");
    apr_pool_destroy(own.pool);
}

static void body(mcp_ctx_t *cx)
{
    redis_server_make(&server, cx->pool);
    redis_start(&server, NULL, cx->pool);
    test_cases(cx);
    test_kept(cx);
    test_foreign(cx);
    test_fork(cx);
    test_restart(cx);
    test_trust(cx);
    test_warns_once(cx);
    test_full(cx);
    test_password(cx);
    test_rights(cx);
    redis_end(&server, SIGTERM);
    redis_server_end(&server, cx->pool);
}

TAP_MAIN(body)
