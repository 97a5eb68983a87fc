/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_FRESHNESS_H
#define MCP_NET_FRESHNESS_H

#include <apr.h>

/* How long a document can be kept (RFC 9111 5.2.2). */
typedef struct mcp_net_freshness_t {
    int is_said;         /* there is a max-age, no-cache or no-store */
    apr_int64_t seconds; /* from when it was fetched; 0 where not to be kept */
    int may_be_stale;    /* it was not said that nothing may be kept */
} mcp_net_freshness_t;

/* cache_control: of all header fields, or NULL. age: Age, in seconds. */
mcp_net_freshness_t mcp_net_freshness_read(const char *cache_control,
                                           apr_int64_t age);

#endif
