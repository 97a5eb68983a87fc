/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_OUTLET_H
#define MCP_SERVER_OUTLET_H

#include <httpd.h>

#include "mcp/dispatch.h"

/* An answer that goes out bit by bit while its handler runs: an event stream,
 * or 202 for a request that is answered elsewhere. The thread is held
 * meanwhile. */
typedef struct mcp_server_outlet_t {
    request_rec *r;
    apr_bucket_brigade *bb;
    int is_begun;
    int is_over; /* ended, or the client has gone */
    void (*headers)(request_rec *r, void *baton); /* before the first bytes */
    void *baton;
} mcp_server_outlet_t;

/* The functions of mcp_outlet_t; their baton is a mcp_server_outlet_t. */
int mcp_server_outlet_send(mcp_server_outlet_t *outlet, const char *bytes,
                           apr_size_t len);
void mcp_server_outlet_end(mcp_server_outlet_t *outlet);
void mcp_server_outlet_accept(mcp_server_outlet_t *outlet);
/* Whether the client has closed its connection. */
int mcp_server_outlet_gone(mcp_server_outlet_t *outlet);
/* Whether this child is to end. */
int mcp_server_outlet_stopping(void);

/* child_stopping: those who wait end; they are woken where it is graceful */
void mcp_server_outlet_stop(mcp_live_shared_t *shared, int graceful);
/* child_init: how many threads may be held */
mcp_place_limits_t mcp_server_outlet_places(apr_uint32_t streams);

#endif
