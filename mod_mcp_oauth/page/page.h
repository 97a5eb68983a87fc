/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_PAGE_PAGE_H
#define MCP_PAGE_PAGE_H

#include <apr_tables.h>

#include "base/json.h"

/* The pages people see. A page is an HTML file of this folder, compiled in, a
 * Mustache template without lambdas and partials (page/template.h). Its first
 * line is its <title>. Unescaped output does not exist. layout.html frames
 * every page; style.css is put into a <style> whose hash is in the policy. */

/* name: of the file, such as "consent" or "consent.html". values: a JSON
 * object. */
const mcp_error_t *mcp_page_render(const char **html, const char *name,
                                   const char *values, mcp_ctx_t *cx);
/* The page that answers an error: what happened and what to do next. */
const mcp_error_t *mcp_page_error(const char **html, const mcp_error_t *error,
                                  mcp_ctx_t *cx);
/* The Content-Security-Policy of every page (D15): default-src 'none',
 * frame-ancestors 'none', base-uri 'none', the style by its hash; no
 * form-action. Images only from data: URLs, for the empty icon that keeps
 * browsers from asking for one. */
const char *mcp_page_policy(void);
/* Sets the headers of every page: Content-Type, the policy, and what keeps
 * it out of frames, caches and Referer. */
void mcp_page_headers(apr_table_t *headers);

#endif
