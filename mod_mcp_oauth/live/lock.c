/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/lock.h"

#include <errno.h>

int mcp_live_lock_make(mcp_live_lock_t *lock)
{
    pthread_mutexattr_t attributes;
    int status = pthread_mutexattr_init(&attributes);

    if (status)
        return status;
    status = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (!status)
        status =
            pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (!status)
        status =
            pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    if (!status)
        status = pthread_mutex_init(&lock->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return status;
}

mcp_lock_state_t mcp_live_lock_enter(mcp_live_lock_t *lock)
{
    switch (pthread_mutex_lock(&lock->mutex)) {
    case 0:
        return MCP_LOCK_HELD;
    case EOWNERDEAD:
        return MCP_LOCK_LEFT;
    default:
        return MCP_LOCK_REFUSED;
    }
}

void mcp_live_lock_repair(mcp_live_lock_t *lock)
{
    pthread_mutex_consistent(&lock->mutex);
}

void mcp_live_lock_leave(mcp_live_lock_t *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}
