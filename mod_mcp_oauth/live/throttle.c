/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/throttle.h"

#include <apr_siphash.h>
#include <string.h>

#include "live/layout.h"

/* Two counters per key: of the window that began at `start`, and of the one
 * before it. The rate is taken as if the earlier events were spread evenly. A
 * slot's value holds all three, so that one swap changes them together. */
typedef struct window_t {
    apr_int64_t start; /* in seconds, a multiple of the window's length; 32
                        * bits kept */
    apr_int64_t current;
    apr_int64_t previous; /* 16 bits kept of each count */
} window_t;

#define COUNT_MAX 0xffff

typedef struct place_t {
    mcp_live_bucket_t *bucket;
    apr_uint64_t key;
} place_t;

/* SipHash with a secret: nobody finds a key of his own that shares a counter
 * with another's. That of what becomes part of the secret for key. */
static place_t place_of(const mcp_live_shared_t *shared, const char *what,
                        const char *key)
{
    unsigned char salt[MCP_LIVE_SALT_SIZE];
    apr_uint64_t half;
    place_t place;

    memcpy(salt, shared->salt, sizeof(salt));
    memcpy(&half, salt, sizeof(half));
    half ^= apr_siphash24(what, strlen(what), salt);
    memcpy(salt, &half, sizeof(half));
    place.key = apr_siphash24(key, strlen(key), salt);
    place.bucket = mcp_live_shared_throttle_bucket(shared, place.key);
    if (!place.key)
        place.key = 1;
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

/* What value says at now; length in seconds. A start in the future is the
 * clock's fault: by less than a window it is another process's idea of now, by
 * more the clock was set back, and nobody shall wait for it to catch up. */
static window_t window_at(apr_uint64_t value, apr_int64_t length,
                          apr_time_t now)
{
    window_t window = unpack(value);
    apr_int64_t second = apr_time_sec(now), start = second - second % length;
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
                apr_time_t now)
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
                           apr_time_t now)
{
    place_t place = place_of(shared, what, key);

    add(&place, rate, now);
}

/* How long after its start a window has room for one more, beside `previous`
 * events of the one before it: previous * (length - time) / length < room. */
static apr_time_t room_at(apr_int64_t previous, apr_int64_t room,
                          apr_time_t length)
{
    if (room <= 0 || !previous)
        return room > 0 ? 0 : length;
    return length - (room * length - 1) / previous;
}

/* Seconds until it does, rounded up. */
static int wait_at(const place_t *place, const mcp_live_rate_t *rate,
                   apr_time_t now)
{
    apr_time_t length = apr_time_from_sec(length_of(rate)), elapsed, at;
    const mcp_live_slot_t *slot = find(place);
    apr_int64_t count = rate->count;
    window_t window;

    if (!slot)
        return count ? 0 : (int)length_of(rate);
    if (count > COUNT_MAX)
        count = COUNT_MAX;
    window = window_at(__atomic_load_n(&slot->value, __ATOMIC_ACQUIRE),
                       length_of(rate), now);
    elapsed = now - apr_time_from_sec(window.start);
    if (elapsed < 0)
        elapsed = 0;
    at = window.current < count
             ? room_at(window.previous, count - window.current, length)
             : length + room_at(window.current, count, length);
    return at > elapsed
               ? (int)apr_time_sec(at - elapsed + APR_USEC_PER_SEC - 1)
               : 0;
}

int mcp_live_throttle_wait(const mcp_live_shared_t *shared, const char *what,
                           const char *key, const mcp_live_rate_t *rate,
                           apr_time_t now)
{
    place_t place = place_of(shared, what, key);

    return wait_at(&place, rate, now);
}

int mcp_live_throttle_take(mcp_live_shared_t *shared, const char *what,
                           const char *key, const mcp_live_rate_t *rate,
                           apr_time_t now)
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
