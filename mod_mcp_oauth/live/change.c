/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/change.h"

#include "live/layout.h"

/* Where one is killed while he tells, what he told is lost, and the oldest
 * change may be torn: numbers are skipped, so that everybody comes too late.
 */
static mcp_live_ring_t *enter(mcp_live_shared_t *shared, mcp_ring_t which)
{
    mcp_live_ring_t *ring = mcp_live_shared_ring(shared) + which;

    switch (mcp_live_lock_enter(&ring->lock)) {
    case MCP_LOCK_LEFT:
        __atomic_add_fetch(&ring->last, MCP_LIVE_CHANGES + 1,
                           __ATOMIC_RELEASE);
        mcp_live_lock_repair(&ring->lock);
        return ring;
    case MCP_LOCK_HELD:
        return ring;
    default:
        return NULL;
    }
}

apr_uint64_t mcp_live_change_last(const mcp_live_shared_t *shared,
                                  mcp_ring_t ring)
{
    return __atomic_load_n(&mcp_live_shared_ring(shared)[ring].last,
                           __ATOMIC_ACQUIRE);
}

void mcp_live_change_tell(mcp_live_shared_t *shared, mcp_ring_t which,
                          const mcp_change_t *change)
{
    mcp_live_ring_t *ring = enter(shared, which);

    if (!ring)
        return;
    ring->changes[(ring->last + 1) % MCP_LIVE_CHANGES] = *change;
    __atomic_add_fetch(&ring->last, 1, __ATOMIC_RELEASE);
    mcp_live_lock_leave(&ring->lock);
}

int mcp_live_change_read(mcp_change_t *changes, int max, apr_uint64_t *last,
                         mcp_live_shared_t *shared, mcp_ring_t which)
{
    mcp_live_ring_t *ring = enter(shared, which);
    int count = 0;

    if (!ring) {
        *last = mcp_live_change_last(shared, which);
        return -1;
    }
    if (*last > ring->last || ring->last - *last > MCP_LIVE_CHANGES) {
        *last = ring->last;
        count = -1;
    }
    while (count >= 0 && count < max && *last < ring->last)
        changes[count++] = ring->changes[++*last % MCP_LIVE_CHANGES];
    mcp_live_lock_leave(&ring->lock);
    return count;
}
