/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/page.h"

#include "page/page.h"
#include "server/deny.h"

static void answer_set(mcp_server_answer_t *answer, request_rec *r,
                       const char *html)
{
    mcp_page_headers(r->err_headers_out);
    answer->type = "text/html; charset=utf-8";
    answer->body = html;
    answer->len = strlen(html);
}

const mcp_error_t *mcp_server_page_answer(mcp_server_answer_t *answer,
                                          request_rec *r, const char *name,
                                          const char *values, mcp_ctx_t *cx)
{
    const char *html;

    MCP_TRY(mcp_page_render(&html, name, values, cx));
    answer_set(answer, r, html);
    return NULL;
}

void mcp_server_page_error(mcp_server_answer_t *answer, request_rec *r,
                           const mcp_error_t *e, mcp_ctx_t *cx)
{
    const char *html;
    const mcp_error_t *failed = mcp_page_error(&html, e, cx);

    if (failed)
        mcp_server_deny_log(r, failed, cx);
    else
        answer_set(answer, r, html);
}
