/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/ties.h"

#define BUCKETS 4096

APR_RING_HEAD(ties_t, mcp_server_tie_t);

static struct ties_t buckets[BUCKETS];

void mcp_server_ties_open(void)
{
    int i;

    for (i = 0; i < BUCKETS; i++)
        APR_RING_INIT(&buckets[i], mcp_server_tie_t, link);
}

static struct ties_t *bucket_of(const mcp_watch_key_t *key)
{
    return &buckets[(key->key ^ (apr_uint64_t)key->ring) % BUCKETS];
}

void mcp_server_ties_add(mcp_server_parked_t *p)
{
    const apr_array_header_t *keys = p->watch->keys;
    int i;

    for (i = 0; keys && i < keys->nelts; i++) {
        p->ties[i].key = APR_ARRAY_IDX(keys, i, mcp_watch_key_t);
        p->ties[i].parked = p;
        APR_RING_INSERT_TAIL(bucket_of(&p->ties[i].key), &p->ties[i],
                             mcp_server_tie_t, link);
    }
}

void mcp_server_ties_remove(mcp_server_parked_t *p)
{
    const apr_array_header_t *keys = p->watch->keys;
    int i;

    for (i = 0; keys && i < keys->nelts; i++)
        APR_RING_REMOVE(&p->ties[i], link);
}

void mcp_server_ties_each(void (*wake)(mcp_server_parked_t *p),
                          mcp_ring_t ring, apr_uint64_t key)
{
    mcp_watch_key_t looked_for = {ring, key};
    struct ties_t *bucket = bucket_of(&looked_for);
    mcp_server_tie_t *each;

    APR_RING_FOREACH(each, bucket, mcp_server_tie_t, link)
    if (each->key.key == key && each->key.ring == (int)ring)
        wake(each->parked);
}
