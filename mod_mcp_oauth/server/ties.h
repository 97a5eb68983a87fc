/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_TIES_H
#define MCP_SERVER_TIES_H

#include "live/change.h"
#include "server/lot.h"

/* Which parked streams are woken by which key, of a child: so that a change
 * costs what it wakes, however many streams there are. All under the mutex of
 * the lot. */

void mcp_server_ties_open(void);
void mcp_server_ties_add(mcp_server_parked_t *p);
void mcp_server_ties_remove(mcp_server_parked_t *p);
/* Those that the key is one of. */
void mcp_server_ties_each(void (*wake)(mcp_server_parked_t *p),
                          mcp_ring_t ring, apr_uint64_t key);

#endif
