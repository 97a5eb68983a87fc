/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_DUMP_H
#define MCP_CONFIG_DUMP_H

#include "config/site.h"

/* What the sites say, on standard output. */
void mcp_config_dump_write(const apr_array_header_t *sites, apr_pool_t *pool);

#endif
