/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/signal.h"

#include <unistd.h>

#include "live/layout.h"

#ifdef __linux__
#include <sys/syscall.h>
#endif

/* The fallback is built by `make fallback`, too. */
#if defined(SYS_futex) && !defined(MCP_STREAMS_FALLBACK)
#include <limits.h>
#include <linux/futex.h>
#define HAS_FUTEX 1
#else
#define HAS_FUTEX 0
#endif

apr_uint32_t mcp_live_signal_count(const mcp_live_shared_t *shared)
{
    return __atomic_load_n(&shared->bell.count, __ATOMIC_SEQ_CST);
}

#if HAS_FUTEX
/* One of those who wait is counted before the kernel compares the number, and
 * the number grows before they are counted: so either the kernel sees the new
 * number or he is woken. One who is killed stays counted, which costs a call
 * of the kernel each time. */
void mcp_live_signal_raise(mcp_live_shared_t *shared)
{
    mcp_live_bell_t *bell = &shared->bell;

    __atomic_add_fetch(&bell->count, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&bell->waiters, __ATOMIC_SEQ_CST))
        syscall(SYS_futex, &bell->count, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void mcp_live_signal_wait(mcp_live_shared_t *shared, apr_uint32_t seen,
                          apr_interval_time_t timeout)
{
    mcp_live_bell_t *bell = &shared->bell;
    /* as the kernel has it, whatever libc's time_t is */
    struct {
        long seconds, nanoseconds;
    } most = {(long)apr_time_sec(timeout),
              (long)apr_time_usec(timeout) * 1000};

    if (timeout <= 0 || mcp_live_signal_count(shared) != seen)
        return;
    __atomic_add_fetch(&bell->waiters, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &bell->count, FUTEX_WAIT, seen, &most, NULL, 0);
    __atomic_sub_fetch(&bell->waiters, 1, __ATOMIC_SEQ_CST);
}
#else
#define LOOK_EVERY (50 * 1000) /* microseconds */

void mcp_live_signal_raise(mcp_live_shared_t *shared)
{
    __atomic_add_fetch(&shared->bell.count, 1, __ATOMIC_SEQ_CST);
}

void mcp_live_signal_wait(mcp_live_shared_t *shared, apr_uint32_t seen,
                          apr_interval_time_t timeout)
{
    while (timeout > 0 && mcp_live_signal_count(shared) == seen) {
        apr_sleep(timeout < LOOK_EVERY ? timeout : LOOK_EVERY);
        timeout -= LOOK_EVERY;
    }
}
#endif
