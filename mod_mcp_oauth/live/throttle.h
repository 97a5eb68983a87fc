/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_THROTTLE_H
#define MCP_LIVE_THROTTLE_H

#include "base/digest.h"
#include "live/shared.h"

/* Counts events by key (an address, a user) in a sliding window, shared by all
 * children. Lock-free; under pressure the stalest counter is reused. */
typedef struct mcp_live_rate_t {
    apr_uint32_t count;  /* events ... */
    apr_uint32_t window; /* ... in so many seconds */
} mcp_live_rate_t;

/* Adds one event of what ("sign-in:address") for key. */
void mcp_live_throttle_add(mcp_live_shared_t *shared, const char *what,
                           const char *key, const mcp_live_rate_t *rate,
                           apr_time_t now);
/* 0: under the rate; else the seconds until it is again. */
int mcp_live_throttle_wait(const mcp_live_shared_t *shared, const char *what,
                           const char *key, const mcp_live_rate_t *rate,
                           apr_time_t now);
/* Both: adds one event where it is under the rate. Of those who ask at once a
 * few more may get through. */
int mcp_live_throttle_take(mcp_live_shared_t *shared, const char *what,
                           const char *key, const mcp_live_rate_t *rate,
                           apr_time_t now);
/* Forgets key: a success after failures. */
void mcp_live_throttle_clear(mcp_live_shared_t *shared, const char *what,
                             const char *key);

#endif
