/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_SECRET_H
#define MCP_CTL_SECRET_H

#include "base/error.h"
#include "base/settings.h"

/* A secret of the configuration, read from where that says it is: "file:PATH",
 * "exec:PROGRAM ARGUMENT ...", "env:NAME", all absolute. UNAVAILABLE where it
 * cannot be had. */
const mcp_error_t *mcp_ctl_secret_read(const mcp_secret_setting_t **secret,
                                       const char *source, mcp_ctx_t *cx);

#endif
