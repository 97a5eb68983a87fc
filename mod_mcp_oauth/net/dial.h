/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_DIAL_H
#define MCP_NET_DIAL_H

#include <apr_optional.h>
#include <apr_pools.h>
#include <sys/socket.h>

/* What stands between a name and a connection, for another module to take
 * over: behaviour tests have hosts of their own on loopback ports. No
 * directive leads here, and the guard judges what resolve says. */
typedef struct mcp_net_dial_t {
    /* "ADDRESS[,ADDRESS...]" of host, or NULL: as the system has it */
    const char *(*resolve)(const char *host, apr_pool_t *pool);
    /* may change an address that the guard let pass, before it is dialled */
    void (*divert)(struct sockaddr *address);
} mcp_net_dial_t;

APR_DECLARE_OPTIONAL_FN(const mcp_net_dial_t *, mcp_net_dial, (void));

#endif
