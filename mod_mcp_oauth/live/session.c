/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/session.h"

#include "live/layout.h"

/* A slot's value is the second at which it may be forgotten, and above it a
 * state. A slot is free when that second has passed. To fill one, its value is
 * first swapped for a claim, so that nobody else takes it; then the key is
 * written; then the claim is swapped for the final value, which publishes the
 * key. A claim expires by itself, should its process die. One id can stand in
 * two slots, when two write it at once: ended counts before open. */
#define STATE_CLAIMED ((apr_uint64_t)1 << 32)
#define STATE_ENDED ((apr_uint64_t)2 << 32)
#define STATE_OPEN ((apr_uint64_t)3 << 32)
#define EXPIRES_MASK ((apr_uint64_t)0xffffffff)
#define CLAIM_SECONDS 10
/* more than there are threads that could be in the way */
#define MOST_TRIES 10000

static apr_uint64_t expires_of(apr_uint64_t value)
{
    return value & EXPIRES_MASK;
}

static apr_uint64_t state_of(apr_uint64_t value)
{
    return value & ~EXPIRES_MASK;
}

static apr_uint64_t value_of(const mcp_live_slot_t *slot)
{
    return __atomic_load_n(&slot->value, __ATOMIC_ACQUIRE);
}

static apr_uint64_t value_make(apr_uint64_t state, apr_int64_t expires)
{
    if (expires > (apr_int64_t)EXPIRES_MASK)
        expires = EXPIRES_MASK;
    return state | (apr_uint64_t)expires;
}

static int swap(mcp_live_slot_t *slot, apr_uint64_t from, apr_uint64_t to)
{
    return __atomic_compare_exchange_n(&slot->value, &from, to, 0,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* The slot that says of key that it is ended, else one that says it is open;
 * NULL when none does. The key is read between two equal readings of the
 * value. */
static mcp_live_slot_t *find(mcp_live_bucket_t *bucket, apr_uint64_t *value,
                             apr_uint64_t key, apr_uint64_t now)
{
    mcp_live_slot_t *open = NULL;
    int i;

    for (i = 0; i < MCP_LIVE_WAYS; i++) {
        mcp_live_slot_t *slot = &bucket->slots[i];
        apr_uint64_t read = value_of(slot);

        if (state_of(read) < STATE_ENDED || expires_of(read) <= now ||
            __atomic_load_n(&slot->key, __ATOMIC_ACQUIRE) != key ||
            value_of(slot) != read)
            continue;
        *value = read;
        if (state_of(read) == STATE_ENDED)
            return slot;
        open = slot;
    }
    return open;
}

/* Whether a is to be forgotten before b: open ones first, then the one that
 * expires first. */
static int goes_first(apr_uint64_t a, apr_uint64_t b)
{
    if (state_of(a) != state_of(b))
        return state_of(a) == STATE_OPEN;
    return expires_of(a) < expires_of(b);
}

/* A slot that is free, else the one to be forgotten; never one that others
 * fill just now. */
static mcp_live_slot_t *find_room(mcp_live_bucket_t *bucket,
                                  apr_uint64_t *value, apr_uint64_t now)
{
    mcp_live_slot_t *first = NULL;
    int i;

    for (i = 0; i < MCP_LIVE_WAYS; i++) {
        apr_uint64_t read = value_of(&bucket->slots[i]);

        if (expires_of(read) <= now) {
            *value = read;
            return &bucket->slots[i];
        }
        if (state_of(read) == STATE_CLAIMED ||
            (first && !goes_first(read, *value)))
            continue;
        first = &bucket->slots[i];
        *value = read;
    }
    return first;
}

static int fill(mcp_live_slot_t *slot, apr_uint64_t from, apr_uint64_t key,
                apr_uint64_t to, apr_int64_t now)
{
    apr_uint64_t claim = value_make(STATE_CLAIMED, now + CLAIM_SECONDS);

    if (!swap(slot, from, claim))
        return 0;
    __atomic_store_n(&slot->key, key, __ATOMIC_RELEASE);
    return swap(slot, claim, to);
}

void mcp_live_session_end(mcp_live_shared_t *shared,
                          const unsigned char id[MCP_DIGEST_SIZE],
                          apr_int64_t expires, apr_int64_t now)
{
    mcp_live_bucket_t *bucket = mcp_live_shared_session_bucket(shared, id);
    apr_uint64_t key = mcp_live_shared_key(id), value = 0;
    apr_uint64_t ended = value_make(STATE_ENDED, expires);
    mcp_live_slot_t *slot;
    int tries;

    for (tries = 0; tries < MOST_TRIES && expires > now; tries++) {
        slot = find(bucket, &value, key, (apr_uint64_t)now);
        if (slot && state_of(value) == STATE_ENDED)
            return;
        /* go round once more: another slot may say that it is open */
        if (slot)
            swap(slot, value, ended);
        else if ((slot = find_room(bucket, &value, (apr_uint64_t)now)))
            fill(slot, value, key, ended, now);
    }
}

void mcp_live_session_touch(mcp_live_shared_t *shared,
                            const unsigned char id[MCP_DIGEST_SIZE],
                            const mcp_live_use_t *use)
{
    mcp_live_bucket_t *bucket = mcp_live_shared_session_bucket(shared, id);
    apr_uint64_t key = mcp_live_shared_key(id), value = 0;
    apr_uint64_t open = value_make(STATE_OPEN, use->expires);
    apr_uint64_t now = (apr_uint64_t)use->now;
    mcp_live_slot_t *slot = find(bucket, &value, key, now);

    if (slot) {
        if (state_of(value) == STATE_OPEN &&
            expires_of(open) > expires_of(value) + (apr_uint64_t)use->slack)
            swap(slot, value, open); /* whoever was faster said the same */
        return;
    }
    slot = find_room(bucket, &value, now);
    if (slot && (expires_of(value) <= now || state_of(value) != STATE_ENDED))
        fill(slot, value, key, open, use->now);
}

mcp_live_session_state_t
mcp_live_session_state(const mcp_live_shared_t *shared,
                       const unsigned char id[MCP_DIGEST_SIZE],
                       apr_int64_t now)
{
    apr_uint64_t value = 0;

    if (!find(mcp_live_shared_session_bucket(shared, id), &value,
              mcp_live_shared_key(id), (apr_uint64_t)now))
        return MCP_SESSION_UNKNOWN;
    return state_of(value) == STATE_ENDED ? MCP_SESSION_ENDED
                                          : MCP_SESSION_OPEN;
}
