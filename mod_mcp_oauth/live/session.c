/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/session.h"

#include "live/layout.h"

/* A slot's value is the second at which it may be forgotten, and above it a
 * state. A slot is free when that second has passed. To fill one, its value is
 * first swapped for a claim, so that nobody else takes it; then the key is
 * written; then the claim is swapped for the final value, which publishes the
 * key. A claim expires by itself, should its process die. */
#define STATE_CLAIMED ((apr_uint64_t)1 << 32)
#define STATE_ENDED ((apr_uint64_t)2 << 32)
#define EXPIRES_MASK ((apr_uint64_t)0xffffffff)
#define CLAIM_SECONDS 10
/* more than there are threads that could be in the way */
#define MOST_TRIES 10000

static apr_uint64_t expires_of(apr_uint64_t value)
{
    return value & EXPIRES_MASK;
}

static apr_uint64_t value_of(const mcp_live_slot_t *slot)
{
    return __atomic_load_n(&slot->value, __ATOMIC_ACQUIRE);
}

static int swap(mcp_live_slot_t *slot, apr_uint64_t from, apr_uint64_t to)
{
    return __atomic_compare_exchange_n(&slot->value, &from, to, 0,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* Whether slot says that key was ended: its key is read between two equal
 * readings of its value. */
static int is_ended(const mcp_live_slot_t *slot, apr_uint64_t key,
                    apr_uint64_t now)
{
    apr_uint64_t value = value_of(slot);

    return (value & ~EXPIRES_MASK) == STATE_ENDED && expires_of(value) > now &&
           __atomic_load_n(&slot->key, __ATOMIC_ACQUIRE) == key &&
           value_of(slot) == value;
}

/* The slot that is free or will be first, except those that others fill just
 * now; NULL when there is no other. */
static mcp_live_slot_t *first_to_expire(mcp_live_bucket_t *bucket,
                                        apr_uint64_t *value, apr_uint64_t now)
{
    mcp_live_slot_t *first = NULL;
    int i;

    for (i = 0; i < MCP_LIVE_WAYS; i++) {
        apr_uint64_t found = value_of(&bucket->slots[i]);

        if (expires_of(found) > now &&
            ((found & ~EXPIRES_MASK) == STATE_CLAIMED ||
             (first && expires_of(found) >= expires_of(*value))))
            continue;
        first = &bucket->slots[i];
        *value = found;
        if (expires_of(found) <= now)
            break;
    }
    return first;
}

void mcp_live_session_end(mcp_live_shared_t *shared,
                          const unsigned char id[MCP_DIGEST_SIZE],
                          apr_int64_t expires, apr_int64_t now)
{
    mcp_live_bucket_t *bucket = mcp_live_shared_session_bucket(shared, id);
    apr_uint64_t claim = STATE_CLAIMED |
                         ((apr_uint64_t)(now + CLAIM_SECONDS) & EXPIRES_MASK);
    apr_uint64_t key = mcp_live_shared_key(id), value = 0;
    mcp_live_slot_t *slot;
    int tries;

    if (expires > (apr_int64_t)EXPIRES_MASK)
        expires = EXPIRES_MASK;
    for (tries = 0; tries < MOST_TRIES && expires > now; tries++) {
        if (mcp_live_session_state(shared, id, now) == MCP_SESSION_ENDED)
            return;
        slot = first_to_expire(bucket, &value, now);
        if (!slot || !swap(slot, value, claim))
            continue;
        __atomic_store_n(&slot->key, key, __ATOMIC_RELEASE);
        swap(slot, claim, STATE_ENDED | (apr_uint64_t)expires);
    }
}

mcp_live_session_state_t
mcp_live_session_state(const mcp_live_shared_t *shared,
                       const unsigned char id[MCP_DIGEST_SIZE],
                       apr_int64_t now)
{
    const mcp_live_bucket_t *bucket =
        mcp_live_shared_session_bucket(shared, id);
    apr_uint64_t key = mcp_live_shared_key(id);
    int i;

    for (i = 0; i < MCP_LIVE_WAYS; i++)
        if (is_ended(&bucket->slots[i], key, now))
            return MCP_SESSION_ENDED;
    return MCP_SESSION_OPEN;
}
