/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_ANSWER_H
#define MCP_CTL_ANSWER_H

#include "ctl/command.h"

/* What a command that changes something says in the end: a sentence for
 * people, or {"NAME": number} for programs. */
typedef struct mcp_ctl_answer_t {
    const char *name;
    apr_int64_t number;
} mcp_ctl_answer_t;

void mcp_ctl_answer_print(const mcp_ctl_answer_t *answer,
                          const mcp_ctl_arguments_t *arguments,
                          apr_pool_t *pool, const char *sentence, ...)
    __attribute__((format(printf, 4, 5)));

#endif
