/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/throttle.h"

#include "live/layout.h"

/* Two counters per key: of the window that began at `start`, and of the one
 * before it. The rate is taken as if the earlier events were spread evenly. A
 * slot's value holds all three, so that one swap changes them together. */
typedef struct window_t {
    apr_int64_t start; /* a multiple of the window's length; 32 bits kept */
    apr_int64_t current;
    apr_int64_t previous; /* 16 bits kept of each count */
} window_t;

#define COUNT_MAX 0xffff

typedef struct place_t {
    mcp_live_bucket_t *bucket;
    apr_uint64_t key;
} place_t;

static place_t place_of(const mcp_live_shared_t *shared, const char *what,
                        const char *key)
{
    unsigned char digest[MCP_DIGEST_SIZE];
    place_t place;

    mcp_digest_sha256_two(digest, what, key);
    place.bucket = mcp_live_shared_throttle_bucket(shared, digest);
    place.key = mcp_live_shared_key(digest);
    return place;
}

static apr_uint64_t pack(const window_t *window)
{
    return (apr_uint64_t)window->start << 32 |
           (apr_uint64_t)window->current << 16 |
           (apr_uint64_t)window->previous;
}

static window_t unpack(apr_uint64_t value)
{
    window_t window;

    window.start = value >> 32;
    window.current = value >> 16 & COUNT_MAX;
    window.previous = value & COUNT_MAX;
    return window;
}

/* What value says at now. A start in the future is the clock's fault: by less
 * than a window it is another process's idea of now, by more the clock was set
 * back, and nobody shall wait for it to catch up. */
static window_t window_at(apr_uint64_t value, apr_int64_t length,
                          apr_int64_t now)
{
    window_t window = unpack(value);
    apr_int64_t start = now - now % length;
    apr_int64_t age = start - window.start;

    if (age <= 0 && age >= -length)
        return window;
    window.previous = age > 0 && age <= length ? window.current : 0;
    window.current = 0;
    window.start = start;
    return window;
}

static mcp_live_slot_t *find(const place_t *place)
{
    int i;

    for (i = 0; i < MCP_LIVE_WAYS; i++) {
        mcp_live_slot_t *slot = &place->bucket->slots[i];

        if (__atomic_load_n(&slot->key, __ATOMIC_ACQUIRE) == place->key)
            return slot;
    }
    return NULL;
}

static int swap(apr_uint64_t *word, apr_uint64_t from, apr_uint64_t to)
{
    return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

/* Gives the slot whose window began first to place. Those that were never used
 * or cleared began at 0. It fails when another process was faster. */
static void claim(const place_t *place)
{
    mcp_live_slot_t *stalest = NULL;
    apr_uint64_t key = 0, value = 0;
    int i;

    for (i = 0; i < MCP_LIVE_WAYS; i++) {
        mcp_live_slot_t *slot = &place->bucket->slots[i];
        apr_uint64_t found_key = __atomic_load_n(&slot->key, __ATOMIC_ACQUIRE);
        apr_uint64_t found = __atomic_load_n(&slot->value, __ATOMIC_ACQUIRE);

        if (stalest && found >> 32 >= value >> 32)
            continue;
        stalest = slot;
        key = found_key;
        value = found;
    }
    /* emptied first, so that the new key does not inherit the counts */
    if (swap(&stalest->value, value, 0))
        swap(&stalest->key, key, place->key);
}

static apr_int64_t length_of(const mcp_live_rate_t *rate)
{
    return rate->window ? rate->window : 1;
}

static void add(const place_t *place, const mcp_live_rate_t *rate,
                apr_int64_t now)
{
    mcp_live_slot_t *slot;
    apr_uint64_t value;
    window_t window;

    while (!(slot = find(place)))
        claim(place);
    do {
        value = __atomic_load_n(&slot->value, __ATOMIC_ACQUIRE);
        window = window_at(value, length_of(rate), now);
        if (window.current < COUNT_MAX)
            window.current++;
    } while (!swap(&slot->value, value, pack(&window)));
}

void mcp_live_throttle_add(mcp_live_shared_t *shared, const char *what,
                           const char *key, const mcp_live_rate_t *rate,
                           apr_int64_t now)
{
    place_t place = place_of(shared, what, key);

    add(&place, rate, now);
}

/* The first second of a window in which `previous` events of the one before it
 * leave room for one more: previous * (length - second) / length < room. */
static apr_int64_t room_at(apr_int64_t previous, apr_int64_t room,
                           apr_int64_t length)
{
    if (room <= 0 || !previous)
        return room > 0 ? 0 : length;
    return length - (room * length - 1) / previous;
}

static int wait_at(const place_t *place, const mcp_live_rate_t *rate,
                   apr_int64_t now)
{
    apr_int64_t length = length_of(rate), count = rate->count, elapsed, at;
    const mcp_live_slot_t *slot = find(place);
    window_t window;

    if (!slot)
        return count ? 0 : (int)length;
    if (count > COUNT_MAX)
        count = COUNT_MAX;
    window = window_at(__atomic_load_n(&slot->value, __ATOMIC_ACQUIRE), length,
                       now);
    elapsed = now > window.start ? now - window.start : 0;
    at = window.current < count
             ? room_at(window.previous, count - window.current, length)
             : length + room_at(window.current, count, length);
    return at > elapsed ? (int)(at - elapsed) : 0;
}

int mcp_live_throttle_wait(const mcp_live_shared_t *shared, const char *what,
                           const char *key, const mcp_live_rate_t *rate,
                           apr_int64_t now)
{
    place_t place = place_of(shared, what, key);

    return wait_at(&place, rate, now);
}

int mcp_live_throttle_take(mcp_live_shared_t *shared, const char *what,
                           const char *key, const mcp_live_rate_t *rate,
                           apr_int64_t now)
{
    place_t place = place_of(shared, what, key);
    int wait = wait_at(&place, rate, now);

    if (!wait)
        add(&place, rate, now);
    return wait;
}

void mcp_live_throttle_clear(mcp_live_shared_t *shared, const char *what,
                             const char *key)
{
    place_t place = place_of(shared, what, key);
    mcp_live_slot_t *slot = find(&place);

    if (slot)
        __atomic_store_n(&slot->value, 0, __ATOMIC_RELEASE);
}
