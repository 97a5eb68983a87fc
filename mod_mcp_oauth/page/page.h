/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_PAGE_PAGE_H
#define MCP_PAGE_PAGE_H

#include "base/json.h"

/* The pages people see. A page is an HTML file of this folder, compiled in, a
 * Mustache template without lambdas and partials:
 *   {{name}} the value as HTML text   {{#name}}...{{/name}} once if true, for
 *   each element of a list, within an object   {{^name}}...{{/name}} if not
 * Unescaped output does not exist. layout.html frames every page; style.css is
 * put into a <style> whose hash is in the policy. */

/* values: a JSON object. */
const mcp_error_t *mcp_page_render(const char **html, const char *name,
                                   const char *values, mcp_ctx_t *cx);
/* The Content-Security-Policy of every page (D15): default-src 'none',
 * frame-ancestors 'none', base-uri 'none', the style by its hash; no
 * form-action. */
const char *mcp_page_policy(void);

#endif
