/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_NET_THREADS_H
#define MCP_T_UNIT_NET_THREADS_H

#include <apr_thread_mutex.h>

#include "net/document.h"
#include "tap.h"

/* A host for tests whose threads log and read the clock. log_mutex is made by
 * the test. */

static apr_thread_mutex_t *log_mutex;

static void write_safely(void *baton, mcp_log_level_t level, int number,
                         const char *line)
{
    apr_thread_mutex_lock(log_mutex);
    tap_write(baton, level, number, line);
    apr_thread_mutex_unlock(log_mutex);
}

static apr_time_t clock_read(void *baton)
{
    (void)baton;
    return __atomic_load_n(&tap_now, __ATOMIC_ACQUIRE);
}

static const mcp_host_t host = {clock_read, mcp_random_system, write_safely,
                                NULL};

static void pass(apr_int64_t seconds)
{
    __atomic_add_fetch(&tap_now, apr_time_from_sec(seconds), __ATOMIC_ACQ_REL);
}

#endif
