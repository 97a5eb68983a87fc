/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_CONTEXT_H
#define MCP_CTL_CONTEXT_H

#include "base/ctx.h"

/* The system's clock and randomness; what is logged goes to standard error. */
void mcp_ctl_context_make(mcp_ctx_t *cx, apr_pool_t *pool);

#endif
