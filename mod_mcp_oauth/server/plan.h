/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_PLAN_H
#define MCP_SERVER_PLAN_H

#include <httpd.h>

#include "jose/rotation.h"
#include "oauth/known.h"

/* What the whole configuration, all virtual hosts together, wants of the
 * state. */
typedef struct mcp_server_plan_t {
    const apr_array_header_t *issuers; /* const char *: whose keys */
    mcp_jose_lives_t lives;            /* of the keys */
    mcp_oauth_known_t known;           /* for mcpctl */
} mcp_server_plan_t;

/* sites: mcp_config_site_t *; made. In cx->pool. */
const mcp_server_plan_t *mcp_server_plan_make(const apr_array_header_t *sites,
                                              mcp_ctx_t *cx);

#endif
