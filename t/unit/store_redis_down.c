/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "redis_server.h"
#include "store_cases.h"

#include <apr_thread_proc.h>

#include "store/deadline.h"

/* No thread is held longer than the timeout, whatever Redis does. */

#define TIMEOUT 300 /* milliseconds */
/* on a machine that is busy with other tests */
#define MARGIN 400
#define THREADS 12

static redis_server_t server;

static int since(apr_time_t from)
{
    return (int)((mcp_store_deadline_now() - from) / 1000);
}

static mcp_store_t *store_of(const mcp_store_redis_config_t *config,
                             mcp_ctx_t *own, mcp_ctx_t *cx)
{
    mcp_store_t *store = NULL;

    *own = *cx;
    apr_pool_create(&own->pool, cx->pool);
    mcp_store_redis_open(&store, config, own);
    return store;
}

typedef struct one_t {
    mcp_store_t *store;
    int milliseconds;
    int failed;
} one_t;

static void *APR_THREAD_FUNC one_run(apr_thread_t *thread, void *data)
{
    mcp_ctx_t cx = {NULL, &tap_host, NULL};
    apr_time_t from = mcp_store_deadline_now();
    const mcp_record_t *found;
    unsigned char key[MCP_DIGEST_SIZE] = {1};
    const mcp_error_t *e;
    one_t *one = data;

    apr_pool_create(&cx.pool, NULL);
    e = mcp_store_get(&found, one->store, MCP_RECORD_GRANT, key, &cx);
    one->failed = e && e->code == MCP_E_UNAVAILABLE && e->remedy;
    one->milliseconds = since(from);
    apr_pool_destroy(cx.pool);
    return NULL;
}

/* Threads that ask at once: the longest of them, -1 when one got an answer. */
static int all_at_once(mcp_store_t *store, apr_pool_t *pool)
{
    apr_thread_t *threads[THREADS];
    one_t ones[THREADS];
    apr_status_t unused;
    int i, longest = 0, failed = 0;

    for (i = 0; i < THREADS; i++) {
        ones[i].store = store;
        apr_thread_create(&threads[i], NULL, one_run, &ones[i], pool);
    }
    for (i = 0; i < THREADS; i++) {
        apr_thread_join(&unused, threads[i]);
        failed += ones[i].failed;
        if (ones[i].milliseconds > longest)
            longest = ones[i].milliseconds;
    }
    return failed == THREADS ? longest : -1;
}

/* How long one call takes that must fail. */
static int fails_in(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_time_t from = mcp_store_deadline_now();
    const char *got = get(store, MCP_RECORD_GRANT, 1, cx);

    return got && !strcmp(got, "error") ? since(from) : -1;
}

static int comes_back(mcp_store_t *store, mcp_ctx_t *cx)
{
    const mcp_record_t *found;
    int i;

    for (i = 0; i < 500; i++) {
        if (!mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(1), cx))
            return found != NULL;
        apr_sleep(10000);
    }
    return 0;
}

/* connections: fewer than threads, or as many; warm: open before the stall */
static void test_stalled(int connections, int warm, mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, connections);
    mcp_record_t record = record_of("x", mcp_ctx_seconds(cx) + 60);
    mcp_ctx_t own;
    mcp_store_t *store = store_of(&config, &own, cx);
    int longest, at_once, i, held = 0;
    apr_time_t from;

    if (warm)
        put(store, MCP_RECORD_GRANT, 1, &record, &own);
    kill(server.pid, SIGSTOP);
    longest = all_at_once(store, own.pool);
    ok(longest >= TIMEOUT - 1 && longest <= TIMEOUT + MARGIN,
       "stalled, %d threads, %d connections%s: none is held longer than %d ms",
       THREADS, connections, warm ? "" : " to be opened", longest);
    at_once = fails_in(store, &own);
    ok(at_once >= 0 && at_once < TIMEOUT / 2,
       "for a moment all fail at once: %d ms", at_once);
    /* one at a time tries, so few are held */
    from = mcp_store_deadline_now();
    for (i = 0; since(from) < 2000; i++) {
        apr_time_t begun = mcp_store_deadline_now();

        get(store, MCP_RECORD_GRANT, 1, &own);
        held += since(begun) > TIMEOUT / 2;
        apr_sleep(1000);
    }
    ok(held >= 2 && held <= 5, "in 2 s, %d of %d calls were held", held, i);
    kill(server.pid, SIGCONT);
    ok(comes_back(store, &own), "when it goes on, so does the store");
    apr_pool_destroy(own.pool);
}

/* An answer that was lost: the command is not sent again. */
static void test_not_twice(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 1);
    mcp_record_t record = record_of("a", mcp_ctx_seconds(cx) + 60);
    const mcp_record_t *found = NULL;
    apr_int64_t version;
    mcp_ctx_t own;
    mcp_store_t *store = store_of(&config, &own, cx);
    int i;

    put(store, MCP_RECORD_GRANT, 2, &record, &own);
    mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(2), &own);
    version = found ? found->version : 0;
    record = record_of("b", mcp_ctx_seconds(cx) + 60);
    kill(server.pid, SIGSTOP);
    fails(put(store, MCP_RECORD_GRANT, 2, &record, &own), MCP_E_UNAVAILABLE,
          "a put whose answer does not come");
    kill(server.pid, SIGCONT);
    comes_back(store, &own);
    for (i = 0; i < 100; i++) {
        mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(2), &own);
        if (found && found->version != version)
            break;
        apr_sleep(10000);
    }
    ok(found && found->version - version <= 1, "is done once, or not at all");
    ok(found &&
           !strncmp(found->value, found->version == version ? "a" : "b", 1),
       "and what is read agrees");
    apr_pool_destroy(own.pool);
}

