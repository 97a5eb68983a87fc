/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_FLIGHT_H
#define MCP_LIVE_FLIGHT_H

#include "base/digest.h"

/* What threads of one child find out at this moment, each by a 32-byte digest:
 * so that what takes a question to somebody else is asked once. */
typedef struct mcp_live_flight_t mcp_live_flight_t;

#define MCP_FLIGHTS 64 /* at once; nobody is kept from further ones */

/* freed with pool; NULL when there is no memory */
mcp_live_flight_t *mcp_live_flight_make(apr_pool_t *pool);
/* 0: somebody is finding it out. Else the caller may, and ends it. */
int mcp_live_flight_begin(mcp_live_flight_t *flight,
                          const unsigned char key[MCP_DIGEST_SIZE]);
void mcp_live_flight_end(mcp_live_flight_t *flight,
                         const unsigned char key[MCP_DIGEST_SIZE]);

#endif
