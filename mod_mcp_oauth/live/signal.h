/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_SIGNAL_H
#define MCP_LIVE_SIGNAL_H

#include <apr_time.h>

#include "live/shared.h"

/* Wakes those who wait for something in shared memory, in every child: a
 * number that grows whenever something was changed, and a futex on it. Nobody
 * needs a thread of its own to hear it, and a killed waiter leaves nothing
 * behind. Where the system has no futex, waiters look every 50 ms.
 *
 *     seen = mcp_live_signal_count(shared);
 *     ... look; when there is nothing ...
 *     mcp_live_signal_wait(shared, seen, timeout);
 */

apr_uint32_t mcp_live_signal_count(const mcp_live_shared_t *shared);
void mcp_live_signal_raise(mcp_live_shared_t *shared);
/* Until the number is not seen any more, timeout is over, or a signal came to
 * this thread. */
void mcp_live_signal_wait(mcp_live_shared_t *shared, apr_uint32_t seen,
                          apr_interval_time_t timeout);

#endif
