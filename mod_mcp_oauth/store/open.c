/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/open.h"

#include <string.h>

#include "store/redis.h"

/* -- sqlite -- */

static void sqlite_config(mcp_store_sqlite_config_t *config,
                          const mcp_store_opening_t *opening)
{
    memset(config, 0, sizeof(*config));
    config->directory = opening->directory;
    config->sync_full = opening->setting->sync_full;
    config->connections = opening->connections;
    config->lock = opening->lock;
    config->is_guest = opening->is_guest;
}

static const mcp_error_t *sqlite_prepare(const mcp_store_opening_t *opening,
                                         mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;

    sqlite_config(&config, opening);
    return mcp_store_sqlite_prepare(&config, cx);
}

static const mcp_error_t *sqlite_open(mcp_store_t **store,
                                      const mcp_store_opening_t *opening,
                                      mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;

    sqlite_config(&config, opening);
    return mcp_store_sqlite_open(store, &config, cx);
}

/* -- redis -- */

/* It may be down now and there when it is needed. */
static const mcp_error_t *redis_prepare(const mcp_store_opening_t *opening,
                                        mcp_ctx_t *cx)
{
    return NULL;
}

static const mcp_error_t *redis_open(mcp_store_t **store,
                                     const mcp_store_opening_t *opening,
                                     mcp_ctx_t *cx)
{
    const mcp_store_setting_t *set = opening->setting;
    mcp_store_redis_config_t *config = apr_pcalloc(cx->pool, sizeof(*config));

    config->host = set->host;
    config->port = set->port;
    config->path = set->path;
    config->db = set->db;
    config->user = set->user;
    config->password = set->password ? set->password->text : NULL;
    config->tls = set->tls;
    config->ca_file = opening->ca_file;
    config->timeout = apr_time_from_msec(set->timeout);
    config->connections = opening->connections;
    config->heard = opening->heard;
    config->told = opening->told;
    config->baton = opening->baton;
    return mcp_store_redis_open(store, config, cx);
}

/* -- which -- */

static const struct {
    const char *name;
    int is_shared;
    const mcp_error_t *(*prepare)(const mcp_store_opening_t *, mcp_ctx_t *);
    const mcp_error_t *(*open)(mcp_store_t **, const mcp_store_opening_t *,
                               mcp_ctx_t *);
} stores[] = {
    {"sqlite", 0, sqlite_prepare, sqlite_open},
    {"redis", 1, redis_prepare, redis_open},
};

/* config/ lets no other name through */
static int place_of(const mcp_store_setting_t *setting)
{
    return strcmp(setting->name, stores[0].name) != 0;
}

int mcp_store_open_is_shared(const mcp_store_setting_t *setting)
{
    return stores[place_of(setting)].is_shared;
}

const mcp_error_t *mcp_store_open_prepare(const mcp_store_opening_t *opening,
                                          mcp_ctx_t *cx)
{
    return stores[place_of(opening->setting)].prepare(opening, cx);
}

const mcp_error_t *mcp_store_open(mcp_store_t **store,
                                  const mcp_store_opening_t *opening,
                                  mcp_ctx_t *cx)
{
    return stores[place_of(opening->setting)].open(store, opening, cx);
}