/* -- servers that are no Redis -- */

typedef struct fake_t {
    int descriptor;
    int port;
    const char *text; /* said at once */
    int drips;        /* then a byte every 20 ms */
    apr_thread_t *thread;
} fake_t;

static void *APR_THREAD_FUNC fake_run(apr_thread_t *thread, void *data)
{
    fake_t *fake = data;
    int client;

    while ((client = accept(fake->descriptor, NULL, NULL)) >= 0) {
        ssize_t sent = write(client, fake->text, strlen(fake->text));

        while (fake->drips && sent > 0) {
            apr_sleep(20000);
            sent = send(client, "x", 1, MSG_NOSIGNAL);
        }
        /* until the other side has enough of it */
        while (read(client, (char[64]){0}, 64) > 0)
            ;
        close(client);
    }
    return NULL;
}

static void fake_start(fake_t *fake, apr_pool_t *pool)
{
    struct sockaddr_in address;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fake->port = redis_free_port();
    address.sin_port = htons((uint16_t)fake->port);
    fake->descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fake->descriptor, (struct sockaddr *)&address, sizeof(address)) ||
        listen(fake->descriptor, 8))
        exit(99);
    apr_thread_create(&fake->thread, NULL, fake_run, fake, pool);
}

static void fake_end(fake_t *fake)
{
    apr_status_t unused;

    shutdown(fake->descriptor, SHUT_RDWR);
    apr_thread_join(&unused, fake->thread);
    close(fake->descriptor);
}

static void test_fakes(mcp_ctx_t *cx)
{
    static const struct {
        const char *text;
        int drips;
        const char *remedy;
        const char *name;
    } cases[] = {
        {"", 0, "timeout=", "one that says nothing"},
        {"$100000\r\n", 1, "timeout=", "one that never comes to an end"},
        {"HTTP/1.1 400 Bad Request\r\n\r\n", 0, "names a Redis",
         "one that speaks HTTP"},
        {"-ERR max number of clients reached\r\n", 0, "maxclients",
         "one that has too many clients"},
        {"$23\r\nx\r\nredis_version:5.0.9\r\n\r\n", 0, "6.2 or later",
         "one that is too old"},
        {"$9\r\nnot Redis\r\n", 0, "6.2 or later", "one without a version"},
        {":1\r\n", 0, "names a Redis", "one that answers with a number"},
        {"-LOADING Redis is loading the dataset in memory\r\n", 0, "Wait",
         "one that has just been started"},
    };
    mcp_store_redis_config_t config = redis_config_of(&server, 1);
    apr_size_t i;

    config.path = NULL;
    config.host = "127.0.0.1";
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        fake_t fake = {-1, 0, cases[i].text, cases[i].drips, NULL};
        apr_time_t from = mcp_store_deadline_now();
        const mcp_error_t *e;

        fake_start(&fake, cx->pool);
        config.port = fake.port;
        e = mcp_store_redis_check(&config, cx);
        ok(since(from) <= TIMEOUT + MARGIN,
           "after %d ms it is known:", since(from));
        faults(e, cases[i].remedy, cases[i].name);
        fake_end(&fake);
    }
}

/* -- where it is -- */

static void test_places(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 1);

    config.path = NULL;
    config.port = server.port;
    config.host = "127.0.0.1";
    fine(mcp_store_redis_check(&config, cx), "an address");
    config.host = "localhost";
    fine(mcp_store_redis_check(&config, cx), "a name");
    config.host = "redis.invalid";
    faults(mcp_store_redis_check(&config, cx), "Check the host",
           "RFC 6761 6.4: a name that nobody has");
    config.host = "[::1]";
    faults(mcp_store_redis_check(&config, cx), "Start Redis",
           "an address where nobody listens");
    config.host = "127.0.0.1";
    config.port = redis_free_port();
    faults(mcp_store_redis_check(&config, cx), "Start Redis",
           "a port where nobody listens");
    config.host = NULL;
    config.path = "/nonexistent/socket";
    faults(mcp_store_redis_check(&config, cx), "Correct the path",
           "a socket that is not there");
    config.path = apr_psprintf(cx->pool, "/%0200d", 0);
    faults(mcp_store_redis_check(&config, cx), "shorter path",
           "a path that is too long");
}

/* TLS is there or refused with the cure; that is settled when it is built. */
static void test_tls(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 1);

    is(mcp_store_redis_missing(0), NULL, "Redis is built in");
    config.path = NULL;
    config.host = "127.0.0.1";
    config.port = server.port;
    config.tls = 1;
    if (mcp_store_redis_missing(1)) {
        ok(strstr(mcp_store_redis_missing(1), "stunnel") != NULL,
           "TLS is not, and the cure is told");
        faults(mcp_store_redis_check(&config, cx), "stunnel",
               "nor goes it on without");
    }
    else {
        ok(1, "and so is TLS");
        faults(mcp_store_redis_check(&config, cx),
               "timeout=", "which this port does not speak");
    }
}

static void body(mcp_ctx_t *cx)
{
    redis_server_make(&server, cx->pool);
    redis_start(&server, NULL, cx->pool);
    test_stalled(THREADS, 1, cx);
    test_stalled(2, 1, cx);
    test_stalled(THREADS, 0, cx);
    test_not_twice(cx);
    test_fakes(cx);
    test_places(cx);
    test_tls(cx);
    redis_end(&server, SIGTERM);
    redis_server_end(&server, cx->pool);
}

TAP_MAIN(body)
