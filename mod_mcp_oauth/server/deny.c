/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/deny.h"

#include <apr_strings.h>

#include "base/encode.h"
#include "base/writer.h"
#include "page/page.h"
#include "server/account.h"
#include "server/answer.h"
#include "server/body.h"
#include "server/page.h"

#define MAX_URI_IN_LOG 200
#define MAX_METHOD_IN_LOG 20

const char *mcp_server_deny_sentence(const mcp_error_t *e, apr_pool_t *pool)
{
    apr_size_t len = strlen(e->detail);

    while (len && e->detail[len - 1] == '.')
        len--;
    return apr_pstrmemdup(pool, e->detail, len);
}

void mcp_server_deny_log(request_rec *r, const mcp_error_t *e, mcp_ctx_t *cx)
{
    const char *uri = mcp_encode_log(r->uri, MAX_URI_IN_LOG, r->pool);

    mcp_server_account_fail(r, e);
    if (e->remedy && mcp_error_http(e) >= HTTP_INTERNAL_SERVER_ERROR)
        mcp_ctx_log(cx, MCP_LOG_ERR, 450, "%s: %s. %s", uri,
                    mcp_server_deny_sentence(e, r->pool), e->remedy);
    else if (e->remedy) /* anybody can bring it about */
        mcp_ctx_log(cx, MCP_LOG_INFO, 452, "%s: %d %s: %s. %s", uri,
                    mcp_error_http(e), mcp_error_oauth(e),
                    mcp_server_deny_sentence(e, r->pool), e->remedy);
    else
        mcp_ctx_log(cx, MCP_LOG_INFO, 451, "%s: %d %s: %s", uri,
                    mcp_error_http(e), mcp_error_oauth(e), e->detail);
}

const char *mcp_server_deny_method(const request_rec *r)
{
    return mcp_encode_log(r->method, MAX_METHOD_IN_LOG, r->pool);
}

static const char *json(mcp_server_deny_form_t form, const mcp_error_t *e,
                        apr_size_t *len, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_open(w, '{');
    if (form == MCP_DENY_RPC) {
        mcp_writer_member(w, "jsonrpc", "2.0");
        mcp_writer_name(w, "error");
        mcp_writer_open(w, '{');
        mcp_writer_member_integer(w, "code", mcp_error_jsonrpc(e));
        mcp_writer_member(w, "message", mcp_error_text(e));
        mcp_writer_close(w);
    }
    else {
        mcp_writer_member(w, "error", mcp_error_oauth(e));
        mcp_writer_member(w, "error_description", mcp_error_text(e));
    }
    mcp_writer_close(w);
    return mcp_writer_text(w, len);
}

static void answer_of(mcp_server_answer_t *answer, request_rec *r,
                      mcp_server_deny_form_t form, const mcp_error_t *e)
{
    answer->status = mcp_error_http(e);
    if (answer->status < 400)
        answer->status = HTTP_BAD_REQUEST; /* in-band codes of JSON-RPC */
    answer->type = "application/json";
    answer->body = json(form, e, &answer->len, r->pool);
}

static void set_headers(request_rec *r, const mcp_error_t *e)
{
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    if (e->retry_after)
        apr_table_setn(r->err_headers_out, "Retry-After",
                       apr_itoa(r->pool, e->retry_after));
}

int mcp_server_deny_send(request_rec *r, mcp_server_deny_form_t form,
                         const mcp_error_t *e, mcp_ctx_t *cx)
{
    mcp_server_answer_t answer;

    mcp_server_deny_log(r, e, cx);
    set_headers(r, e);
    answer_of(&answer, r, form, e);
    if (form == MCP_DENY_PAGE)
        mcp_server_page_error(&answer, r, e, cx);
    mcp_server_body_drain(r);
    return mcp_server_answer_send(r, &answer);
}

static int wants_page(const request_rec *r)
{
    const char *accept = apr_table_get(r->headers_in, "Accept");

    return accept && ap_strcasestr(accept, "text/html");
}

int mcp_server_deny_early(request_rec *r, mcp_server_deny_form_t form,
                          const mcp_error_t *e, mcp_ctx_t *cx)
{
    mcp_server_answer_t answer;

    mcp_server_deny_log(r, e, cx);
    set_headers(r, e);
    answer_of(&answer, r, form, e);
    if (wants_page(r))
        return answer.status;
    return mcp_server_answer_early(r, &answer);
}
