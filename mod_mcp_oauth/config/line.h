/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_LINE_H
#define MCP_CONFIG_LINE_H

#include <httpd.h>
#include <http_config.h>

#include "base/ctx.h"

/* One line of the configuration, cut into words as httpd cuts them. Everything
 * that says "refuse" gives the message that httpd prints behind the line's
 * number: what is wrong and what to write instead. */

typedef struct mcp_config_line_t {
    const char *name;                /* of the directive */
    const char *limits;              /* of its row, may be NULL */
    const apr_array_header_t *words; /* of const char *, without quotes */
    apr_pool_t *pool;
    cmd_parms *cmd; /* NULL: a default */
} mcp_config_line_t;

/* Cuts args. NULL, or why it cannot. */
const char *mcp_config_line_read(mcp_config_line_t *line, const char *args);
/* The same where all of args is one word, in quotes or not; or none. */
const char *mcp_config_line_whole(mcp_config_line_t *line, const char *args);
const char *mcp_config_line_word(const mcp_config_line_t *line, int i);
const char *mcp_config_line_refuse(const mcp_config_line_t *line,
                                   const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Cuts "KEY=VALUE". NULL, or why it cannot. */
const char *mcp_config_line_pair(const char **key, const char **value,
                                 const mcp_config_line_t *line, int i);
/* What the reading functions of base/ ask for: a pool, and nothing else is
 * needed to read a configuration. */
mcp_ctx_t *mcp_config_line_ctx(const mcp_config_line_t *line);

#endif
