/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_CREW_H
#define MCP_NET_CREW_H

#include "base/error.h"

/* A few threads of a child for what no request waits for. There are none until
 * there is something to do. */
typedef struct mcp_net_crew_t mcp_net_crew_t;

/* What one of them does; lives until it is done. */
typedef struct mcp_net_crew_job_t mcp_net_crew_job_t;
struct mcp_net_crew_job_t {
    void (*work)(mcp_net_crew_job_t *job); /* frees it */
    mcp_net_crew_job_t *next;              /* the crew's */
};

/* In a child, after the fork. Ends before what else is in cx->pool does, when
 * all that was given is done. */
const mcp_error_t *mcp_net_crew_make(mcp_net_crew_t **crew, apr_uint32_t most,
                                     mcp_ctx_t *cx);
/* 0 when there is no thread to be had: the job is still the caller's. */
int mcp_net_crew_give(mcp_net_crew_t *crew, mcp_net_crew_job_t *job);
/* Atomic, lives as long as the crew: not 0 any more when it ends. Jobs have to
 * hurry then (the stop of a request). */
const apr_uint32_t *mcp_net_crew_stop(const mcp_net_crew_t *crew);

#endif
