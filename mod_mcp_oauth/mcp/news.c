/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/news.h"

#include <string.h>

#include "base/digest.h"
#include "live/signal.h"

int mcp_news_is_list(const char *what)
{
    return !strcmp(what, "tools") || !strcmp(what, "prompts") ||
           !strcmp(what, "resources");
}

/* A part of the digest over both. */
static apr_uint64_t key_of(const char *module, const char *what)
{
    unsigned char digest[MCP_DIGEST_SIZE];
    apr_uint64_t key;

    mcp_digest_sha256_two(digest, module, what);
    memcpy(&key, digest, sizeof(key));
    return key;
}

void mcp_news_tell(mcp_live_shared_t *shared, const mcp_news_t *news)
{
    mcp_change_t change = {key_of(news->module, news->what), news->whose};

    mcp_live_change_tell(shared, MCP_RING_NEWS, &change);
    mcp_live_signal_raise(shared);
}

void mcp_news_watch(mcp_news_watch_t *watch, const mcp_server_t *server,
                    mcp_live_shared_t *shared, apr_uint64_t whose)
{
    watch->server = server;
    watch->shared = shared;
    watch->whose = whose;
    watch->last = mcp_live_change_last(shared, MCP_RING_NEWS);
    watch->count = 0;
}

int mcp_news_look(mcp_news_watch_t *watch, apr_pool_t *pool)
{
    mcp_change_t *changes =
        apr_palloc(pool, MCP_NEWS_AT_ONCE * sizeof(*changes));

    watch->changes = changes;
    watch->count = mcp_live_change_read(
        changes, MCP_NEWS_AT_ONCE, &watch->last, watch->shared, MCP_RING_NEWS);
    return watch->count != 0;
}

static int has_key(const mcp_news_watch_t *watch, apr_uint64_t key)
{
    const mcp_change_t *change = watch->changes;
    int i;

    for (i = 0; i < watch->count; i++, change++)
        if (change->what == key &&
            (!change->whose || change->whose == watch->whose))
            return 1;
    return 0;
}

void mcp_news_keys(apr_array_header_t *keys, const mcp_server_t *server,
                   const char *what)
{
    int i;

    APR_ARRAY_PUSH(keys, apr_uint64_t) = key_of("", what);
    for (i = 0; i < server->modules->nelts; i++)
        APR_ARRAY_PUSH(keys, apr_uint64_t) =
            key_of(APR_ARRAY_IDX(server->modules, i, const char *), what);
}

int mcp_news_has(const mcp_news_watch_t *watch, const char *what)
{
    const apr_array_header_t *modules = watch->server->modules;
    int i;

    if (watch->count < 0 || has_key(watch, key_of("", what)))
        return 1;
    for (i = 0; i < modules->nelts; i++)
        if (has_key(watch,
                    key_of(APR_ARRAY_IDX(modules, i, const char *), what)))
            return 1;
    return 0;
}
