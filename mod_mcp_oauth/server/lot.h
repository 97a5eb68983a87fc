/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_LOT_H
#define MCP_SERVER_LOT_H

#include <httpd.h>

#include <apr_ring.h>

#include "mcp/watch.h"
#include "oauth/service.h"
#include "server/outlet.h"

/* All streams of a child that are parked (server/park), and who looks after
 * them: one thread hears what changes in shared memory and looks at the clock;
 * those that are concerned are looked at by threads of the MPM, each by one at
 * a time. */

/* One key that a stream is woken by. */
typedef struct mcp_server_tie_t mcp_server_tie_t;

/* In its request's pool. What follows `baton` is the lot's. */
typedef struct mcp_server_parked_t mcp_server_parked_t;

struct mcp_server_tie_t {
    APR_RING_ENTRY(mcp_server_tie_t) link; /* in its bucket */
    mcp_watch_key_t key;
    mcp_server_parked_t *parked;
};

struct mcp_server_parked_t {
    request_rec *r;
    mcp_server_outlet_t *outlet;
    mcp_watch_t *watch;
    void (*done)(void *baton);
    void *baton;

    APR_RING_ENTRY(mcp_server_parked_t) all;
    APR_RING_ENTRY(mcp_server_parked_t) queue;
    mcp_server_tie_t *ties; /* as many as the watch has keys */
    apr_time_t due;
    int is_shown; /* it is in `all` */
    int is_queued;
    int is_running; /* a thread looks after it */
    int is_ready;   /* something happened meanwhile */
    int is_ending;  /* it was shut down for reading */
    int is_stalled; /* its client takes nothing */
};

/* child_init, where the MPM can keep connections */
void mcp_server_lot_open(server_rec *s, apr_pool_t *pchild,
                         const mcp_oauth_works_t *works);
/* Whether it is open. */
int mcp_server_lot_is_open(void);
/* All streams end: they are shut down for reading. */
void mcp_server_lot_stop(void);
int mcp_server_lot_is_stopping(void);
/* Makes sure that there is a thread that hears; 0: there is none, or the
 * server stops. */
int mcp_server_lot_start(void);
/* From here on others may look after it. */
void mcp_server_lot_show(mcp_server_parked_t *p);
/* Nobody looks after it any more, and nobody will. */
void mcp_server_lot_hide(mcp_server_parked_t *p);

#endif
