/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_WAIT_H
#define MCP_MCP_WAIT_H

#include "live/place.h"
#include "mcp/turn.h"

/* Waiting for something that another child may do, with a thread held: a place
 * for it is taken first, so that those who wait leave some threads to others.
 *
 *     MCP_TRY(mcp_wait_begin(&wait, t, MCP_PLACE_THREAD));
 *     do
 *         mcp_wait_look(&wait);
 *     while (nothing is there yet && mcp_wait(&wait, 0));
 *     mcp_wait_end(&wait);
 */
typedef struct mcp_wait_t {
    mcp_turn_t *t;
    mcp_place_kind_t kind;
    int place;
    apr_uint32_t seen;  /* of the signal */
    apr_time_t end;     /* of patience */
    int is_token_short; /* which the access token's makes shorter */
    int is_cut_short;   /* the server stops */
    const char *why;    /* it is over, for the log; NULL: it is not */
    apr_time_t comment; /* when the stream needs one */
    /* Whether it goes on though the server stops; NULL: it does not. */
    int (*lingers)(void *baton);
    void *baton;
} mcp_wait_t;

/* UNAVAILABLE where too many wait already. */
const mcp_error_t *mcp_wait_begin(mcp_wait_t *wait, mcp_turn_t *t,
                                  mcp_place_kind_t kind);
/* Before looking: what comes from here on ends the next wait. */
void mcp_wait_look(mcp_wait_t *wait);
/* Until something has come, or the time is due (0: no time), at most a second.
 * A stream that is begun is kept alive meanwhile. 0 when waiting is over: the
 * client has gone, the server stops, patience or the access token has come to
 * its end. */
int mcp_wait(mcp_wait_t *wait, apr_time_t due);
/* The same without waiting: whether it is not over. */
int mcp_wait_goes_on(mcp_wait_t *wait);
/* From here on it holds a thread; 0: too many do, and nothing is changed. */
int mcp_wait_hold(mcp_wait_t *wait);
void mcp_wait_end(mcp_wait_t *wait);

#endif
