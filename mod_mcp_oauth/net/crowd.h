/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_CROWD_H
#define MCP_NET_CROWD_H

#include <apr.h>

/* The threads of a child that wait for other servers, counted: what waits for
 * a server that hangs answers nobody. */
typedef struct mcp_net_crowd_t {
    apr_uint32_t most;
    apr_uint32_t count; /* atomic; 0 at first */
} mcp_net_crowd_t;

/* 0 when there are too many already. The last quarter of the places is for
 * what the administrator named: strangers, whose servers may hang on purpose,
 * do not keep anybody from signing in. */
int mcp_net_crowd_enter(mcp_net_crowd_t *crowd, int is_trusted);
/* who has entered */
void mcp_net_crowd_leave(mcp_net_crowd_t *crowd);

#endif
