/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CLIENT_PATTERN_H
#define MCP_OAUTH_CLIENT_PATTERN_H

#include <apr_pools.h>

/* Which clients an administrator means: a client_id as it is; or, with * and ?
 * in it, those whose id is the URL of a metadata document (oauth/cimd.h). In
 * the path they stand for any characters, slashes too. The host is written
 * out, but for "*." at its beginning: nobody else shall have a host that
 * fits. */

/* NULL, or what is wrong with a pattern and what to write instead. */
const char *mcp_oauth_client_pattern_fault(const char *pattern,
                                           apr_pool_t *pool);
/* id may be NULL: nobody knows the client, and no pattern fits. */
int mcp_oauth_client_pattern_fits(const char *pattern, const char *id,
                                  apr_pool_t *pool);

#endif
