/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "redis_server.h"
#include "store_cases.h"

/* rediss:, where this build has it. */

static redis_server_t server;

/* A CA, and a certificate of it for localhost, with the openssl command. */
static void certificates_make(apr_pool_t *pool)
{
    const char *script = apr_psprintf(
        pool,
        "cd %s && exec >openssl.log 2>&1 && "
        "ec='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30' && "
        "openssl req -x509 $ec -subj '/CN=Test CA' -keyout ca.key -out ca.crt "
        "-addext basicConstraints=critical,CA:TRUE && "
        "openssl req $ec -subj /CN=redis -keyout own.key -out own.csr && "
        "echo subjectAltName=DNS:localhost,IP:127.0.0.1 >san && "
        "openssl x509 -req -days 30 -in own.csr -CA ca.crt -CAkey ca.key "
        "-CAcreateserial -extfile san -out own.crt",
        server.directory);

    if (system(script) != 0) {
        printf("Bail out! openssl failed\n");
        exit(99);
    }
}

static mcp_store_redis_config_t config_of(apr_pool_t *pool)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 2);

    config.path = NULL;
    config.host = "localhost";
    config.port = server.port;
    config.tls = 1;
    config.ca_file = apr_pstrcat(pool, server.directory, "/ca.crt", NULL);
    config.timeout = apr_time_from_sec(1);
    return config;
}

static void tls_start(int port, apr_pool_t *pool)
{
    const char *at = server.directory;

    redis_start(&server,
                apr_psprintf(pool,
                             "port 0\ntls-port %d\ntls-cert-file %s/own.crt\n"
                             "tls-key-file %s/own.key\n"
                             "tls-ca-cert-file %s/ca.crt\n"
                             "tls-auth-clients no\n",
                             port, at, at, at),
                pool);
}

static void test_trust(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = config_of(cx->pool);

    fine(mcp_store_redis_check(&config, cx), "a certificate for the name");
    config.host = "127.0.0.1";
    fine(mcp_store_redis_check(&config, cx), "and for the address");
    config.host = "127.0.0.2";
    redis_say(&server, cx->pool, "CONFIG SET bind 0.0.0.0");
    faults(mcp_store_redis_check(&config, cx), "certificate for the host",
           "not for another");
    config.host = "localhost";
    config.ca_file = NULL;
    faults(mcp_store_redis_check(&config, cx),
           "ca-file=", "an authority that the system does not know");
    config.ca_file = "/nonexistent";
    faults(mcp_store_redis_check(&config, cx),
           "ca-file=", "a file that is not there");
}

static void test_works(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = config_of(cx->pool);
    mcp_record_t record = record_of("", mcp_ctx_seconds(cx) + 60);
    const mcp_record_t *found = NULL;
    mcp_store_t *store;
    mcp_ctx_t own = *cx;
    int before = redis_connections(&server, cx->pool);

    apr_pool_create(&own.pool, cx->pool);
    config.connections = 1;
    fine(mcp_store_redis_open(&store, &config, &own), "opened");
    store_cases(store, &own);
    ok(redis_connections(&server, cx->pool) - before == 2,
       "one connection was enough for all this");
    record.len = 256 * 1024;
    record.value = apr_pcalloc(own.pool, record.len);
    fine(put(store, MCP_RECORD_GRANT, 500, &record, &own), "a large record");
    mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(500), &own);
    ok(found && found->len == record.len, "comes back whole");
    apr_pool_destroy(own.pool);
}

static void test_stalled(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = config_of(cx->pool);
    const mcp_error_t *e;

    config.timeout = apr_time_from_msec(100);
    kill(server.pid, SIGSTOP);
    e = mcp_store_redis_check(&config, cx);
    faults(e, "timeout=", "a handshake that is not answered ends in time");
    kill(server.pid, SIGCONT);
    config.port = redis_free_port();
    faults(mcp_store_redis_check(&config, cx), "Start Redis",
           "nobody listens");
}

static void body(mcp_ctx_t *cx)
{
    int port;

    if (mcp_store_redis_missing(1)) {
        printf("1..0 # SKIP this build has no TLS for Redis\n");
        exit(0);
    }
    redis_server_make(&server, cx->pool);
    certificates_make(cx->pool);
    port = server.port;
    tls_start(port, cx->pool);
    test_trust(cx);
    test_works(cx);
    test_stalled(cx);
    redis_end(&server, SIGTERM);
    redis_server_end(&server, cx->pool);
}

TAP_MAIN(body)
