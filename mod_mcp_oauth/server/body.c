/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/body.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_core.h>
#include <http_protocol.h>
#include <util_filter.h>

#define FIRST_SIZE 4096
#define LARGEST_FIRST_SIZE 65536 /* what a Content-Length alone is given */
#define READ_SIZE 65536
#define DRAIN_MAX (256 * 1024)

#define UNSET ((apr_off_t)-1) /* of core_dir_config.limit_req_body */

typedef struct buffer_t {
    char *data;
    apr_size_t len;
    apr_size_t size; /* one more is there for the NUL */
    apr_size_t limit;
} buffer_t;

apr_off_t mcp_server_body_configured(const request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);

    return core->limit_req_body == UNSET ? -1 : core->limit_req_body;
}

static void grow(buffer_t *buffer, apr_size_t needed, apr_pool_t *pool)
{
    apr_size_t size = buffer->size * 2;
    char *data;

    if (size < needed)
        size = needed;
    if (size > buffer->limit)
        size = buffer->limit;
    data = apr_palloc(pool, size + 1);
    memcpy(data, buffer->data, buffer->len);
    buffer->data = data;
    buffer->size = size;
}

static apr_status_t append(buffer_t *buffer, apr_bucket *b, apr_pool_t *pool)
{
    const char *data;
    apr_size_t len;
    apr_status_t rv = apr_bucket_read(b, &data, &len, APR_BLOCK_READ);

    if (rv)
        return rv;
    if (len > buffer->limit - buffer->len)
        return APR_ENOSPC;
    if (buffer->len + len > buffer->size)
        grow(buffer, buffer->len + len, pool);
    memcpy(buffer->data + buffer->len, data, len);
    buffer->len += len;
    return APR_SUCCESS;
}

/* *done: the end was there */
static apr_status_t append_all(buffer_t *buffer, int *done,
                               apr_bucket_brigade *bb, apr_pool_t *pool)
{
    apr_status_t rv = APR_SUCCESS;
    apr_bucket *b;

    for (b = APR_BRIGADE_FIRST(bb);
         b != APR_BRIGADE_SENTINEL(bb) && !rv && !*done;
         b = APR_BUCKET_NEXT(b)) {
        if (APR_BUCKET_IS_EOS(b))
            *done = 1;
        else if (!APR_BUCKET_IS_METADATA(b))
            rv = append(buffer, b, pool);
    }
    return rv;
}

/* ctx: the status that an error bucket brings */
static apr_status_t catch_error(ap_filter_t *f, apr_bucket_brigade *bb)
{
    int *status = f->ctx;
    apr_bucket *b;

    for (b = APR_BRIGADE_FIRST(bb); b != APR_BRIGADE_SENTINEL(bb);
         b = APR_BUCKET_NEXT(b))
        if (AP_BUCKET_IS_ERROR(b))
            *status = ((ap_bucket_error *)b->data)->status;
    apr_brigade_cleanup(bb);
    return AP_FILTER_ERROR;
}

/* httpd's input filter answers a body that it does not take, in HTML and
 * before ours: its answer is caught, *status tells which. */
static apr_status_t get_some(apr_bucket_brigade *bb, int *status,
                             request_rec *r)
{
    ap_filter_t *output = r->output_filters;
    ap_filter_rec_t rec = {.name = "mcp-body", .ftype = AP_FTYPE_RESOURCE};
    /* without r: what is caught does not end the answer */
    ap_filter_t catcher = {.frec = &rec, .ctx = status, .c = r->connection};
    apr_status_t rv;

    rec.filter_func.out_func = catch_error;
    r->output_filters = &catcher;
    rv = ap_get_brigade(r->input_filters, bb, AP_MODE_READBYTES,
                        APR_BLOCK_READ, READ_SIZE);
    r->output_filters = output;
    return rv;
}

