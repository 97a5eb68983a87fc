/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_ENDPOINT_H
#define MCP_SERVER_ENDPOINT_H

#include <httpd.h>

#include "oauth/exchange.h"

/* The rows of oauth/endpoint.def and how httpd serves them. */

typedef enum {
    MCP_PLACE_PATH,
    MCP_PLACE_PATHS,
    MCP_PLACE_WELL_KNOWN
} mcp_server_place_t;
typedef enum { MCP_STYLE_JSON, MCP_STYLE_PAGE } mcp_server_style_t;

typedef enum {
#define MCP_ENDPOINT(name, place, path, methods, style, body, cors, function) \
    MCP_ENDPOINT_##name,
#include "oauth/endpoint.def"
#undef MCP_ENDPOINT
    MCP_ENDPOINT_COUNT
} mcp_server_endpoint_name_t;

typedef struct mcp_server_endpoint_t {
    mcp_server_place_t place;
    const char *path;
    apr_size_t path_len;
    const char *methods; /* "GET,POST" */
    mcp_server_style_t style;
    apr_size_t body;
    int cors;
    mcp_oauth_endpoint_fn *function;
} mcp_server_endpoint_t;

extern const mcp_server_endpoint_t
    mcp_server_endpoint_table[MCP_ENDPOINT_COUNT];

/* handler: answers a request that server/claim gave to an endpoint */
int mcp_server_endpoint_handle(request_rec *r);

#endif
