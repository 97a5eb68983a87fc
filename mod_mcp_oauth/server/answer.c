/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/answer.h"

#include <http_protocol.h>
#include <util_filter.h>

#include "server/body.h"

int mcp_server_answer_send(request_rec *r, const mcp_server_answer_t *answer)
{
    apr_bucket_alloc_t *alloc = r->connection->bucket_alloc;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, alloc);
    apr_status_t rv;

    r->status = answer->status;
    if (answer->body) {
        ap_set_content_type(r, answer->type);
        APR_BRIGADE_INSERT_TAIL(
            bb, apr_bucket_transient_create(answer->body, answer->len, alloc));
    }
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(alloc));
    rv = ap_pass_brigade(r->output_filters, bb);
    return rv == AP_FILTER_ERROR ? AP_FILTER_ERROR : OK;
}

int mcp_server_answer_early(request_rec *r, const mcp_server_answer_t *answer)
{
    int status;

    if (r->main)
        return answer->status;
    mcp_server_body_drain(r);
    ap_run_insert_error_filter(r); /* Header always ... */
    status = mcp_server_answer_send(r, answer);
    return status == OK ? DONE : status;
}
