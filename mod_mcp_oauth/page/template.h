/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_PAGE_TEMPLATE_H
#define MCP_PAGE_TEMPLATE_H

#include "base/json.h"

/* Mustache without lambdas, partials and unescaped output:
 *   {{name}}              the value as HTML text; {{.}} the value in hand
 *   {{#name}}...{{/name}} once if true, for each element of a list, within an
 *                         object
 *   {{^name}}...{{/name}} if not
 * A name is looked for in the innermost object, then further out. */

#define MCP_TEMPLATE_MAX_DEPTH 8 /* sections within sections */

/* SERVER_ERROR when the template itself is malformed. */
const mcp_error_t *mcp_page_template_render(const char **html,
                                            const char *text, apr_size_t len,
                                            const mcp_json_t *values,
                                            mcp_ctx_t *cx);

#endif
