/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_RESUME_H
#define MCP_MCP_RESUME_H

#include "mcp/turn.h"

/* The stream that a Last-Event-ID names is told from there on, to its end or
 * to the end of patience (2025-11-25). Where nothing is left of it the answer
 * is 204, by which event sources stop (HTML, Server-sent events). An id that
 * is no such stream's: *found is 0, and nothing happens. */
const mcp_error_t *mcp_resume(int *found, mcp_turn_t *t, const char *id);

#endif
