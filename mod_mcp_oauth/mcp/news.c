/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/news.h"

#include <string.h>

#include "base/digest.h"
#include "base/encode.h"
#include "live/peer.h"
#include "live/signal.h"

/* Of this process; atomic. */
static apr_uint32_t missed;
static void (*nodes)(const mcp_note_t *note);

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

/* -- between nodes -- */

/* What has changed is named by bytes of a digest, which have no order. */
static void tell_nodes(mcp_live_shared_t *shared, const mcp_change_t *change)
{
    void (*tell)(const mcp_note_t *) =
        __atomic_load_n(&nodes, __ATOMIC_ACQUIRE);
    mcp_peer_mark_t mark;
    mcp_note_t note;

    if (!tell)
        return;
    mark = mcp_live_peer_next(shared);
    mcp_encode_number(note.mark, 8, mark.node);
    mcp_encode_number(note.mark + 8, 8, mark.number);
    memcpy(note.what, &change->what, sizeof(change->what));
    memcpy(note.what + 8, &change->whose, sizeof(change->whose));
    tell(&note);
}

void mcp_news_set_nodes(void (*tell)(const mcp_note_t *note))
{
    __atomic_store_n(&nodes, tell, __ATOMIC_RELEASE);
}

void mcp_news_hear(mcp_live_shared_t *shared, const mcp_note_t *note)
{
    mcp_peer_mark_t mark = {mcp_encode_number_read(note->mark, 8),
                            mcp_encode_number_read(note->mark + 8, 8)};
    mcp_change_t change;

    if (!mcp_live_peer_is_new(shared, &mark))
        return;
    memcpy(&change.what, note->what, sizeof(change.what));
    memcpy(&change.whose, note->what + 8, sizeof(change.whose));
    mcp_live_change_tell(shared, MCP_RING_NEWS, &change);
    mcp_live_signal_raise(shared);
}

void mcp_news_miss(mcp_live_shared_t *shared)
{
    __atomic_add_fetch(&missed, 1, __ATOMIC_RELEASE);
    mcp_live_signal_raise(shared);
}

apr_uint32_t mcp_news_missed(void)
{
    return __atomic_load_n(&missed, __ATOMIC_ACQUIRE);
}

/* -- telling and listening -- */

void mcp_news_tell(mcp_live_shared_t *shared, const mcp_news_t *news)
{
    mcp_change_t change = {key_of(news->module, news->what), news->whose};

    mcp_live_change_tell(shared, MCP_RING_NEWS, &change);
    mcp_live_signal_raise(shared);
    if (!news->is_local)
        tell_nodes(shared, &change);
}

void mcp_news_watch(mcp_news_watch_t *watch, const mcp_server_t *server,
                    mcp_live_shared_t *shared, apr_uint64_t whose)
{
    watch->server = server;
    watch->shared = shared;
    watch->whose = whose;
    watch->last = mcp_live_change_last(shared, MCP_RING_NEWS);
    watch->missed = mcp_news_missed();
    watch->count = 0;
}

int mcp_news_look(mcp_news_watch_t *watch, apr_pool_t *pool)
{
    mcp_change_t *changes =
        apr_palloc(pool, MCP_NEWS_AT_ONCE * sizeof(*changes));
    apr_uint32_t now = mcp_news_missed();

    watch->changes = changes;
    watch->count = mcp_live_change_read(
        changes, MCP_NEWS_AT_ONCE, &watch->last, watch->shared, MCP_RING_NEWS);
    if (now != watch->missed)
        watch->count = -1;
    watch->missed = now;
    return watch->count != 0;
}

static int has_key(const mcp_news_watch_t *watch, apr_uint64_t key)
{
    const mcp_change_t *change = watch->changes;
    int i;

    for (i = 0; i < watch->count; i++, change++)
        if ((change->what == key || change->what == MCP_CHANGE_ANYTHING) &&
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
