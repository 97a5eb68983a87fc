/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/seen.h"

#include <stdlib.h>
#include <string.h>

#include <apr_strings.h>
#include <apr_thread_mutex.h>

#define WAYS 4
#define STRIPES 64 /* sets that share a mutex are this far apart */

typedef struct entry_t {
    unsigned char key[MCP_DIGEST_SIZE];
    void *block; /* malloc'ed, at least one byte; NULL = a free entry */
    apr_size_t len;
    apr_int64_t expires;
    apr_uint64_t sequence;
    apr_uint64_t age; /* the larger the younger */
} entry_t;

struct mcp_live_seen_t {
    entry_t *entries; /* WAYS of each set */
    apr_uint32_t sets;
    apr_uint64_t clock; /* atomic: the last age given */
    apr_thread_mutex_t *mutexes[STRIPES];
};

static apr_status_t free_all(void *data)
{
    mcp_live_seen_t *seen = data;
    apr_size_t i;

    for (i = 0; i < (apr_size_t)seen->sets * WAYS; i++)
        free(seen->entries[i].block);
    return APR_SUCCESS;
}

mcp_live_seen_t *mcp_live_seen_make(apr_uint32_t entries, apr_pool_t *pool)
{
    mcp_live_seen_t *seen = apr_pcalloc(pool, sizeof(*seen));
    int i;

    seen->sets = entries > WAYS ? entries / WAYS : 1;
    seen->entries =
        apr_pcalloc(pool, (apr_size_t)seen->sets * WAYS * sizeof(entry_t));
    for (i = 0; i < STRIPES; i++)
        apr_thread_mutex_create(&seen->mutexes[i], APR_THREAD_MUTEX_DEFAULT,
                                pool);
    apr_pool_cleanup_register(pool, seen, free_all, apr_pool_cleanup_null);
    return seen;
}

static apr_uint32_t set_of(const mcp_live_seen_t *seen,
                           const unsigned char *key)
{
    apr_uint64_t part;

    memcpy(&part, key, sizeof(part));
    return (apr_uint32_t)(part % seen->sets);
}

static entry_t *find(mcp_live_seen_t *seen, apr_uint32_t set,
                     const unsigned char *key)
{
    entry_t *entry = &seen->entries[(apr_size_t)set * WAYS];
    int i;

    for (i = 0; i < WAYS; i++, entry++)
        if (entry->block && memcmp(entry->key, key, MCP_DIGEST_SIZE) == 0)
            return entry;
    return NULL;
}

static void *block_out(entry_t *entry)
{
    void *block = entry->block;

    entry->block = NULL;
    return block;
}

int mcp_live_seen_get(mcp_live_fact_t *fact, mcp_live_seen_t *seen,
                      const unsigned char key[MCP_DIGEST_SIZE],
                      apr_int64_t now, apr_pool_t *pool)
{
    apr_uint32_t set = set_of(seen, key);
    void *expired = NULL;
    entry_t *entry;

    apr_thread_mutex_lock(seen->mutexes[set % STRIPES]);
    entry = find(seen, set, key);
    if (entry && entry->expires <= now) {
        expired = block_out(entry);
        entry = NULL;
    }
    if (entry) {
        fact->block = apr_pmemdup(pool, entry->block, entry->len);
        fact->len = entry->len;
        fact->expires = entry->expires;
        fact->sequence = entry->sequence;
    }
    apr_thread_mutex_unlock(seen->mutexes[set % STRIPES]);
    free(expired);
    return entry != NULL;
}

/* The key's own entry, a free one, or the oldest. */
static entry_t *victim(mcp_live_seen_t *seen, apr_uint32_t set,
                       const unsigned char *key)
{
    entry_t *entry = &seen->entries[(apr_size_t)set * WAYS];
    entry_t *oldest = find(seen, set, key);
    int i;

    if (oldest)
        return oldest;
    for (i = 0; i < WAYS; i++, entry++) {
        if (!entry->block)
            return entry;
        if (!oldest || entry->age < oldest->age)
            oldest = entry;
    }
    return oldest;
}

void mcp_live_seen_put(mcp_live_seen_t *seen,
                       const unsigned char key[MCP_DIGEST_SIZE],
                       const mcp_live_fact_t *fact)
{
    apr_uint32_t set = set_of(seen, key);
    void *block, *old;
    entry_t *entry;

    if (fact->len > MCP_SEEN_MAX)
        return;
    block = malloc(fact->len ? fact->len : 1);
    if (!block)
        return;
    if (fact->len)
        memcpy(block, fact->block, fact->len);
    apr_thread_mutex_lock(seen->mutexes[set % STRIPES]);
    entry = victim(seen, set, key);
    old = entry->block;
    memcpy(entry->key, key, MCP_DIGEST_SIZE);
    entry->block = block;
    entry->len = fact->len;
    entry->expires = fact->expires;
    entry->sequence = fact->sequence;
    entry->age = __atomic_add_fetch(&seen->clock, 1, __ATOMIC_RELAXED);
    apr_thread_mutex_unlock(seen->mutexes[set % STRIPES]);
    free(old);
}

void mcp_live_seen_forget(mcp_live_seen_t *seen,
                          const unsigned char key[MCP_DIGEST_SIZE])
{
    apr_uint32_t set = set_of(seen, key);
    void *block = NULL;
    entry_t *entry;

    apr_thread_mutex_lock(seen->mutexes[set % STRIPES]);
    entry = find(seen, set, key);
    if (entry)
        block = block_out(entry);
    apr_thread_mutex_unlock(seen->mutexes[set % STRIPES]);
    free(block);
}
