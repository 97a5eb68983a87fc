/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_PAGE_H
#define MCP_SERVER_PAGE_H

#include <httpd.h>

#include "base/error.h"
#include "server/answer.h"

/* Pages as HTTP answers: with the policy that keeps a page what it is. */

/* values: the JSON object that the page's template reads */
const mcp_error_t *mcp_server_page_answer(mcp_server_answer_t *answer,
                                          request_rec *r, const char *name,
                                          const char *values, mcp_ctx_t *cx);
/* The error page; answer is left as it is when that page fails too. */
void mcp_server_page_error(mcp_server_answer_t *answer, request_rec *r,
                           const mcp_error_t *e, mcp_ctx_t *cx);

#endif
