/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_OUTLET_H
#define MCP_SERVER_OUTLET_H

#include <httpd.h>

#include "mcp/dispatch.h"

/* An answer that goes out bit by bit: an event stream, or 202 for a request
 * that is answered elsewhere.
 *
 * As long as a thread is held for it, sending waits for a reader who is slow,
 * up to TimeOut. Once it is parked (server/park) sending never waits: what the
 * client does not take is kept, up to a bound, and goes out when it does. */
typedef struct mcp_server_outlet_t {
    request_rec *r;
    mcp_ctx_t *cx;
    apr_bucket_brigade *bb;
    int is_begun;
    int is_over; /* ended, or the client has gone */
    int is_parked;
    void (*headers)(request_rec *r, void *baton); /* before the first bytes */
    void *baton;

    /* -- parked: what is kept; malloc'ed -- */
    char *kept;
    apr_size_t kept_len;
    apr_size_t kept_from;  /* where what was not sent begins */
    apr_time_t kept_since; /* when the client took something last */
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

/* -- parked -- */

/* Sends of what is kept as much as the client takes now; whether all. One that
 * took nothing for too long has gone: is_over. */
int mcp_server_outlet_flush(mcp_server_outlet_t *outlet);
/* The same for so long at most; then it is ended, and nothing is kept. */
void mcp_server_outlet_close(mcp_server_outlet_t *outlet,
                             apr_interval_time_t patience);

/* child_stopping: those who wait end; they are woken where it is graceful */
void mcp_server_outlet_stop(mcp_live_shared_t *shared, int graceful);

#endif
