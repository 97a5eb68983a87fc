/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/crowd.h"

int mcp_net_crowd_enter(mcp_net_crowd_t *crowd, int is_trusted)
{
    apr_uint32_t most = is_trusted ? crowd->most
                                   : crowd->most - crowd->most / 4;
    apr_uint32_t count = __atomic_load_n(&crowd->count, __ATOMIC_RELAXED);

    while (count < most)
        if (__atomic_compare_exchange_n(&crowd->count, &count, count + 1, 0,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            return 1;
    return 0;
}

void mcp_net_crowd_leave(mcp_net_crowd_t *crowd)
{
    __atomic_sub_fetch(&crowd->count, 1, __ATOMIC_RELAXED);
}
