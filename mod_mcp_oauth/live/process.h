/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_PROCESS_H
#define MCP_LIVE_PROCESS_H

#include <apr.h>

/* A process as a number that no other has: its pid, and
 * the clock tick in which it was started where /proc tells it (proc(5)), as
 * pids are given out again. Never 0. */
apr_uint64_t mcp_live_process_self(void);
/* Whether it can be that it lives: so also where nobody can tell. One that was
 * killed and waits for its parent does not. */
int mcp_live_process_lives(apr_uint64_t process);

#endif
