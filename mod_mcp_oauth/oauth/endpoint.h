/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_ENDPOINT_H
#define MCP_OAUTH_ENDPOINT_H

#include "oauth/exchange.h"

/* The function of every row of endpoint.def. */

#define MCP_ENDPOINT(name, place, path, methods, style, body, cors, function) \
    mcp_oauth_endpoint_fn function;
#include "oauth/endpoint.def"
#undef MCP_ENDPOINT

#endif
