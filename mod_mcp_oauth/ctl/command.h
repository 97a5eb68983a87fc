/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_COMMAND_H
#define MCP_CTL_COMMAND_H

#include "base/error.h"

/* mcpctl works on the state of the module, beside a running server or without
 * one. It links layers 0 to 3 and knows no httpd. */

enum {
#define MCP_OPTION(NAME, word, argument, help) MCP_CTL_##NAME,
#include "ctl/command.def"
    MCP_CTL_OPTIONS
};

/* What stands behind the words of a command. */
typedef struct mcp_ctl_arguments_t {
    const char *object;                  /* NULL where there is none */
    const char *option[MCP_CTL_OPTIONS]; /* its argument; NULL: not given */
} mcp_ctl_arguments_t;

/* exit codes */
enum {
    MCP_CTL_OK,
    MCP_CTL_NO,         /* the answer is no, or something is wrong */
    MCP_CTL_USAGE,      /* INVALID_REQUEST */
    MCP_CTL_UNREACHABLE /* any other error: the state cannot be had */
};

/* Prints its answer; *answer is MCP_CTL_OK or MCP_CTL_NO. NOT_FOUND is a no
 * too. */
typedef const mcp_error_t *mcp_ctl_run_fn(int *answer,
                                          const mcp_ctl_arguments_t *arguments,
                                          mcp_ctx_t *cx);

#define MCP_COMMAND(function, verb, noun, object, options, help)              \
    mcp_ctl_run_fn mcp_ctl_##function;
#include "ctl/command.def"

#endif
