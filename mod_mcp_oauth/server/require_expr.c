/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/require.h"

#include <http_log.h>

#include "server/expr.h"
#include "server/request.h"

APLOG_USE_MODULE(mcp_oauth);

static const char *expr_read(const void **parsed,
                             const mcp_config_line_t *line)
{
    const char *text = mcp_config_line_word(line, 0), *wrong = NULL;

    *parsed = ap_expr_parse_cmd(line->cmd, text, 0, &wrong, NULL);
    return wrong ? mcp_config_line_refuse(
                       line,
                       "\"%s\" is no expression of httpd: %s. Write \"%s "
                       "%%{MCP_ORGANIZATION} == 'example'\", say.",
                       text, wrong, line->name)
                 : NULL;
}

static const mcp_error_t *expr_ask(int *fits, const void *parsed,
                                   request_rec *r)
{
    return mcp_server_expr_is_true(fits, r, parsed,
                                   mcp_server_request_find(r)->principal);
}

const mcp_server_require_t mcp_server_require_expr = {expr_read, expr_ask};
