/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_CONNECTION_H
#define MCP_SERVER_CONNECTION_H

#include <httpd.h>

#include "oauth/last.h"

/* What we know of one conn_rec; it lives in its pool. A stream of HTTP/2 has
 * one of its own. */

struct mcp_server_parked_t;

typedef struct mcp_server_connection_t {
    /* server/park.c */
    int is_entered;                     /* it is being processed */
    struct mcp_server_parked_t *parked; /* or NULL */
    /* server/presented.c */
    mcp_oauth_last_t *last; /* NULL: no access token came yet */
} mcp_server_connection_t;

/* NULL when nothing was noted yet */
mcp_server_connection_t *mcp_server_connection_find(const conn_rec *c);
/* finds it or makes it */
mcp_server_connection_t *mcp_server_connection_get(conn_rec *c);

#endif
