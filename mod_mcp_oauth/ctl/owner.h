/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_OWNER_H
#define MCP_CTL_OWNER_H

#include "base/error.h"

/* Makes this process one of the user whom the state directory belongs to, for
 * good, so that no file in it gets another owner; *name is that user's. Only
 * root can become somebody else; any other is refused. */
const mcp_error_t *mcp_ctl_owner_become(const char **name,
                                        const char *directory, mcp_ctx_t *cx);

#endif
