/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "redis_server.h"
#include "store_cases.h"

#include <pthread.h>

#include "store/deadline.h"

/* What nodes tell each other of changes that are in no record. */

#define PATIENCE_SECONDS 20

/* What one of them has heard. */
typedef struct ear_t {
    pthread_mutex_t mutex;
    int notes;      /* so many */
    int calls;      /* that brought some */
    int missed;     /* calls that said that some may be missed */
    int anythings;  /* notes that say that anything has changed */
    char said[512]; /* the first byte of what of each */
} ear_t;

static redis_server_t server;
static ear_t one = {.mutex = PTHREAD_MUTEX_INITIALIZER};
static ear_t two = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void hear(void *baton)
{
}

static void be_told(void *baton, const mcp_note_t *notes, apr_size_t count)
{
    static const unsigned char anything[MCP_NOTE_PART];
    ear_t *ear = baton;
    apr_size_t i;

    pthread_mutex_lock(&ear->mutex);
    ear->missed += !count;
    ear->calls += count > 0;
    for (i = 0; i < count; i++) {
        ear->anythings += !memcmp(notes[i].what, anything, sizeof(anything)) &&
                          notes[i].mark[0];
        if (ear->notes < (int)sizeof(ear->said) - 1)
            ear->said[ear->notes] = (char)notes[i].what[0];
        ear->notes++;
    }
    pthread_mutex_unlock(&ear->mutex);
}

static ear_t now_of(ear_t *ear)
{
    ear_t copy;

    pthread_mutex_lock(&ear->mutex);
    copy = *ear;
    pthread_mutex_unlock(&ear->mutex);
    return copy;
}

static void forget(ear_t *ear)
{
    pthread_mutex_lock(&ear->mutex);
    ear->notes = ear->calls = ear->missed = ear->anythings = 0;
    memset(ear->said, 0, sizeof(ear->said));
    pthread_mutex_unlock(&ear->mutex);
}

/* Until that number of the ear is reached. */
static int await(ear_t *ear, int *number, int want)
{
    apr_time_t end = mcp_store_deadline_now() +
                     apr_time_from_sec(PATIENCE_SECONDS);
    int is_there;

    for (;;) {
        pthread_mutex_lock(&ear->mutex);
        is_there = *number >= want;
        pthread_mutex_unlock(&ear->mutex);
        if (is_there || mcp_store_deadline_now() > end)
            return is_there;
        apr_sleep(2000);
    }
}

static int await_word(char word)
{
    int notes = 1;

    while (!strchr(now_of(&two).said, word))
        if (!await(&two, &two.notes, ++notes))
            return 0;
    return 1;
}

static mcp_store_t *node(ear_t *ear, mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 2);
    mcp_store_t *store = NULL;

    config.heard = hear;
    config.told = be_told;
    config.baton = ear;
    fine(mcp_store_redis_open(&store, &config, cx), "a node");
    return store;
}

static void say(mcp_store_t *store, char what)
{
    mcp_note_t note = {{1}, {0}};

    note.what[0] = (unsigned char)what;
    mcp_store_tell(store, &note);
}

static void test_tells(mcp_store_t *first, mcp_store_t *second, mcp_ctx_t *cx)
{
    ok(await(&one, &one.missed, 1) && await(&two, &two.missed, 1),
       "who begins to listen is told that he may have missed some");
    ok(!now_of(&one).notes, "and nothing else");
    say(first, 'a');
    ok(await(&two, &two.notes, 1) && now_of(&two).said[0] == 'a',
       "another node hears it");
    ok(await(&one, &one.notes, 1), "and so does who told it");
    say(second, 'b');
    ok(await(&one, &one.notes, 2) && !strcmp(now_of(&one).said, "ab"),
       "both tell");
    redis_say(&server, cx->pool, "PUBLISH mcp:changes:1 %b", "x", (size_t)1);
    redis_say(&server, cx->pool, "PUBLISH mcp:changes:0 %b", "short",
              (size_t)5);
    ok(await(&one, &one.missed, 2) && now_of(&one).notes == 2 &&
           now_of(&one).missed == 2,
       "what is no note may be one of a later version; another database "
       "says nothing");
}