/* OK or a status */
static int read_whole(buffer_t *buffer, request_rec *r)
{
    apr_bucket_brigade *bb =
        apr_brigade_create(r->pool, r->connection->bucket_alloc);
    apr_status_t rv = APR_SUCCESS;
    int done = 0, status = OK;

    while (!done && !rv) {
        rv = get_some(bb, &status, r);
        if (!rv)
            rv = append_all(buffer, &done, bb, r->pool);
        apr_brigade_cleanup(bb);
    }
    if (status != OK || !rv)
        return status;
    return ap_map_http_request_error(rv, HTTP_BAD_REQUEST);
}

/* what Content-Length says: 0 where it says nothing */
static apr_off_t announced(const request_rec *r)
{
    const char *text = apr_table_get(r->headers_in, "Content-Length");
    apr_off_t len = 0;

    if (!text || !ap_parse_strict_length(&len, text))
        return 0;
    return len;
}

static int too_large(const mcp_error_t **e, apr_size_t limit, mcp_ctx_t *cx)
{
    *e = mcp_error_tell(
        MCP_E_CONTENT_TOO_LARGE, cx,
        "The request body is larger than %" APR_SIZE_T_FMT " bytes.", limit);
    return HTTP_REQUEST_ENTITY_TOO_LARGE;
}

/* RFC 9110 8.4, 15.5.16 */
static int is_coded(request_rec *r, const mcp_error_t **e, mcp_ctx_t *cx)
{
    const char *coding = apr_table_get(r->headers_in, "Content-Encoding");

    if (!coding || !ap_cstr_casecmp(coding, "identity"))
        return 0;
    apr_table_setn(r->err_headers_out, "Accept-Encoding", "identity");
    *e = mcp_error_tell(MCP_E_MEDIA_TYPE, cx,
                        "A Content-Encoding is not read here.");
    return 1;
}

int mcp_server_body_read(mcp_server_body_t *body, request_rec *r,
                         const mcp_error_t **e, mcp_ctx_t *cx)
{
    apr_off_t length = announced(r);
    buffer_t buffer = {NULL, 0, FIRST_SIZE, body->limit};
    int status;

    *e = NULL;
    if (is_coded(r, e, cx))
        return HTTP_UNSUPPORTED_MEDIA_TYPE;
    if (length > (apr_off_t)body->limit)
        return too_large(e, body->limit, cx);
    if (length > FIRST_SIZE)
        buffer.size = length < LARGEST_FIRST_SIZE ? (apr_size_t)length
                                                  : LARGEST_FIRST_SIZE;
    else if (length)
        buffer.size = (apr_size_t)length;
    buffer.data = apr_palloc(r->pool, buffer.size + 1);
    status = read_whole(&buffer, r);
    if (status == OK) {
        buffer.data[buffer.len] = '\0';
        body->data = buffer.data;
        body->len = buffer.len;
        return OK;
    }
    if (status == HTTP_REQUEST_ENTITY_TOO_LARGE)
        return too_large(e, body->limit, cx);
    if (status == HTTP_BAD_REQUEST && !r->connection->aborted)
        *e = mcp_error_make(MCP_E_INVALID_REQUEST, cx,
                            "the body cannot be read");
    return status;
}

/* ap_discard_request_body() leaves the streams of HTTP/2 alone. */
static void discard(request_rec *r)
{
    apr_bucket_brigade *bb =
        apr_brigade_create(r->pool, r->connection->bucket_alloc);
    apr_off_t taken = 0, len;
    int done = 0, status = OK;

    while (!done && taken <= DRAIN_MAX) {
        if (get_some(bb, &status, r) || apr_brigade_length(bb, 1, &len))
            return;
        done = APR_BRIGADE_EMPTY(bb) ||
               APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(bb));
        taken += len;
        apr_brigade_cleanup(bb);
    }
}

void mcp_server_body_drain(request_rec *r)
{
    apr_off_t length = announced(r);

    if (length > 0 && length <= DRAIN_MAX && !r->expecting_100)
        discard(r);
}
