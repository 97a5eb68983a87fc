/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_SERVER_H
#define MCP_MCP_SERVER_H

#include "jose/keyring.h"
#include "live/shared.h"
#include "mcp/prompts.h"
#include "mcp/resources.h"
#include "mcp/tools.h"

/* One MCP server: a location with `SetHandler mcp-server`. Made from the
 * configuration; immutable while requests run. */
typedef struct mcp_server_t {
    const char *name;         /* serverInfo.name: stable, programmatic */
    const char *title;        /* or NULL */
    const char *version;      /* of this module */
    const char *instructions; /* or NULL */
    const char *url; /* identifies the server in what it seals and MACs */
    const char *documentation; /* a URL, or NULL */
    const mcp_icon_t *icons;   /* or NULL */
    const mcp_tools_t *tools;
    const mcp_resources_t *resources;
    const mcp_prompts_t *prompts;
    apr_int64_t session_lifetime; /* seconds */
} mcp_server_t;

/* What a child works with; filled in after the fork. */
typedef struct mcp_works_t {
    const mcp_jose_keyring_t *keys;
    const char *issuer; /* whose keys */
    mcp_live_shared_t *shared;
} mcp_works_t;

#endif
