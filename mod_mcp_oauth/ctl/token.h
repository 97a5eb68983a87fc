/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_TOKEN_H
#define MCP_CTL_TOKEN_H

#include <stdio.h>

#include "ctl/command.h"

/* The token that a command is about; never shown. INVALID_REQUEST where there
 * is none. */
const mcp_error_t *mcp_ctl_token_read(const char **token, FILE *in,
                                      mcp_ctx_t *cx);

#endif
