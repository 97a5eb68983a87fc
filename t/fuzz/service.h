/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_FUZZ_SERVICE_H
#define MCP_T_FUZZ_SERVICE_H

#include <unistd.h>

#include <apr_escape.h>
#include <apr_hash.h>

#include "oauth/endpoint.h"
#include "../unit/keys.h"
#include "target.h"

/* An authorization server whose keys stay the same, with a store that is empty
 * at each input. */

#define ISSUER "https://mcp.example.com"

/* what outlives an input */
static mcp_ctx_t lasting_cx;

static inline void lasting_end(void)
{
    target_end(&lasting_cx);
}

/* The fuzzer's randomness is fixed: so are the keys, and a seed stays good. */
static inline mcp_jose_keyring_t *keys_get(void)
{
    static mcp_jose_keyring_t *keys;
    char directory[] = "/tmp/mcp_fuzz_XXXXXX";
    apr_array_header_t *issuers;

    if (keys)
        return keys;
    lasting_cx = target_begin();
    atexit(lasting_end);
    issuers = apr_array_make(lasting_cx.pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(issuers, const char *) = ISSUER;
    PROMISE(mkdtemp(directory) != NULL);
    PROMISE(!keys_open(&keys, directory, issuers, &lasting_cx));
    PROMISE(
        !unlink(apr_pstrcat(lasting_cx.pool, directory, "/keys.json", NULL)));
    PROMISE(!rmdir(directory));
    return keys;
}

/* after keys_get() */
static inline mcp_live_shared_t *shared_get(void)
{
    const mcp_live_limits_t limits = {16, 1024};
    static mcp_live_shared_t *shared;

    if (!shared)
        PROMISE(!mcp_live_shared_make(&shared, &limits, lasting_cx.pool,
                                      &lasting_cx));
    return shared;
}

/* -- the store -- */

typedef struct memory_t {
    mcp_store_t store;
    apr_hash_t *records;
} memory_t;

static inline const char *name_of(apr_pool_t *pool, mcp_record_kind_t kind,
                                  const unsigned char *key)
{
    return apr_psprintf(pool, "%d %s", kind,
                        apr_pescape_hex(pool, key, MCP_DIGEST_SIZE, 0));
}

static inline const mcp_error_t *
memory_put(mcp_store_t *store, mcp_record_kind_t kind,
           const unsigned char *key, const mcp_record_t *record, mcp_ctx_t *cx)
{
    mcp_record_t *kept = apr_pmemdup(cx->pool, record, sizeof(*record));

    kept->value = apr_pmemdup(cx->pool, record->value, record->len);
    apr_hash_set(((memory_t *)store)->records, name_of(cx->pool, kind, key),
                 APR_HASH_KEY_STRING, kept);
    return NULL;
}

static inline const mcp_error_t *
memory_add(int *added, mcp_store_t *store, mcp_record_kind_t kind,
           const unsigned char *key, const mcp_record_t *record, mcp_ctx_t *cx)
{
    *added = !apr_hash_get(((memory_t *)store)->records,
                           name_of(cx->pool, kind, key), APR_HASH_KEY_STRING);
    return *added ? memory_put(store, kind, key, record, cx) : NULL;
}

static inline const mcp_error_t *
memory_get(const mcp_record_t **record, mcp_store_t *store,
           mcp_record_kind_t kind, const unsigned char *key, mcp_ctx_t *cx)
{
    *record = apr_hash_get(((memory_t *)store)->records,
                           name_of(cx->pool, kind, key), APR_HASH_KEY_STRING);
    return NULL;
}

static inline const mcp_error_t *
memory_take(const mcp_record_t **record, mcp_store_t *store,
            mcp_record_kind_t kind, const unsigned char *key, mcp_ctx_t *cx)
{
    mcp_record_t *kept = apr_hash_get(((memory_t *)store)->records,
                                      name_of(cx->pool, kind, key),
                                      APR_HASH_KEY_STRING);

    *record = NULL;
    if (kept) {
        *record = apr_pmemdup(cx->pool, kept, sizeof(*kept));
        kept->spent = 1;
    }
    return NULL;
}

/* Nobody looks for what these targets keep. */
static inline const mcp_error_t *
memory_each(mcp_store_t *store, mcp_record_kind_t kind, const char *index,
            mcp_store_each_fn *fn, void *baton, mcp_ctx_t *cx)
{
    (void)store, (void)kind, (void)index, (void)fn, (void)baton, (void)cx;
    return NULL;
}

static inline mcp_store_t *memory_make(apr_pool_t *pool)
{
    static mcp_store_provider_t provider;
    memory_t *memory = apr_pcalloc(pool, sizeof(*memory));

    provider.name = "memory";
    provider.put = memory_put;
    provider.add = memory_add;
    provider.get = memory_get;
    provider.take = memory_take;
    provider.each = memory_each;
    memory->store.provider = &provider;
    memory->records = apr_hash_make(pool);
    return &memory->store;
}

/* -- the service -- */

static inline mcp_server_settings_t *server_settings(apr_pool_t *pool)
{
    mcp_server_settings_t *settings = apr_pcalloc(pool, sizeof(*settings));
    mcp_limit_t *limit = apr_pcalloc(pool, sizeof(*limit));

    limit->registrations.count = 60000;
    limit->registrations.window = 1;
    settings->limit = limit;
    return settings;
}

static inline mcp_oauth_service_t *service_make(apr_pool_t *pool)
{
    mcp_oauth_service_t *service = apr_pcalloc(pool, sizeof(*service));
    mcp_oauth_works_t *works = apr_pcalloc(pool, sizeof(*works));
    mcp_oauth_resource_t *resource = apr_pcalloc(pool, sizeof(*resource));
    mcp_settings_t *settings = apr_pcalloc(pool, sizeof(*settings));
    mcp_lifetime_t *lifetime = apr_pcalloc(pool, sizeof(*lifetime));
    apr_array_header_t *resources = apr_array_make(pool, 1, sizeof(void *));

    works->keys = keys_get();
    works->shared = shared_get();
    works->store = memory_make(pool);
    lifetime->registration = MCP_UNLIMITED;
    lifetime->assertion = 300;
    settings->lifetime = lifetime;
    resource->url = ISSUER "/mcp";
    resource->settings = settings;
    APR_ARRAY_PUSH(resources, const mcp_oauth_resource_t *) = resource;
    service->issuer = service->origin = ISSUER;
    service->path = "/oauth";
    service->resources = resources;
    service->settings = server_settings(pool);
    service->works = works;
    return service;
}

#endif
