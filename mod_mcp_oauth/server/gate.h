/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_GATE_H
#define MCP_SERVER_GATE_H

#include <httpd.h>

/* Browsers at protected locations and MCP servers, before authorization: whose
 * pages may call, and what they may read of the answer (CORS). */

/* header_parser */
int mcp_server_gate_check(request_rec *r);

#endif