/* Redis answers nobody for a while. */
static void test_waits(mcp_store_t *first, mcp_ctx_t *cx)
{
    apr_time_t from;
    ear_t now;
    int i;

    forget(&two);
    kill(server.pid, SIGSTOP);
    say(first, 'x'); /* is on its way, and may have to be said again */
    from = mcp_store_deadline_now();
    for (i = 0; i < 100; i++)
        say(first, "abc"[i % 3]);
    ok(mcp_store_deadline_now() - from < apr_time_from_sec(1),
       "nobody waits for Redis");
    kill(server.pid, SIGCONT);
    ok(await(&two, &two.notes, 4), "they are told when it answers again");
    now = now_of(&two);
    ok(strchr(now.said, 'a') && strchr(now.said, 'b') &&
           strchr(now.said, 'c') && strchr(now.said, 'x') && now.notes <= 8,
       "those that say the same as one: %d of 101", now.notes);
}

static void test_overflow(mcp_store_t *first, mcp_ctx_t *cx)
{
    mcp_note_t note = {{1}, {0}};
    int i;

    forget(&two);
    kill(server.pid, SIGSTOP);
    for (i = 1; i <= 1000; i++) {
        note.what[0] = (unsigned char)i;
        note.what[1] = (unsigned char)(i >> 8);
        note.what[2] = 1;
        mcp_store_tell(first, &note);
    }
    kill(server.pid, SIGCONT);
    ok(await(&two, &two.anythings, 1), "too many wait: anything has changed");
    ok(now_of(&two).notes < 600, "and no list of all");
}

static void test_restarted(mcp_store_t *first, mcp_ctx_t *cx)
{
    forget(&two);
    redis_end(&server, SIGKILL);
    say(first, 'r');
    redis_start(&server, NULL, cx->pool);
    ok(await(&two, &two.missed, 1),
       "Redis was away: who listens is told that he may have missed some");
    /* what waited may have been told before he listened again */
    say(first, 's');
    ok(await(&two, &two.notes, 1) && await_word('s'), "and hears again");
}

/* A child ends with its last word. */
static void test_ends(mcp_ctx_t *cx)
{
    mcp_ctx_t own = *cx;
    mcp_store_t *store;
    apr_time_t from;

    apr_pool_create(&own.pool, NULL);
    store = node(&one, &own);
    forget(&two);
    say(store, 'z');
    apr_pool_destroy(own.pool);
    ok(await(&two, &two.notes, 1) && now_of(&two).said[0] == 'z',
       "who ends tells what waits");
    redis_end(&server, SIGKILL);
    apr_pool_create(&own.pool, NULL);
    store = node(&one, &own);
    say(store, 'z');
    from = mcp_store_deadline_now();
    apr_pool_destroy(own.pool);
    ok(mcp_store_deadline_now() - from < apr_time_from_sec(2),
       "and ends at once where nobody hears him");
}

static void test_others(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 1);
    mcp_store_t *store = NULL;

    fine(mcp_store_redis_open(&store, &config, cx), "mcpctl's");
    forget(&two);
    say(store, 'm');
    ok(!now_of(&two).notes, "has nobody to tell");
}

/* The log is written by all threads. */
static void log_write(void *baton, mcp_log_level_t level, int number,
                      const char *line)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&mutex);
    tap_write(baton, level, number, line);
    pthread_mutex_unlock(&mutex);
}

static void body(mcp_ctx_t *cx)
{
    const mcp_host_t host = {tap_clock, mcp_random_system, log_write, NULL};
    mcp_ctx_t own = *cx;
    mcp_store_t *first, *second;

    own.host = &host;

    redis_server_make(&server, cx->pool);
    redis_start(&server, NULL, cx->pool);
    apr_pool_create(&own.pool, NULL);
    first = node(&one, &own);
    second = node(&two, &own);
    test_tells(first, second, cx);
    test_waits(first, cx);
    test_overflow(first, cx);
    test_restarted(first, cx);
    test_others(&own);
    test_ends(&own);
    apr_pool_destroy(own.pool);
    redis_server_end(&server, cx->pool);
}

TAP_MAIN(body)
