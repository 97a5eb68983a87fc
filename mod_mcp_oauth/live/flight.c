/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/flight.h"

#include <string.h>

#include <apr_thread_mutex.h>

struct mcp_live_flight_t {
    apr_thread_mutex_t *mutex;
    unsigned count;
    unsigned char keys[MCP_FLIGHTS][MCP_DIGEST_SIZE];
};

mcp_live_flight_t *mcp_live_flight_make(apr_pool_t *pool)
{
    mcp_live_flight_t *flight = apr_pcalloc(pool, sizeof(*flight));

    return apr_thread_mutex_create(&flight->mutex, APR_THREAD_MUTEX_DEFAULT,
                                   pool)
               ? NULL
               : flight;
}

/* With the mutex held: where it is, or count. */
static unsigned find(const mcp_live_flight_t *flight, const unsigned char *key)
{
    unsigned i = 0;

    while (i < flight->count &&
           memcmp(flight->keys[i], key, MCP_DIGEST_SIZE) != 0)
        i++;
    return i;
}

int mcp_live_flight_begin(mcp_live_flight_t *flight,
                          const unsigned char key[MCP_DIGEST_SIZE])
{
    int is_first;

    apr_thread_mutex_lock(flight->mutex);
    is_first = find(flight, key) == flight->count;
    if (is_first && flight->count < MCP_FLIGHTS)
        memcpy(flight->keys[flight->count++], key, MCP_DIGEST_SIZE);
    apr_thread_mutex_unlock(flight->mutex);
    return is_first;
}

void mcp_live_flight_end(mcp_live_flight_t *flight,
                         const unsigned char key[MCP_DIGEST_SIZE])
{
    unsigned i;

    apr_thread_mutex_lock(flight->mutex);
    i = find(flight, key);
    if (i < flight->count) {
        flight->count--;
        memmove(flight->keys[i], flight->keys[flight->count], MCP_DIGEST_SIZE);
    }
    apr_thread_mutex_unlock(flight->mutex);
}
