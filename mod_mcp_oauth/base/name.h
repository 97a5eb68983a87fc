/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_NAME_H
#define MCP_BASE_NAME_H

#include <apr_pools.h>

/* The names that users type. */

/* What directories and some databases take names for when they compare them:
 * "Ada" and " ada " are "ada". ASCII letters in lower case, white space at the
 * ends gone, and elsewhere one blank (RFC 4518 as far as ASCII goes). */
const char *mcp_name_fold(const char *name, apr_pool_t *pool);

#endif
