/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_PLACE_H
#define MCP_LIVE_PLACE_H

#include "live/shared.h"

/* Places for what holds a thread or much else for long, such as streams: so
 * many for all children together, so many for each, so many for one owner. A
 * place is a row of shared memory that says which process and owner has it, so
 * those of a killed child are given out again. */

typedef enum {
    MCP_PLACE_THREAD, /* what holds one */
    MCP_PLACE_STREAM, /* what waits without */
    MCP_PLACE_KINDS
} mcp_place_kind_t;

typedef struct mcp_place_limits_t {
    apr_uint32_t server; /* at most MCP_PLACES */
    apr_uint32_t child;
    apr_uint32_t owner;
} mcp_place_limits_t;

#define MCP_PLACES 32768 /* of each kind */

/* owner: a part of a digest of who has it, or 0: nobody, not counted. Returns
 * the place, or -1 when a limit is reached. */
int mcp_live_place_take(mcp_live_shared_t *shared, mcp_place_kind_t kind,
                        const mcp_place_limits_t *limits, apr_uint64_t owner);
/* By the process that took it. */
void mcp_live_place_give(mcp_live_shared_t *shared, mcp_place_kind_t kind,
                         int place);
/* What it is used for, for status: below MCP_PLACE_USES. By the process that
 * has it; 0 until then. */
#define MCP_PLACE_USES 16
void mcp_live_place_use(mcp_live_shared_t *shared, mcp_place_kind_t kind,
                        int place, unsigned use);
/* how many of each use are taken, by processes that live */
void mcp_live_place_uses(apr_uint32_t uses[MCP_PLACE_USES],
                         mcp_live_shared_t *shared, mcp_place_kind_t kind);
/* how many are taken, by processes that live */
apr_uint32_t mcp_live_place_taken(mcp_live_shared_t *shared,
                                  mcp_place_kind_t kind);

#endif
