/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_CAPACITY_H
#define MCP_SERVER_CAPACITY_H

#include <httpd.h>

#include "config/site.h"
#include "live/place.h"

/* How many streams a child can hold, as httpd is configured: by threads, and
 * with the event MPM by AsyncRequestWorkerFactor. */

/* check_config: reads httpd's own directives */
void mcp_server_capacity_read(void);
/* post_config: how many may wait, for each kind of place */
void mcp_server_capacity_places(mcp_place_limits_t *places,
                                apr_uint32_t streams);
/* test_config, and a start: warns where what MCPLimit streams= asks for does
 * not fit, and says what to write. */
void mcp_server_capacity_check(const apr_array_header_t *sites,
                               apr_uint32_t streams, mcp_ctx_t *cx);

#endif
